//! What the threads of a load send to a shard: envelopes, in batches.

use chappe_base::SimTime;
use chappe_platform::{Command, Notice};

/// What a shard is to do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Payload {
    /// Carry out a command.
    Command(Command),
    /// Show a notice on a device whose owner lives on the shard.
    Notice(Notice),
    /// Run the timers that are due at the envelope's time.
    Advance,
    /// End the task.
    End,
}

/// One request to a shard: plain data that fills one cache line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope {
    pub(crate) payload: Payload,
    /// Logical time: the shard handles it at this time or later.
    pub(crate) at: SimTime,
    /// Intended send time of the client's command that caused it [ns of the wall clock].
    pub(crate) intended_ns: u64,
    /// Delay between the intended and the actual send of that command, in units of [`Envelope::LAG_NS`].
    lag: u32,
    /// Flags in the upper two bits, below them the slot of a closed model.
    ticket: u32,
}

impl Envelope {
    /// Unit of `lag` [ns]: 32 bits then reach over a minute.
    const LAG_NS: u64 = 16;
    /// Flag: sent after the warm-up.
    const MEASURED: u32 = 1 << 31;
    /// Flag: sent by a client, so it occupies one of the shard's places for clients' commands.
    const CLIENT: u32 = 1 << 30;
    /// The slot of an envelope that no client of a closed model waits for.
    const NO_SLOT: u32 = Envelope::CLIENT - 1;

    /// A client's command. In a closed model, the client in `slot` waits until it is handled.
    pub(crate) fn from_client(
        command: Command,
        at: SimTime,
        intended_ns: u64,
        measured: bool,
        slot: Option<u32>,
    ) -> Envelope {
        let measured = if measured { Envelope::MEASURED } else { 0 };
        Envelope {
            payload: Payload::Command(command),
            at,
            intended_ns,
            lag: 0,
            ticket: measured | Envelope::CLIENT | slot.unwrap_or(Envelope::NO_SLOT),
        }
    }

    /// A request of the harness itself: not a client's, and not measured.
    pub(crate) fn internal(payload: Payload, at: SimTime, intended_ns: u64) -> Envelope {
        Envelope {
            payload,
            at,
            intended_ns,
            lag: 0,
            ticket: Envelope::NO_SLOT,
        }
    }

    /// An envelope that handling this one causes, at logical time `at`. Its latency counts from the same
    /// intended send.
    #[inline]
    pub(crate) fn caused(&self, payload: Payload, at: SimTime) -> Envelope {
        Envelope {
            payload,
            at,
            ticket: self.ticket & Envelope::MEASURED | Envelope::NO_SLOT,
            ..*self
        }
    }

    /// Records the actual send time.
    #[inline]
    pub(crate) fn set_sent(&mut self, sent_ns: u64) {
        let lag = sent_ns.saturating_sub(self.intended_ns) / Envelope::LAG_NS;
        self.lag = lag.min(u64::from(u32::MAX)) as u32;
    }

    /// Actual send time of the client's command that caused it [ns of the wall clock].
    #[inline]
    pub(crate) fn sent_ns(&self) -> u64 {
        self.intended_ns + u64::from(self.lag) * Envelope::LAG_NS
    }

    #[inline]
    pub(crate) fn is_measured(&self) -> bool {
        self.ticket & Envelope::MEASURED != 0
    }

    #[inline]
    pub(crate) fn is_from_client(&self) -> bool {
        self.ticket & Envelope::CLIENT != 0
    }

    /// The slot of the client that waits for it, in a closed model.
    #[inline]
    pub(crate) fn slot(&self) -> Option<u32> {
        let slot = self.ticket & Envelope::NO_SLOT;
        (self.is_from_client() && slot != Envelope::NO_SLOT).then_some(slot)
    }
}

/// Envelopes that are sent together, to share the cost of the channel.
#[derive(Debug)]
pub(crate) struct Batch {
    /// When it was put into the mailbox [ns of the wall clock].
    pub(crate) posted_ns: u64,
    pub(crate) envelopes: Vec<Envelope>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_is_one_cache_line() {
        assert!(size_of::<Envelope>() <= 64, "{}", size_of::<Envelope>());
    }

    #[test]
    fn an_envelope_keeps_the_times_and_flags_of_its_cause() {
        let mut envelope = Envelope::from_client(Command::Probe, SimTime(5), 1_000, true, Some(7));
        envelope.set_sent(2_600);
        assert_eq!((envelope.sent_ns(), envelope.slot()), (2_600, Some(7)));
        assert!(envelope.is_measured() && envelope.is_from_client());
        let caused = envelope.caused(Payload::Advance, SimTime(9));
        assert_eq!((caused.sent_ns(), caused.slot()), (2_600, None));
        assert!(caused.is_measured() && !caused.is_from_client());
        let without_slot = Envelope::from_client(Command::Probe, SimTime(5), 1_000, false, None);
        assert!(!without_slot.is_measured() && without_slot.is_from_client());
        assert_eq!(without_slot.slot(), None);
    }
}
