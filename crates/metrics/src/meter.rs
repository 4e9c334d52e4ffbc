//! What is measured on the wall clock, beside the facts: latency, where the time went, and the load.

use crate::distribution::Distribution;
use crate::record::{Metric, Unit};
use chappe_base::{CommandClass, MessageClass, RuleKind, Span};

const CLASSES: usize = MessageClass::ALL.len();
const COMMANDS: usize = CommandClass::ALL.len();
const RULES: usize = RuleKind::ALL.len();

/// Takes measurements of one thread. All spans are lengths of wall time.
///
/// In constant memory: a meter is taken and cleared once a second, and added to the totals.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    /// Intended send to the recipient's device, by class.
    pub delivery: [Distribution; CLASSES],
    /// Actual send to the recipient's device, by class: what a generator that waits for the platform
    /// would see.
    pub uncorrected: [Distribution; CLASSES],
    /// Intended send to the sender's device learning of acceptance: of messages to friends, and of acts
    /// towards pages.
    pub acknowledged: [Distribution; 2],
    /// From the mailbox of a shard to its service, by class of command.
    pub wait: [Distribution; COMMANDS],
    /// In service at a shard, by class of command.
    pub service: [Distribution; COMMANDS],
    /// From one shard to the service of another.
    pub hop: Distribution,
    /// From the shard that decided to the device.
    pub handing: Distribution,
    /// From when a command could have been sent to when it was: what the generator was late.
    pub lag: Distribution,
    /// How long the platform kept a command out.
    pub blocked: Distribution,
    /// Intended send of what gave an ad slot to the policy's consent.
    pub allowed: Distribution,
    /// The same to its refusal, by the rule that refused.
    pub refused: [Distribution; RULES],
    /// Intended send of an opt-out, mute or block to the moment from which on no ad passes.
    pub revocation: Distribution,
    /// What is only counted.
    pub counts: LoadCounts,
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

    /// Adds all that another has measured, and clears it.
    pub fn absorb(&mut self, other: &mut Meter) {
        for (into, from) in self.distributions().into_iter().zip(other.distributions()) {
            from.settle();
            if from.count() > 0 {
                into.merge(from);
                from.clear();
            }
        }
        self.counts.add(&other.counts);
        other.counts = LoadCounts::default();
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
        } = self.counts;
        let unit = Unit::Count;
        let counter = |value: u64| Metric::Counter {
            unit,
            value: value as i64,
        };
        let ratio = |part: u64, whole: u64| Metric::Ratio {
            numerator: part as i64,
            denominator: whole as i64,
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
        let place = Meter::names().iter().position(|known| known == name)?;
        self.distributions().into_iter().nth(place)
    }
}
