//! Ads that are judged together, rule by rule.

use super::ad_context::AdContext;
use chappe_base::{Act, Permit, RuleKind};

/// What the rules say of one ad.
pub type Verdict = Result<Permit, RuleKind>;

/// How many ads are best judged together.
pub(crate) const BATCH_SIZE: usize = u32::BITS as usize;

/// Ads before the rules, and what the rules have come to so far.
///
/// A rule judges all of them before the next one does, so what it is and asks for is looked at once. Which
/// of them it refuses is told in bits: a branch on each is one that nobody can foretell.
pub(super) struct CandidateBatch<'a, M, const N: usize> {
    ads: &'a [M; N],
    verdicts: &'a mut [Verdict; N],
    /// Those that no rule has refused so far, a bit each.
    open: u32,
}

impl<'a, M: AdContext, const N: usize> CandidateBatch<'a, M, N> {
    /// The ads, with the verdicts that stand unless a rule refuses: [`unrefused`].
    #[inline]
    pub(super) fn new(ads: &'a [M; N], verdicts: &'a mut [Verdict; N]) -> CandidateBatch<'a, M, N> {
        let open = const { u32::MAX >> (BATCH_SIZE - N) };
        CandidateBatch { ads, verdicts, open }
    }

    /// Whether there is one that no rule has refused so far.
    #[inline]
    pub(super) fn is_open(&self) -> bool {
        self.open != 0
    }

    /// Judges by what is at hand, which costs less than to tell apart what is refused already.
    #[inline(always)]
    pub(super) fn by_state(&mut self, kind: RuleKind, admits: impl Fn(&M) -> bool) {
        let mut refused = 0;
        for (index, ad) in self.ads.iter().enumerate() {
            refused |= u32::from(!admits(ad)) << index;
        }
        self.refuse(kind, refused);
    }

    /// Judges by what is remembered, which is looked up only for what is not refused already.
    #[inline(always)]
    pub(super) fn by_history(&mut self, kind: RuleKind, admits: impl Fn(&M) -> bool) {
        let mut refused = 0;
        for index in bits(self.open) {
            refused |= u32::from(!admits(&self.ads[index])) << index;
        }
        self.refuse(kind, refused);
    }

    /// Judges by the ground that an ad stands on, an opt-in or something else, if there is one.
    #[inline(always)]
    pub(super) fn by_consent(&mut self, kind: RuleKind, basis: impl Fn(&M) -> Option<Option<Act>>) {
        let mut refused = 0;
        for index in bits(self.open) {
            match (basis(&self.ads[index]), &mut self.verdicts[index]) {
                (Some(Some(act)), Ok(permit)) => permit.opt_in = Some(act),
                (Some(_), _) => {}
                (None, _) => refused |= 1 << index,
            }
        }
        self.refuse(kind, refused);
    }

    #[inline(always)]
    fn refuse(&mut self, kind: RuleKind, refused: u32) {
        for index in bits(refused & self.open) {
            self.verdicts[index] = Err(kind);
        }
        self.open &= !refused;
    }
}

/// The verdict on an ad that no rule refuses.
#[inline]
pub(super) fn unrefused(ad: &impl AdContext) -> Verdict {
    Ok(Permit {
        conversation: ad.opened(),
        opt_in: None,
    })
}

/// The places of the bits that are set, the lowest first.
#[inline(always)]
fn bits(mut set: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = set.trailing_zeros() as usize;
        set &= set.wrapping_sub(1);
        (place < BATCH_SIZE).then_some(place)
    })
}

#[cfg(test)]
#[path = "candidate_batch_tests.rs"]
mod tests;
