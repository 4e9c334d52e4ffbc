//! Every metric, registered once: thresholds, comparison and gate know no other names.

mod loads;

use crate::record::{Clock, Unit};
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
        /// A part of a whole.
        Ratio = "ratio",
        /// One figure per interval.
        Series = "series",
    }
}

words! {
    /// Which way a metric ought to move.
    Better {
        /// More is better.
        Higher = "higher",
        /// Less is better.
        Lower = "lower",
        /// Neither is better by itself.
        None = "none",
    }
}

/// What is known of a metric before any run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct Definition {
    /// Its name everywhere.
    pub name: String,
    /// How it is kept.
    pub kind: Kind,
    /// What it is counted in.
    pub unit: Unit,
    /// Which way it ought to move.
    pub better: Better,
    /// The clocks in which it exists.
    pub clocks: &'static [Clock],
    /// What it is, in one line.
    pub description: String,
}

const BOTH: &[Clock] = &[Clock::Virtual, Clock::Wall];
const VIRTUAL: &[Clock] = &[Clock::Virtual];
const WALL: &[Clock] = &[Clock::Wall];

/// Counts by dense index, each with its registered name.
macro_rules! counts {
    ($(#[$doc:meta])* $name:ident, $kind:expr;
     $($variant:ident = $label:literal, $unit:ident, $better:ident, $description:literal;)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum $name { $($variant),* }

        impl $name {
            pub(crate) const ALL: &'static [$name] = &[$($name::$variant),*];
            pub(crate) const LEN: usize = $name::ALL.len();

            pub(crate) fn name(self) -> &'static str {
                match self { $($name::$variant => $label),* }
            }

            pub(crate) fn unit(self) -> Unit {
                match self { $($name::$variant => Unit::$unit),* }
            }

            fn definition(self) -> Definition {
                match self {
                    $($name::$variant => define(
                        $label, $kind, Unit::$unit, Better::$better, $description,
                    )),*
                }
            }
        }
    };
}

counts! {
    /// What is counted once over the run.
    Count, Kind::Counter;
    Connects = "sessions.connects", Count, None, "times a device came on line";
    Reads = "reads", Count, Higher, "messages read";
    Withdrawn = "messages.withdrawn", Count, Lower, "accepted ads withdrawn before delivery, a rule no longer holding";
    Expired = "messages.expired", Count, Lower, "accepted messages that outlived their time in the inbox";
    MessagesRefused = "messages.refused", Count, Lower, "messages refused: blocked, no such page, no conversation, no reason under the policy";
    Dropped = "messages.dropped", Count, Lower, "commands lost to a full queue";
    Conversations = "conversations.opened", Count, Higher, "conversations between a user and a page opened";
    PageActs = "conversations.acts", Count, Higher, "acts of users towards pages they have a conversation with";
    OrdersPlaced = "orders.placed", Count, Higher, "orders placed";
    OrdersPaid = "orders.paid", Count, Higher, "orders paid";
    OrdersShipped = "orders.shipped", Count, Higher, "orders shipped";
    OrdersDelivered = "orders.delivered", Count, Higher, "orders that reached the customer";
    OrdersCancelled = "orders.cancelled", Count, Lower, "orders cancelled";
    OrdersRefused = "orders.refused", Count, Lower, "orders refused: out of stock, wrong price, wrong state";
    OptInsGiven = "opt_ins.given", Count, Higher, "consents given";
    OptInsRevoked = "opt_ins.revoked", Count, Lower, "consents taken back";
    Blocks = "blocks", Count, Lower, "blocks of a page by a user";
    BlocksOfPeople = "blocks.people", Count, None, "blocks of one person by another";
    Unblocks = "unblocks", Count, None, "blocks lifted";
    Mutes = "mutes", Count, Lower, "pages muted";
    PaymentsBegun = "payments.begun", Count, None, "transfers begun";
    PaymentsPosted = "payments.posted", Count, Higher, "transfers that ended well";
    PaymentsReleased = "payments.released", Count, Lower, "transfers that ended without money moving";
    PaymentsRefused = "payments.refused", Count, Lower, "transfers refused before they began";
    PaymentsVolume = "payments.volume", MicroUnits, Higher, "money moved by transfers that ended well";
    AdsDecided = "ads.decided", Count, None, "ad slots judged by the policy, once per campaign";
    AdsAllowed = "ads.allowed", Count, None, "ad slots in which the policy allowed the campaign";
    AdsDelivered = "ads.delivered", Count, Higher, "ads delivered and charged";
    AdsOpened = "ads.opened", Count, Higher, "ads opened";
    AdsClicked = "ads.clicked", Count, Higher, "ads whose link was followed";
    AdsBought = "ads.bought", Count, Higher, "purchases through an ad";
    RevenueAds = "revenue.ads", MicroUnits, Higher, "what the platform earned with ads that won an auction";
    RevenueMarketing = "revenue.messages.marketing", MicroUnits, Higher, "what the platform earned with ads by list price";
    RevenueUtility = "revenue.messages.utility", MicroUnits, Higher, "what the platform earned with late notices about orders, and with monthly plans";
    RevenuePayments = "revenue.payments", MicroUnits, Higher, "what the platform kept of payments to pages";
    SalesAds = "sales.ads", MicroUnits, Higher, "orders placed in answer to an ad, at their price, less those cancelled";
    RatedGreen = "pages.rated.green", Count, Higher, "times a page was rated green";
    RatedYellow = "pages.rated.yellow", Count, Lower, "times a page was rated yellow";
    RatedRed = "pages.rated.red", Count, Lower, "times a page was rated red";
    TiersChanged = "pages.tiers_changed", Count, None, "times a page rose or fell a tier";
    Asked = "hotline.asked", Count, None, "questions that entered a hot-line";
    AnsweredByBot = "hotline.answered.bot", Count, None, "questions answered by a bot";
    AnsweredByHuman = "hotline.answered.human", Count, None, "questions answered by a person";
    LinksRefused = "links.refused", Count, Lower, "short links that led to no page";
    HistoryConversations = "history.conversations", Count, None, "conversations opened before day one";
    HistoryOptIns = "history.opt_ins", Count, None, "consents given before day one";
    HistoryOrders = "history.orders", Count, None, "orders placed before day one";
    Begun = "messages.begun", Count, Higher, "messages between people that begin a conversation";
}

