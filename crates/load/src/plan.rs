//! What load is offered, and how.

use crate::monitor::LoadProgress;
use crate::shape::{Schedule, Shape};
use crate::shard::Stall;
use chappe_base::SimTime;
use chappe_engine::StopFlag;
use chappe_metrics::Threshold;
use std::time::Duration;

/// What decides when a command is sent.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Plan {
    /// An open model: the clock decides, whatever the platform does.
    Open(Shape),
    /// A closed model: each client waits until its command is handled, then pauses for the think time.
    Closed {
        /// Number of clients.
        clients: u32,
        /// The think time.
        think: Duration,
    },
}

/// How a load is offered.
pub struct LoadOptions<'a> {
    /// What decides when a command is sent.
    pub plan: Plan,
    /// How long commands are sent before any is measured.
    pub warm_up: Duration,
    /// How long is measured.
    pub duration: Duration,
    /// Threads that run shards, if the design lets shards share threads.
    pub threads: usize,
    /// Threads that send commands.
    pub injectors: u16,
    /// Time in the tape at which the load begins. The commands before it are carried out first, as fast as
    /// possible and unmeasured.
    pub from: SimTime,
    /// Ends the load on request.
    pub stop: &'a StopFlag,
    /// Called at the end of every second.
    pub progress: &'a mut dyn FnMut(&LoadProgress),
    /// Thresholds. One with a time to abort after ends the load as soon as it is missed.
    pub thresholds: &'a [Threshold],
    /// A shard that stalls.
    pub stall: Option<Stall>,
    /// Whether each shard records its steps, for [`crate::replay()`].
    pub keep_applied: bool,
}

/// Why a load can't be offered.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A rate is not a number, not above 0, or too high.
    #[error("a rate of {0} commands per second can't be offered; give one above 0 and up to {RATE_MAX}")]
    Rate(f64),
    /// The duration is zero.
    #[error("a load needs a duration above zero")]
    Duration,
    /// The load ends before its first command.
    #[error(
        "{0}: no command is due within the measured time, so nothing would be measured; raise the rate or the duration"
    )]
    NoCommand(Plan),
    /// The load has too many commands.
    #[error(
        "{0:.0} commands are more than one load can have ({COMMANDS_MAX}); lower the rate or the duration"
    )]
    Commands(f64),
    /// The number of clients is 0 or too high.
    #[error("a closed model needs 1 to {CLIENTS_MAX} clients, not {0}")]
    Clients(u32),
    /// There is no thread, or no injector.
    #[error("a load needs at least one thread and one injector")]
    Threads,
    /// The system refuses a thread or another resource.
    #[error("the system refuses: {0}")]
    System(#[from] std::io::Error),
}

/// The highest rate that can be asked for [commands per second].
pub const RATE_MAX: f64 = 1e9;
/// The most commands of one load. A tape of that many takes about 50 GB.
pub const COMMANDS_MAX: u64 = 1_000_000_000;
/// The most clients of a closed model.
pub const CLIENTS_MAX: u32 = 1 << 24;

impl Plan {
    /// Checks that this load can be offered for so long.
    ///
    /// # Errors
    /// If a rate, the duration or a number is out of range.
    pub fn check(&self, warm_up: Duration, duration: Duration) -> Result<(), LoadError> {
        if duration.is_zero() {
            return Err(LoadError::Duration);
        }
        match *self {
            Plan::Closed { clients, .. } if (1..=CLIENTS_MAX).contains(&clients) => Ok(()),
            Plan::Closed { clients, .. } => Err(LoadError::Clients(clients)),
            Plan::Open(shape) => {
                let (low, high) = shape.rates();
                for rate in [low, high] {
                    if !(rate.is_finite() && (0.0..=RATE_MAX).contains(&rate)) {
                        return Err(LoadError::Rate(rate));
                    }
                }
                if high <= 0.0 {
                    return Err(LoadError::Rate(high));
                }
                let most = high * (warm_up + duration).as_secs_f64();
                if most > COMMANDS_MAX as f64 {
                    return Err(LoadError::Commands(most));
                }
                match self.commands_count(Duration::ZERO, duration) {
                    Some(0) => Err(LoadError::NoCommand(*self)),
                    Some(_) | None => Ok(()),
                }
            }
        }
    }

    /// Whether it is a closed model.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self, Plan::Closed { .. })
    }

    /// The send times of an open model; `None` for a closed model.
    pub(crate) fn schedule(&self, warm_up: Duration, duration: Duration) -> Option<Schedule> {
        match *self {
            Plan::Open(shape) => Some(Schedule::new(
                shape,
                warm_up.as_secs_f64(),
                duration.as_secs_f64(),
            )),
            Plan::Closed { .. } => None,
        }
    }

    /// Commands that a tape needs for it; `None` for a closed model, where it depends on the platform.
    #[must_use]
    pub fn commands_count(&self, warm_up: Duration, duration: Duration) -> Option<u64> {
        let schedule = self.schedule(warm_up, duration)?;
        Some(schedule.count())
    }

    /// Its highest rate [commands per second]; 0 for a closed model.
    #[must_use]
    pub fn peak_rate(&self) -> f64 {
        match *self {
            Plan::Open(shape) => shape.rates().1,
            Plan::Closed { .. } => 0.0,
        }
    }
}

/// A rate as a plan says it: whole, unless it is so low that its fraction matters.
struct Shown(f64);

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            rate if rate < 10.0 => write!(f, "{rate}"),
            rate => write!(f, "{rate:.0}"),
        }
    }
}

impl std::fmt::Display for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Plan::Open(Shape::Constant { rate }) => write!(f, "open, {} per second", Shown(rate)),
            Plan::Open(Shape::Ramp { from, to }) => {
                write!(f, "open, a ramp from {} to {} per second", Shown(from), Shown(to))
            }
            Plan::Open(Shape::Stairs { from, to, steps }) => {
                write!(
                    f,
                    "open, {steps} stairs from {} to {} per second",
                    Shown(from),
                    Shown(to)
                )
            }
            Plan::Open(Shape::Spike { rate, peak }) => {
                write!(
                    f,
                    "open, {} per second with a spike of {}",
                    Shown(rate),
                    Shown(peak)
                )
            }
            Plan::Closed { clients, think } => {
                let think = chappe_base::Duration(chappe_base::Span(think.as_nanos() as i64));
                write!(f, "closed, {clients} clients that think for {think}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_says_rates_below_one_and_needs_a_command() {
        let constant = |rate| Plan::Open(Shape::Constant { rate });
        let said = [0.5, 9.0, 12.5, 20_000.0].map(|rate| constant(rate).to_string());
        assert_eq!(
            said,
            [
                "open, 0.5 per second",
                "open, 9 per second",
                "open, 12 per second",
                "open, 20000 per second"
            ]
        );
        let check = |rate| constant(rate).check(Duration::from_secs(60), Duration::from_secs(1));
        assert!(check(1.0).is_ok());
        let error = check(0.1).unwrap_err().to_string();
        assert!(error.contains("0.1 per second: no command is due"), "{error}");
    }
}
