//! Real traces of private messages: their reader, and the figures by which a trace and a run are
//! compared.

mod reader;
mod sample;
mod statistics;

pub use reader::{Trace, TraceError, TraceMessage};
pub use sample::Sample;
pub use statistics::TraceStatistics;
