//! One interval of a load, as a rule a second: small, so that a thread can hand it over without delaying
//! the load.

use crate::meter::LoadCounts;
use chappe_base::Span;
use hdrhistogram::Histogram;

/// The lengths of time that have a series of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timed {
    /// Delivery between friends, from the intended send.
    Delivery,
    /// The same from the actual send.
    Uncorrected,
    /// Intended send to the sender's device learning of acceptance.
    Ack,
    /// From a mailbox to service, commands of all classes.
    Wait,
    /// In service, commands of all classes.
    Service,
    /// From one shard into the service of another.
    Hop,
    /// From the shard that decided to the device.
    Handing,
    /// The generator's lateness.
    Lag,
    /// How long back-pressure kept a command out, of those that it did.
    Blocked,
    /// Intended send of what gave an ad slot to the policy's decision.
    Decision,
    /// Intended send of an opt-out, mute or block until no ad passes.
    Revocation,
}

impl Timed {
    /// All of them.
    pub const ALL: [Timed; 11] = [
        Timed::Delivery,
        Timed::Uncorrected,
        Timed::Ack,
        Timed::Wait,
        Timed::Service,
        Timed::Hop,
        Timed::Handing,
        Timed::Lag,
        Timed::Blocked,
        Timed::Decision,
        Timed::Revocation,
    ];

    /// What the series of its 0.99 quantiles is, in one line.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Timed::Delivery => "0.99 quantile of delivery.friend per interval, within 1%",
            Timed::Uncorrected => "0.99 quantile of uncorrected.friend per interval, within 1%",
            Timed::Ack => "0.99 quantile of ack.* per interval, within 1%",
            Timed::Wait => "0.99 quantile of wait.* per interval, all classes, within 1%",
            Timed::Service => "0.99 quantile of service.* per interval, all classes, within 1%",
            Timed::Hop => "0.99 quantile of load.hop per interval, within 1%",
            Timed::Handing => "0.99 quantile of load.handing per interval, within 1%",
            Timed::Lag => "0.99 quantile of the pacing lag per interval, within 1%",
            Timed::Blocked => {
                "0.99 quantile of the blocked time per interval, of what was blocked, within 1%"
            }
            Timed::Decision => "0.99 quantile of decision.* per interval, all outcomes, within 1%",
            Timed::Revocation => "0.99 quantile of revocation per interval, within 1%",
        }
    }

    /// The registered name of the series of its 0.99 quantiles.
    pub(crate) fn series(self) -> &'static str {
        match self {
            Timed::Delivery => crate::registry::DELIVERY_P99,
            Timed::Uncorrected => "series.load.uncorrected.p99",
            Timed::Ack => "series.load.ack.p99",
            Timed::Wait => "series.load.wait.p99",
            Timed::Service => "series.load.service.p99",
            Timed::Hop => "series.load.hop.p99",
            Timed::Handing => "series.load.handing.p99",
            Timed::Lag => "series.load.lag.p99",
            Timed::Blocked => "series.load.blocked.p99",
            Timed::Decision => "series.load.decision.p99",
            Timed::Revocation => "series.load.revocation.p99",
        }
    }
}

/// What one thread, or all together, measured in one interval.
#[derive(Clone, Debug)]
pub struct LoadInterval {
    /// What is counted.
    pub counts: LoadCounts,
    timed: [Histogram<u32>; Timed::ALL.len()],
}

impl Default for LoadInterval {
    fn default() -> LoadInterval {
        LoadInterval {
            counts: LoadCounts::default(),
            // 64 ns to a minute, within 1%.
            timed: Timed::ALL.map(|_| {
                Histogram::new_with_bounds(1 << 6, (1 << 36) - 1, 2)
                    .expect("the bounds are constants that a histogram can have")
            }),
        }
    }
}

impl LoadInterval {
    /// Adds a length of time.
    #[inline]
    pub(crate) fn record(&mut self, timed: Timed, span: Span) {
        self.timed[timed as usize].saturating_record(span.0.max(0) as u64);
    }

    /// The value at a quantile [ns], within 1%; none without observations.
    pub(crate) fn quantile_ns(&self, timed: Timed, q: f64) -> Option<i64> {
        let histogram = &self.timed[timed as usize];
        (!histogram.is_empty()).then(|| histogram.value_at_quantile(q) as i64)
    }

    /// Adds what another thread measured in the same interval, and clears that.
    pub fn absorb(&mut self, other: &mut LoadInterval) {
        for (into, from) in self.timed.iter_mut().zip(&other.timed) {
            into.add(from).expect("all intervals have the same bounds");
        }
        self.counts.add(&other.counts);
        other.clear();
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.counts = LoadCounts::default();
        self.timed.iter_mut().for_each(Histogram::reset);
    }
}
