//! The context of one ad for one user: everything that rules may ask.
//!
//! Traits and not a struct, so that nothing is computed or looked up that no rule asks for. [`AdContext`] is
//! state at hand; [`UserHistory`] must be looked up and costs more.

use super::opt_in::{OptIn, OptInScope};
use chappe_base::{Act, Format, PageId, SimTime, Span, Topic};

/// One ad that competes for one user's slot.
pub trait AdContext: UserHistory {
    /// The time of the decision.
    fn now(&self) -> SimTime;
    /// The advertiser.
    fn page(&self) -> PageId;
    /// The form of the ad.
    fn format(&self) -> Format;
    /// What the ad is about.
    fn topic(&self) -> Topic;
    /// The act that opened the conversation.
    fn opened(&self) -> Act;
    /// Whether the user opened it.
    fn is_opened_by_user(&self) -> bool;
    /// The topic of first contact.
    fn first_topic(&self) -> Topic;
    /// Time since the user's last act towards the page; `None` if there was none.
    fn since_last_act(&self) -> Option<Span>;
    /// Whether the user blocked the page.
    fn is_blocked(&self) -> bool;
    /// Whether the user muted the page.
    fn is_muted(&self) -> bool;
    /// Minute of the user's local day, 0 to 1439.
    fn local_minute(&self) -> u16;
}

/// What the user's shard remembers besides the conversation itself.
pub trait UserHistory {
    /// The act of a live opt-in for the ad's page that covers `topic` in this scope and that `is_good`
    /// accepts.
    fn opt_in(&self, scope: OptInScope, topic: Topic, is_good: impl Fn(&OptIn) -> bool) -> Option<Act>;

    /// Whether the page has sent its one further message since the user's last act towards it.
    fn further_sent(&self) -> bool;

    /// Number of ads reserved for or delivered to the user after `since`, from `page` or from all pages.
    fn ads_count(&self, page: Option<PageId>, since: SimTime) -> u16;

    /// Of those from all pages, the number to which the user has not responded by an act towards the page.
    fn unanswered_count(&self, since: SimTime) -> u16;
}

/// An [`AdContext`] as plain data, without the history.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Case {
    /// The time of the decision.
    pub now: SimTime,
    /// The advertiser.
    pub page: PageId,
    /// The form of the ad.
    pub format: Format,
    /// What the ad is about.
    pub topic: Topic,
    /// The act that opened the conversation.
    pub opened: Act,
    /// Whether the user opened it.
    pub opened_by_user: bool,
    /// The topic of first contact.
    pub first_topic: Topic,
    /// Time since the user's last act towards the page; `None` if there was none.
    pub since_last_act: Option<Span>,
    /// Whether the user blocked the page.
    pub blocked: bool,
    /// Whether the user muted the page.
    pub muted: bool,
    /// Minute of the user's local day, 0 to 1439.
    pub local_minute: u16,
}

impl Case {
    /// The data of `ad`.
    pub(crate) fn of(ad: &impl AdContext) -> Case {
        Case {
            now: ad.now(),
            page: ad.page(),
            format: ad.format(),
            topic: ad.topic(),
            opened: ad.opened(),
            opened_by_user: ad.is_opened_by_user(),
            first_topic: ad.first_topic(),
            since_last_act: ad.since_last_act(),
            blocked: ad.is_blocked(),
            muted: ad.is_muted(),
            local_minute: ad.local_minute(),
        }
    }
}

/// A case with a history, for decisions outside of a shard.
impl<M: UserHistory> AdContext for (&Case, &M) {
    fn now(&self) -> SimTime {
        self.0.now
    }

    fn page(&self) -> PageId {
        self.0.page
    }

    fn format(&self) -> Format {
        self.0.format
    }

    fn topic(&self) -> Topic {
        self.0.topic
    }

    fn opened(&self) -> Act {
        self.0.opened
    }

    fn is_opened_by_user(&self) -> bool {
        self.0.opened_by_user
    }

    fn first_topic(&self) -> Topic {
        self.0.first_topic
    }

    fn since_last_act(&self) -> Option<Span> {
        self.0.since_last_act
    }

    fn is_blocked(&self) -> bool {
        self.0.blocked
    }

    fn is_muted(&self) -> bool {
        self.0.muted
    }

    fn local_minute(&self) -> u16 {
        self.0.local_minute
    }
}

impl<M: UserHistory> UserHistory for (&Case, &M) {
    fn opt_in(&self, scope: OptInScope, topic: Topic, is_good: impl Fn(&OptIn) -> bool) -> Option<Act> {
        self.1.opt_in(scope, topic, is_good)
    }

    fn further_sent(&self) -> bool {
        self.1.further_sent()
    }

    fn ads_count(&self, page: Option<PageId>, since: SimTime) -> u16 {
        self.1.ads_count(page, since)
    }

    fn unanswered_count(&self, since: SimTime) -> u16 {
        self.1.unanswered_count(since)
    }
}
