//! An audience: users with conversations, consent, choices and ads seen, and for each an ad that
//! asks for their slot. The same cases for every policy language: a shard brought there by history
//! and commands, and plain facts kept beside it, from what it was told and what it answered.

use crate::town::{BUDGET, CATEGORIES, PAGES, PURSE, config, terms, topic_of};
use chappe_base::{
    Act, ActKind, CampaignId, Entry, Fact, Format, Keyed, MessageId, PageId, Party, ProductId, Purpose,
    ShardId, SimTime, Span, Stream, Topic, UserId,
};
use chappe_platform::policy::{FormatSet, Policy, UserRule, Verdict};
use chappe_platform::{Command, HistoryEvent, Hop, Outbox, Shard};
use rand::Rng;
use std::collections::HashMap;
use std::sync::Arc;

/// Just before day one.
const EVE: SimTime = SimTime(-1);

/// When everyone is asked for: six in the evening, UTC.
pub const NOW: SimTime = SimTime(18 * Span::HOUR.0);

/// Of conversations, cases or users, how many break any one rule, apart from the others.
const BREAKS: f64 = 0.04;
/// Of users, how many come on line at a time that gives them an ad.
const COMES: f64 = 0.04;
/// Of users, how many come on line all afternoon.
const ALWAYS_THERE: f64 = 0.12;

/// What there is to know of one case, in the words of the rules.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Portrait {
    /// Whether the user blocked the page.
    pub blocked: bool,
    /// Whether the user muted the page.
    pub muted: bool,
    /// Whether the user opened the conversation.
    pub opened_by_user: bool,
    /// Category of the topic of first contact.
    pub first_category: u16,
    /// Category of the ad.
    pub ad_category: u16,
    /// The form of the ad.
    pub format: Format,
    /// Whether the user opted in to ads of that category.
    pub opted_in: bool,
    /// Since the user's last act towards the page [ns].
    pub since_last_act_ns: i64,
    /// Ads of the last day, from all pages.
    pub ads_count: u16,
    /// Ads of the last day from this page.
    pub page_ads_count: u16,
    /// Minute of the user's local day.
    pub local_minute: u16,
}

/// A shard full of users, and an ad for each of them.
#[derive(Debug)]
pub struct Audience {
    /// Where they live.
    pub shard: Shard,
    /// The policy in force.
    pub policy: Policy,
    /// Whom each ad wants, in random order.
    pub asked: Vec<(UserId, CampaignId)>,
    people: Vec<Person>,
    /// Ads delivered, by user and page.
    seen: HashMap<(UserId, PageId), u16>,
}

#[derive(Clone, Debug)]
struct Person {
    local_minute: u16,
    known: Vec<Known>,
}

/// A conversation, as it was brought about.
#[derive(Clone, Copy, Debug)]
struct Known {
    page: PageId,
    by_user: bool,
    first_topic: Topic,
    opted_in: bool,
    blocked: bool,
    muted: bool,
    last_act: SimTime,
}

impl Audience {
    /// So many users under `policy`.
    #[must_use]
    pub fn new(policy: Policy, users_count: u32) -> Audience {
        let keyed = Keyed::new(2016, Purpose::Test);
        let zone = |user| zone_minutes(&mut keyed.stream(user, 0));
        let config = Arc::new(config(policy.clone(), users_count));
        let zones = (0..u64::from(users_count)).map(zone);
        let mut audience = Audience {
            shard: Shard::new(Arc::clone(&config), ShardId(0), zones),
            policy,
            asked: Vec::new(),
            people: Vec::new(),
            seen: HashMap::new(),
        };
        for page in (0..PAGES).map(PageId) {
            let (party, product, units) = (Party::Page(page), ProductId(0), u32::MAX);
            audience.apply_history(
                EVE,
                HistoryEvent::Balance {
                    party,
                    amount: BUDGET,
                },
            );
            audience.apply_history(EVE, HistoryEvent::Stock { page, product, units });
        }
        for user in 0..users_count {
            audience.bring(
                UserId(user),
                zone(u64::from(user)),
                &mut keyed.stream(u64::from(user), 1),
            );
        }
        audience.show_ads(keyed);
        for user in 0..users_count {
            audience.settle(UserId(user));
        }
        audience.ask(keyed);
        audience
    }

