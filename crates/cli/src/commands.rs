//! One module a command.

pub(crate) mod check;
pub(crate) mod demo;
pub(crate) mod sim;
pub(crate) mod state;
pub(crate) mod streams;
pub(crate) mod sync;
