//! Traces of messages: the reader of real ones, the recorder that makes one from a run, and the statistics by
//! which they are compared.

mod bootstrap;
mod estimate;
mod figures;
mod messages;
mod misfit;
mod mixture;
mod reader;
mod recorder;
mod sample;
mod split;
mod statistics;
mod week;

pub use bootstrap::Noise;
pub use estimate::Estimate;
pub use figures::{Figure, FigureUnit};
pub use messages::{Trace, TraceMessage};
pub use misfit::{Distance, misfit};
pub use mixture::{Part, quick_and_slow};
pub use reader::{Column, Reading, Role, TimeUnit, TraceError, TraceOptions, read_trace};
pub use recorder::Recorder;
pub use sample::Sample;
pub use statistics::TraceStatistics;
pub use week::Week;
