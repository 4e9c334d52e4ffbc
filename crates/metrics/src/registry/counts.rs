//! What is counted by dense index, so that a fact costs no more than an addition: counts over the run, and
//! counts per interval.

use super::{Better, Definition, Kind, define};
use crate::record::Unit;

/// Counts by dense index, each with its registered name.
macro_rules! counts {
    ($(#[$doc:meta])* $name:ident;
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

            pub(super) fn definition(self) -> Definition {
                match self {
                    $($name::$variant => define(
                        $label, self.kind(), Unit::$unit, Better::$better, $description,
                    )),*
                }
            }
        }
    };
}

counts! {
    /// What is counted once over the run.
    Count;
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
    AdsHeld = "ads.held", Count, None, "times an ad was held at delivery until the user's quiet hours end";
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
    /// Sums from which something is taken away again are levels, not counters: plans are paid back, and orders
    /// are cancelled.
    pub(crate) fn kind(self) -> Kind {
        if matches!(self, Count::RevenueUtility | Count::SalesAds) {
            Kind::Gauge
        } else {
            Kind::Counter
        }
    }

    /// What users did to hear less of a page.
    pub(crate) const TURNED_AWAY: [Count; 3] = [Count::OptInsRevoked, Count::Mutes, Count::Blocks];

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
    Tick;
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

impl Tick {
    fn kind(self) -> Kind {
        Kind::Series
    }
}
