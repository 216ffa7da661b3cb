//! Ashby for agents.
//!
//! An [`Agent`] has tools. Bulk questions are answered by a local copy (`local-copy`), what is not there by Ashby; every
//! answer says which of them it was, and how old the copy is. Reads of any operation go through one tool, writes through
//! two: a plan that says what would happen, and its application. The tools know nothing of how they are called;
//! [`serve_stdio`] speaks the Model Context Protocol over standard input and output, [`router`] over HTTP, where [`execute`] has a
//! door as well: one request form for every entity and action.
//!
//! Text in records was written by outsiders and may contain instructions. So no tool does what a text says: nothing is
//! written without a plan and an allowance, nothing fetches an address from a record, and no record's text stands in a
//! description.

mod agent;
mod arguments;
mod budget;
mod cursor;
mod error;
mod execute;
mod http;
mod lines;
mod mcp;
mod measures;
mod outside;
mod request;
mod resumes;
mod seats;
mod sight;
mod tokens;
mod tools;
mod writes;

pub use crate::agent::{Agent, Answer, Call, Options, Sent};
pub use crate::error::Error;
pub use crate::execute::{Executed, Form, entities, execute};
pub use crate::http::{Crowd, Document, HttpOptions, Pages, html_response, router};
pub use crate::mcp::serve_stdio;
pub use crate::resumes::{Resume, Resumes, Texts};
pub use crate::sight::behind;
pub use crate::tokens::{Kept, Tokens};
pub use crate::tools::Tool;
pub use crate::writes::{Allowed, Writes};
