//! A policy and its user-side rules, as data.

use super::basis::BasisRule;
use super::opt_in::OptInScope;
use super::page::PageRule;
use super::page_messages::{MessageRule, OptInRequest};
use chappe_base::{Format, RuleKind, Span};

/// A policy: rules in the order in which they are judged. An ad is allowed if no rule refuses it.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Policy {
    /// Its name, for reports.
    pub name: String,
    /// Judged at the user's shard, per ad slot and campaign.
    pub user_rules: Vec<UserRule>,
    /// Judged at the page's home, when budget is leased to a shard.
    pub page_rules: Vec<PageRule>,
    /// Conditions for a page's other messages, of which one must hold; without conditions all are admitted.
    /// Judged at the user's shard, when a message arrives there.
    pub message_rules: Vec<MessageRule>,
    /// When a page may request an opt-in; `None`: at any time.
    pub opt_in_request: Option<OptInRequest>,
}

/// A rule about the user's side of a conversation.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum UserRule {
    /// Never: no ads at all.
    NoAds,
    /// Not to a user who blocked the page.
    NotBlocked,
    /// Not to a user who muted the page.
    NotMuted,
    /// Only in conversations that this side opened.
    OpenedBy(OpenedBy),
    /// Only on the topic of first contact.
    FirstTopic(TopicMatch),
    /// Only ads in these formats.
    Formats(FormatSet),
    /// Only with an opt-in that covers the ad.
    OptIn(OptInScope),
    /// Only in this time after the user's last act towards the page.
    Window {
        /// Shortest time; `None` without a lower limit.
        at_least: Option<Span>,
        /// Longest time; `None` without an upper limit.
        at_most: Option<Span>,
    },
    /// At most `count` ads per user in any `every`, over all pages.
    UserCap {
        /// Number of ads.
        count: u16,
        /// The period.
        every: Span,
    },
    /// At most `count` ads per user and page in any `every`.
    PageCap {
        /// Number of ads.
        count: u16,
        /// The period.
        every: Span,
    },
    /// Not between these minutes of the user's local day; the night may pass midnight.
    QuietHours {
        /// First quiet minute, 0 to 1439.
        from_minute: u16,
        /// First minute that is no longer quiet, 0 to 1439.
        to_minute: u16,
        /// What becomes of an ad whose delivery falls into them.
        on_quiet: OnQuiet,
    },
    /// Only if one of these bases holds.
    Basis(BasisRule),
    /// At most `count` ads per user in any `every` to which the user has not responded by an act towards the
    /// page, over all pages.
    UnansweredCap {
        /// Number of ads.
        count: u16,
        /// The period.
        every: Span,
    },
}

impl UserRule {
    /// The rule's kind, for verdicts and reports.
    #[must_use]
    pub fn kind(&self) -> RuleKind {
        match self {
            UserRule::NoAds => RuleKind::NoAds,
            UserRule::NotBlocked => RuleKind::Block,
            UserRule::NotMuted => RuleKind::Mute,
            UserRule::OpenedBy(_) => RuleKind::OpenedBy,
            UserRule::FirstTopic(_) => RuleKind::FirstTopic,
            UserRule::Formats(_) => RuleKind::Format,
            UserRule::OptIn(_) => RuleKind::OptIn,
            UserRule::Window { .. } => RuleKind::Window,
            UserRule::UserCap { .. } => RuleKind::UserCap,
            UserRule::PageCap { .. } => RuleKind::PageCap,
            UserRule::QuietHours { .. } => RuleKind::QuietHours,
            UserRule::Basis(_) => RuleKind::Basis,
            UserRule::UnansweredCap { .. } => RuleKind::UnansweredCap,
        }
    }
}

/// What becomes of an ad that was allowed in time, and whose delivery falls into quiet hours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnQuiet {
    /// It is held until they end.
    Hold,
    /// It is withdrawn.
    Withdraw,
}

/// Who must have opened a conversation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpenedBy {
    /// The user.
    User,
    /// Either side.
    Anyone,
}

/// How closely the ad's topic must match that of first contact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TopicMatch {
    /// Not at all.
    Any,
    /// The same category.
    Category,
    /// The same product.
    Product,
}

/// A set of formats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FormatSet(u8);

impl FormatSet {
    /// The set of `formats`.
    #[must_use]
    pub fn new(formats: &[Format]) -> FormatSet {
        FormatSet(formats.iter().fold(0, |set, format| set | 1 << *format as u8))
    }

    /// Whether `format` is in the set.
    #[must_use]
    pub fn contains(self, format: Format) -> bool {
        self.0 & 1 << format as u8 != 0
    }
}
