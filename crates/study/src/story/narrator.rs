//! Facts in sentences, in the scenario's own words.

use super::{span, time};
use chappe_base::{Account, Decision, Fact, Money, Party, RuleKind, Topic};
use chappe_scenario::presets::Preset;
use chappe_scenario::{Catalogue, Scenario};

/// Tells facts in the scenario's own words.
pub(super) struct Narrator<'a> {
    catalogue: &'a Catalogue,
    preset: Option<Preset>,
}

impl<'a> Narrator<'a> {
    pub(super) fn new(scenario: &'a Scenario) -> Narrator<'a> {
        Narrator {
            catalogue: &scenario.catalogue,
            preset: Preset::named(&scenario.platform.policy.name),
        }
    }

    /// A decision in words.
    pub(super) fn verdict(&self, decision: Decision) -> String {
        match decision {
            Decision::Allowed(_) => "allowed".to_string(),
            Decision::Refused(rule) => format!("refused by {}", self.rule(rule)),
        }
    }

    /// A rule by its name, and the error of the real platform where one is known.
    pub(super) fn rule(&self, rule: RuleKind) -> String {
        let code = self.preset.as_ref().and_then(|preset| preset.code(rule));
        let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
        format!("`{}`{code}", rule.label())
    }

    /// A topic by its names.
    pub(super) fn topic(&self, topic: Topic) -> String {
        let category = self.catalogue.categories.get(usize::from(topic.category));
        match category
            .and_then(|category| Some((category, category.products.get(usize::from(topic.product))?)))
        {
            Some((category, product)) => format!("{}/{product}", category.name),
            None => format!("{}/{}", topic.category, topic.product),
        }
    }

    /// One fact as a sentence.
    pub(super) fn tell(&self, fact: &Fact) -> String {
        match *fact {
            Fact::Served {
                command,
                wait_ns,
                service_ns,
                ..
            } => {
                let (wait, service) = (span(wait_ns), span(service_ns));
                format!(
                    "the shard served the {} command: {wait} in the queue, {service} in service",
                    command.label()
                )
            }
            Fact::Dropped { command, .. } => {
                format!("the queue was full: the {} command is lost", command.label())
            }
            Fact::Unserved {
                command,
                wait_ns,
                service_ns,
                ..
            } => {
                let (wait, service) = (span(wait_ns), span(service_ns));
                format!(
                    "the {} command was not done when the run ended: {wait} in the queue, {service} in service",
                    command.label()
                )
            }
            Fact::BudgetUnserved {
                campaign,
                amount,
                returned,
            } => {
                let direction = if returned { "back" } else { "to a shard" };
                format!(
                    "{} of campaign {} was still on its way {direction} when the run ended",
                    money(amount),
                    campaign.0
                )
            }
            Fact::Reneged { wait_ns } => format!("a request gave up after {}", span(wait_ns)),
            Fact::HandedOut {
                message,
                class,
                to,
                kept,
                ..
            } => {
                let kept = if kept { ", kept until now" } else { "" };
                format!(
                    "{} message {} reached the device of {}{kept}",
                    words(class.label()),
                    message.0,
                    party(to)
                )
            }
            Fact::Acknowledged { after_ns, .. } => {
                format!(
                    "the sender's device learns that it was accepted, after {}",
                    span(after_ns)
                )
            }
            Fact::ReadReceipt { after_ns, .. } => {
                format!(
                    "the sender's device learns that it was read, after {}",
                    span(after_ns)
                )
            }
            Fact::Connected { user, until } => {
                format!("user {} came on line, until {}", user.0, time(until))
            }
            Fact::Accepted {
                message,
                class,
                from,
                to,
                kept,
                ..
            } => {
                let kept = if kept { ", who is off line: kept" } else { "" };
                let class = words(class.label());
                format!(
                    "{class} message {} from {} accepted for {}{kept}",
                    message.0,
                    party(from),
                    party(to)
                )
            }
            Fact::Refused {
                message,
                by,
                to,
                reason,
            } => {
                let reason = match reason.rule() {
                    Some(rule) => self.rule(rule),
                    None => words(reason.label()),
                };
                format!(
                    "{} of {} to {} refused: {reason}",
                    message.0,
                    party(by),
                    party(to)
                )
            }
            Fact::Delivered { class, from, to, .. } => {
                format!(
                    "{} from {} handed to the device of {}",
                    words(class.label()),
                    party(from),
                    party(to)
                )
            }
            Fact::Withdrawn { rule, .. } => format!("withdrawn by the rule {}", self.rule(rule)),
            Fact::Held { until, .. } => format!("held until the quiet hours end: {}", time(until)),
            Fact::Expired { .. } => "expired in the inbox".to_string(),
            Fact::Pending { .. } => "still under way when the run ended".to_string(),
            Fact::Read { message, user } => format!("user {} read message {}", user.0, message.0),
            Fact::Blocked { user, party: whom } => format!("user {} blocked {}", user.0, party(whom)),
            Fact::Unblocked { user, party: whom } => {
                format!("user {} lifted the block on {}", user.0, party(whom))
            }
            Fact::Muted { user, page } => format!("user {} muted page {}", user.0, page.0),
            Fact::Opened {
                user,
                page,
                act,
                by_user,
                topic,
                entry,
            } => {
                let opener = if by_user {
                    format!("user {}", user.0)
                } else {
                    format!("page {}", page.0)
                };
                let other = if by_user {
                    format!("page {}", page.0)
                } else {
                    format!("user {}", user.0)
                };
                let (topic, entry) = (self.topic(topic), entry.label());
                format!(
                    "{opener} opened a conversation with {other} on {topic} ({entry}; act {})",
                    act.0
                )
            }
            Fact::Acted { user, page } => format!("user {} acted towards page {}", user.0, page.0),
            Fact::LinkRefused { user, handle } => {
                format!("user {} followed a short link to no page ({})", user.0, handle.0)
            }
            Fact::OptedIn {
                user,
                page,
                topic,
                source,
                act,
            } => {
                let (topic, source) = (self.topic(topic), words(source.label()));
                format!(
                    "user {} opted in with page {} on {topic} ({source}; act {})",
                    user.0, page.0, act.0
                )
            }
            Fact::OptedOut { user, page, topic } => {
                format!(
                    "user {} opted out with page {} on {}",
                    user.0,
                    page.0,
                    self.topic(topic)
                )
            }
            Fact::Asked { user, page, .. } => {
                format!("user {}'s question entered page {}'s hot-line", user.0, page.0)
            }
            Fact::Answered {
                page,
                by,
                wait_ns,
                sojourn_ns,
                ..
            } => {
                let (by, wait, sojourn) = (by.label(), span(wait_ns), span(sojourn_ns));
                format!(
                    "page {}'s {by} answered after {sojourn}, taken up after {wait}",
                    page.0
                )
            }
            Fact::Abandoned { page, wait_ns, .. } => {
                format!("the customer gave up on page {} after {}", page.0, span(wait_ns))
            }
            Fact::Stocked { page, product, units } => {
                format!("page {} got {units} units of product {}", page.0, product.0)
            }
            Fact::OrderPlaced {
                order,
                user,
                page,
                product,
                price,
            } => {
                let price = money(price);
                format!(
                    "order {}: user {} bought product {} of page {} for {price}",
                    order.0, user.0, product.0, page.0
                )
            }
            Fact::OrderPaid { order, .. } => format!("order {} paid", order.0),
            Fact::OrderShipped { order, page } => format!("page {} shipped order {}", page.0, order.0),
            Fact::OrderDelivered { order, .. } => format!("order {} arrived", order.0),
            Fact::OrderCancelled { order, .. } => format!("order {} cancelled", order.0),
            Fact::Moved { from, to, amount, .. } => {
                format!(
                    "{} moved from {} to {}",
                    money(amount),
                    account(from),
                    account(to)
                )
            }
            Fact::TransferReserved {
                payer, payee, amount, ..
            } => {
                format!(
                    "{} of {} reserved for {}",
                    money(amount),
                    party(payer),
                    party(payee)
                )
            }
            Fact::TransferCredited { amount, .. } => format!("{} credited", money(amount)),
            Fact::TransferPosted {
                payer, payee, amount, ..
            } => {
                format!("{} paid {} to {}", party(payer), money(amount), party(payee))
            }
            Fact::TransferReleased { reason, .. } => format!("transfer released: {}", words(reason.label())),
            Fact::CampaignStarted {
                campaign,
                page,
                format,
                topic,
                budget,
            } => {
                let (format, topic, budget) = (format.label(), self.topic(topic), money(budget));
                format!(
                    "page {} began campaign {}: {format} of {topic}, budget {budget}",
                    page.0, campaign.0
                )
            }
            Fact::CampaignEnded { campaign } => format!("campaign {} ended", campaign.0),
            Fact::Leased {
                campaign, to, amount, ..
            } => {
                format!(
                    "{} of campaign {} leased to shard {}",
                    money(amount),
                    campaign.0,
                    to.0
                )
            }
            Fact::LeaseReturned { campaign, amount } => {
                format!("{} of campaign {}'s lease returned", money(amount), campaign.0)
            }
            Fact::Decided {
                page,
                campaign,
                decision,
                ..
            } => {
                format!(
                    "campaign {} of page {}: {}",
                    campaign.0,
                    page.0,
                    self.verdict(decision)
                )
            }
            Fact::AdDelivered {
                message,
                user,
                campaign,
                price,
                permit,
            } => {
                let opt_in = permit
                    .opt_in
                    .map_or(String::new(), |act| format!(", opt-in by act {}", act.0));
                let permit = format!("conversation opened by act {}{opt_in}", permit.conversation.0);
                let (price, campaign) = (money(price), campaign.0);
                format!(
                    "ad {} of campaign {campaign} shown to user {} for {price}; {permit}",
                    message.0, user.0
                )
            }
            Fact::Reacted {
                message,
                user,
                reaction,
                ..
            } => {
                format!(
                    "user {} reacted to ad {}: {}",
                    user.0,
                    message.0,
                    reaction.label()
                )
            }
            Fact::MessageCharged { message, page, price } => {
                format!("page {} paid {} for message {}", page.0, money(price), message.0)
            }
            Fact::ReachMoved {
                campaign,
                step,
                people,
            } => {
                format!(
                    "leave to reach {people} people with campaign {}: {}",
                    campaign.0,
                    step.label()
                )
            }
            Fact::Rated { page, quality, .. } => format!("page {} is rated {}", page.0, quality.label()),
            Fact::TierChanged { page, tier } => format!("page {} is in tier {tier} now", page.0),
            Fact::QuotaCharged {
                page,
                amount,
                messages_count,
                month,
            } => {
                format!(
                    "page {} paid {} for month {month}, with {messages_count} messages",
                    page.0,
                    money(amount)
                )
            }
        }
    }
}

fn words(label: &str) -> String {
    label.replace('_', " ")
}

fn money(amount: Money) -> String {
    chappe_base::Amount(amount).to_string()
}

fn party(party: Party) -> String {
    match party {
        Party::User(user) => format!("user {}", user.0),
        Party::Page(page) => format!("page {}", page.0),
    }
}

fn account(account: Account) -> String {
    match account {
        Account::World => "outside".to_string(),
        Account::Clearing => "clearing".to_string(),
        Account::Revenue => "the platform's revenue".to_string(),
        Account::User(user) => format!("user {}'s account", user.0),
        Account::UserHeld(user) => format!("user {}'s reserved money", user.0),
        Account::Page(page) => format!("page {}'s account", page.0),
        Account::PageHeld(page) => format!("page {}'s reserved money", page.0),
        Account::Campaign(campaign) => format!("campaign {}'s budget", campaign.0),
        Account::Lease(campaign) => format!("the lease of campaign {}", campaign.0),
        Account::LeaseHeld(campaign) => format!("the lease of campaign {}, reserved", campaign.0),
        Account::MessageRevenue => "the platform's revenue of messages".to_string(),
        Account::PaymentRevenue => "the platform's revenue of payments".to_string(),
    }
}