    /// Of everyone asked for, the page whose ad it is, which they know.
    pub fn acquaintances(&self) -> impl Iterator<Item = (UserId, PageId)> {
        self.asked
            .iter()
            .map(|(user, campaign)| (*user, terms(campaign.index()).page))
    }

    /// What the policy says of everyone, in the order of `asked`.
    #[must_use]
    pub fn verdicts(&self) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        self.shard.judge_all(NOW, &self.asked, &mut verdicts);
        verdicts
    }

    /// How many are allowed, and how many each rule refuses that is the first to do so.
    ///
    /// # Panics
    /// If fewer than half are allowed, or a rule that can refuse decides fewer than two in a hundred.
    #[must_use]
    pub fn mix(&self) -> Vec<(&'static str, usize)> {
        let verdicts = self.verdicts();
        let allowed = verdicts.iter().filter(|verdict| verdict.is_ok()).count();
        assert!(
            allowed * 2 >= verdicts.len(),
            "{allowed} of {} are allowed",
            verdicts.len()
        );
        let mut mix = vec![("allowed", allowed)];
        for rule in &self.policy.user_rules {
            let refused = verdicts
                .iter()
                .filter(|verdict| **verdict == Err(rule.kind()))
                .count();
            let can_refuse = *rule != UserRule::Formats(FormatSet::new(Format::ALL));
            assert!(
                !can_refuse || refused * 50 >= verdicts.len(),
                "{rule:?} refuses {refused}"
            );
            mix.push((rule.kind().label(), refused));
        }
        mix
    }

    /// The case of `asked[number]`.
    #[must_use]
    pub fn portrait(&self, number: usize) -> Portrait {
        let (user, campaign) = self.asked[number];
        let terms = terms(campaign.index());
        let person = &self.people[user.index()];
        let known = person.known.iter().find(|known| known.page == terms.page);
        let known = known.expect("ads ask for users who know the page");
        let seen = |page| self.seen.get(&(user, page)).copied().unwrap_or_default();
        Portrait {
            blocked: known.blocked,
            muted: known.muted,
            opened_by_user: known.by_user,
            first_category: known.first_topic.category,
            ad_category: terms.topic.category,
            format: terms.format,
            opted_in: known.opted_in,
            since_last_act_ns: (NOW - known.last_act).0,
            ads_count: person.known.iter().map(|known| seen(known.page)).sum(),
            page_ads_count: seen(terms.page),
            local_minute: person.local_minute,
        }
    }

    /// What happened before day one: one to three conversations, acts and consent.
    fn bring(&mut self, user: UserId, zone_minutes: i16, draws: &mut Stream) {
        let count = 1 + usize::from(draws.unit() < 0.5) + usize::from(draws.unit() < 0.3);
        let mut known: Vec<Known> = Vec::new();
        while known.len() < count {
            let page = PageId(below(draws, PAGES));
            if known.iter().all(|known| known.page != page) {
                known.push(Known::draw(page, draws));
            }
        }
        for (number, known) in known.iter().enumerate() {
            let act = Act::new(-1, number as u32, ActKind::Page, 0);
            let Known {
                page,
                by_user,
                first_topic: topic,
                opted_in,
                ..
            } = *known;
            let at = SimTime(known.last_act.0.min(-1));
            self.apply_history(
                at,
                HistoryEvent::Conversation {
                    user,
                    page,
                    act,
                    by_user,
                    topic,
                },
            );
            self.apply_history(at, HistoryEvent::Acted { user, page });
            if opted_in {
                self.apply_history(
                    at,
                    HistoryEvent::OptIn {
                        user,
                        page,
                        topic: topic_of(page),
                        act,
                    },
                );
            }
        }
        self.apply_history(
            EVE,
            HistoryEvent::Balance {
                party: Party::User(user),
                amount: PURSE,
            },
        );
        let local = NOW.0 / Span::MINUTE.0 + i64::from(zone_minutes);
        self.people.push(Person {
            local_minute: local.rem_euclid(24 * 60) as u16,
            known,
        });
    }

    /// The afternoon: some users come on line and get the ads that the policy lets through.
    fn show_ads(&mut self, keyed: Keyed) {
        let users = 0..self.people.len() as u32;
        for campaign in (0..PAGES as u16).map(CampaignId) {
            let (amount, until) = (BUDGET, SimTime::NEVER);
            self.apply(
                SimTime::ZERO,
                Command::GrantLease {
                    campaign,
                    amount,
                    ads: u32::MAX,
                    reach: 0,
                    until,
                },
            );
        }
        for hour in 12..16u32 {
            let now = SimTime(i64::from(hour) * Span::HOUR.0);
            for user in users.clone().map(UserId) {
                let always = keyed.unit(u64::from(user.0), 2) < ALWAYS_THERE;
                if always || keyed.unit(u64::from(user.0), u64::from(hour)) < COMES {
                    let occasion = MessageId::new(user, Act::new(0, hour, ActKind::Chat, 0));
                    let until = now + Span::MINUTE;
                    self.apply(
                        now,
                        Command::Connect {
                            occasion,
                            user,
                            until,
                        },
                    );
                }
            }
        }
    }

    /// The user's later choices, and acts of the last minutes.
    fn settle(&mut self, user: UserId) {
        for index in 0..self.people[user.index()].known.len() {
            let Known {
                page,
                blocked,
                muted,
                last_act,
                first_topic: topic,
                ..
            } = self.people[user.index()].known[index];
            if last_act > SimTime::ZERO {
                let act = MessageId::new(user, Act::new(0, index as u32, ActKind::Page, 0));
                let (handle, entry) = (page, Entry::Search);
                self.apply(
                    last_act,
                    Command::Visit {
                        act,
                        user,
                        handle,
                        topic,
                        entry,
                    },
                );
            }
            if muted {
                self.apply(NOW, Command::Mute { user, page });
            }
            if blocked {
                self.apply(
                    NOW,
                    Command::Block {
                        user,
                        party: Party::Page(page),
                    },
                );
            }
        }
    }

    /// One ad for each user, of a page they know; then shuffles (R. Durstenfeld, "Algorithm 235", 1964).
    fn ask(&mut self, keyed: Keyed) {
        let draws = &mut keyed.stream(0, 3);
        for (number, person) in (0..).zip(&self.people) {
            let known = &person.known[below(draws, person.known.len() as u32) as usize];
            let other_format = u32::from(draws.unit() < BREAKS) * PAGES;
            let campaign = CampaignId((known.page.0 + other_format) as u16);
            self.asked.push((UserId(number), campaign));
        }
        for last in (1..self.asked.len()).rev() {
            self.asked.swap(last, below(draws, last as u32 + 1) as usize);
        }
    }

    fn apply_history(&mut self, at: SimTime, past: HistoryEvent) {
        self.shard.apply_history(at, past, &mut Outbox::default());
    }

    /// Carries a command out, and at once the delivery of the ad that comes of it.
    fn apply(&mut self, now: SimTime, command: Command) {
        let mut out = Outbox::default();
        self.shard.apply(now, command, &mut out);
        for fact in &out.facts {
            if let Fact::AdDelivered { user, campaign, .. } = fact {
                *self
                    .seen
                    .entry((*user, terms(campaign.index()).page))
                    .or_default() += 1;
            }
        }
        for forward in out.forwards {
            if let (Hop::Timer(_), Command::DeliverAd { .. }) = (forward.hop, forward.command) {
                self.apply(now, forward.command);
            }
        }
    }
}

