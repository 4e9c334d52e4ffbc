//! Translates a scenario's policy and campaigns into the promises that the audit checks.
//!
//! The audit depends on neither platform nor scenario, so that it can't share their mistakes. This is the only
//! place that knows both vocabularies.

use chappe_audit::{
    BasisRule, Campaign, Cap, MessageReasons, OptInRequests, OptInTerms, PageLimits, Prices, Promises,
    QuietHours, Quota as AuditQuota, Rating, Tiers as AuditTiers, TopicMatch as AuditMatch,
};
use chappe_base::{Format, Span, UserId};
use chappe_platform::policy::{
    self, MessageRule, OnQuiet, OnRed, OpenedBy, OptInScope, PageRule, TopicMatch, UserRule,
};
use chappe_platform::{Audience, CampaignConfig, Desk};
use chappe_scenario::Scenario;
use chappe_workload::Population;
use std::sync::Arc;

/// The promises of `scenario`'s policy and campaigns.
#[must_use]
pub fn promises_of(scenario: &Scenario) -> Promises {
    promises(
        scenario,
        &Population::new(&scenario.population, &scenario.sessions, scenario.seed),
    )
}

pub(crate) fn promises(scenario: &Scenario, population: &Population) -> Promises {
    let config = &scenario.platform;
    let needs_stock = config.policy.page_rules.contains(&PageRule::InStock);
    let campaign = |terms: &CampaignConfig| Campaign {
        page: terms.page,
        format: terms.format,
        topic: terms.topic,
        shoppers_only: terms.audience == Audience::Shoppers,
        product: needs_stock.then_some(terms.product),
        bid: terms.bid,
        budget: terms.budget,
        start: terms.start,
        end: terms.end,
    };
    let mut promises = Promises {
        users_count: config.users_count,
        pages_count: config.pages.len() as u32,
        offsets_minutes: Arc::new([]),
        campaigns: config.campaigns.iter().map(campaign).collect(),
        ads_allowed: true,
        opened_by_user: false,
        first_topic: AuditMatch::Any,
        formats: Format::ALL.to_vec(),
        opt_in: None,
        mute: false,
        not_within: None,
        at_most: None,
        user_caps: Vec::new(),
        page_caps: Vec::new(),
        quiet_hours: None,
        basis: None,
        unanswered_caps: Vec::new(),
        messages: reasons(&config.policy.message_rules),
        answered_by_people: config.pages.iter().map(|page| page.desk != Desk::Bot).collect(),
        opt_in_requests: config.policy.opt_in_request.map(|request| OptInRequests {
            within: request.within,
            again_after_days: request.again_after_days,
        }),
        prices: Prices {
            reserve: config.policy.reserve(),
            notice: config.policy.message_prices().map(|prices| prices.utility),
            payment_fee_ppm: config.payment_fee_ppm,
        },
        page_limits: PageLimits::default(),
        under_way_at_most: longest_latency(scenario),
    };
    for rule in &config.policy.user_rules {
        add_user_rule(&mut promises, rule);
    }
    for rule in &config.policy.page_rules {
        add_page_rule(&mut promises.page_limits, rule);
    }
    if promises.quiet_hours.is_some() {
        let offsets = (0..config.users_count).map(|user| population.time_zone_minutes(UserId(user)));
        promises.offsets_minutes = offsets.collect();
    }
    promises
}

/// The longest that anything takes over a link.
fn longest_latency(scenario: &Scenario) -> Span {
    let network = &scenario.network;
    let links = [
        network.client_to_platform,
        network.platform_to_client,
        network.server_to_server,
    ];
    let longest = links.map(|link| link.floor + link.extra.longest());
    longest.into_iter().fold(Span::ZERO, Span::max)
}

