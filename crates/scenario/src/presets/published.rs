//! The presets: what each platform published, rule by rule.

use super::{Preset, Sourced, pages, sourced};
use crate::key::Grade;
use chappe_base::{Format, Span};
use chappe_platform::policy::{
    BasisRule, FormatSet, MessageRule, OnQuiet, OpenedBy, OptInRequest, OptInScope, OptInTerms, TopicMatch,
    UserRule,
};

/// Name of the default preset.
pub(crate) const LEAK_2016: &str = "leak-2016";

/// Names of all presets.
pub const NAMES: &[&str] = &[
    LEAK_2016,
    "messenger-24h-plus-1",
    "sponsored-2017",
    "messenger-2020",
    "one-time-notification",
    "recurring-2022",
    "whatsapp-2024",
    "rcs-india",
    "line-japan",
    "no-ads",
];

pub(super) const ARTICLE: &str = "press article on the leaked plans for Messenger ads, early 2016";
const ANNOUNCED_2016: &str = "Messenger's policy as announced on 15 August 2016, by the press";
const MESSENGER_2020: &str = "Messenger's platform policy, in force from March 2020";

pub(super) fn named(name: &str) -> Option<Preset> {
    match name {
        LEAK_2016 => Some(leak_2016()),
        "messenger-24h-plus-1" => Some(messenger_24h_plus_1()),
        "sponsored-2017" => Some(sponsored_2017()),
        "messenger-2020" => Some(messenger_2020()),
        "one-time-notification" => Some(one_time_notification()),
        "recurring-2022" => Some(recurring_2022()),
        "whatsapp-2024" => Some(whatsapp_2024()),
        "rcs-india" => Some(rcs_india()),
        "line-japan" => Some(line_japan()),
        "no-ads" => Some(no_ads()),
        _ => None,
    }
}

/// The rules that every policy has: users' own choices, and campaigns' own terms.
fn common(name: &'static str, summary: &'static str, grade: Grade, source: &'static str) -> Preset {
    Preset {
        name,
        summary,
        grade,
        source,
        user_rules: vec![not_blocked(), not_muted()],
        page_rules: pages::of_auctions(),
        message_rules: Vec::new(),
        opt_in_request: None,
    }
}

const CHOICE: &str = "a block or a mute is the user's own choice, which every policy respects";

fn not_blocked() -> Sourced<UserRule> {
    sourced(UserRule::NotBlocked, Grade::Assumed, CHOICE)
}

fn not_muted() -> Sourced<UserRule> {
    sourced(UserRule::NotMuted, Grade::Assumed, CHOICE)
}

fn leak_2016() -> Preset {
    let mut preset = common(
        LEAK_2016,
        "Ads as messages, only from pages that the user has contacted, and on the topic of first contact.",
        Grade::B,
        ARTICLE,
    );
    preset.user_rules.extend([
        sourced(UserRule::OpenedBy(OpenedBy::User), Grade::B, ARTICLE),
        sourced(
            UserRule::FirstTopic(TopicMatch::Category),
            Grade::Assumed,
            "the article says that an ad stays on the topic of first contact, but not how closely; taken as \
             the category, \"product\" would be stricter",
        ),
        sourced(UserRule::Formats(FormatSet::new(Format::ALL)), Grade::B, ARTICLE),
    ]);
    preset
}

fn messenger_24h_plus_1() -> Preset {
    let source = ANNOUNCED_2016;
    let mut preset = common(
        "messenger-24h-plus-1",
        "Promotion within 24 hours of the user's last act, and one further message after that.",
        Grade::B,
        source,
    );
    let grounds = BasisRule {
        within: Some(Span::DAY),
        one_further: true,
        opt_in: None,
    };
    let outside = "sent outside the allowed window";
    preset
        .user_rules
        .push(sourced(UserRule::Basis(grounds), Grade::B, source).code("10/2018065", outside));
    preset.message_rules = vec![
        sourced(MessageRule::Within(Span::DAY), Grade::B, source).code("10/2018065", outside),
        sourced(
            MessageRule::OrderNotices,
            Grade::B,
            "receipts and order notices are exempt by the same announcement",
        ),
        sourced(MessageRule::OneFurther, Grade::B, source),
    ];
    preset
}

fn sponsored_2017() -> Preset {
    let source = "Messenger's sponsored messages of 2017, by the press";
    let mut preset = common(
        "sponsored-2017",
        "Paid messages in existing conversations, not while the user is talking, one a day to a user.",
        Grade::B,
        source,
    );
    preset.user_rules.extend([
        sourced(
            UserRule::Window {
                at_least: Some(Span::DAY),
                at_most: Some(days(365)),
            },
            Grade::B,
            "not within 24 hours of the last interaction, and not to users silent for over a year",
        ),
        sourced(
            UserRule::UserCap {
                count: 1,
                every: Span::DAY,
            },
            Grade::B,
            "one sponsored message per user and day, over all advertisers",
        ),
    ]);
    preset
}

/// Messenger's rules for a page's own messages since 2020, and its error for a block.
fn on_messenger_2020(mut preset: Preset) -> Preset {
    preset.user_rules[0] = not_blocked().code("551/1545041", "this person isn't available right now");
    preset.message_rules = vec![
        sourced(MessageRule::Within(Span::DAY), Grade::A, MESSENGER_2020)
            .code("10/2018278", "sent outside the allowed window"),
        sourced(
            MessageRule::OrderNotices,
            Grade::A,
            "the tag POST_PURCHASE_UPDATE",
        ),
        sourced(
            MessageRule::HumanAnswers(days(7)),
            Grade::A,
            "the tag HUMAN_AGENT",
        ),
    ];
    preset
}

