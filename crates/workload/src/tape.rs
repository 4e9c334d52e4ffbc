//! What clients asked of the platform in a run, to be asked again at another pace.

use chappe_base::SimTime;
use chappe_platform::Command;

/// One command as a client's request reached the platform.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Request {
    /// When it reached the shard that decides.
    pub at: SimTime,
    /// What was asked.
    pub command: Command,
}

/// The clients' commands of a run, in the order in which they reached the platform.
#[derive(Clone, Default, Debug)]
pub struct Tape {
    requests: Vec<Request>,
    /// Until when the run was recorded.
    pub until: SimTime,
}

impl Tape {
    /// Adds what came next.
    ///
    /// # Panics
    /// If it came earlier than the last.
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

    /// How many came before `time`.
    #[must_use]
    pub fn count_before(&self, time: SimTime) -> usize {
        self.requests.partition_point(|request| request.at < time)
    }
}