impl Count {
    /// What the platform earned, by source.
    pub(crate) const REVENUES: [Count; 4] = [
        Count::RevenueAds,
        Count::RevenueMarketing,
        Count::RevenueUtility,
        Count::RevenuePayments,
    ];
}

counts! {
    /// What is counted per interval.
    Tick, Kind::Series;
    Accepted = "series.accepted.friend", Count, None, "messages accepted per interval, between people";
    AcceptedHotLine = "series.accepted.hot_line", Count, None, "messages accepted per interval, hot-line";
    AcceptedOrderNotice = "series.accepted.order_notice", Count, None, "messages accepted per interval, order notices";
    AcceptedAd = "series.accepted.ad", Count, None, "messages accepted per interval, ads";
    Delivered = "series.delivered.friend", Count, None, "messages delivered per interval, between people";
    DeliveredHotLine = "series.delivered.hot_line", Count, None, "messages delivered per interval, hot-line";
    DeliveredOrderNotice = "series.delivered.order_notice", Count, None, "messages delivered per interval, order notices";
    DeliveredAd = "series.delivered.ad", Count, None, "messages delivered per interval, ads";
    Served = "series.served", Count, None, "commands served per interval";
    Connects = "series.connects", Count, None, "devices that came on line per interval";
    Conversations = "series.conversations", Count, None, "conversations with pages opened per interval";
    Orders = "series.orders", Count, None, "orders placed per interval";
    Payments = "series.payments", Count, None, "transfers that ended well per interval";
    OptIns = "series.opt_ins", Count, None, "consents given per interval";
    OptOuts = "series.opt_outs", Count, None, "consents taken back per interval";
    Blocks = "series.blocks", Count, None, "blocks of pages per interval";
    Mutes = "series.mutes", Count, None, "pages muted per interval";
    AdsAllowed = "series.ads.allowed", Count, None, "ads allowed by the policy per interval";
    AdsRefused = "series.ads.refused", Count, None, "ads refused by the policy per interval";
    AdsDelivered = "series.ads.delivered", Count, None, "ads delivered per interval";
    Revenue = "series.revenue", MicroUnits, None, "what the platform earned per interval";
    Begun = "series.begun", Count, None, "messages between people that begin a conversation, per interval";
}

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
        time("queue.wait", Better::Lower, "probes: arrival to start of service"),
        time("queue.service", Better::Lower, "probes: time in service"),
        time(
            "queue.sojourn",
            Better::Lower,
            "probes: arrival to end of service",
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
            "probes that had to wait, of those served",
        ),
    ]
    .into_iter()
    .map(|definition| in_clocks(VIRTUAL, definition))
}

fn single() -> Vec<Definition> {
    let series = |name, unit, description| define(name, Kind::Series, unit, Better::None, description);
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
            "question's entry to somebody taking it up",
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
            "revenue.total",
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
            "what a thousand ads delivered cost",
        ),
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

static DEFINITIONS: LazyLock<Vec<Definition>> = LazyLock::new(|| {
    let mut all: Vec<Definition> = by_message_class()
        .chain(by_command_class())
        .chain(of_the_queue())
        .chain(loads::of_loads())
        .chain(single().into_iter().map(only_in_virtual_time))
        .chain(by_rule())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for pair in definitions().windows(2) {
            assert_ne!(pair[0].name, pair[1].name);
        }
        for definition in definitions() {
            assert_eq!(find(&definition.name).unwrap(), definition);
            assert_eq!(
                definition.kind == Kind::Series,
                definition.name.starts_with("series."),
                "{}",
                definition.name
            );
            assert!(!definition.description.is_empty() && !definition.clocks.is_empty());
        }
    }

    #[test]
    fn a_misspelt_name_is_told_its_nearest() {
        for (wrong, right) in [
            ("delivery.freind", "delivery.friend"),
            ("audit.violation", "audit.violations"),
            ("hot_line.abandoned", "hotline.abandoned"),
            ("ads.refused.budgets", "ads.refused.budget"),
        ] {
            let error = find(wrong).unwrap_err();
            assert_eq!(error.nearest, right);
            assert!(error.to_string().contains(right));
        }
    }
}
