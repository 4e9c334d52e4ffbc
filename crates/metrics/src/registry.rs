//! Every metric, registered once with its kind, unit and meaning.
//!
//! Thresholds, studies, reports and the gate know no other names, so that a figure means the same everywhere.

mod counts;
mod figures;
mod loads;
#[cfg(test)]
mod tests;

pub(crate) use counts::{Count, Tick};
pub use figures::{UnknownFigure, figures, find_figure};

use crate::record::{Clock, Unit};
use crate::user_count::UserCount;
use chappe_base::{CommandClass, MessageClass, RuleKind, words};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::LazyLock;

words! {
    /// How a metric is kept.
    Kind {
        /// A distribution.
        Histogram = "histogram",
        /// A count or a sum that only grows.
        Counter = "counter",
        /// A level at the end of the run.
        Gauge = "gauge",
        /// A quotient of two counts, as a part of a whole.
        Ratio = "ratio",
        /// One figure per interval.
        Series = "series",
    }
}

words! {
    /// Which direction of a metric is better.
    Better {
        /// More is better.
        Higher = "higher",
        /// Less is better.
        Lower = "lower",
        /// Neither is better by itself.
        None = "none",
    }
}

/// The definition of a metric.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct Definition {
    /// Its name everywhere.
    pub name: String,
    /// How it is kept.
    pub kind: Kind,
    /// What it is counted in.
    pub unit: Unit,
    /// Which direction is better.
    pub better: Better,
    /// The clocks in which it exists.
    pub clocks: &'static [Clock],
    /// What it is, in one line.
    pub description: String,
}

/// What the platform earned, from all sources.
pub const REVENUE: &str = "revenue.total";
/// Opt-outs, mutes and blocks of pages per 1,000 users.
pub const HARM: &str = "harm";
pub(crate) const USERS_TURNED_AWAY: &str = "users.turned_away";

const BOTH: &[Clock] = &[Clock::Virtual, Clock::Wall];
const VIRTUAL: &[Clock] = &[Clock::Virtual];
const WALL: &[Clock] = &[Clock::Wall];

/// Series that are worked out of more than one count.
pub(crate) const DELIVERY_P50: &str = "series.delivery.friend.p50";
pub(crate) const DELIVERY_P99: &str = "series.delivery.friend.p99";
pub(crate) const UTILISATION_MEAN: &str = "series.utilisation.mean";
pub(crate) const UTILISATION_BUSIEST: &str = "series.utilisation.busiest_shard";

fn define(name: &str, kind: Kind, unit: Unit, better: Better, description: &str) -> Definition {
    Definition {
        name: name.to_owned(),
        kind,
        unit,
        better,
        clocks: BOTH,
        description: description.to_owned(),
    }
}

fn in_clocks(clocks: &'static [Clock], definition: Definition) -> Definition {
    Definition { clocks, ..definition }
}

fn time(name: &str, better: Better, description: &str) -> Definition {
    define(name, Kind::Histogram, Unit::Nanoseconds, better, description)
}

fn ratio(name: &str, better: Better, description: &str) -> Definition {
    define(name, Kind::Ratio, Unit::Share, better, description)
}

fn noun(class: MessageClass) -> &'static str {
    match class {
        MessageClass::Friend => "messages between people",
        MessageClass::HotLine => "hot-line questions and answers",
        MessageClass::OrderNotice => "order notices",
        MessageClass::Ad => "ads",
    }
}

fn by_message_class() -> impl Iterator<Item = Definition> {
    MessageClass::ALL.iter().flat_map(|&class| {
        let (label, noun) = (class.label(), noun(class));
        [
            time(
                &format!("delivery.{label}"),
                Better::Lower,
                &format!("intended send to device, {noun}, recipient on line at acceptance"),
            ),
            in_clocks(
                VIRTUAL,
                time(
                    &format!("reach.{label}"),
                    Better::None,
                    &format!("intended send to device, {noun}, recipient off line at acceptance"),
                ),
            ),
            in_clocks(
                WALL,
                time(
                    &format!("uncorrected.{label}"),
                    Better::Lower,
                    &format!("actual send to device, {noun}, recipient on line: leaves out what the platform kept waiting"),
                ),
            ),
            define(
                &format!("messages.accepted.{label}"),
                Kind::Counter,
                Unit::Count,
                Better::Higher,
                &format!("{noun} accepted"),
            ),
            define(
                &format!("messages.delivered.{label}"),
                Kind::Counter,
                Unit::Count,
                Better::Higher,
                &format!("{noun} handed to the recipient's device"),
            ),
        ]
    })
}

