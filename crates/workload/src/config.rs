//! The sections `[population]`, `[sessions]`, `[traffic]`, `[agents]` and `[history]` of a scenario: each key
//! with its default, unit, grade and source.
//!
//! The doc comments here are the text of `docs/scenario.md`. Grades: A official or primary, B press, C one
//! vendor or case, D derived by arithmetic, `assumed` without a usable source: such a figure should be swept.

mod ads;
mod traffic;

use chappe_base::{Amount, Duration, Law, Probability, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use ads::{AdReactions, LongRun};
pub use traffic::{Probe, Shape, Traffic};

const fn seconds(seconds: i64) -> Duration {
    Duration(Span(seconds * Span::SECOND.0))
}

/// People and pages.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Population {
    /// People. Multiplied by the top-level `scale`.
    #[schemars(title = "People", range(min = 1, max = 2_147_483_648_u32), extend("x-audience" = "product", "x-unit" = "people", "x-grade" = "assumed"))]
    pub users: u32,
    /// Business pages, at most 1,000,000. Not scaled, since campaigns name them. If they are left out, one for every
    /// `people_per_page` people.
    #[schemars(range(max = 1_000_000), extend("x-unit" = "pages", "x-grade" = "assumed"))]
    pub pages: Option<u32>,
    /// People for each page, if `pages` is left out.
    #[schemars(range(min = 1, max = 1_000_000_000), extend("x-unit" = "people per page", "x-grade" = "assumed"))]
    pub people_per_page: f64,
    /// Spread of activity between people: standard deviation of its logarithm. The mean is kept.
    #[schemars(range(min = 0, max = 3), extend("x-grade" = "D", "x-source" = "CollegeMsg trace: its top 10% of senders send 56%; these hold 51% of the activity"))]
    pub activity_sigma: f64,
    /// Highest activity of a person, as a multiple of the mean.
    #[schemars(range(min = 1.1, max = 1_000.0), extend("x-unit" = "times the mean", "x-grade" = "D", "x-source" = "CollegeMsg trace: its top 1% of senders send 14%; these hold 13% of the activity"))]
    pub activity_max: f64,
    /// Correlation between the logarithms of activity and of the number of friends: the active have
    /// more friends, so they are also written to more.
    #[schemars(range(min = 0, max = 1), extend("x-grade" = "assumed", "x-source" = "a young community, the CollegeMsg trace, is fitted best by 0.99"))]
    pub activity_friends_correlation: Probability,
    /// Friends of the median person.
    #[schemars(range(min = 1, max = 1_000_000), extend("x-unit" = "friends", "x-grade" = "A", "x-source" = "friend degree: median 99, mean 190, log-normal"))]
    pub friends_median: f64,
    /// Standard deviation of the logarithm of the number of friends.
    #[schemars(range(min = 0, max = 5), extend("x-grade" = "A", "x-source" = "friend degree: mu 4.60, sigma 1.15"))]
    pub friends_sigma: f64,
    /// Largest number of friends.
    #[schemars(range(min = 3, max = 1_000_000), extend("x-unit" = "friends", "x-grade" = "A", "x-source" = "friend limit of the platform"))]
    pub friends_max: u32,
    /// Circles (family, class, work, …) that a person's friends fall into; friends within a circle
    /// are friends of each other, so about 1/circles of a person's friend pairs are friends.
    #[schemars(range(min = 2, max = 100), extend("x-unit" = "circles", "x-grade" = "A", "x-source" = "14% of a median user's friend pairs are friends"))]
    pub circles: u32,
    /// How unevenly people choose the friends they write to: exponent of Zipf's law.
    #[schemars(range(min = 0, max = 10), extend("x-grade" = "D", "x-source" = "CollegeMsg trace: 21% of an active sender's messages go to the favourite, 40% to the first three"))]
    pub contact_exponent: f64,
    /// Largest number of friends that a person writes to, the closest first.
    #[schemars(range(min = 1, max = 1_000_000), extend("x-unit" = "friends", "x-grade" = "D", "x-source" = "CollegeMsg trace: with exponent 1, 50 friends give the favourite's 21%"))]
    pub contacts_max: u32,
    /// Share of what a person writes that goes to close ties, chosen by `close_exponent`. The rest is chosen
    /// by `contact_exponent`, and at 0 everything is.
    #[schemars(extend("x-grade" = "assumed"))]
    pub close_share: Probability,
    /// How unevenly people choose among close ties: exponent of Zipf's law.
    #[schemars(range(min = 0, max = 10), extend("x-grade" = "assumed"))]
    pub close_exponent: f64,
    /// Share of people who never write to friends or pay them, and only read. What the mean person
    /// writes is kept: the others write so much more.
    #[schemars(extend("x-grade" = "A", "x-source" = "CollegeMsg trace: 29% of the members never send"))]
    pub silent_share: Probability,
    /// Time zones: offset from UTC in minutes, and the share of people who live there.
    #[schemars(
        length(min = 1),
        extend("x-unit" = "minutes", "x-grade" = "assumed"),
        extend("contains" = {"properties": {"share": {"exclusiveMinimum": 0}}})
    )]
    pub time_zones: Vec<TimeZone>,
}

