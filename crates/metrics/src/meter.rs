//! What is measured on the wall clock in addition to facts: latency, where the time went, and the load.

use crate::distribution::Distribution;
use crate::interval::{LoadInterval, Timed};
use crate::record::{Metric, Unit};
use chappe_base::{CommandClass, Decision, MessageClass, RuleKind, Span};

const CLASSES: usize = MessageClass::ALL.len();
const COMMANDS: usize = CommandClass::ALL.len();
const RULES: usize = RuleKind::ALL.len();

/// Takes measurements of one thread, in constant memory. All spans are lengths of wall time.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    delivery: [Distribution; CLASSES],
    uncorrected: [Distribution; CLASSES],
    /// Of messages to friends, and of acts towards pages.
    acknowledged: [Distribution; 2],
    wait: [Distribution; COMMANDS],
    service: [Distribution; COMMANDS],
    hop: Distribution,
    handing: Distribution,
    lag: Distribution,
    blocked: Distribution,
    allowed: Distribution,
    refused: [Distribution; RULES],
    revocation: Distribution,
    /// Sends that were not blocked at all.
    unblocked_count: u64,
    /// Everything counted before this interval.
    before: LoadCounts,
    /// The interval that is being measured.
    pub interval: LoadInterval,
}

/// What a load is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LoadCounts {
    /// Clients' commands sent.
    pub sent: u64,
    /// Of them, within the measured time.
    pub measured: u64,
    /// Of these, those that the generator sent over a millisecond late.
    pub late: u64,
    /// Clients' commands dropped.
    pub dropped: u64,
    /// Commands that shards served, whoever sent them.
    pub served: u64,
    /// Messages between friends of which the sender learned that they were accepted.
    pub acknowledged: u64,
    /// Ad slots that the policy judged, once per campaign.
    pub decided: u64,
    /// Time that the platform kept the generator waiting [ns].
    pub blocked_ns: u64,
}

impl LoadCounts {
    /// Adds what another counted.
    pub fn add(&mut self, other: &LoadCounts) {
        self.sent += other.sent;
        self.measured += other.measured;
        self.late += other.late;
        self.dropped += other.dropped;
        self.served += other.served;
        self.acknowledged += other.acknowledged;
        self.decided += other.decided;
        self.blocked_ns += other.blocked_ns;
    }
}

impl Meter {
    /// How late a send may be before it counts as late.
    pub const LATE: Span = Span(1_000_000);

    /// A message reached a device, so long after its intended and its actual send.
    #[inline]
    pub fn delivered(&mut self, class: MessageClass, corrected: Span, uncorrected: Span) {
        self.delivery[class as usize].record(corrected);
        self.uncorrected[class as usize].record(uncorrected);
        if class == MessageClass::Friend {
            self.interval.record(Timed::Delivery, corrected);
            self.interval.record(Timed::Uncorrected, uncorrected);
        }
    }

    /// A sender's device learned that a message to a friend, or else an act towards a page, was accepted,
    /// so long after its intended send.
    #[inline]
    pub fn acknowledged(&mut self, between_people: bool, corrected: Span) {
        self.acknowledged[usize::from(!between_people)].record(corrected);
        self.interval.record(Timed::Ack, corrected);
    }

    /// A command waited in a mailbox and was served; whether a shard sent it.
    #[inline]
    pub fn served(&mut self, class: CommandClass, wait: Span, service: Span, from_shard: bool) {
        self.wait[class as usize].record(wait);
        self.service[class as usize].record(service);
        self.interval.record(Timed::Wait, wait);
        self.interval.record(Timed::Service, service);
        if from_shard {
            self.hop.record(wait);
            self.interval.record(Timed::Hop, wait);
        }
    }

    /// A notice took so long from the shard that decided to the device.
    #[inline]
    pub fn handed(&mut self, span: Span) {
        self.handing.record(span);
        self.interval.record(Timed::Handing, span);
    }

    /// The policy decided, so long after the intended send of what gave the slot.
    #[inline]
    pub fn decided(&mut self, decision: &Decision, corrected: Span) {
        match decision {
            Decision::Allowed(_) => self.allowed.record(corrected),
            Decision::Refused(rule) => self.refused[*rule as usize].record(corrected),
        }
        self.interval.record(Timed::Decision, corrected);
    }

    /// An opt-out, mute or block holds, so long after its intended send.
    #[inline]
    pub fn revoked(&mut self, corrected: Span) {
        self.revocation.record(corrected);
        self.interval.record(Timed::Revocation, corrected);
    }

