//! From a collector's counts to the deterministic half of a run record.

mod doubts;

use crate::collector::{Collector, FunnelCounts};
use crate::distribution::Distribution;
use crate::overload::Overload;
use crate::record::{
    AccountKind, Assumed, AuditSummary, Balance, Column, Funnel, Metric, Refusals, RunResult, SeriesTable,
    Size, Tally, ThresholdVerdict, Unit, Warning, Window,
};
use crate::registry::{
    Count, DELIVERY_P50, DELIVERY_P99, Kind, REVENUE, Tick, USERS_TURNED_AWAY, UTILISATION_BUSIEST,
    UTILISATION_MEAN,
};
use crate::user_count::UserCount;
use chappe_base::{CommandClass, MessageClass, PageId, RefusalReason, RuleKind, SimTime, Span};
use std::collections::BTreeMap;

/// All figures of a run, with the distributions that thresholds and the interval log need whole.
#[derive(Clone, Debug)]
pub struct ResultParts {
    /// The stretch of time the figures are about.
    pub window: Window,
    /// How large the platform was.
    pub size: Size,
    /// Every metric by its registered name, but for the series.
    pub metrics: BTreeMap<String, Metric>,
    /// Figures per interval.
    pub series: SeriesTable,
    /// Each campaign's funnel.
    pub campaigns: Vec<Funnel>,
    /// What was refused, and why.
    pub refusals: Refusals,
    /// Balance by kind of account.
    pub ledger: Vec<Balance>,
    /// Reasons to doubt the figures, each with its remedy.
    pub warnings: Vec<Warning>,
    /// The shards that can't keep up, if any. The warnings have it in words.
    pub overload: Option<Overload>,
    /// The distributions behind the metrics that are histograms.
    pub distributions: BTreeMap<String, Distribution>,
}

impl ResultParts {
    /// The deterministic half of the record, with what others have to say.
    #[must_use]
    pub fn into_result(
        self,
        thresholds: Vec<ThresholdVerdict>,
        audit: AuditSummary,
        assumed: Vec<Assumed>,
        notes: Vec<String>,
    ) -> RunResult {
        RunResult {
            window: self.window,
            size: self.size,
            metrics: self.metrics,
            series: self.series,
            campaigns: self.campaigns,
            refusals: self.refusals,
            ledger: self.ledger,
            thresholds,
            audit,
            assumed,
            notes,
            warnings: self.warnings,
        }
    }
}

impl Collector {
    /// The figures of a run that ended at `until`, in which the audit counted `violation_count`
    /// violations. Call it on the one collector into which all others were merged.
    #[must_use]
    pub fn finish(mut self, until: SimTime, violation_count: u64) -> ResultParts {
        self.settle();
        let mut metrics = self.counters(violation_count);
        metrics.extend(self.gauges());
        metrics.extend(self.per_user());
        metrics.extend(self.shares(until));
        let window = Window {
            warm_up_ns: self.config.warm_up.0,
            horizon_ns: self.config.horizon.0,
            until_ns: until.0,
        };
        let size = Size {
            users_count: self.config.users,
            pages_count: self.config.pages,
            shards_count: self.config.shards,
            platform: self.config.platform,
        };
        let series = self.series(until);
        let campaigns = self.campaigns();
        let refusals = self.refusals();
        let ledger = self.balances();
        let service_from = self.config.platform.service_from;
        let overload = self.overload(until);
        let distributions = self.into_distributions();
        for (name, distribution) in &distributions {
            metrics.insert(name.clone(), Metric::Histogram(distribution.summary()));
        }
        ResultParts {
            window,
            size,
            series,
            campaigns,
            refusals,
            ledger,
            warnings: doubts::warnings(&metrics, overload, service_from),
            overload,
            metrics,
            distributions,
        }
    }

