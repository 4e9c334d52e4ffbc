//! The messaging platform as a pure state machine.
