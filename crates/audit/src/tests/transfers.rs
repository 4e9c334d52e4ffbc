//! Any history of transfers that is legal is clean, and any one change to it is caught.

use super::story::*;
use crate::Promise;
use chappe_base::*;
use proptest::prelude::*;

/// Where a transfer stands when the run ends.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Posted,
    Released,
    Reserved,
    Credited,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    payer: Party,
    payee: Party,
    amount: Money,
    fate: Fate,
}

fn plan() -> impl Strategy<Value = Plan> {
    let party = || {
        prop_oneof![
            (0u32..6).prop_map(|user| Party::User(UserId(user))),
            (0u32..3).prop_map(|page| Party::Page(PageId(page)))
        ]
    };
    let fate = prop_oneof![4 => Just(Fate::Posted), 2 => Just(Fate::Released), 1 => Just(Fate::Reserved), 1 => Just(Fate::Credited)];
    (party(), party(), 1i64..1000, fate)
        .prop_filter("to another", |(payer, payee, ..)| payer != payee)
        .prop_map(|(payer, payee, amount, fate)| Plan {
            payer,
            payee,
            amount: Money(amount),
            fate,
        })
}

/// The transfers of `plans`, their steps interleaved.
fn history(plans: &[Plan]) -> Story {
    let mut story = Story::empty();
    story.now = SimTime(-1);
    for user in 0..6 {
        story.opening(Party::User(UserId(user)), Money(1_000_000));
    }
    for page in 0..3 {
        story.opening(Party::Page(PageId(page)), Money(1_000_000));
    }
    story.now = SimTime::ZERO;
    for step in 0..plans.len() + 4 {
        for (number, plan) in plans.iter().enumerate() {
            let id = message(1 + number as u64);
            let Plan {
                payer,
                payee,
                amount,
                fate,
            } = *plan;
            match (step.checked_sub(number), fate) {
                (Some(0), _) => story.reserve(id, payer, payee, amount),
                (Some(1), Fate::Posted | Fate::Credited) => story.credit(id, payee, amount),
                (Some(2), Fate::Posted) => story.post(id, payer, payee, amount),
                (Some(2), Fate::Released) => story.release(id, payer, amount),
                (_, Fate::Posted | Fate::Released | Fate::Reserved | Fate::Credited) => {}
            }
        }
    }
    story
}

#[derive(Clone, Copy, Debug)]
enum Change {
    Dropped,
    Doubled,
    Amount(i64),
}

proptest! {
    #[test]
    fn legal_histories_are_clean(plans in prop::collection::vec(plan(), 0..40)) {
        let verdict = history(&plans).verdict();
        prop_assert_eq!(verdict.violations, []);
    }

    #[test]
    fn any_one_change_is_caught(
        plans in prop::collection::vec(plan(), 1..20),
        place in any::<prop::sample::Index>(),
        change in prop_oneof![Just(Change::Dropped), Just(Change::Doubled), (1i64..50).prop_map(Change::Amount)],
    ) {
        let mut story = history(&plans);
        // The amount of an opening balance is taken as it is.
        let openings_count = 9;
        let place = openings_count + place.index(story.records.len() - openings_count);
        match change {
            Change::Dropped => {
                story.records.remove(place);
            }
            Change::Doubled => story.records.insert(place, story.records[place]),
            Change::Amount(more) => match amount_of(&mut story.records[place].fact) {
                Some(amount) => *amount += Money(more),
                None => return Ok(()),
            },
        }
        let verdict = story.verdict();
        prop_assert!(verdict.violation_count() > 0);
        prop_assert!(verdict.violations.iter().all(|violation| violation.promise == Promise::MoneyConserved));
    }
}
