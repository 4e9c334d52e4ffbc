//! Cases written from what was published, and each preset's decision on them.

use super::*;
use chappe_base::{Act, Format, MessageClass, PageId, Seconds, SimTime, Topic};
use chappe_platform::policy::{Case, MessageContext, OptIn, UserHistory};

const NOW: SimTime = SimTime(500 * Span::DAY.0);
const PAGE: PageId = PageId(7);
const OTHER: PageId = PageId(8);
const SHOES: Topic = Topic {
    category: 1,
    product: 2,
};
const HOUR: i64 = Span::HOUR.0;
const DAY: i64 = Span::DAY.0;

/// An ad, and all that is known about its user.
struct Given {
    case: Case,
    opt_in: Option<OptIn>,
    further_sent: bool,
    /// Ads that the user has got, and whether the user answered.
    ads: Vec<(PageId, SimTime, bool)>,
}

impl UserHistory for Given {
    fn opt_in(&self, scope: OptInScope, topic: Topic, is_good: impl Fn(&OptIn) -> bool) -> Option<Act> {
        let opt_in = self.opt_in.filter(|opt_in| scope.covers(opt_in.topic, topic));
        opt_in.filter(is_good).map(|opt_in| opt_in.act)
    }

    fn further_sent(&self) -> bool {
        self.further_sent
    }

    fn ads_count(&self, page: Option<PageId>, since: SimTime) -> u16 {
        let counts = |ad: &&(PageId, SimTime, bool)| ad.1 > since && page.is_none_or(|page| page == ad.0);
        self.ads.iter().filter(counts).count() as u16
    }

    fn unanswered_count(&self, since: SimTime) -> u16 {
        self.ads.iter().filter(|ad| ad.1 > since && !ad.2).count() as u16
    }
}

/// A flash sale at noon, on the topic of first contact, an hour after the user's last act.
fn given() -> Given {
    Given {
        case: Case {
            now: NOW,
            page: PAGE,
            format: Format::FlashSale,
            topic: SHOES,
            opened: Act(1),
            opened_by_user: true,
            first_topic: SHOES,
            since_last_act: Some(Span::HOUR),
            blocked: false,
            muted: false,
            local_minute: 12 * 60,
        },
        opt_in: None,
        further_sent: false,
        ads: Vec::new(),
    }
}

/// The hour of an opt-in that was given so many days ago.
fn given_ago(days: i64) -> i16 {
    SimTime(NOW.0 - days * DAY).hours_above()
}

impl Given {
    fn silent_for(mut self, nanoseconds: i64) -> Given {
        self.case.since_last_act = Some(Span(nanoseconds));
        self
    }

    fn opted_in(mut self, days_ago: i64, used: Seconds) -> Given {
        self.opt_in = Some(OptIn {
            topic: SHOES,
            act: Act(1),
            given: given_ago(days_ago),
            used,
        });
        self
    }

    fn ad(mut self, page: PageId, ago: i64, is_answered: bool) -> Given {
        self.ads.push((page, SimTime(NOW.0 - ago), is_answered));
        self
    }

    fn at_minute(mut self, local_minute: u16) -> Given {
        self.case.local_minute = local_minute;
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Given)) -> Given {
        change(&mut self);
        self
    }
}

fn seconds_ago(ago: i64) -> Seconds {
    SimTime(NOW.0 - ago * Span::SECOND.0).seconds()
}

const UNUSED: Seconds = Seconds::NEVER;

