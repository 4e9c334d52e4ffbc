//! The user's side of a decision, for one slot or for many users at once, and the basis that an ad uses.
//!
//! A basis that holds only once (an opt-in for one ad, the one further message) is used when the ad is
//! reserved, not when it is delivered. Otherwise two ads under way could both rely on it.

use super::Ad;
use crate::candidate::Candidate;
use crate::conversations::Place;
use crate::policy::{BATCH_SIZE, Basis, Verdict};
use crate::shard::Shard;
use chappe_base::{CampaignId, PageId, RuleKind, Seconds, SimTime, UserId};

/// How many users ahead a user is prefetched: far enough to hide the latency of memory, near enough that the
/// user is still in the first-level cache when the batch is judged.
const USER_AHEAD: usize = 64;
/// How many users ahead a user's lists are prefetched. Their positions are in the user, so the user comes
/// first.
const LISTS_AHEAD: usize = 32;

impl Shard {
    /// Judges the user's side of the policy at `now` for many pairs of user and campaign. The users must be
    /// this shard's. Nothing is reserved and no ad is counted. Appends one verdict per pair, in the order of
    /// `asked`.
    ///
    /// With users in random order each access misses the cache, so the state of later pairs is prefetched
    /// while earlier ones are judged.
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

    /// Judges one campaign for one user's slot; `place` is their conversation with the page.
    #[inline]
    pub(super) fn judge_user_side(&self, now: SimTime, place: Place, campaign: CampaignId) -> Verdict {
        self.config.policy.judge(&self.candidate(now, place, campaign))
    }

    /// Judges again, at delivery, the rules whose result may have changed. The ad itself is not counted.
    pub(super) fn judge_user_side_again(&self, now: SimTime, local: usize, page: PageId, ad: Ad) -> Verdict {
        let place = self.people.find(local, page).ok_or(RuleKind::OpenedBy)?;
        let basis = ad.basis.map(|(basis, _)| basis);
        let candidate = self.candidate(now, place, ad.campaign).without(ad.reserved);
        self.config.policy.judge_again(&candidate, basis, ad.reserved)
    }

    /// Uses the basis of an ad that was just allowed, if the policy needs one. Returns it with the time of
    /// its previous use.
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

    /// Marks an ad's opt-in as used now: the interval between its uses counts from when the user sees the ad.
    pub(super) fn use_opt_in(&mut self, now: SimTime, ad: Ad) {
        if let Some((basis @ Basis::OptIn(_), _)) = ad.basis
            && let Some(place) = self.place_of(ad.user, ad.campaign)
        {
            self.people.use_basis(place, basis, now);
        }
    }

    /// Releases the basis of an ad that was not delivered.
    pub(super) fn release_basis(&mut self, ad: Ad) {
        if let Some((basis, before)) = ad.basis
            && let Some(place) = self.place_of(ad.user, ad.campaign)
        {
            self.people.release_basis(place, basis, ad.reserved, before);
        }
    }

    /// The user's conversation with the campaign's page.
    pub(super) fn place_of(&self, user: UserId, campaign: CampaignId) -> Option<Place> {
        let page = self.config.campaigns[campaign.index()].page;
        self.people.find(self.config.homes.local(user.0), page)
    }

    /// The campaign's ad in the conversation at `place`, as an [`AdContext`](crate::policy::AdContext).
    #[inline]
    pub(super) fn candidate(&self, now: SimTime, place: Place, campaign: CampaignId) -> Candidate<'_> {
        self.people
            .candidate(now, place, &self.config.campaigns[campaign.index()])
    }
}