    fn counters(&self, violation_count: u64) -> BTreeMap<String, Metric> {
        let mut metrics = BTreeMap::new();
        let mut counter = |name: String, unit, value| {
            metrics.insert(name, Metric::Counter { unit, value });
        };
        for &count in Count::ALL.iter().filter(|count| count.kind() == Kind::Counter) {
            counter(count.name().to_owned(), count.unit(), self.counts[count as usize]);
        }
        for &class in MessageClass::ALL {
            let (label, index, unit) = (class.label(), class as usize, Unit::Count);
            counter(format!("messages.accepted.{label}"), unit, self.accepted[index]);
            counter(format!("messages.delivered.{label}"), unit, self.delivered[index]);
        }
        for (&rule, refused) in RuleKind::ALL.iter().zip(self.refused_ads()) {
            let name = format!("ads.refused.{}", rule.label());
            counter(name, Unit::Count, refused as i64);
        }
        let served = self.wait[CommandClass::Probe as usize].count();
        counter("queue.served".to_owned(), Unit::Count, served as i64);
        counter("audit.violations".to_owned(), Unit::Count, violation_count as i64);
        metrics
    }

    fn gauges(&self) -> impl Iterator<Item = (String, Metric)> {
        let levels = Count::ALL.iter().filter(|count| count.kind() == Kind::Gauge);
        let levels = levels.map(|&count| (count.name(), count.unit(), self.counts[count as usize]));
        let pages = self.config.campaigns.iter();
        let audience: u64 = pages.map(|&page| self.audience(page)).sum();
        let delivered = i128::from(self.counts[Count::AdsDelivered as usize]);
        let price = (i128::from(self.spent()) * 1_000).checked_div(delivered);
        let price = price.map(|price| ("ads.price_per_thousand", Unit::MicroUnits, price as i64));
        let sources = Count::REVENUES.iter();
        let revenue = sources.map(|&source| self.counts[source as usize]).sum();
        let others = [
            ("messages.pending", Unit::Count, self.pending_count),
            ("ads.audience", Unit::Count, audience as i64),
            (REVENUE, Unit::MicroUnits, revenue),
        ];
        let gauge = |(name, unit, value): (&str, _, _)| (name.to_owned(), Metric::Gauge { unit, value });
        levels.chain(others).chain(price).map(gauge)
    }

    /// All of a quantity that is counted for each user.
    fn total(&self, quantity: UserCount) -> i64 {
        match quantity {
            UserCount::AdsSeen => self.counts[Count::AdsDelivered as usize],
            UserCount::TurnedAway => Count::TURNED_AWAY
                .iter()
                .map(|&count| self.counts[count as usize])
                .sum(),
            UserCount::MessagesToFriends => self.accepted[MessageClass::Friend as usize],
            UserCount::Purchases => self.counts[Count::OrdersPlaced as usize],
        }
    }

    fn per_user(&self) -> impl Iterator<Item = (String, Metric)> {
        UserCount::ALL.iter().map(|&quantity| {
            let ratio = Metric::Ratio {
                numerator: self.total(quantity),
                denominator: i64::from(self.config.users),
                unit: quantity.metric_unit(),
            };
            (quantity.metric().to_owned(), ratio)
        })
    }

    /// What all ads cost [micro-units].
    fn spent(&self) -> i64 {
        self.funnels.iter().map(|funnel| funnel.revenue.0).sum()
    }