/// The rule that refuses, and the real platform's error.
type Refusal = (RuleKind, Option<&'static str>);

fn check(name: &str, cases: Vec<(Given, Option<Refusal>)>) {
    let preset = Preset::named(name).unwrap();
    let policy = preset.policy();
    for (number, (given, expected)) in cases.into_iter().enumerate() {
        let refusal = policy.judge(&(&given.case, &given)).err();
        let refusal = refusal.map(|kind| (kind, preset.code(kind).map(|code| code.number)));
        assert_eq!(refusal, expected, "{name}, case {number}");
    }
}

#[test]
fn leak_2016() {
    let refused = |kind| Some((kind, None));
    check(
        "leak-2016",
        vec![
            (given().silent_for(400 * DAY), None),
            (given().with(|g| g.case.blocked = true), refused(RuleKind::Block)),
            (given().with(|g| g.case.muted = true), refused(RuleKind::Mute)),
            (
                given().with(|g| g.case.opened_by_user = false),
                refused(RuleKind::OpenedBy),
            ),
            (given().with(|g| g.case.first_topic.product = 9), None),
            (
                given().with(|g| g.case.first_topic.category = 9),
                refused(RuleKind::FirstTopic),
            ),
        ],
    );
}

#[test]
fn messenger_24h_plus_1() {
    let outside = Some((RuleKind::Basis, Some("10/2018065")));
    let sent = |given: Given| given.with(|g| g.further_sent = true);
    check(
        "messenger-24h-plus-1",
        vec![
            (given(), None),
            (sent(given().silent_for(DAY)), None),
            (given().silent_for(DAY + 1), None),
            (sent(given().silent_for(DAY + 1)), outside),
            (given().silent_for(90 * DAY), None),
            (given().with(|g| g.case.since_last_act = None), outside),
        ],
    );
}

#[test]
fn sponsored_2017() {
    let (window, cap) = (Some((RuleKind::Window, None)), Some((RuleKind::UserCap, None)));
    let quiet = || given().silent_for(2 * DAY);
    check(
        "sponsored-2017",
        vec![
            (given(), window),
            (given().silent_for(DAY - 1), window),
            (given().silent_for(DAY), None),
            (given().silent_for(365 * DAY), None),
            (given().silent_for(365 * DAY + 1), window),
            (given().with(|g| g.case.since_last_act = None), window),
            (quiet().ad(OTHER, DAY - 1, true), cap),
            (quiet().ad(OTHER, DAY, false), None),
        ],
    );
}

#[test]
fn messenger_2020() {
    let outside = Some((RuleKind::Window, Some("10/2018278")));
    let unavailable = Some((RuleKind::Block, Some("551/1545041")));
    check(
        "messenger-2020",
        vec![
            (given().silent_for(DAY), None),
            (given().silent_for(DAY + 1), outside),
            (given().silent_for(DAY + 1).opted_in(0, UNUSED), outside),
            (given().with(|g| g.case.since_last_act = None), outside),
            (given().with(|g| g.case.blocked = true), unavailable),
        ],
    );
}

#[test]
fn one_time_notification() {
    let outside = Some((RuleKind::Basis, Some("10/2018278")));
    let silent = || given().silent_for(30 * DAY);
    check(
        "one-time-notification",
        vec![
            (given().opted_in(0, seconds_ago(9)), None),
            (silent(), outside),
            (silent().opted_in(30, UNUSED), None),
            (silent().opted_in(30, seconds_ago(29 * 86_400)), outside),
            (silent().opted_in(364, UNUSED), None),
            (silent().opted_in(365, UNUSED), outside),
            (
                silent().opted_in(30, UNUSED).with(|g| g.case.topic.product = 9),
                outside,
            ),
        ],
    );
}

#[test]
fn recurring_2022() {
    let outside = Some((RuleKind::Basis, Some("10/2018278")));
    let silent = || given().silent_for(30 * DAY);
    check(
        "recurring-2022",
        vec![
            (given(), None),
            (silent(), outside),
            (silent().opted_in(30, UNUSED), None),
            (silent().opted_in(30, seconds_ago(86_399)), outside),
            (silent().opted_in(30, seconds_ago(86_400)), None),
            (silent().opted_in(179, UNUSED), None),
            (silent().opted_in(180, UNUSED), outside),
            (
                silent().opted_in(30, UNUSED).with(|g| g.case.topic.product = 9),
                None,
            ),
            (
                silent().opted_in(30, UNUSED).with(|g| g.case.topic.category = 9),
                outside,
            ),
        ],
    );
    let request = Preset::named("recurring-2022").unwrap().opt_in_request.unwrap();
    let given = |days_ago| given().opted_in(days_ago, UNUSED).opt_in;
    for (since, on_record, expected) in [
        (DAY, None, true),
        (DAY + 1, None, false),
        (HOUR, given(6), false),
        (HOUR, given(7), true),
    ] {
        let admits = request.rule.admits(NOW, Some(Span(since)), on_record);
        assert_eq!(admits, expected, "{since} ns, {on_record:?}");
    }
}

#[test]
fn whatsapp_2024() {
    let no_opt_in = Some((RuleKind::OptIn, None));
    let pair = Some((RuleKind::PageCap, Some("131056")));
    let cap = Some((RuleKind::UnansweredCap, Some("131049")));
    let stopped = Some((RuleKind::Mute, Some("131050")));
    let undeliverable = Some((RuleKind::Block, Some("131026")));
    let agreed = || given().silent_for(90 * DAY).opted_in(90, UNUSED);
    let second = Span::SECOND.0;
    check(
        "whatsapp-2024",
        vec![
            (agreed(), None),
            (given(), no_opt_in),
            (agreed().ad(OTHER, DAY - 1, false), cap),
            (agreed().ad(OTHER, DAY - 1, true), None),
            (agreed().ad(OTHER, DAY, false), None),
            (agreed().ad(OTHER, HOUR, true).ad(OTHER, HOUR, false), cap),
            (agreed().ad(PAGE, 6 * second - 1, true), pair),
            (agreed().ad(PAGE, 6 * second, true), None),
            (agreed().with(|g| g.case.muted = true), stopped),
            (agreed().with(|g| g.case.blocked = true), undeliverable),
        ],
    );
}

#[test]
fn rcs_india() {
    let (cap, night) = (
        Some((RuleKind::PageCap, None)),
        Some((RuleKind::QuietHours, None)),
    );
    let ads = |count, ago| (0..count).fold(given(), |given, _| given.ad(PAGE, ago, false));
    check(
        "rcs-india",
        vec![
            (ads(3, 28 * DAY - 1), None),
            (ads(4, 28 * DAY - 1), cap),
            (ads(4, 28 * DAY), None),
            (given().at_minute(7 * 60 - 1), night),
            (given().at_minute(7 * 60), None),
            (given().at_minute(22 * 60 - 1), None),
            (given().at_minute(22 * 60), night),
        ],
    );
}

#[test]
fn line_japan_and_no_ads() {
    let blocked = Some((RuleKind::Block, None));
    check(
        "line-japan",
        vec![
            (given().silent_for(400 * DAY), None),
            (given().with(|g| g.case.blocked = true), blocked),
        ],
    );
    check("no-ads", vec![(given(), Some((RuleKind::NoAds, None)))]);
}

/// A page's own messages, by class, author and time since the user's last act.
#[test]
fn tags_and_templates() {
    let (answer, notice) = (MessageClass::HotLine, MessageClass::OrderNotice);
    let (bot, people) = (false, true);
    let window = Some("10/2018278");
    let cases = [
        ("leak-2016", answer, bot, 400 * DAY, true, Ok(())),
        ("messenger-24h-plus-1", answer, bot, DAY, true, Ok(())),
        ("messenger-24h-plus-1", answer, bot, DAY + 1, false, Ok(())),
        (
            "messenger-24h-plus-1",
            answer,
            people,
            DAY + 1,
            true,
            Err(Some("10/2018065")),
        ),
        ("messenger-24h-plus-1", notice, bot, 90 * DAY, true, Ok(())),
        ("messenger-2020", answer, bot, DAY, true, Ok(())),
        ("messenger-2020", answer, bot, DAY + 1, false, Err(window)),
        ("messenger-2020", answer, people, 7 * DAY, false, Ok(())),
        ("messenger-2020", answer, people, 7 * DAY + 1, false, Err(window)),
        ("messenger-2020", notice, bot, 90 * DAY, false, Ok(())),
        ("whatsapp-2024", answer, people, DAY, false, Ok(())),
        (
            "whatsapp-2024",
            answer,
            people,
            DAY + 1,
            false,
            Err(Some("131047")),
        ),
        ("whatsapp-2024", notice, bot, 90 * DAY, false, Ok(())),
    ];
    for (name, class, by_people, since, further_sent, expected) in cases {
        let preset = Preset::named(name).unwrap();
        let contact = MessageContext {
            class,
            by_people,
            since_last_act: Some(Span(since)),
            further_sent,
        };
        let verdict = preset.policy().judge_message(&contact);
        let verdict = verdict
            .map(|_| ())
            .map_err(|kind| preset.code(kind).map(|code| code.number));
        assert_eq!(verdict, expected, "{name}, {class:?} after {since} ns");
    }
}

#[test]
fn presets_say_their_rules_in_plain_words() {
    assert_eq!(all().len(), NAMES.len());
    let says = |name: &str, line: &str| {
        let text = Preset::named(name).unwrap().describe();
        assert!(text.contains(line), "{text}");
    };
    says(
        LEAK_2016,
        "  opened_by: only in conversations that the user opened (B: press",
    );
    says(
        LEAK_2016,
        "  first_topic: only on the category of first contact (assumed: the",
    );
    says(
        LEAK_2016,
        "  format: only the formats flash-sale, new-product, back-in-stock",
    );
    says("no-ads", "  no_ads: no ads at all (B: the owners' promise)");
    says(
        "messenger-24h-plus-1",
        "  grounds: within 1d after the user's last act, or one further message after that until the user \
         acts again (B: ",
    );
    says(
        "recurring-2022",
        "or with an opt-in to the category, valid for one ad in 1d and for 180 days (B: ",
    );
    says(
        "messenger-2020",
        "  tag: an answer by people within 7d after the user's last act (A: the tag HUMAN_AGENT)",
    );
    says("whatsapp-2024", "; error 131049: held back to keep");
    assert!(Preset::named("none").is_none());
}