fn by_command_class() -> impl Iterator<Item = Definition> {
    CommandClass::ALL
        .iter()
        .filter(|&&class| class != CommandClass::Probe)
        .flat_map(|class| {
            let label = class.label();
            [
                time(
                    &format!("wait.{label}"),
                    Better::Lower,
                    &format!("arrival at the shard to start of service, class {label}"),
                ),
                time(
                    &format!("service.{label}"),
                    Better::Lower,
                    &format!("time in service, class {label}"),
                ),
            ]
        })
}

fn of_the_queue() -> impl Iterator<Item = Definition> {
    [
        time(
            "queue.wait",
            Better::Lower,
            "probes: arrival to start of service or to giving up, as in Erlang A",
        ),
        time(
            "queue.served_wait",
            Better::Lower,
            "probes that were served: arrival to start of service",
        ),
        time("queue.service", Better::Lower, "probes: time in service"),
        time(
            "queue.sojourn",
            Better::Lower,
            "probes that were served: arrival to end of service",
        ),
        time(
            "queue.abandoned_wait",
            Better::None,
            "probes that ran out of patience: arrival to giving up",
        ),
        define(
            "queue.served",
            Kind::Counter,
            Unit::Count,
            Better::Higher,
            "probes served",
        ),
        ratio(
            "queue.abandoned",
            Better::Lower,
            "probes that ran out of patience, of all that ended",
        ),
        ratio(
            "queue.delayed",
            Better::Lower,
            "probes that had to wait, of all that ended, as in Erlang A",
        ),
        ratio(
            "queue.served_delayed",
            Better::Lower,
            "probes that had to wait and were served, of those served",
        ),
    ]
    .into_iter()
    .map(|definition| in_clocks(VIRTUAL, definition))
}

fn acknowledgements_and_hot_lines() -> Vec<Definition> {
    vec![
        time(
            "ack.friend",
            Better::Lower,
            "intended send to the sender's device learning of acceptance, messages between people",
        ),
        time(
            "ack.hot_line",
            Better::Lower,
            "intended send to the sender's device learning of acceptance, acts towards pages",
        ),
        time(
            "hotline.wait",
            Better::Lower,
            "question's entry to somebody taking it up, without those who gave up",
        ),
        time("hotline.answer", Better::Lower, "question's entry to its answer"),
        time(
            "hotline.abandoned_wait",
            Better::None,
            "question's entry to the customer giving up",
        ),
        ratio(
            "hotline.abandoned",
            Better::Lower,
            "questions given up, of all that ended",
        ),
    ]
}

fn levels_and_revenue() -> Vec<Definition> {
    vec![
        define(
            "messages.pending",
            Kind::Gauge,
            Unit::Count,
            Better::None,
            "accepted messages still kept for their recipient at the end",
        ),
        define(
            "ads.audience",
            Kind::Gauge,
            Unit::Count,
            Better::Higher,
            "people with a conversation with the page, summed over campaigns",
        ),
        ratio(
            "ads.return",
            Better::Higher,
            "orders placed in answer to an ad, at their price, to what the ads cost",
        ),
        define(
            REVENUE,
            Kind::Gauge,
            Unit::MicroUnits,
            Better::Higher,
            "what the platform earned, from all sources",
        ),
        define(
            "ads.price_per_thousand",
            Kind::Gauge,
            Unit::MicroUnits,
            Better::None,
            "what a thousand ads delivered cost; left out where none was",
        ),
        ratio(
            USERS_TURNED_AWAY,
            Better::Lower,
            "users who opted out of, muted or blocked a page at least once",
        ),
    ]
}