    /// A command was sent: the generator was so late, after the platform kept it out for so long.
    #[inline]
    pub fn sent(&mut self, lag: Span, blocked: Span) {
        self.interval.counts.measured += 1;
        self.interval.counts.late += u64::from(lag > Meter::LATE);
        self.interval.record(Timed::Lag, lag);
        self.lag.record(lag);
        match blocked {
            Span::ZERO => self.unblocked_count += 1,
            blocked => {
                self.blocked.record(blocked);
                self.interval.record(Timed::Blocked, blocked);
            }
        }
    }

    /// Ends an interval: what was measured in it goes into `empty`, which must be so.
    pub fn take_interval(&mut self, empty: &mut LoadInterval) {
        std::mem::swap(&mut self.interval, empty);
        self.before.add(&empty.counts);
    }

    /// All that was counted.
    #[must_use]
    pub fn counts(&self) -> LoadCounts {
        let mut counts = self.before;
        counts.add(&self.interval.counts);
        counts
    }

    /// Adds all that another has measured.
    pub fn merge(&mut self, mut other: Meter) {
        self.before.add(&other.counts());
        other.enter_unblocked();
        for (into, from) in self.distributions().into_iter().zip(other.distributions()) {
            from.settle();
            if from.count() > 0 {
                into.merge(from);
            }
        }
    }

    /// Lets the sends that were not blocked enter their distribution.
    fn enter_unblocked(&mut self) {
        self.blocked
            .record_many(Span::ZERO, std::mem::take(&mut self.unblocked_count));
    }

    /// All its distributions, in the order of [`Meter::names`].
    fn distributions(&mut self) -> Vec<&mut Distribution> {
        let lists = [
            &mut self.delivery[..],
            &mut self.uncorrected,
            &mut self.acknowledged,
            &mut self.wait,
            &mut self.service,
            &mut self.refused,
        ];
        let singles = [
            &mut self.hop,
            &mut self.handing,
            &mut self.lag,
            &mut self.blocked,
            &mut self.allowed,
            &mut self.revocation,
        ];
        lists.into_iter().flatten().chain(singles).collect()
    }

    /// The registered names of the distributions.
    fn names() -> Vec<String> {
        let classes = |what: &'static str| {
            MessageClass::ALL
                .iter()
                .map(move |class| format!("{what}.{}", class.label()))
        };
        let commands = |what: &'static str| {
            CommandClass::ALL
                .iter()
                .map(move |class| format!("{what}.{}", class.label()))
        };
        let rules = RuleKind::ALL
            .iter()
            .map(|rule| format!("decision.refused.{}", rule.label()));
        let singles = [
            "load.hop",
            "load.handing",
            "load.lag",
            "load.blocked",
            "decision.allowed",
            "revocation",
        ];
        classes("delivery")
            .chain(classes("uncorrected"))
            .chain(["ack.friend", "ack.hot_line"].map(str::to_owned))
            .chain(commands("wait"))
            .chain(commands("service"))
            .chain(rules)
            .chain(singles.map(str::to_owned))
            .collect()
    }

    /// Everything it measured, by registered name.
    pub(crate) fn into_named(mut self) -> Vec<(String, Distribution)> {
        self.enter_unblocked();
        let distributions = self.distributions().into_iter().map(|distribution| {
            distribution.settle();
            std::mem::take(distribution)
        });
        Meter::names().into_iter().zip(distributions).collect()
    }

    /// The metric of that registered name so far, if it is one that follows from the counts alone.
    #[must_use]
    pub fn counted(&self, name: &str) -> Option<Metric> {
        let LoadCounts {
            sent,
            measured,
            late,
            dropped,
            ..
        } = self.counts();
        let unit = Unit::Count;
        let counter = |value: u64| Metric::Counter {
            unit,
            value: value as i64,
        };
        let ratio = |part: u64, whole: u64| Metric::Ratio {
            numerator: part as i64,
            denominator: whole as i64,
            unit: Unit::Share,
        };
        match name {
            "load.sent" => Some(counter(sent)),
            "load.dropped" => Some(counter(dropped)),
            "load.late" => Some(ratio(late, measured)),
            "load.lost" => Some(ratio(dropped, sent + dropped)),
            _ => None,
        }
    }

    /// The distribution of that registered name, so far.
    #[must_use]
    pub fn named(&mut self, name: &str) -> Option<&mut Distribution> {
        self.enter_unblocked();
        let place = Meter::names().iter().position(|known| known == name)?;
        self.distributions().into_iter().nth(place)
    }
}
