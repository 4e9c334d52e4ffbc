//! Files that a face writes for its user. Each is complete or absent, also after a crash.

mod atomic_file;
mod event_log;
mod output_folder;
mod trace_file;

pub use atomic_file::AtomicFile;
pub use event_log::{LogReader, LogWriter};
pub use output_folder::{OutputFolder, ReportKind};
pub use trace_file::TraceWriter;
