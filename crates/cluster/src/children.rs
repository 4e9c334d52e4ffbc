//! The other processes of a run on one machine, which the first one starts.

use crate::hosts::Peer;
use std::io;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

/// The processes that this one has started, in the order of their numbers from 1. They end when it does: to them, it is
/// lost.
#[derive(Clone, Default)]
pub struct Children(Arc<Mutex<Vec<Child>>>);

impl Children {
    /// Starts the next process. It has no input, and what it says on standard error is kept for [`Children::end`].
    ///
    /// # Errors
    /// Why the system does not start it.
    pub fn start(&self, command: &mut Command) -> io::Result<()> {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(child);
        Ok(())
    }

    /// Ends them all, and gives what `peer` said on standard error.
    #[must_use]
    pub fn end(&self, peer: &Peer) -> Option<String> {
        let mut children = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for child in children.iter_mut() {
            let _ = child.kill();
        }
        let index = peer.process.checked_sub(1)?;
        let output = (index < children.len()).then(|| children.swap_remove(index).wait_with_output())?;
        let message = String::from_utf8_lossy(&output.ok()?.stderr).trim().to_string();
        (!message.is_empty()).then_some(message)
    }
}
