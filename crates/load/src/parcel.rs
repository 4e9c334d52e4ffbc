//! What is carried to a shard.

use chappe_base::SimTime;
use chappe_platform::{Command, Notice};

/// What a shard is asked to do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    /// To carry a command out.
    Command(Command),
    /// To show a notice on a device that lives there.
    Notice(Notice),
    /// To let its timers run up to the parcel's time.
    Advance,
    /// To end.
    End,
}

/// One thing for a shard to do: plain data, a cache line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parcel {
    pub(crate) what: What,
    /// Logical time: the earliest `now` at which it may be done.
    pub(crate) at: SimTime,
    /// When whatever caused it was meant to be sent [ns of the wall clock].
    pub(crate) intended_ns: u64,
    /// How much later that was sent, in [`Parcel::LAG_NS`]; at most a minute.
    lag: u32,
    /// Who waits for it, and flags.
    ticket: u32,
}

impl Parcel {
    /// Resolution of the difference between intended and actual send [ns].
    const LAG_NS: u64 = 16;
    /// It was sent within the measured time.
    const MEASURED: u32 = 1 << 31;
    /// A client sent it: it takes up room.
    const CLIENT: u32 = 1 << 30;
    /// Nobody waits for it.
    const NOBODY: u32 = Parcel::CLIENT - 1;

    /// A client's command, as `slot` of a closed model sends it or nobody in particular.
    pub(crate) fn from_client(
        command: Command,
        at: SimTime,
        intended_ns: u64,
        measured: bool,
        slot: Option<u32>,
    ) -> Parcel {
        let measured = if measured { Parcel::MEASURED } else { 0 };
        Parcel {
            what: What::Command(command),
            at,
            intended_ns,
            lag: 0,
            ticket: measured | Parcel::CLIENT | slot.unwrap_or(Parcel::NOBODY),
        }
    }

    /// What the harness itself asks.
    pub(crate) fn from_harness(what: What, at: SimTime, intended_ns: u64) -> Parcel {
        Parcel {
            what,
            at,
            intended_ns,
            lag: 0,
            ticket: Parcel::NOBODY,
        }
    }

    /// What comes of this parcel, at logical time `at`.
    #[inline]
    pub(crate) fn causes(&self, what: What, at: SimTime) -> Parcel {
        Parcel {
            what,
            at,
            ticket: self.ticket & Parcel::MEASURED | Parcel::NOBODY,
            ..*self
        }
    }

    /// Notes when it was really sent.
    #[inline]
    pub(crate) fn sent(&mut self, at_ns: u64) {
        let lag = at_ns.saturating_sub(self.intended_ns) / Parcel::LAG_NS;
        self.lag = lag.min(u64::from(u32::MAX)) as u32;
    }

    /// When whatever caused it was really sent [ns of the wall clock].
    #[inline]
    pub(crate) fn sent_ns(&self) -> u64 {
        self.intended_ns + u64::from(self.lag) * Parcel::LAG_NS
    }

    #[inline]
    pub(crate) fn is_measured(&self) -> bool {
        self.ticket & Parcel::MEASURED != 0
    }

    #[inline]
    pub(crate) fn is_clients(&self) -> bool {
        self.ticket & Parcel::CLIENT != 0
    }

    /// The slot of a closed model that waits for it.
    #[inline]
    pub(crate) fn slot(&self) -> Option<u32> {
        let slot = self.ticket & Parcel::NOBODY;
        (self.is_clients() && slot != Parcel::NOBODY).then_some(slot)
    }
}

/// Parcels that are carried together.
#[derive(Debug)]
pub(crate) struct Batch {
    /// When they were put into the mailbox [ns of the wall clock].
    pub(crate) posted_ns: u64,
    pub(crate) parcels: Vec<Parcel>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parcel_is_one_cache_line() {
        assert!(size_of::<Parcel>() <= 64, "{}", size_of::<Parcel>());
    }

    #[test]
    fn a_parcel_remembers_who_sent_it_when() {
        let mut parcel = Parcel::from_client(Command::Probe, SimTime(5), 1_000, true, Some(7));
        parcel.sent(2_600);
        assert_eq!((parcel.sent_ns(), parcel.slot()), (2_600, Some(7)));
        assert!(parcel.is_measured() && parcel.is_clients());
        let caused = parcel.causes(What::Advance, SimTime(9));
        assert_eq!((caused.sent_ns(), caused.slot()), (2_600, None));
        assert!(caused.is_measured() && !caused.is_clients());
        let unasked = Parcel::from_client(Command::Probe, SimTime(5), 1_000, false, None);
        assert!(!unasked.is_measured() && unasked.is_clients() && unasked.slot().is_none());
    }
}
