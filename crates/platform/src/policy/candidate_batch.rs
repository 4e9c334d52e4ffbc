//! A batch of ads that is judged rule by rule.
//!
//! For many ads at once, going rule by rule is faster than ad by ad: each rule is decoded once per batch, and
//! refusals are bits in a word, so that there is no branch per ad, which the processor could not predict.

use super::ad_context::AdContext;
use chappe_base::{Act, Permit, RuleKind};

/// The result of judging one ad: its permit, or the rule that refuses.
pub type Verdict = Result<Permit, RuleKind>;

/// Ads in a full batch: one bit each of a `u32`.
pub(crate) const BATCH_SIZE: usize = u32::BITS as usize;

/// The ads of a batch with their verdicts so far.
pub(super) struct CandidateBatch<'a, M, const N: usize> {
    ads: &'a [M; N],
    verdicts: &'a mut [Verdict; N],
    /// The ads that no rule has refused so far, one bit each.
    open: u32,
}

impl<'a, M: AdContext, const N: usize> CandidateBatch<'a, M, N> {
    /// A batch of `ads`. `verdicts` must hold [`unrefused`] for each.
    #[inline]
    pub(super) fn new(ads: &'a [M; N], verdicts: &'a mut [Verdict; N]) -> CandidateBatch<'a, M, N> {
        let open = const { u32::MAX >> (BATCH_SIZE - N) };
        CandidateBatch { ads, verdicts, open }
    }

    /// Whether any ad has not been refused yet.
    #[inline]
    pub(super) fn is_open(&self) -> bool {
        self.open != 0
    }

    /// Judges by state at hand. Judges refused ads again, since skipping them costs more.
    #[inline(always)]
    pub(super) fn by_state(&mut self, kind: RuleKind, admits: impl Fn(&M) -> bool) {
        let mut refused = 0;
        for (index, ad) in self.ads.iter().enumerate() {
            refused |= u32::from(!admits(ad)) << index;
        }
        self.refuse(kind, refused);
    }

    /// Judges by the user's history, which must be looked up, so only ads that are not refused yet are
    /// judged.
    #[inline(always)]
    pub(super) fn by_history(&mut self, kind: RuleKind, admits: impl Fn(&M) -> bool) {
        let mut refused = 0;
        for index in bits(self.open) {
            refused |= u32::from(!admits(&self.ads[index])) << index;
        }
        self.refuse(kind, refused);
    }

    /// Judges by consent: `basis` returns `None` to refuse, or the opt-in that the permit cites, if it is
    /// one.
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

/// The indices of the set bits, the lowest first.
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