impl Known {
    fn draw(page: PageId, draws: &mut Stream) -> Known {
        let mut breaks = || draws.unit() < BREAKS;
        let [by_page, off_topic, no_consent, blocked, muted, too_old, too_new] =
            std::array::from_fn(|_| breaks());
        let mut first_topic = topic_of(page);
        first_topic.category = (first_topic.category + u16::from(off_topic)) % CATEGORIES;
        let ago = if too_new && draws.unit() < 0.5 {
            Span(1 + (draws.unit() * Span::MINUTE.0 as f64) as i64)
        } else {
            let days = 1.0 + 12.0 * draws.unit() + if too_old { 14.0 } else { 0.0 };
            Span((days * Span::DAY.0 as f64) as i64)
        };
        Known {
            page,
            by_user: !by_page,
            first_topic,
            opted_in: !no_consent,
            blocked,
            muted,
            last_act: SimTime(NOW.0 - ago.0),
        }
    }
}

fn below(draws: &mut Stream, end: u32) -> u32 {
    (((draws.next_u64() >> 32) * u64::from(end)) >> 32) as u32
}

/// Most live where it is evening; for some it is night.
fn zone_minutes(draws: &mut Stream) -> i16 {
    if draws.unit() < BREAKS {
        300 + below(draws, 240) as i16
    } else {
        below(draws, 120) as i16 - 60
    }
}
