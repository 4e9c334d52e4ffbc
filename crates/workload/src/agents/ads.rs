//! People's reactions to ads: open, click, buy, wear-out, annoyance, and refusal by opt-out, mute or block.

use super::activity::AdLoad;
use super::{Actions, Agents};
use crate::config::AdReactions;
use chappe_base::{
    Act, ActKind, CampaignId, MessageId, PageId, Party, Reaction, SimTime, Span, Topic, UserId,
};
use chappe_platform::Command;

const CLICK_AFTER: Span = Span(5 * Span::SECOND.0);
const BUY_AFTER: Span = Span(60 * Span::SECOND.0);
const REFUSE_AFTER: Span = Span(10 * Span::SECOND.0);

/// What is kept of a person who has seen ads.
#[derive(Clone, Debug)]
pub(super) struct AdExposure {
    /// As of `at`; it decays from there.
    annoyance: f64,
    at: SimTime,
    pub(super) load: AdLoad,
    /// Ads seen by campaign. A list, because one person sees few campaigns.
    seen: Vec<(CampaignId, u16)>,
}

impl AdExposure {
    fn new(now: SimTime) -> AdExposure {
        AdExposure {
            annoyance: 0.0,
            at: now,
            load: AdLoad::new(now),
            seen: Vec::new(),
        }
    }

    /// Counts an ad of `campaign`. Returns how many there were before.
    fn count(&mut self, campaign: CampaignId) -> u16 {
        match self.seen.iter_mut().find(|(seen, _)| *seen == campaign) {
            Some((_, count)) => {
                *count = count.saturating_add(1);
                *count - 1
            }
            None => {
                self.seen.push((campaign, 1));
                0
            }
        }
    }

    /// Adds the annoyance of one ad, A ← A · exp(−Δt/τ) + w · (1 − relevance), and returns A.
    fn annoy(&mut self, now: SimTime, reactions: &AdReactions, relevance: f64) -> f64 {
        let life = reactions.annoyance_life.0.as_secs_f64();
        let faded = libm::exp(-(now - self.at).as_secs_f64() / life);
        self.annoyance = self.annoyance * faded + reactions.annoyance_per_ad * (1.0 - relevance);
        self.at = now;
        self.annoyance
    }
}

impl Agents {
    /// Reacts to an ad that arrives.
    pub(super) fn see_ad(
        &mut self,
        now: SimTime,
        message: MessageId,
        user: UserId,
        campaign: CampaignId,
        actions: &mut Actions,
    ) {
        let person = self.person_mut(user);
        person.has_seen_ads = true;
        let zone = person.time_zone_minutes;
        let world = &self.world;
        let reactions = &world.agents.ads;
        let terms = world.platform.campaigns[campaign.index()];
        let interest = world.interest(user, terms.page);
        let relevance = relevance(reactions, interest, terms.topic);
        let memory = self.ads.entry(user).or_insert_with(|| AdExposure::new(now));
        let exposure = memory.count(campaign);
        memory.load.add(now, reactions);
        let annoyance = memory.annoy(now, reactions, relevance);

        let occasion = u64::from(campaign.0) << 16 | u64::from(exposure);
        let mut draws = world.draws.ad_reaction.stream(u64::from(user.0), occasion as u32);
        let word = world.draws.ad_delay.word(u64::from(user.0), occasion);
        let opened = world.active_time.after(now, reactions.delay.sample(word), zone);
        let react = |at, reaction| {
            (
                at,
                Command::React {
                    message,
                    user,
                    campaign,
                    reaction,
                },
            )
        };
        // All three are drawn even if the first decides, so that the draws behind them stay the same.
        let [opens, clicks, buys] = [draws.unit(), draws.unit(), draws.unit()];
        let worn = libm::pow(f64::from(exposure) + 1.0, reactions.wear_out);
        if opens < reactions.open.get() {
            actions.commands.push(react(opened, Reaction::Open));
            if clicks < reactions.click.get() * relevance * worn {
                actions
                    .commands
                    .push(react(opened + CLICK_AFTER, Reaction::Click));
                if buys < reactions.buy.get()
                    && let Some(order) = response(user, campaign, exposure)
                {
                    let at = opened + BUY_AFTER;
                    actions.commands.push(react(at, Reaction::Buy));
                    self.buy(at, order, user, terms.page, terms.product, actions);
                }
            }
        }
        let odds = libm::exp(-(reactions.refusal_base + reactions.refusal_slope * annoyance));
        if draws.unit() < 1.0 / (1.0 + odds) {
            let command = refusal(reactions, draws.unit(), user, terms.page, interest);
            actions.commands.push((opened + REFUSE_AFTER, command));
        }
    }
}

/// The user's response to the ad of `campaign` after `exposure` others. Its number is made of both, so that
/// no other act of the user has it; `None` when the numbers are used up.
fn response(user: UserId, campaign: CampaignId, exposure: u16) -> Option<MessageId> {
    let day = i32::from(exposure) - Act::HISTORY_DAYS;
    let act = || Act::new(day, u32::from(campaign.0), ActKind::Response, 0);
    (i32::from(exposure) < Act::DAYS).then(|| MessageId::new(user, act()))
}

fn relevance(reactions: &AdReactions, interest: Topic, ad: Topic) -> f64 {
    let [product, category, neither] = reactions.relevance;
    if interest == ad {
        product.get()
    } else if interest.category == ad.category {
        category.get()
    } else {
        neither.get()
    }
}

/// The command with which someone refuses further ads.
fn refusal(reactions: &AdReactions, draw: f64, user: UserId, page: PageId, topic: Topic) -> Command {
    let (opt_out, mute) = (reactions.opt_out_share.get(), reactions.mute_share.get());
    if draw < opt_out {
        Command::OptOut { user, page, topic }
    } else if draw < opt_out + mute {
        Command::Mute { user, page }
    } else {
        Command::Block {
            user,
            party: Party::Page(page),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annoyance_grows_with_irrelevant_ads_and_fades_in_its_time() {
        let reactions = AdReactions::default();
        let mut memory = AdExposure::new(SimTime::ZERO);
        assert_eq!(memory.annoy(SimTime::ZERO, &reactions, 1.0), 0.0);
        assert_eq!(memory.annoy(SimTime::ZERO, &reactions, 0.0), 1.0);
        let later = SimTime::ZERO + reactions.annoyance_life.0;
        assert!((memory.annoy(later, &reactions, 1.0) - libm::exp(-1.0)).abs() < 1e-12);
    }

    #[test]
    fn every_answer_to_an_ad_has_a_number_of_its_own() {
        let answer = |exposure| response(UserId(3), CampaignId(7), exposure);
        let last = Act::DAYS as u16 - 1;
        assert!(answer(0) != answer(last) && answer(last).is_some());
        assert_eq!(answer(last + 1), None);
    }

    #[test]
    fn exposures_are_counted_by_campaign() {
        let mut memory = AdExposure::new(SimTime::ZERO);
        let counts = [1, 2, 1, 1].map(|campaign| memory.count(CampaignId(campaign)));
        assert_eq!(counts, [0, 0, 1, 2]);
    }
}
