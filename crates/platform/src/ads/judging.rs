//! The user's side of a decision, for one slot or for many users at once, and the ground it takes up.

use super::Ad;
use crate::conversations::{Candidate, Place};
use crate::policy::{BATCH_SIZE, Basis, Verdict};
use crate::shard::Shard;
use chappe_base::{CampaignId, PageId, RuleKind, Seconds, SimTime, UserId};

/// How many users ahead one is fetched: enough to hide the latency of memory, few enough that it is still in
/// the first-level cache when its batch is judged.
const USER_AHEAD: usize = 64;
/// How many users ahead one's lists are fetched, for which the user must be there.
const LISTS_AHEAD: usize = 32;

impl Shard {
    /// What the user's side of the policy says at `now` of an ad of each campaign to each user, who
    /// must live here. Nothing is reserved and nothing counts; a slot judges the same, and then the
    /// lease. The verdicts are added to `verdicts`, in the order of `asked`.
    ///
    /// Users in random order cost a cache miss for each thing known of them: what later decisions need
    /// is fetched while the earlier are made.
    pub fn judge_all(&self, now: SimTime, asked: &[(UserId, CampaignId)], verdicts: &mut Vec<Verdict>) {
        let local = |user: &UserId| self.config.homes.local(user.0);
        let touch = |index: usize| {
            if let Some((user, _)) = asked.get(index) {
                self.people.touch(local(user));
            }
        };
        let touch_lists = |index: usize| {
            if let Some((user, _)) = asked.get(index) {
                self.people.touch_lists(local(user));
            }
        };
        (0..USER_AHEAD).for_each(touch);
        (0..LISTS_AHEAD).for_each(touch_lists);
        let mut candidates = Vec::with_capacity(BATCH_SIZE);
        for (index, (user, campaign)) in asked.iter().enumerate() {
            touch(index + USER_AHEAD);
            touch_lists(index + LISTS_AHEAD);
            let terms = &self.config.campaigns[campaign.index()];
            let place = self.people.find(local(user), terms.page);
            candidates.extend(place.map(|place| self.people.candidate(now, place, terms)));
            if candidates.len() == BATCH_SIZE || place.is_none() {
                self.config.policy.judge_all(&candidates, verdicts);
                candidates.clear();
                verdicts.extend(place.is_none().then_some(Err(RuleKind::OpenedBy)));
            }
        }
        self.config.policy.judge_all(&candidates, verdicts);
    }

    /// Judges one campaign for the user's slot, in the conversation at `place`.
    #[inline]
    pub(super) fn judge_user_side(&self, now: SimTime, place: Place, campaign: CampaignId) -> Verdict {
        self.config.policy.judge(&self.candidate(now, place, campaign))
    }

    /// Judges again, at delivery, what may have changed since: the ad itself does not count.
    pub(super) fn judge_user_side_again(&self, now: SimTime, local: usize, page: PageId, ad: Ad) -> Verdict {
        let place = self.people.find(local, page).ok_or(RuleKind::OpenedBy)?;
        let basis = ad.basis.map(|(basis, _)| basis);
        let candidate = self.candidate(now, place, ad.campaign).without(ad.reserved);
        self.config.policy.judge_again(&candidate, basis, ad.reserved)
    }

    /// Takes up the ground on which an ad was just let through, if the policy asks for one; with it,
    /// how it was used before.
    pub(super) fn take_basis(
        &mut self,
        now: SimTime,
        user: UserId,
        campaign: CampaignId,
    ) -> Option<(Basis, Seconds)> {
        let place = self.place_of(user, campaign)?;
        let basis = self.config.policy.basis(&self.candidate(now, place, campaign))?;
        Some((basis, self.people.use_basis(place, basis, now)))
    }

    /// An opt-in that is the ground of an ad counts as used when the user gets to see the ad.
    pub(super) fn use_opt_in(&mut self, now: SimTime, ad: Ad) {
        if let Some((basis @ Basis::OptIn(_), _)) = ad.basis
            && let Some(place) = self.place_of(ad.user, ad.campaign)
        {
            self.people.use_basis(place, basis, now);
        }
    }

    /// Gives back the ground of an ad that came to nothing.
    pub(super) fn release_basis(&mut self, ad: Ad) {
        if let Some((basis, before)) = ad.basis
            && let Some(place) = self.place_of(ad.user, ad.campaign)
        {
            self.people.release_basis(place, basis, ad.reserved, before);
        }
    }

    /// The user's conversation with the page of a campaign.
    fn place_of(&self, user: UserId, campaign: CampaignId) -> Option<Place> {
        let page = self.config.campaigns[campaign.index()].page;
        self.people.find(self.config.homes.local(user.0), page)
    }

    /// The campaign's ad in the conversation at `place`, as the policy wants it put.
    #[inline]
    pub(super) fn candidate(&self, now: SimTime, place: Place, campaign: CampaignId) -> Candidate<'_> {
        self.people
            .candidate(now, place, &self.config.campaigns[campaign.index()])
    }
}