impl Population {
    /// The number of pages: as given, or by the number of people.
    #[must_use]
    pub fn pages_count(&self) -> u32 {
        let by_people = f64::from(self.users) / self.people_per_page;
        self.pages.unwrap_or(by_people.round().clamp(1.0, 1e6) as u32)
    }
}

/// One time zone.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeZone {
    /// Offset from UTC [minutes], −720 to 840.
    #[schemars(range(min = -720, max = 840))]
    pub offset_minutes: i16,
    /// Share of the people; the shares are normalised.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub share: f64,
}

impl Default for Population {
    fn default() -> Population {
        let zone = |hours: i16, share| TimeZone {
            offset_minutes: hours * 60,
            share,
        };
        Population {
            users: 10_000,
            pages: None,
            people_per_page: 100.0,
            activity_sigma: 1.4,
            activity_max: 20.0,
            activity_friends_correlation: Probability::of(0.7),
            friends_median: 99.0,
            friends_sigma: 1.15,
            friends_max: 5_000,
            circles: 7,
            contact_exponent: 1.0,
            contacts_max: 50,
            close_share: Probability::of(0.0),
            close_exponent: 3.0,
            silent_share: Probability::of(0.28),
            time_zones: vec![
                zone(-8, 0.12),
                zone(-5, 0.2),
                zone(-3, 0.12),
                zone(1, 0.22),
                zone(5, 0.16),
                zone(8, 0.18),
            ],
        }
    }
}

/// When people are on line.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// How often everyone, active or not, opens the app with nothing to send.
    #[schemars(range(min = 0, max = 512), extend("x-unit" = "per person and day", "x-grade" = "assumed"))]
    pub check_ins_per_day: f64,
    /// Share of people whose device stays reachable by push between sessions.
    #[schemars(extend("x-grade" = "B", "x-source" = "push opt-in, first half of 2016: Android 59%, iOS 40%"))]
    pub push_share: Probability,
    /// How long a device with push stays on line after a person's last act.
    #[schemars(extend("x-grade" = "assumed"))]
    pub push_session: Law,
    /// How long a device without push stays on line after a person's last act.
    #[schemars(extend("x-grade" = "assumed"))]
    pub app_session: Law,
}

impl Default for Sessions {
    fn default() -> Sessions {
        Sessions {
            check_ins_per_day: 8.0,
            push_share: Probability::of(0.5),
            push_session: Law::LogNormal {
                median: seconds(4 * 3600),
                sigma: 0.8,
            },
            app_session: Law::LogNormal {
                median: seconds(15 * 60),
                sigma: 0.8,
            },
        }
    }
}

/// What people do besides messages to friends, and what pages do.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Agents {
    /// Times a day the mean person turns to a page.
    #[schemars(title = "Visits to pages", range(min = 0, max = 512), extend("x-audience" = "product", "x-unit" = "per person and day", "x-grade" = "D", "x-source" = "1 billion messages a month between people and businesses at 900 million users, raised: see the scenario"))]
    pub page_visits_per_day: f64,
    /// Share of the visits that follow a short link, from a receipt, a poster or a site.
    #[schemars(extend("x-grade" = "assumed"))]
    pub link_share: Probability,
    /// Share of the followed links that lead to no page: mistyped or withdrawn.
    #[schemars(extend("x-grade" = "assumed"))]
    pub broken_link_share: Probability,
    /// Share of the visits in which a question is asked.
    #[schemars(extend("x-grade" = "assumed"))]
    pub question_share: Probability,
    /// Share of the visits in which something is bought.
    #[schemars(title = "Purchases per visit", extend("x-audience" = "product", "x-grade" = "assumed"))]
    pub purchase_share: Probability,
    /// Share of the visits by link, plugin or first message in which consent is given on the way.
    #[schemars(extend("x-grade" = "assumed"))]
    pub opt_in_on_visit: Probability,
    /// Share of the orders after which the button is tapped.
    #[schemars(title = "Opt-ins per order", extend("x-audience" = "product", "x-grade" = "assumed", "x-source" = "opt-in rate after an order: not found at usable quality"))]
    pub opt_in_after_order: Probability,
    /// How unevenly visits fall on pages: exponent of a Zipf law.
    #[schemars(range(min = 0, max = 10), extend("x-grade" = "assumed"))]
    pub page_exponent: f64,
    /// Share of the visits that go to a page one already has a conversation with, where there is one.
    #[schemars(extend("x-grade" = "assumed"))]
    pub return_share: Probability,
    /// Share of first contacts that are about something the page does not deal in: another category.
    #[schemars(extend("x-grade" = "assumed"))]
    pub off_topic_share: Probability,
    /// How long a customer waits for an answer before giving up.
    #[schemars(extend("x-grade" = "C", "x-source" = "people wait up to 4 h for a business's answer (2018)"))]
    pub patience: Law,
    /// Time a member of a page's staff spends on one question.
    #[schemars(extend("x-grade" = "assumed"))]
    pub handling: Law,
    /// Time a bot takes to answer.
    #[schemars(extend("x-grade" = "assumed"))]
    pub bot_answer: Law,
    /// Time from payment to shipping.
    #[schemars(extend("x-grade" = "assumed"))]
    pub shipping: Law,
    /// Time from shipping to arrival.
    #[schemars(extend("x-grade" = "assumed"))]
    pub carriage: Law,
    /// Share of the orders that the customer cancels before shipping.
    #[schemars(extend("x-grade" = "assumed"))]
    pub cancel_share: Probability,
    /// Payments to friends of the mean person.
    #[schemars(range(min = 0, max = 512), extend("x-unit" = "per person and day", "x-grade" = "D", "x-source" = "about 8.7 public Venmo payments per user over the years"))]
    pub payments_per_day: f64,
    /// The median payment to a friend.
    #[schemars(extend("x-unit" = "currency", "x-grade" = "C", "x-source" = "Venmo: median about USD 22"))]
    pub payment_median: Amount,
    /// Standard deviation of the logarithm of a payment.
    #[schemars(range(min = 0, max = 5), extend("x-grade" = "D", "x-source" = "Venmo: 75% below 50"))]
    pub payment_sigma: f64,
    /// Share of payments that the client sends again with the same key, as after a lost answer.
    #[schemars(extend("x-grade" = "assumed"))]
    pub payment_retry_share: Probability,
    /// Share of conversations with a friend after which one of the two blocks the other.
    #[schemars(extend("x-grade" = "assumed"))]
    pub block_friend_share: Probability,
    /// Share of blocks that are lifted the next day.
    #[schemars(extend("x-grade" = "assumed"))]
    pub unblock_share: Probability,
    /// How people react to ads.
    #[schemars(title = "Reactions to ads", extend("x-group" = "Reactions to ads"))]
    pub ads: AdReactions,
}