fn messenger_2020() -> Preset {
    let mut preset = on_messenger_2020(common(
        "messenger-2020",
        "Promotion only within 24 hours of the user's last act; after that only tagged messages, none \
         promotional.",
        Grade::A,
        MESSENGER_2020,
    ));
    let window = UserRule::Window {
        at_least: None,
        at_most: Some(Span::DAY),
    };
    preset.user_rules.push(
        sourced(window, Grade::A, MESSENGER_2020).code("10/2018278", "sent outside the allowed window"),
    );
    preset
}

fn one_time_notification() -> Preset {
    let source = "Messenger's one-time notification of 2020, as documented by the platform";
    let mut preset = on_messenger_2020(common(
        "one-time-notification",
        "Promotion within 24 hours, and after that one ad for each opt-in, on its product.",
        Grade::A,
        source,
    ));
    let grounds = BasisRule {
        within: Some(Span::DAY),
        one_further: false,
        opt_in: Some(OptInTerms {
            scope: OptInScope::Product,
            every: None,
            life_days: 365,
        }),
    };
    preset.user_rules.push(
        sourced(
            UserRule::Basis(grounds),
            Grade::A,
            "a token for each user and topic permits one message and is valid for a year; a topic is taken \
             as a product",
        )
        .code("10/2018278", "sent outside the allowed window"),
    );
    preset
}

fn recurring_2022() -> Preset {
    let source = "Messenger's recurring notifications of 2022, as documented by the platform";
    let mut preset = on_messenger_2020(common(
        "recurring-2022",
        "Promotion within 24 hours, and after that as often as the user agreed to: once a day for six \
         months.",
        Grade::A,
        source,
    ));
    let grounds = BasisRule {
        within: Some(Span::DAY),
        one_further: false,
        opt_in: Some(OptInTerms {
            scope: OptInScope::Category,
            every: Some(Span::DAY),
            life_days: 180,
        }),
    };
    preset.user_rules.push(
        sourced(
            UserRule::Basis(grounds),
            Grade::B,
            "opt-ins for each topic: daily for six months, weekly or monthly; one in 48 hours since \
             September 2025; a topic is taken as a category",
        )
        .code("10/2018278", "sent outside the allowed window"),
    );
    let request = OptInRequest {
        within: Span::DAY,
        again_after_days: 7,
    };
    preset.opt_in_request = Some(sourced(
        request,
        Grade::A,
        "asked for within the window, once a week for each title and user",
    ));
    preset
}

fn whatsapp_2024() -> Preset {
    let source = "WhatsApp's business messaging policy of 2024, by the press and its partners";
    let mut preset = common(
        "whatsapp-2024",
        "Marketing templates to users who opted in, one a day to a user from all businesses together \
         unless the user answers.",
        Grade::B,
        source,
    );
    preset.page_rules = pages::of_whatsapp(source);
    preset.user_rules = vec![
        not_blocked().code("131026", "message undeliverable"),
        not_muted().code(
            "131050",
            "the user has stopped marketing messages from this business",
        ),
        sourced(UserRule::OptIn(OptInScope::Page), Grade::B, source),
        sourced(
            UserRule::PageCap {
                count: 1,
                every: Span(6 * Span::SECOND.0),
            },
            Grade::B,
            "one message in six seconds from a business to a user",
        )
        .code("131056", "too many messages to this user in a short time"),
        sourced(
            UserRule::UnansweredCap {
                count: 1,
                every: Span::DAY,
            },
            Grade::B,
            "as of 2024: one marketing message in 24 hours from all businesses together, unless the user \
             answers",
        )
        .code("131049", "held back to keep the user's experience healthy"),
    ];
    preset.message_rules = vec![
        sourced(
            MessageRule::Within(Span::DAY),
            Grade::B,
            "free-form messages within the user's service window",
        )
        .code(
            "131047",
            "more than 24 hours have passed since the user last wrote",
        ),
        sourced(MessageRule::OrderNotices, Grade::B, "a utility template"),
    ];
    preset
}

fn rcs_india() -> Preset {
    let source = "rules for RCS business messages in India, by a vendor";
    let mut preset = common(
        "rcs-india",
        "A few promotional messages a month, depending on the sender's reputation, and none at night.",
        Grade::C,
        source,
    );
    preset.user_rules.extend([
        sourced(
            UserRule::PageCap {
                count: 4,
                every: days(28),
            },
            Grade::C,
            "to a user in any 28 days: 8 from senders of high reputation, 4 of medium, 2 of low; set \
             `page_cap.per_page`",
        ),
        sourced(
            UserRule::QuietHours {
                from_minute: 22 * 60,
                to_minute: 7 * 60,
                on_quiet: OnQuiet::Hold,
            },
            Grade::C,
            "promotion only from 07:00 to 22:00; that late ones are held is assumed",
        ),
    ]);
    preset
}

fn line_japan() -> Preset {
    let source = "plans of LINE's official accounts in Japan, by a vendor";
    let mut preset = common(
        "line-japan",
        "Messages to everyone in conversation with the page, within a monthly quota.",
        Grade::C,
        source,
    );
    preset.page_rules = pages::of_line(source);
    preset
}

fn no_ads() -> Preset {
    let mut preset = common(
        "no-ads",
        "No advertising: the control arm of comparisons.",
        Grade::B,
        "the promise of the messengers' owners, as reported by the press",
    );
    preset
        .user_rules
        .insert(0, sourced(UserRule::NoAds, Grade::B, "the owners' promise"));
    preset
}

fn days(count: i64) -> Span {
    Span(count * Span::DAY.0)
}
