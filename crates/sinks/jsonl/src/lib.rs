//! JSON lines to files or to standard output.
