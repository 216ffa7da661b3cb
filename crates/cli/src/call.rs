//! Calling operations: from flags to a plan, asking whether it is wanted, and printing what it answers.

mod filter;
pub(crate) mod flags;
pub(crate) mod print;
pub(crate) mod send;
pub(crate) mod table;
