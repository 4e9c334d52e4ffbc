//! Each ground at its edges, and the opt-in behind an ad under way.

use super::*;
use crate::policy::decide::tests::{Known, TRAIL, case, memory, policy};
use crate::policy::{Case, UserRule};
use chappe_base::{ActKind, Permit, RuleKind};

#[test]
fn one_basis_is_enough() {
    let day = |days: i32| Act::new(days, 0, ActKind::Page, 0);
    let rule = |within, one_further, every| {
        policy(vec![UserRule::Basis(BasisRule {
            within,
            one_further,
            opt_in: Some(OptInTerms {
                scope: OptInScope::Product,
                every,
                life_days: 3,
            }),
        })])
    };
    let once = rule(None, false, None);
    let daily = rule(None, false, Some(Span::DAY));
    let window = rule(Some(Span::HOUR), false, None);
    let further = rule(Some(Span::HOUR), true, None);
    let used = |ago: i64| Seconds((3 * Span::DAY.0 / Span::SECOND.0 - ago) as i32);
    let given = |days, used| Known {
        opt_ins: vec![OptIn {
            topic: TRAIL,
            act: day(days),
            given: SimTime(i64::from(days) * Span::DAY.0).hours_above(),
            used,
        }],
        ..Known::default()
    };
    let never = Seconds::NEVER;
    let late = Some(Span(Span::HOUR.0 + 1));
    let sent = Known {
        further_sent: true,
        ..Known::default()
    };
    let cases = [
        (&once, late, given(3, never), Some(Basis::OptIn(day(3)))),
        (&once, late, given(1, never), Some(Basis::OptIn(day(1)))),
        (&once, late, given(0, never), None),
        (&once, late, given(3, used(2 * 86_400)), None),
        (&daily, late, given(1, used(86_400)), Some(Basis::OptIn(day(1)))),
        (&daily, late, given(1, used(86_399)), None),
        (&daily, late, given(0, used(2 * 86_400)), None),
        (&window, Some(Span::HOUR), given(3, never), Some(Basis::Window)),
        (&window, late, given(3, never), Some(Basis::OptIn(day(3)))),
        (&window, late, Known::default(), None),
        (&window, None, Known::default(), None),
        (&further, late, Known::default(), Some(Basis::Further)),
        (&further, Some(Span::HOUR), sent.clone(), Some(Basis::Window)),
        (&further, late, sent, None),
        (&further, None, Known::default(), None),
    ];
    for (number, (policy, since_last_act, known, basis)) in cases.into_iter().enumerate() {
        let case = Case {
            since_last_act,
            ..case()
        };
        assert_eq!(policy.basis(&(&case, &known)), basis, "case {number}");
        let opt_in = match basis {
            Some(Basis::OptIn(act)) => Some(act),
            Some(Basis::Window | Basis::Further) | None => None,
        };
        let conversation = case.opened;
        let permit = Permit { conversation, opt_in };
        let verdict = basis.map_or(Err(RuleKind::Basis), |_| Ok(permit));
        assert_eq!(policy.judge(&(&case, &known)), verdict, "case {number}");
    }
}

#[test]
fn delivery_asks_again_for_the_opt_in_that_is_the_ground() {
    let daily = policy(vec![UserRule::Basis(BasisRule {
        within: Some(Span::HOUR),
        one_further: false,
        opt_in: Some(OptInTerms {
            scope: OptInScope::Page,
            every: Some(Span::DAY),
            life_days: 30,
        }),
    })]);
    let taken = case().now;
    let again = |known: &Known, basis| daily.judge_again(&(&case(), known), Some(basis), taken);
    let cited = Basis::OptIn(Act(9));
    assert_eq!(again(&memory(), cited).unwrap().opt_in, Some(Act(9)));
    assert_eq!(again(&Known::default(), cited), Err(RuleKind::Basis));
    assert_eq!(
        again(&memory(), Basis::OptIn(Act(8))),
        Err(RuleKind::Basis),
        "another opt-in is not the one that was taken up"
    );
    assert!(again(&Known::default(), Basis::Window).is_ok());
    let taken_up = |used| Known {
        opt_ins: vec![OptIn {
            used,
            ..memory().opt_ins[0]
        }],
        ..Known::default()
    };
    let own = taken_up(taken.seconds());
    assert!(again(&own, cited).is_ok(), "by the ad itself");
    let others = taken_up(SimTime(taken.0 - Span::HOUR.0).seconds());
    assert_eq!(again(&others, cited), Err(RuleKind::Basis));
}
