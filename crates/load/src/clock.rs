//! The wall clock of a load, in nanoseconds since it was made.

use std::time::Duration;

/// A clock. Its copies count from the same moment.
///
/// It is read for every envelope, so it reads the processor's time stamp counter if that is steady, which is
/// faster than asking the system.
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

    /// Time since the clock was made [ns].
    #[inline]
    pub(crate) fn now(&self) -> u64 {
        self.counter.delta_as_nanos(self.began, self.counter.raw())
    }

    /// Sleeps until `at_ns`, or a little longer.
    pub(crate) fn sleep_until(&self, at_ns: u64) {
        let left_ns = at_ns.saturating_sub(self.now());
        if left_ns > 0 {
            std::thread::sleep(Duration::from_nanos(left_ns));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn agrees_with_the_systems_clock() {
        // Made first, because making it calibrates the counter, which takes a while.
        let clock = Clock::start();
        let (system, before) = (Instant::now(), clock.now());
        std::thread::sleep(Duration::from_millis(200));
        let (elapsed, measured) = (system.elapsed().as_nanos() as f64, (clock.now() - before) as f64);
        assert!(
            (measured / elapsed - 1.0).abs() < 0.01,
            "{measured} ns instead of {elapsed}"
        );
    }
}
