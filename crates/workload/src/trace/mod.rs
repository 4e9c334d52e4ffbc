//! Real traces of private messages: their reader, the recorder that makes one of a run, and the
//! figures by which the two are compared.

mod estimate;
mod figures;
mod misfit;
mod reader;
mod recorder;
mod sample;
mod statistics;

pub use estimate::Estimate;
pub use figures::{Figure, FigureUnit};
pub use misfit::{Distance, misfit};
pub use reader::{Trace, TraceError, TraceMessage};
pub use recorder::Recorder;
pub use sample::Sample;
pub use statistics::TraceStatistics;
