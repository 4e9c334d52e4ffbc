//! The fold over facts that makes figures of a run.

use crate::buckets::{Buckets, interval_for};
use crate::distribution::Distribution;
use crate::platform_size::PlatformSize;
use crate::record::AccountKind;
use crate::registry::{Count, Tick};
use crate::user_count::UserSet;
use chappe_base::{
    CommandClass, Format, MessageClass, Money, PageId, RefusalReason, RuleKind, SimTime, Span,
};
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use serde_big_array::BigArray;

const ACCOUNTS: usize = AccountKind::ALL.len();
const CLASSES: usize = MessageClass::ALL.len();
const COMMANDS: usize = CommandClass::ALL.len();
const RULES: usize = RuleKind::ALL.len();
const REASONS: usize = RefusalReason::ALL.len();

/// What a collector needs to know of a scenario.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CollectorConfig {
    /// Shards of the platform.
    pub shards: u16,
    /// How the platform got its size, with the servers of each shard.
    pub platform: PlatformSize,
    /// Users of the platform.
    pub users: u32,
    /// Pages of the platform.
    pub pages: u32,
    /// The page of each campaign, in the order of the scenario.
    pub campaigns: Vec<PageId>,
    /// From when latency, queues and utilisation are measured.
    pub warm_up: SimTime,
    /// Where the scenario ends, also if a run stops earlier: it decides how long an interval is.
    pub horizon: SimTime,
}

/// Folds facts into figures, in memory that does not grow with the run.
///
/// What counts when:
/// - Facts before time zero are history. They enter the ledger, a campaign's audience, and the
///   counts named `history.*`; nothing else.
/// - Counts, sums, the funnel and the series take every fact from time zero on, warm-up included,
///   so that they agree with the ledger.
/// - Latency (`delivery.*`, `reach.*`, `ack.*`) takes messages whose intended send is not before
///   the warm-up's end.
/// - `wait.*`, `service.*`, `queue.*`, the times and the share given up of `hotline.*`, and
///   utilisation take what happens from the warm-up's end on; of a service that spans it, the part
///   after it.
///
/// Each worker has a collector of its own, which can be sent from one process to another.
/// [`Collector::merge`] is commutative and associative, and every figure is a sum, a union, a minimum or a
/// maximum, so that the result is the same however the shards are distributed among workers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Collector {
    pub(crate) config: CollectorConfig,
    pub(crate) delivery: [Distribution; CLASSES],
    pub(crate) reach: [Distribution; CLASSES],
    pub(crate) acknowledged_friend: Distribution,
    pub(crate) acknowledged_page: Distribution,
    pub(crate) wait: [Distribution; COMMANDS],
    pub(crate) service: [Distribution; COMMANDS],
    pub(crate) probe_sojourn: Distribution,
    pub(crate) probe_abandoned: Distribution,
    pub(crate) probe_delayed_count: u64,
    pub(crate) hotline_wait: Distribution,
    pub(crate) hotline_answer: Distribution,
    pub(crate) hotline_abandoned: Distribution,
    #[serde(with = "BigArray")]
    pub(crate) counts: [i64; Count::LEN],
    pub(crate) accepted: [i64; CLASSES],
    pub(crate) delivered: [i64; CLASSES],
    pub(crate) pending_count: i64,
    pub(crate) withdrawn: [u64; RULES],
    pub(crate) refused_commands: [u64; REASONS],
    pub(crate) refused_transfers: [u64; REASONS],
    pub(crate) dropped: [u64; COMMANDS],
    pub(crate) ledger: [i64; ACCOUNTS],
    pub(crate) conversations_by_page: Vec<u32>,
    pub(crate) turned_away: UserSet,
    pub(crate) funnels: Vec<FunnelCounts>,
    pub(crate) busy: Busy,
    pub(crate) intervals: Buckets,
    pub(crate) ticks: Vec<[i64; Tick::LEN]>,
    #[serde(with = "crate::histogram_serde::list")]
    pub(crate) friend_delivery: Vec<Histogram<u32>>,
}

/// One campaign's counts.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct FunnelCounts {
    pub(crate) format: Option<Format>,
    pub(crate) budget: Money,
    pub(crate) allowed: u64,
    pub(crate) refused: [u64; RULES],
    pub(crate) delivered: u64,
    pub(crate) opened: u64,
    pub(crate) clicked: u64,
    pub(crate) bought: u64,
    pub(crate) revenue: Money,
    pub(crate) sales: Money,
}

impl FunnelCounts {
    fn merge(&mut self, other: &FunnelCounts) {
        self.format = self.format.or(other.format);
        self.budget += other.budget;
        self.allowed += other.allowed;
        sum(&mut self.refused, &other.refused);
        self.delivered += other.delivered;
        self.opened += other.opened;
        self.clicked += other.clicked;
        self.bought += other.bought;
        self.revenue += other.revenue;
        self.sales += other.sales;
    }
}

/// Time that servers were busy, and that commands waited for them [ns].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Busy {
    /// By shard, from the warm-up's end on.
    pub(crate) by_shard: Vec<i64>,
    /// By interval and, within it, by shard.
    pub(crate) by_interval: Vec<i64>,
    /// By hour, over all shards.
    pub(crate) by_hour: Vec<i64>,
    pub(crate) hours: Buckets,
    /// By shard, the longest time that a command waited [ns], from the warm-up's end on.
    pub(crate) longest_wait: Vec<i64>,
}

