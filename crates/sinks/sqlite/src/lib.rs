//! A SQLite database with a table per stream.