impl Default for Agents {
    fn default() -> Agents {
        Agents {
            page_visits_per_day: 0.3,
            link_share: Probability::of(0.5),
            broken_link_share: Probability::of(0.02),
            question_share: Probability::of(0.4),
            purchase_share: Probability::of(0.15),
            opt_in_on_visit: Probability::of(0.1),
            opt_in_after_order: Probability::of(0.3),
            page_exponent: 0.8,
            return_share: Probability::of(0.5),
            off_topic_share: Probability::of(0.25),
            patience: Law::LogNormal {
                median: seconds(4 * 3600),
                sigma: 1.0,
            },
            handling: Law::LogNormal {
                median: seconds(240),
                sigma: 0.8,
            },
            bot_answer: Law::Constant(seconds(2)),
            shipping: Law::LogNormal {
                median: seconds(6 * 3600),
                sigma: 0.6,
            },
            carriage: Law::LogNormal {
                median: seconds(36 * 3600),
                sigma: 0.4,
            },
            cancel_share: Probability::of(0.03),
            payments_per_day: 0.02,
            payment_median: Amount(chappe_base::Money(22_000_000)),
            payment_sigma: 1.2,
            payment_retry_share: Probability::of(0.01),
            block_friend_share: Probability::of(0.0005),
            unblock_share: Probability::of(0.3),
            ads: AdReactions::default(),
        }
    }
}

/// History before day one.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct History {
    /// Pages that the mean person already has a conversation with.
    #[schemars(range(min = 0, max = 400), extend("x-unit" = "conversations per person", "x-grade" = "assumed"))]
    pub page_conversations: f64,
    /// Share of them that the user opened; the page opened the others.
    #[schemars(extend("x-grade" = "assumed"))]
    pub opened_by_user: Probability,
    /// Share of them in which the user has opted in.
    #[schemars(extend("x-grade" = "assumed"))]
    pub opted_in: Probability,
    /// The oldest of them began at most this long ago.
    #[schemars(extend("x-unit" = "days", "x-grade" = "assumed"))]
    pub reach_back: Duration,
    /// The median balance of a user's account.
    #[schemars(extend("x-unit" = "currency", "x-grade" = "assumed"))]
    pub balance_median: Amount,
    /// Standard deviation of the logarithm of a balance.
    #[schemars(range(min = 0, max = 5), extend("x-grade" = "assumed"))]
    pub balance_sigma: f64,
    /// Balance of every page, campaign budgets apart.
    #[schemars(extend("x-unit" = "currency", "x-grade" = "assumed"))]
    pub page_balance: Amount,
    /// Whether conversations with friends are under way at the start, with answers due.
    pub conversations_under_way: bool,
}

impl Default for History {
    fn default() -> History {
        History {
            page_conversations: 1.5,
            opened_by_user: Probability::of(0.8),
            opted_in: Probability::of(0.4),
            reach_back: Duration(Span(30 * Span::DAY.0)),
            balance_median: Amount(chappe_base::Money(60_000_000)),
            balance_sigma: 1.0,
            page_balance: Amount(chappe_base::Money(1_000_000_000)),
            conversations_under_way: true,
        }
    }
}
