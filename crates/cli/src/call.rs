//! Calling operations: from flags, JSON or rows to a checked request, sending it, and printing what it answers.

mod filter;
pub(crate) mod flags;
pub(crate) mod print;
pub(crate) mod request;
pub(crate) mod send;
pub(crate) mod table;
