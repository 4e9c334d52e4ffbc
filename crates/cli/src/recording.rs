//! The trace of a run: its messages between friends, as lines that a replay reads.

use crate::aside::Aside;
use crate::failure::Failure;
use chappe_engine::FactSink;
use chappe_workload::Recorder;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A trace in the making. It is held in memory until the run ends: messages come in the order in
/// which shards accept them, and leave in the order in which they were meant to be sent.
pub(crate) struct TraceWriter {
    aside: Aside,
    recorder: Arc<Mutex<Recorder>>,
}

impl TraceWriter {
    /// Makes sure, before anything is simulated, that the trace can be written.
    pub(crate) fn prepare(target: &Path) -> Result<TraceWriter, Failure> {
        Ok(TraceWriter {
            aside: Aside::prepare(target)?,
            recorder: Arc::default(),
        })
    }

    /// Takes the facts of one more worker.
    pub(crate) fn sink(&self) -> FactSink {
        let recorder = Arc::clone(&self.recorder);
        Box::new(move |record| {
            recorder
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .observe(&record.fact);
        })
    }

    /// Puts the trace in its place.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let recorder = std::mem::take(&mut *self.recorder.lock().unwrap_or_else(PoisonError::into_inner));
        self.aside.finish(|file| recorder.write(file))
    }
}
