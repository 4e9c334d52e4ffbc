//! The user's side of a decision, for one slot or for many users at once, and the ground it takes up.

use super::Ad;
use crate::conversations::{Place, UserMemory};
use crate::policy::{Case, Ground};
use crate::shard::Shard;
use chappe_base::{CampaignId, PageId, Permit, RuleKind, Seconds, SimTime, UserId};

/// Decisions that are made together while the users of the next but one group and the lists of the next
/// are fetched: enough to hide the latency of memory, few enough that what was fetched is still in the
/// first-level cache.
const TOGETHER: usize = 16;

impl Shard {
    /// What the user's side of the policy says at `now` of an ad of each campaign to each user, who
    /// must live here. Nothing is reserved and nothing counts; a slot judges the same, and then the
    /// lease. The verdicts are added to `verdicts`, in the order of `asked`.
    ///
    /// Users in random order cost a cache miss for each thing known of them: what later decisions need
    /// is fetched while the earlier are made.
    pub fn judge_all(
        &self,
        now: SimTime,
        asked: &[(UserId, CampaignId)],
        verdicts: &mut Vec<Result<Permit, RuleKind>>,
    ) {
        type Asked = [(UserId, CampaignId)];
        let local = |user: &UserId| self.config.homes.local(user.0);
        let group = |number| asked.chunks(TOGETHER).nth(number).unwrap_or_default();
        let touch = |group: &Asked| group.iter().for_each(|(user, _)| self.people.touch(local(user)));
        let touch_lists = |group: &Asked| {
            group
                .iter()
                .for_each(|(user, _)| self.people.touch_lists(local(user)))
        };
        touch(group(0));
        touch(group(1));
        touch_lists(group(0));
        for (number, now_judged) in asked.chunks(TOGETHER).enumerate() {
            touch(group(number + 2));
            touch_lists(group(number + 1));
            verdicts.extend(now_judged.iter().map(|(user, campaign)| {
                let page = self.config.campaigns[campaign.index()].page;
                let place = self.people.find(local(user), page).ok_or(RuleKind::OpenedBy)?;
                self.judge_user_side(now, place, *campaign)
            }));
        }
    }

    /// Judges one campaign for the user's slot, in the conversation at `place`.
    #[inline]
    pub(super) fn judge_user_side(
        &self,
        now: SimTime,
        place: Place,
        campaign: CampaignId,
    ) -> Result<Permit, RuleKind> {
        let (case, memory) = self.case(now, place, campaign);
        self.config.policy.judge(&case, &memory)
    }

    /// Judges again, at delivery, what may have changed since: the ad itself does not count.
    pub(super) fn judge_user_side_again(
        &self,
        now: SimTime,
        local: usize,
        page: PageId,
        ad: Ad,
    ) -> Result<Permit, RuleKind> {
        let place = self.people.find(local, page).ok_or(RuleKind::OpenedBy)?;
        let (case, memory) = self.case(now, place, ad.campaign);
        let ground = ad.ground.map(|(ground, _)| ground);
        let memory = memory.without(ad.reserved);
        self.config
            .policy
            .judge_again(&case, &memory, ground, ad.reserved)
    }

    /// Takes up the ground on which an ad was just let through, if the policy asks for one; with it,
    /// how it was used before.
    pub(super) fn take_ground(
        &mut self,
        now: SimTime,
        user: UserId,
        campaign: CampaignId,
    ) -> Option<(Ground, Seconds)> {
        let place = self.place_of(user, campaign)?;
        let (case, memory) = self.case(now, place, campaign);
        let ground = self.config.policy.ground(&case, &memory)?;
        Some((ground, self.people.use_ground(place, ground, now)))
    }

    /// An opt-in that is the ground of an ad counts as used when the user gets to see the ad.
    pub(super) fn use_opt_in(&mut self, now: SimTime, ad: Ad) {
        if let Some((ground @ Ground::OptIn(_), _)) = ad.ground
            && let Some(place) = self.place_of(ad.user, ad.campaign)
        {
            self.people.use_ground(place, ground, now);
        }
    }

    /// Gives back the ground of an ad that came to nothing.
    pub(super) fn give_ground_back(&mut self, ad: Ad) {
        if let Some((ground, before)) = ad.ground
            && let Some(place) = self.place_of(ad.user, ad.campaign)
        {
            self.people.give_back(place, ground, ad.reserved, before);
        }
    }

    /// The user's conversation with the page of a campaign.
    fn place_of(&self, user: UserId, campaign: CampaignId) -> Option<Place> {
        let page = self.config.campaigns[campaign.index()].page;
        self.people.find(self.config.homes.local(user.0), page)
    }

    /// The case as the policy wants it put, and what it may look up.
    #[inline]
    pub(super) fn case(&self, now: SimTime, place: Place, campaign: CampaignId) -> (Case, UserMemory<'_>) {
        let case = self.people.case(&self.config, place, campaign, now);
        (case, self.people.memory(place))
    }
}
