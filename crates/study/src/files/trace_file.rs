//! The trace of a run: its messages between friends, as lines that a replay reads.

use super::AtomicFile;
use crate::error::Error;
use chappe_engine::FactSink;
use chappe_workload::Recorder;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A trace that is being recorded. It stays in memory until the run ends, because shards accept messages in another
/// order than the one in which people meant to send them, and a trace is in the latter.
pub struct TraceWriter {
    file: AtomicFile,
    recorder: Arc<Mutex<Recorder>>,
}

impl TraceWriter {
    /// Makes sure that the trace can be written. Called before anything is simulated.
    ///
    /// # Errors
    /// The file can't be written there.
    pub fn prepare(target: &Path) -> Result<TraceWriter, Error> {
        Ok(TraceWriter {
            file: AtomicFile::prepare(target)?,
            recorder: Arc::default(),
        })
    }

    /// A sink for the facts of one more worker.
    #[must_use]
    pub fn sink(&self) -> FactSink {
        let recorder = Arc::clone(&self.recorder);
        Box::new(move |record| {
            recorder
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .observe(&record.fact);
        })
    }

    /// Puts the trace in its place.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn finish(self) -> Result<(), Error> {
        let recorder = std::mem::take(&mut *self.recorder.lock().unwrap_or_else(PoisonError::into_inner));
        self.file.finish(|file| recorder.write(file))
    }
}
