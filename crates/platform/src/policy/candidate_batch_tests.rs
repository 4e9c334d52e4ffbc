//! Many ads at once against each alone, and what a permit cites.

use super::super::decide::tests::{Known, any_case, case, everything, memory, policy};
use super::super::{BasisRule, Case, OptIn, OptInScope, OptInTerms, UserRule};
use super::*;
use chappe_base::Span;
use proptest::prelude::*;

proptest! {
    /// Many are judged as each alone, also where some are left over. Each has acts of its own, so no
    /// verdict passes for another's.
    #[test]
    fn judging_together_is_judging_one_by_one(
        drawn in prop::collection::vec(any_case(), 0..80),
        kept in prop::collection::vec(any::<bool>(), 12),
    ) {
        let rules = everything().into_iter().zip(kept).filter_map(|(rule, keep)| keep.then_some(rule));
        let policy = policy(rules.collect());
        let own = |(number, (case, mut known)): (u32, (Case, Known))| {
            known.opt_ins.iter_mut().for_each(|opt_in| opt_in.act = Act(1_000 + number));
            (Case { opened: Act(number), ..case }, known)
        };
        let drawn: Vec<_> = (0..).zip(drawn).map(own).collect();
        let ads: Vec<_> = drawn.iter().map(|(case, known)| (case, known)).collect();
        let mut together = vec![Err(RuleKind::NoAds)];
        policy.judge_all(&ads, &mut together);
        let alone: Vec<_> = ads.iter().map(|ad| policy.judge(ad)).collect();
        prop_assert_eq!(&together[1..], alone);
    }
}

/// An opt-in that a rule relies on stays cited, unless a later rule relies on another.
#[test]
fn a_permit_cites_the_opt_in_of_the_last_rule_that_needs_one() {
    let cited = |rule| {
        let policy = policy(vec![UserRule::OptIn(OptInScope::Page), UserRule::Basis(rule)]);
        let mut known = memory();
        let used = OptIn {
            act: Act(8),
            used: case().now.seconds(),
            ..known.opt_ins[0]
        };
        known.opt_ins.insert(0, used);
        policy.judge(&(&case(), &known)).map(|permit| permit.opt_in)
    };
    let window = BasisRule {
        within: Some(Span::DAY),
        one_further: false,
        opt_in: None,
    };
    assert_eq!(cited(window), Ok(Some(Act(8))));
    let terms = OptInTerms {
        scope: OptInScope::Page,
        every: None,
        life_days: 30,
    };
    let opt_in = BasisRule {
        within: None,
        one_further: false,
        opt_in: Some(terms),
    };
    assert_eq!(cited(opt_in), Ok(Some(Act(9))));
}
