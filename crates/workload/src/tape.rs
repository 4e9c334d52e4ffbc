//! A tape: the clients' commands of a run, to be replayed at another pace.
//!
//! A load test on the wall clock needs clients that never wait for the generator, so their commands are
//! recorded in a simulation first.

use chappe_base::SimTime;
use chappe_platform::Command;

/// A client's command as it reached the platform.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Request {
    /// When it reached its home shard.
    pub at: SimTime,
    /// The command.
    pub command: Command,
}

/// The clients' commands of a run, in the order in which they reached the platform.
#[derive(Clone, Default, Debug)]
pub struct Tape {
    requests: Vec<Request>,
    /// The end of the recording.
    pub until: SimTime,
}

impl Tape {
    /// Appends a command.
    ///
    /// # Panics
    /// If it is earlier than the last.
    pub fn push(&mut self, at: SimTime, command: Command) {
        assert!(
            self.requests.last().is_none_or(|last| last.at <= at),
            "a tape runs forward"
        );
        self.requests.push(Request { at, command });
        self.until = at;
    }

    /// All requests, in order.
    #[must_use]
    pub fn requests(&self) -> &[Request] {
        &self.requests
    }

    /// How many requests came before `time`.
    #[must_use]
    pub fn count_before(&self, time: SimTime) -> usize {
        self.requests.partition_point(|request| request.at < time)
    }
}
