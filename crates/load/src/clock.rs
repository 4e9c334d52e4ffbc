//! The wall clock of a load, in nanoseconds since it began.

use std::time::Duration;

/// Counts from the moment when a load began. Copies count from the same moment.
///
/// Read for every envelope, so it reads the processor's own counter where that is steady, and asks the
/// system elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    counter: quanta::Clock,
    began: u64,
}

impl Clock {
    pub(crate) fn start() -> Clock {
        let counter = quanta::Clock::new();
        let began = counter.raw();
        Clock { counter, began }
    }

    /// Nanoseconds since the load began.
    #[inline]
    pub(crate) fn now(&self) -> u64 {
        self.counter.delta_as_nanos(self.began, self.counter.raw())
    }

    /// Sleeps until `at`, or a little longer.
    pub(crate) fn sleep_until(&self, at: u64) {
        let left = at.saturating_sub(self.now());
        if left > 0 {
            std::thread::sleep(Duration::from_nanos(left));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn agrees_with_the_systems_clock() {
        // Made before: it is set against the system's clock when it is first used.
        let clock = Clock::start();
        let (system, before) = (Instant::now(), clock.now());
        std::thread::sleep(Duration::from_millis(200));
        let (elapsed, found) = (system.elapsed().as_nanos() as f64, (clock.now() - before) as f64);
        assert!(
            (found / elapsed - 1.0).abs() < 0.01,
            "{found} ns instead of {elapsed}"
        );
    }
}
