//! Ashby as a capture source: one table of streams, one listing state machine.