fn add_page_rule(limits: &mut PageLimits, rule: &PageRule) {
    match *rule {
        // The audit checks these with stock, budgets and prices.
        PageRule::Running
        | PageRule::InStock
        | PageRule::Budget
        | PageRule::Reserve(_)
        | PageRule::MessagePrices(_) => {}
        PageRule::Tiers(tiers) => {
            limits.tiers = Some(AuditTiers {
                limits: tiers.limits,
                start: tiers.start,
            });
        }
        PageRule::Quality(rule) => {
            limits.rating = Some(Rating {
                yellow_ppm: rule.yellow_ppm,
                red_ppm: rule.red_ppm,
                read_ppm: rule.read_ppm,
                ads_count: rule.ads_count,
                pauses: rule.on_red == OnRed::Pause,
            });
        }
        PageRule::Throughput { per_second } => limits.per_second = Some(per_second),
        PageRule::Quota(quota) => {
            limits.quota = Some(AuditQuota {
                messages_count: quota.messages_count,
                fee: quota.fee,
                overage: quota.overage,
            });
        }
    }
}

/// The reasons for messages that `rules` allow; `None` if there are no rules.
fn reasons(rules: &[MessageRule]) -> Option<MessageReasons> {
    let mut reasons = MessageReasons {
        within: None,
        order_notices: false,
        human_answers: None,
        one_further: false,
    };
    for rule in rules {
        match *rule {
            MessageRule::Within(span) => reasons.within = Some(span),
            MessageRule::OrderNotices => reasons.order_notices = true,
            MessageRule::HumanAnswers(span) => reasons.human_answers = Some(span),
            MessageRule::OneFurther => reasons.one_further = true,
        }
    }
    (!rules.is_empty()).then_some(reasons)
}

fn match_of(scope: OptInScope) -> AuditMatch {
    match scope {
        OptInScope::Page => AuditMatch::Any,
        OptInScope::Category => AuditMatch::Category,
        OptInScope::Product => AuditMatch::Product,
    }
}

fn cap(count: u16, every: Span) -> Cap {
    let count = u32::from(count);
    Cap { count, every }
}

fn add_user_rule(promises: &mut Promises, rule: &UserRule) {
    match *rule {
        UserRule::NoAds => promises.ads_allowed = false,
        // The audit checks blocks for every message, whatever the policy says.
        UserRule::NotBlocked => {}
        UserRule::NotMuted => promises.mute = true,
        UserRule::OpenedBy(who) => promises.opened_by_user |= who == OpenedBy::User,
        UserRule::FirstTopic(closeness) => {
            promises.first_topic = match closeness {
                TopicMatch::Any => AuditMatch::Any,
                TopicMatch::Category => AuditMatch::Category,
                TopicMatch::Product => AuditMatch::Product,
            };
        }
        UserRule::Formats(formats) => promises.formats.retain(|format| formats.contains(*format)),
        UserRule::OptIn(scope) => promises.opt_in = Some(match_of(scope)),
        UserRule::Window { at_least, at_most } => {
            (promises.not_within, promises.at_most) = (at_least, at_most)
        }
        UserRule::UserCap { count, every } => promises.user_caps.push(cap(count, every)),
        UserRule::PageCap { count, every } => promises.page_caps.push(cap(count, every)),
        UserRule::UnansweredCap { count, every } => promises.unanswered_caps.push(cap(count, every)),
        UserRule::Basis(grounds) => {
            let agreement = |opt_in: policy::OptInTerms| OptInTerms {
                topic: match_of(opt_in.scope),
                every: opt_in.every,
                life_days: opt_in.life_days,
            };
            promises.basis = Some(BasisRule {
                within: grounds.within,
                one_further: grounds.one_further,
                opt_in: grounds.opt_in.map(agreement),
            });
        }
        UserRule::QuietHours {
            from_minute,
            to_minute,
            on_quiet,
        } => {
            promises.quiet_hours = Some(QuietHours {
                from_minute,
                to_minute,
                holds: on_quiet == OnQuiet::Hold,
            });
        }
    }
}
