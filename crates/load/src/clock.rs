//! The wall clock of a load, in nanoseconds since it began.

use std::time::{Duration, Instant};

/// Counts from the moment when a load began. Copies count from the same moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    began: Instant,
}

impl Clock {
    pub(crate) fn start() -> Clock {
        Clock {
            began: Instant::now(),
        }
    }

    /// Nanoseconds since the load began.
    #[inline]
    pub(crate) fn now(&self) -> u64 {
        self.began.elapsed().as_nanos() as u64
    }

    /// Sleeps until `at`, or a little longer.
    pub(crate) fn sleep_until(&self, at: u64) {
        let left = at.saturating_sub(self.now());
        if left > 0 {
            std::thread::sleep(Duration::from_nanos(left));
        }
    }
}