fn utilisation_and_quantiles() -> Vec<Definition> {
    let series = |name, unit, description| define(name, Kind::Series, unit, Better::None, description);
    vec![
        ratio("utilisation.mean", Better::None, "busy share of all servers"),
        ratio(
            "utilisation.peak_hour",
            Better::None,
            "busy share of all servers in the busiest full hour",
        ),
        ratio(
            "utilisation.busiest_shard",
            Better::None,
            "busy share of the servers of the busiest shard",
        ),
        define(
            "audit.violations",
            Kind::Counter,
            Unit::Count,
            Better::Lower,
            "promises broken, as the audit counts them",
        ),
        series(
            DELIVERY_P50,
            Unit::Nanoseconds,
            "median of delivery.friend per interval, within 1%",
        ),
        series(
            DELIVERY_P99,
            Unit::Nanoseconds,
            "0.99 quantile of delivery.friend per interval, within 1%",
        ),
        series(
            UTILISATION_MEAN,
            Unit::PartsPerMillion,
            "busy share of all servers per interval",
        ),
        series(
            UTILISATION_BUSIEST,
            Unit::PartsPerMillion,
            "busy share of the servers of the interval's busiest shard",
        ),
    ]
}

fn single() -> impl Iterator<Item = Definition> {
    acknowledgements_and_hot_lines()
        .into_iter()
        .chain(levels_and_revenue())
        .chain(utilisation_and_quantiles())
}

/// Patience, presence and capacity are simulated only.
fn only_in_virtual_time(definition: Definition) -> Definition {
    let name = &definition.name;
    if ["hotline.", "utilisation.", "series.utilisation."]
        .iter()
        .any(|prefix| name.starts_with(prefix))
    {
        in_clocks(VIRTUAL, definition)
    } else {
        definition
    }
}

fn by_rule() -> impl Iterator<Item = Definition> {
    RuleKind::ALL.iter().map(|rule| {
        define(
            &format!("ads.refused.{}", rule.label()),
            Kind::Counter,
            Unit::Count,
            Better::None,
            &format!("ad slots refused with {} the first rule to refuse", rule.label()),
        )
    })
}

/// How much of a quantity there was for each user.
fn per_user(quantity: UserCount) -> Definition {
    let (better, description) = match quantity {
        UserCount::AdsSeen => (Better::None, "ads delivered per user"),
        UserCount::TurnedAway => (
            Better::Lower,
            "opt-outs, mutes and blocks of pages per 1,000 users",
        ),
        UserCount::MessagesToFriends => (Better::Higher, "messages to friends accepted per user"),
        UserCount::Purchases => (Better::Higher, "orders placed per user"),
    };
    define(
        quantity.metric(),
        Kind::Ratio,
        quantity.metric_unit(),
        better,
        description,
    )
}

static DEFINITIONS: LazyLock<Vec<Definition>> = LazyLock::new(|| {
    let mut all: Vec<Definition> = by_message_class()
        .chain(by_command_class())
        .chain(of_the_queue())
        .chain(loads::of_loads())
        .chain(single().map(only_in_virtual_time))
        .chain(by_rule())
        .chain(UserCount::ALL.iter().map(|count| per_user(*count)))
        .chain(Count::ALL.iter().map(|count| count.definition()))
        .chain(Tick::ALL.iter().map(|tick| in_clocks(VIRTUAL, tick.definition())))
        .collect();
    all.sort_by(|a, b| (a.kind == Kind::Series, &a.name).cmp(&(b.kind == Kind::Series, &b.name)));
    all
});

/// All metrics: series last, else by name.
#[must_use]
pub fn definitions() -> &'static [Definition] {
    &DEFINITIONS
}

/// The metric of that name.
///
/// # Errors
/// Names the nearest metric there is.
pub fn find(name: &str) -> Result<&'static Definition, UnknownMetric> {
    definitions()
        .iter()
        .find(|definition| definition.name == name)
        .ok_or_else(|| UnknownMetric {
            name: name.to_owned(),
            nearest: nearest(name),
        })
}

fn nearest(name: &str) -> &'static str {
    definitions()
        .iter()
        .map(|definition| definition.name.as_str())
        .min_by_key(|known| strsim::damerau_levenshtein(name, known))
        .unwrap_or("delivery.friend")
}

/// A name that no metric has.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("there is no metric `{name}`; the nearest is `{nearest}` (`chappe schema --metrics` lists all)")]
pub struct UnknownMetric {
    /// The name.
    pub name: String,
    /// The registered name nearest to it.
    pub nearest: &'static str,
}
