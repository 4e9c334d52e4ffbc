//! Files that a face writes for its user. Each is complete or absent, also after a crash.

mod atomic_file;
mod event_log;
mod output_folder;
mod outputs;
mod partial;
mod place;
mod report_files;
mod report_kind;
mod trace_file;

pub use atomic_file::AtomicFile;
pub use event_log::{LogReader, LogWriter};
pub use output_folder::OutputFolder;
pub use outputs::{Output, check_outputs};
pub(crate) use partial::clear_files_in;
pub use report_files::write_report;
pub use report_kind::ReportKind;
pub use trace_file::TraceWriter;
