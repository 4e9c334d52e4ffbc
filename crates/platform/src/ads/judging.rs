//! The user's side of a decision, for one slot or for many users at once.

use crate::conversations::{Place, UserMemory};
use crate::policy::Case;
use crate::shard::Shard;
use chappe_base::{CampaignId, PageId, Permit, RuleKind, SimTime, UserId};

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

    /// Judges again, at delivery, what the user may have changed.
    pub(super) fn judge_user_side_again(
        &self,
        now: SimTime,
        local: usize,
        page: PageId,
        campaign: CampaignId,
    ) -> Result<Permit, RuleKind> {
        let place = self.people.find(local, page).ok_or(RuleKind::OpenedBy)?;
        let (case, memory) = self.case(now, place, campaign);
        self.config.policy.judge_again(&case, &memory)
    }

    /// The case as the policy wants it put, and what it may look up.
    #[inline]
    pub(super) fn case(&self, now: SimTime, place: Place, campaign: CampaignId) -> (Case, UserMemory<'_>) {
        let case = self.people.case(&self.config, place, campaign, now);
        (case, self.people.memory(place))
    }
}
