//! The regression gate: runs recorded, and held against each other.

#[cfg_attr(
    not(test),
    expect(dead_code, reason = "what is recorded is written by tests alone so far")
)]
pub(crate) mod history;
pub(crate) mod series;
