//! Streams, records, checkpoints; the traits Source, Sink and StateStore; the runner.