    fn shares(&self, until: SimTime) -> impl Iterator<Item = (String, Metric)> {
        let served = self.wait[CommandClass::Probe as usize].count() as i64;
        let gave_up = self.probe_abandoned.count() as i64;
        let delayed = self.probe_delayed_count as i64;
        let answered = self.hotline_answer.count() as i64;
        let hung_up = self.hotline_abandoned.count() as i64;

        let servers = self.config.platform.servers_per_shard as i64;
        let shards = self.config.shards as i64;
        let measured = (until - self.config.warm_up).0.max(0);
        let busy = &self.busy.by_shard;
        let whole = (busy.iter().sum(), servers * shards * measured);
        let busiest = busy.iter().copied().max().unwrap_or(0);
        [
            (
                "ads.return",
                (self.counts[Count::SalesAds as usize], self.spent()),
            ),
            (
                USERS_TURNED_AWAY,
                (i64::from(self.turned_away.len()), i64::from(self.config.users)),
            ),
            ("queue.abandoned", (gave_up, gave_up + served)),
            ("queue.delayed", (delayed + gave_up, gave_up + served)),
            ("queue.served_delayed", (delayed, served)),
            ("hotline.abandoned", (hung_up, hung_up + answered)),
            ("utilisation.mean", whole),
            ("utilisation.peak_hour", self.peak_hour(until).unwrap_or(whole)),
            ("utilisation.busiest_shard", (busiest, servers * measured)),
        ]
        .into_iter()
        .map(|(name, (numerator, denominator))| {
            let share = Metric::Ratio {
                numerator,
                denominator,
                unit: Unit::Share,
            };
            (name.to_owned(), share)
        })
    }

    /// Busy and available time [ns] of the busiest hour that lies whole in the window.
    fn peak_hour(&self, until: SimTime) -> Option<(i64, i64)> {
        let first = (self.config.warm_up.0 as u64).div_ceil(Span::HOUR.0 as u64) as usize;
        let last = (until.0 / Span::HOUR.0) as usize;
        let available =
            self.config.platform.servers_per_shard as i64 * self.config.shards as i64 * Span::HOUR.0;
        let hours = self.busy.by_hour.get(first..last)?;
        hours.iter().max().map(|&busy| (busy, available))
    }

    fn series(&self, until: SimTime) -> SeriesTable {
        let width = self.intervals.width();
        let rows = crate::buckets::count(until, width).min(self.intervals.len());
        let mut columns: Vec<Column> = Tick::ALL
            .iter()
            .map(|&tick| Column {
                name: tick.name().to_owned(),
                unit: tick.unit(),
                values: self.ticks[..rows]
                    .iter()
                    .map(|row| Some(row[tick as usize]))
                    .collect(),
            })
            .collect();
        for (name, q) in [(DELIVERY_P50, 0.5), (DELIVERY_P99, 0.99)] {
            let value = |histogram: &hdrhistogram::Histogram<u32>| {
                (!histogram.is_empty()).then(|| histogram.value_at_quantile(q) as i64)
            };
            columns.push(Column {
                name: name.to_owned(),
                unit: Unit::Nanoseconds,
                values: self.friend_delivery[..rows].iter().map(value).collect(),
            });
        }
        columns.extend(self.utilisation(until, rows));
        columns.sort_by(|a, b| a.name.cmp(&b.name));
        SeriesTable {
            start_ns: 0,
            interval_ns: width.0,
            columns,
        }
    }

    /// Busy share of all servers, and of those of the busiest shard, per interval [ppm].
    fn utilisation(&self, until: SimTime, rows: usize) -> [Column; 2] {
        let width = self.intervals.width().0;
        let shards = self.config.shards as usize;
        let share = |row: usize, busy: i64, shards: usize| {
            let available = (until.0 - row as i64 * width).min(width)
                * self.config.platform.servers_per_shard as i64
                * shards as i64;
            (available > 0).then(|| (busy as i128 * 1_000_000 / available as i128) as i64)
        };
        let busy = || self.busy.by_interval.chunks(shards).take(rows).enumerate();
        let column = |name: &str, values| Column {
            name: name.to_owned(),
            unit: Unit::PartsPerMillion,
            values,
        };
        let mean = busy().map(|(row, busy)| share(row, busy.iter().sum(), shards));
        let busiest = busy().map(|(row, busy)| share(row, busy.iter().copied().max()?, 1));
        [
            column(UTILISATION_MEAN, mean.collect()),
            column(UTILISATION_BUSIEST, busiest.collect()),
        ]
    }

    fn audience(&self, page: PageId) -> u64 {
        self.conversations_by_page[page.index()] as u64
    }