/// A histogram of one interval: 65 µs to 19 hours, within 1%.
fn interval_histogram() -> Histogram<u32> {
    Histogram::new_with_bounds(1 << 16, (1 << 46) - 1, 2)
        .expect("the bounds are constants that a histogram can have")
}

fn sum<T: Copy + std::ops::AddAssign>(into: &mut [T], from: &[T]) {
    for (into, &from) in into.iter_mut().zip(from) {
        *into += from;
    }
}

fn merge_all(into: &mut [Distribution], from: &[Distribution]) {
    for (into, from) in into.iter_mut().zip(from) {
        into.merge(from);
    }
}

impl Collector {
    /// A collector that has seen nothing.
    #[must_use]
    pub fn new(config: CollectorConfig) -> Collector {
        let intervals = Buckets::new(config.horizon, interval_for(config.horizon));
        let hours = Buckets::new(config.horizon, Span::HOUR);
        let shards = config.shards as usize;
        Collector {
            delivery: Default::default(),
            reach: Default::default(),
            acknowledged_friend: Distribution::default(),
            acknowledged_page: Distribution::default(),
            wait: Default::default(),
            service: Default::default(),
            probe_sojourn: Distribution::default(),
            probe_abandoned: Distribution::default(),
            probe_delayed_count: 0,
            hotline_wait: Distribution::default(),
            hotline_answer: Distribution::default(),
            hotline_abandoned: Distribution::default(),
            counts: [0; Count::LEN],
            accepted: [0; CLASSES],
            delivered: [0; CLASSES],
            pending_count: 0,
            withdrawn: [0; RULES],
            refused_commands: [0; REASONS],
            refused_transfers: [0; REASONS],
            dropped: [0; COMMANDS],
            ledger: [0; ACCOUNTS],
            conversations_by_page: vec![0; config.pages as usize],
            turned_away: UserSet::new(config.users),
            funnels: vec![FunnelCounts::default(); config.campaigns.len()],
            busy: Busy {
                by_shard: vec![0; shards],
                by_interval: vec![0; shards * intervals.len()],
                by_hour: vec![0; hours.len()],
                hours,
                longest_wait: vec![0; shards],
            },
            ticks: vec![[0; Tick::LEN]; intervals.len()],
            friend_delivery: vec![interval_histogram(); intervals.len()],
            intervals,
            config,
        }
    }

    /// Adds all that another collector of the same scenario has seen.
    ///
    /// # Panics
    /// If the other is of another scenario.
    pub fn merge(&mut self, other: &Collector) {
        assert_eq!(
            self.config, other.config,
            "collectors of one run have one configuration"
        );
        self.merge_distributions(other);
        sum(&mut self.counts, &other.counts);
        sum(&mut self.accepted, &other.accepted);
        sum(&mut self.delivered, &other.delivered);
        sum(&mut self.withdrawn, &other.withdrawn);
        sum(&mut self.refused_commands, &other.refused_commands);
        sum(&mut self.refused_transfers, &other.refused_transfers);
        sum(&mut self.dropped, &other.dropped);
        sum(&mut self.ledger, &other.ledger);
        sum(&mut self.conversations_by_page, &other.conversations_by_page);
        self.turned_away.merge(&other.turned_away);
        sum(&mut self.busy.by_shard, &other.busy.by_shard);
        sum(&mut self.busy.by_interval, &other.busy.by_interval);
        sum(&mut self.busy.by_hour, &other.busy.by_hour);
        for (into, &from) in self.busy.longest_wait.iter_mut().zip(&other.busy.longest_wait) {
            *into = from.max(*into);
        }
        self.probe_delayed_count += other.probe_delayed_count;
        self.pending_count += other.pending_count;
        for (into, from) in self.ticks.iter_mut().zip(&other.ticks) {
            sum(into, from);
        }
        for (into, from) in self.funnels.iter_mut().zip(&other.funnels) {
            into.merge(from);
        }
    }

    /// Lets every observation enter its histogram.
    pub(crate) fn settle(&mut self) {
        let lists = [
            &mut self.delivery[..],
            &mut self.reach,
            &mut self.wait,
            &mut self.service,
        ];
        let singles = [
            &mut self.acknowledged_friend,
            &mut self.acknowledged_page,
            &mut self.probe_sojourn,
            &mut self.probe_abandoned,
            &mut self.hotline_wait,
            &mut self.hotline_answer,
            &mut self.hotline_abandoned,
        ];
        let all = lists.into_iter().flatten().chain(singles);
        all.for_each(Distribution::settle);
    }

    fn merge_distributions(&mut self, other: &Collector) {
        merge_all(&mut self.delivery, &other.delivery);
        merge_all(&mut self.reach, &other.reach);
        merge_all(&mut self.wait, &other.wait);
        merge_all(&mut self.service, &other.service);
        self.acknowledged_friend.merge(&other.acknowledged_friend);
        self.acknowledged_page.merge(&other.acknowledged_page);
        self.probe_sojourn.merge(&other.probe_sojourn);
        self.probe_abandoned.merge(&other.probe_abandoned);
        self.hotline_wait.merge(&other.hotline_wait);
        self.hotline_answer.merge(&other.hotline_answer);
        self.hotline_abandoned.merge(&other.hotline_abandoned);
        for (into, from) in self.friend_delivery.iter_mut().zip(&other.friend_delivery) {
            into.add(from).expect("all intervals have the same bounds");
        }
    }
}
