//! The live platform against what is promised of it.

mod conformance;
mod honesty;
mod town;