    fn refused_ads(&self) -> Vec<u64> {
        (0..RuleKind::ALL.len())
            .map(|rule| self.funnels.iter().map(|funnel| funnel.refused[rule]).sum())
            .collect()
    }

    fn campaigns(&self) -> Vec<Funnel> {
        let funnel = |(index, (&page, counts)): (usize, (&PageId, &FunnelCounts))| Funnel {
            campaign: index as u16,
            page: page.0,
            format: counts.format,
            budget_micro: counts.budget.0,
            audience_count: self.audience(page),
            decided_count: counts.allowed + counts.refused.iter().sum::<u64>(),
            allowed_count: counts.allowed,
            refused: tally(RuleKind::ALL, &counts.refused),
            delivered_count: counts.delivered,
            opened_count: counts.opened,
            clicked_count: counts.clicked,
            bought_count: counts.bought,
            revenue_micro: counts.revenue.0,
            sales_micro: counts.sales.0,
        };
        let pages = self.config.campaigns.iter();
        pages.zip(&self.funnels).enumerate().map(funnel).collect()
    }

    fn refusals(&self) -> Refusals {
        Refusals {
            ads: tally(RuleKind::ALL, &self.refused_ads()),
            withdrawn: tally(RuleKind::ALL, &self.withdrawn),
            commands: tally(RefusalReason::ALL, &self.refused_commands),
            transfers: tally(RefusalReason::ALL, &self.refused_transfers),
            dropped: tally(CommandClass::ALL, &self.dropped),
        }
    }

    fn balances(&self) -> Vec<Balance> {
        let line = |(&account, &balance_micro): (&AccountKind, &i64)| Balance {
            account,
            balance_micro,
        };
        AccountKind::ALL.iter().zip(&self.ledger).map(line).collect()
    }

    fn into_distributions(self) -> BTreeMap<String, Distribution> {
        let mut all = BTreeMap::new();
        let by_class = MessageClass::ALL
            .iter()
            .zip(self.delivery.into_iter().zip(self.reach));
        for (class, (delivery, reach)) in by_class {
            all.insert(format!("delivery.{}", class.label()), delivery);
            all.insert(format!("reach.{}", class.label()), reach);
        }
        let by_command = CommandClass::ALL
            .iter()
            .zip(self.wait.into_iter().zip(self.service));
        for (&command, (wait, service)) in by_command {
            let (wait_name, service_name) = match command {
                CommandClass::Probe => {
                    let mut ended = wait.clone();
                    ended.merge(&self.probe_abandoned);
                    all.insert("queue.wait".to_owned(), ended);
                    ("queue.served_wait".to_owned(), "queue.service".to_owned())
                }
                CommandClass::Connect
                | CommandClass::Message
                | CommandClass::Read
                | CommandClass::PageMessage
                | CommandClass::Order
                | CommandClass::Payment
                | CommandClass::Consent
                | CommandClass::Ad
                | CommandClass::Control => (
                    format!("wait.{}", command.label()),
                    format!("service.{}", command.label()),
                ),
            };
            all.insert(wait_name, wait);
            all.insert(service_name, service);
        }
        all.extend(
            [
                ("ack.friend", self.acknowledged_friend),
                ("ack.hot_line", self.acknowledged_page),
                ("queue.sojourn", self.probe_sojourn),
                ("queue.abandoned_wait", self.probe_abandoned),
                ("hotline.wait", self.hotline_wait),
                ("hotline.answer", self.hotline_answer),
                ("hotline.abandoned_wait", self.hotline_abandoned),
            ]
            .map(|(name, distribution)| (name.to_owned(), distribution)),
        );
        all
    }
}

/// The counts that are not zero.
fn tally<T: Copy>(all: &[T], counts: &[u64]) -> Vec<Tally<T>> {
    let pairs = all.iter().zip(counts).filter(|&(_, &count)| count > 0);
    pairs.map(|(&label, &count)| Tally { label, count }).collect()
}

#[cfg(test)]
mod tests;
