//! Whole-system tests: the real binaries against the simulator.
