//! Payload load is to be offered.

use crate::monitor::LoadProgress;
use crate::shape::{Schedule, Shape};
use crate::shard::Stall;
use chappe_base::SimTime;
use chappe_engine::StopFlag;
use chappe_metrics::Threshold;
use std::time::Duration;

/// Who decides when a command is sent.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Plan {
    /// An open model: the clock, whatever the platform does.
    Open(Shape),
    /// A closed model: clients that wait for their command to be served, then think.
    Closed {
        /// How many clients.
        clients: u32,
        /// How long each thinks.
        think: Duration,
    },
}

/// How a load is offered.
pub struct LoadOptions<'a> {
    /// Who decides when a command is sent.
    pub plan: Plan,
    /// How long is sent before anything is measured.
    pub warm_up: Duration,
    /// How long is measured.
    pub duration: Duration,
    /// Threads that run shards, where the design shares them.
    pub threads: usize,
    /// Threads that send.
    pub injectors: u16,
    /// Where in the tape the load begins; what comes before is carried out first, unmeasured and as
    /// fast as it goes.
    pub from: SimTime,
    /// Ends the load on request.
    pub stop: &'a StopFlag,
    /// Told of every second.
    pub progress: &'a mut dyn FnMut(&LoadProgress),
    /// Those of them that say so end the load as soon as they are missed.
    pub thresholds: &'a [Threshold],
    /// A shard that stops serving for a while.
    pub stall: Option<Stall>,
    /// Whether each shard keeps what it did, for [`crate::replay`].
    pub keep_applied: bool,
}

/// Why a load can't be offered.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A rate that is none.
    #[error("a rate of {0} commands per second can't be offered; give one above 0 and up to {RATE_MAX}")]
    Rate(f64),
    /// Nothing to measure.
    #[error("a load needs a duration above zero")]
    Duration,
    /// More sends than can be planned.
    #[error(
        "{0:.0} commands are more than one load can have ({COMMANDS_MAX}); lower the rate or the duration"
    )]
    Commands(f64),
    /// Nobody sends.
    #[error("a closed model needs 1 to {CLIENTS_MAX} clients, not {0}")]
    Clients(u32),
    /// No threads.
    #[error("a load needs at least one thread and one injector")]
    Threads,
    /// Payload the system says.
    #[error("the system refuses: {0}")]
    System(#[from] std::io::Error),
}

/// The highest rate that can be asked for [commands per second].
pub const RATE_MAX: f64 = 1e9;
/// Most commands of one load: a tape of that many takes some 50 GB.
pub const COMMANDS_MAX: u64 = 1_000_000_000;
/// Most clients of a closed model.
pub const CLIENTS_MAX: u32 = 1 << 24;

impl Plan {
    /// Makes sure that a load like that can be offered for so long.
    ///
    /// # Errors
    /// Says what is wrong, and what to change.
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
                Ok(())
            }
        }
    }

    /// Whether clients wait for each other's commands.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self, Plan::Closed { .. })
    }

    /// The times of all sends; none in a closed model.
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

    /// Commands that a tape must have for it, if that can be told before.
    #[must_use]
    pub fn commands_count(&self, warm_up: Duration, duration: Duration) -> Option<u64> {
        let schedule = self.schedule(warm_up, duration)?;
        Some(schedule.count())
    }

    /// Its highest rate; zero in a closed model.
    #[must_use]
    pub fn peak_rate(&self) -> f64 {
        match *self {
            Plan::Open(shape) => shape.rates().1,
            Plan::Closed { .. } => 0.0,
        }
    }
}

impl std::fmt::Display for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Plan::Open(Shape::Constant { rate }) => write!(f, "open, {rate:.0} per second"),
            Plan::Open(Shape::Ramp { from, to }) => {
                write!(f, "open, a ramp from {from:.0} to {to:.0} per second")
            }
            Plan::Open(Shape::Stairs { from, to, steps }) => {
                write!(f, "open, {steps} stairs from {from:.0} to {to:.0} per second")
            }
            Plan::Open(Shape::Spike { rate, peak }) => {
                write!(f, "open, {rate:.0} per second with a spike of {peak:.0}")
            }
            Plan::Closed { clients, think } => {
                let think = chappe_base::Duration(chappe_base::Span(think.as_nanos() as i64));
                write!(f, "closed, {clients} clients that think for {think}")
            }
        }
    }
}
