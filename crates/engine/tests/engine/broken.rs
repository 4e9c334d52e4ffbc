//! The audit can fail: runs of the main scenario with one fact broken on purpose, and the violation that the
//! audit must report.

use crate::play::{first_ads, judge, play};
use chappe_audit::{Promise, Verdict};
use chappe_base::{
    Account, Fact, MessageClass, MessageId, Money, Party, Permit, ReachStep, Record, Span, UserId,
};
use chappe_scenario::Scenario;
use std::sync::LazyLock;

/// A run that keeps all promises, under a policy that asks for consent and counts ads.
static LEGAL: LazyLock<(Scenario, Vec<Record>)> = LazyLock::new(|| {
    let scenario = first_ads(&[
        ("history.opted_in", "0.8"),
        ("policy.opt_in", "page"),
        ("policy.frequency_cap", "{ per_user = 2, every = \"1 day\" }"),
        ("policy.messages", "{ within = \"1 day\" }"),
        ("policy.tiers", "{ limits = [2000, 3000, 4000, 5000] }"),
    ]);
    let facts = play(&scenario, 1).facts;
    (scenario, facts)
});

/// Promises that a verdict says were broken.
pub(crate) fn broken(verdict: &Verdict) -> Vec<Promise> {
    let is_broken = verdict.checks.iter().filter(|check| check.violation_count > 0);
    is_broken.map(|check| check.promise).collect()
}

/// The first fact of the run itself, not of its history, that `wanted` picks.
fn find<T>(facts: &[Record], wanted: impl Fn(&Record) -> Option<T>) -> (usize, T) {
    let picked = |(at, record)| Some((at, wanted(record)?));
    let mut of_run = facts.iter().enumerate().filter(|(_, record)| record.at.0 >= 0);
    of_run.find_map(picked).expect("the run has such a fact")
}

/// Asserts that the tampered run breaks exactly this promise, and that the audit says so in these words.
fn breaks(promise: Promise, words: &str, tamper: impl FnOnce(&mut Vec<Record>)) {
    let (scenario, legal) = &*LEGAL;
    let mut facts = legal.clone();
    tamper(&mut facts);
    assert!(facts != *legal, "nothing was tampered with");
    let verdict = judge(scenario, &facts);
    assert!(
        broken(&verdict).contains(&promise),
        "{promise} was broken ({words}), but the audit names {:?}",
        verdict.violations
    );
    let violations: Vec<String> = verdict.violations.iter().map(ToString::to_string).collect();
    let named = violations
        .iter()
        .any(|text| text.starts_with(promise.label()) && text.contains(words));
    assert!(named, "no violation says `{words}`: {violations:#?}");
}

/// Repeats a fact right after itself.
fn double(facts: &mut Vec<Record>, at: usize) {
    facts.insert(at + 1, facts[at]);
}

/// Inserts a fact right before the one at `at`, at the same time on the same shard.
fn before(facts: &mut Vec<Record>, at: usize, fact: Fact) {
    facts.insert(at, Record { fact, ..facts[at] });
}

/// The first ad that was delivered: where it stands, to whom, and what permitted it.
fn first_ad(facts: &[Record]) -> (usize, (UserId, Party, Permit)) {
    let (at, (message, user, permit)) = find(facts, |record| match record.fact {
        Fact::AdDelivered {
            message,
            user,
            permit,
            ..
        } => Some((message, user, permit)),
        _ => None,
    });
    let (_, page) = find(facts, |record| match record.fact {
        Fact::Accepted {
            message: accepted,
            from,
            ..
        } if accepted == message => Some(from),
        _ => None,
    });
    (at, (user, page, permit))
}

fn friend_delivered(record: &Record) -> Option<(MessageId, Party, Party)> {
    match record.fact {
        Fact::Delivered {
            message,
            class: MessageClass::Friend,
            from,
            to,
        } => Some((message, from, to)),
        _ => None,
    }
}

#[test]
fn the_run_is_clean_and_puts_every_promise_to_the_test() {
    let (scenario, facts) = &*LEGAL;
    let verdict = judge(scenario, facts);
    assert_eq!(verdict.violations, []);
    for check in &verdict.checks {
        assert!(check.checked_count >= 50, "{check:?}");
    }
}

#[test]
fn an_ad_for_more_than_the_second_price() {
    breaks(Promise::PricesKept, "where the second price is", |facts| {
        let (_, ad) = find(facts, |record| match record.fact {
            Fact::AdDelivered { message, .. } => Some(message),
            _ => None,
        });
        for record in facts.iter_mut() {
            match &mut record.fact {
                Fact::Moved { transfer, amount, .. } if *transfer == ad => *amount += Money(1),
                Fact::AdDelivered { message, price, .. } if *message == ad => *price += Money(1),
                _ => {}
            }
        }
    });
}

#[test]
fn people_reached_without_leave() {
    breaks(Promise::LimitsKept, "with leave for", |facts| {
        facts.retain(|record| {
            !matches!(
                record.fact,
                Fact::ReachMoved {
                    step: ReachStep::Arrived,
                    ..
                }
            )
        });
    });
}

#[test]
fn messages_lost_or_told_twice() {
    let promise = Promise::DeliveredOnce;
    breaks(promise, "was accepted and never ended", |facts| {
        let (at, (message, ..)) = find(facts, friend_delivered);
        facts.remove(at);
        let is_handed = |r: &Record| matches!(r.fact, Fact::HandedOut { message: m, .. } if m == message);
        facts.retain(|record| !is_handed(record));
    });
    breaks(promise, "was delivered and never reached its device", |facts| {
        let (at, ()) = find(facts, |r| matches!(r.fact, Fact::HandedOut { .. }).then_some(()));
        facts.remove(at);
    });
    breaks(promise, "was delivered, but is not open", |facts| {
        let (at, _) = find(facts, friend_delivered);
        double(facts, at);
    });
    breaks(promise, "reached a device, but was not delivered", |facts| {
        let (at, ()) = find(facts, |r| matches!(r.fact, Fact::HandedOut { .. }).then_some(()));
        double(facts, at);
    });
    breaks(promise, "was accepted and never ended", |facts| {
        let (at, ()) = find(facts, |r| matches!(r.fact, Fact::Pending { .. }).then_some(()));
        facts.remove(at);
    });
}

#[test]
fn what_overtakes_on_the_way_to_a_device() {
    let promise = Promise::OrderKept;
    breaks(promise, "reaches the device of user", |facts| {
        // Every second acknowledgement is late, so the next to the same device arrives before it.
        let mut number = 0;
        for record in facts {
            if let Fact::Acknowledged { after_ns, .. } = &mut record.fact {
                number += 1;
                *after_ns = *after_ns + Span(i64::from(number % 2) * Span::HOUR.0);
            }
        }
    });
    breaks(promise, "after one that was delivered later", |facts| {
        let (first, to) = find(facts, |record| match record.fact {
            Fact::HandedOut { to, .. } => Some(to),
            _ => None,
        });
        let is_next = |record: &Record| matches!(record.fact, Fact::HandedOut { to: next, .. } if next == to);
        let distance = facts[first + 1..].iter().position(is_next);
        let next = first + 1 + distance.expect("the device gets another message");
        // The first message arrives together with the next one, and after it.
        let late = facts.remove(first);
        facts.insert(
            next,
            Record {
                at: facts[next - 1].at,
                ..late
            },
        );
    });
}

#[test]
fn what_overtakes_on_the_way_from_a_device() {
    breaks(
        Promise::OrderKept,
        "in another order than they were sent",
        |facts| {
            // Every second message says that it was sent an hour before it was.
            let mut number = 0;
            for record in facts {
                if let Fact::Accepted {
                    class: MessageClass::Friend,
                    intended,
                    ..
                } = &mut record.fact
                {
                    number += 1;
                    *intended += Span(-i64::from(number % 2) * Span::HOUR.0);
                }
            }
        },
    );
}

#[test]
fn money_posted_twice_or_in_another_amount() {
    let promise = Promise::MoneyConserved;
    let post = |record: &Record| match record.fact {
        Fact::Moved {
            from: Account::UserHeld(_),
            to: Account::Clearing,
            ..
        } => Some(()),
        _ => None,
    };
    let credit = |record: &Record| match record.fact {
        Fact::Moved {
            from: Account::Clearing,
            to: Account::User(_) | Account::Page(_),
            ..
        } => Some(()),
        _ => None,
    };
    breaks(promise, "overdrew", |facts| {
        let (at, ()) = find(facts, post);
        double(facts, at);
    });
    breaks(promise, "was posted twice", |facts| {
        let (at, ()) = find(facts, |r| {
            matches!(r.fact, Fact::TransferPosted { .. }).then_some(())
        });
        double(facts, at);
    });
    breaks(promise, "micro-units", |facts| {
        let (at, ()) = find(facts, credit);
        if let Fact::Moved { amount, .. } = &mut facts[at].fact {
            *amount += Money(1);
        }
    });
    breaks(promise, "was posted in word only", |facts| {
        let (at, ()) = find(facts, post);
        facts.remove(at);
    });
}

#[test]
fn ads_without_their_permit() {
    let promise = Promise::AdPermitted;
    breaks(promise, "there is no conversation", |facts| {
        let (_, (whom, _, permit)) = first_ad(facts);
        let is_opening = |record: &Record| matches!(record.fact, Fact::Opened { user, act, .. } if (user, act) == (whom, permit.conversation));
        facts.retain(|record| !is_opening(record));
    });
    breaks(promise, "for an opt-in that is not in force", |facts| {
        let (_, (whom, _, permit)) = first_ad(facts);
        let cited = permit.opt_in.expect("the policy asks for an opt-in");
        let is_opt_in = |record: &Record| matches!(record.fact, Fact::OptedIn { user, act, .. } if (user, act) == (whom, cited));
        facts.retain(|record| !is_opt_in(record));
    });
    breaks(
        promise,
        "citing another conversation than was decided on",
        |facts| {
            let (at, _) = first_ad(facts);
            if let Fact::AdDelivered { permit, .. } = &mut facts[at].fact {
                permit.conversation.0 += 1;
            }
        },
    );
    breaks(promise, "without a decision that allows it", |facts| {
        let (_, (whom, ..)) = first_ad(facts);
        facts.retain(|record| !matches!(record.fact, Fact::Decided { user, .. } if user == whom));
    });
}

#[test]
fn deliveries_against_what_people_want() {
    let promise = Promise::ConsentKept;
    breaks(promise, "who blocks them", |facts| {
        let (at, (_, from, to)) = find(facts, friend_delivered);
        let Party::User(user) = to else {
            unreachable!("friends are users")
        };
        before(facts, at, Fact::Blocked { user, party: from });
    });
    breaks(promise, "who blocks the page", |facts| {
        let (at, (user, party, _)) = first_ad(facts);
        before(facts, at, Fact::Blocked { user, party });
    });
    breaks(promise, "who muted the page", |facts| {
        let (at, (user, party, _)) = first_ad(facts);
        let Party::Page(page) = party else {
            unreachable!("pages advertise")
        };
        before(facts, at, Fact::Muted { user, page });
    });
    breaks(promise, "who opted out of its ads", |facts| {
        let (at, (whom, of, _)) = first_ad(facts);
        let given: Vec<Fact> = facts[..at]
            .iter()
            .filter_map(|record| match record.fact {
                Fact::OptedIn {
                    user, page, topic, ..
                } if (user, Party::Page(page)) == (whom, of) => Some(Fact::OptedOut { user, page, topic }),
                _ => None,
            })
            .collect();
        for opted_out in given {
            before(facts, at, opted_out);
        }
    });
}

#[test]
fn more_ads_than_the_cap_allows() {
    breaks(Promise::CapsKept, "where 2 are allowed", |facts| {
        let (at, ()) = find(facts, |record| match record.fact {
            Fact::Accepted {
                class: MessageClass::Ad,
                ..
            } => Some(()),
            _ => None,
        });
        for number in 1..=2 {
            let mut again = facts[at];
            if let Fact::Accepted { message, .. } = &mut again.fact {
                message.0 += number;
            }
            facts.insert(at + 1, again);
        }
    });
}

#[test]
fn budgets_overspent() {
    let promise = Promise::BudgetsKept;
    let charge = |record: &Record| match record.fact {
        Fact::Moved {
            from: Account::LeaseHeld(_),
            to: Account::Revenue,
            ..
        } => Some(()),
        _ => None,
    };
    breaks(promise, "overdrew what is held of the lease", |facts| {
        // Charges so often that the amounts held for other ads are used up too.
        let (at, ()) = find(facts, charge);
        for _ in 0..100 {
            double(facts, at);
        }
    });
    breaks(promise, "micro-units", |facts| {
        let (at, _) = first_ad(facts);
        if let Fact::AdDelivered { price, .. } = &mut facts[at].fact {
            *price += Money(1);
        }
    });
    breaks(promise, "was delivered without being charged", |facts| {
        let (at, ()) = find(facts, charge);
        facts.remove(at);
    });
    breaks(promise, "has leased out", |facts| {
        let (at, ()) = find(facts, |record| match record.fact {
            Fact::Moved {
                from: Account::Campaign(_),
                to: Account::Clearing,
                ..
            } => Some(()),
            _ => None,
        });
        assert!(
            matches!(facts[at + 1].fact, Fact::Leased { .. }),
            "money, then its reason"
        );
        let lease = [facts[at], facts[at + 1]];
        let many = lease.iter().cycle().take(2 * 20_000).copied();
        facts.splice(at..at, many);
    });
}

#[test]
fn things_sold_that_are_not_there() {
    let promise = Promise::StockKept;
    let placed = |record: &Record| match record.fact {
        Fact::OrderPlaced { page, product, .. } => Some((page, product)),
        _ => None,
    };
    breaks(promise, "of which none was in stock", |facts| {
        let (_, sold) = find(facts, placed);
        for record in facts {
            if let Fact::Stocked { page, product, units } = &mut record.fact
                && (*page, *product) == sold
            {
                *units = 0;
            }
        }
    });
    breaks(promise, "was placed twice", |facts| {
        let (at, _) = find(facts, placed);
        double(facts, at);
    });
    breaks(promise, "was shipped while placed", |facts| {
        let (_, shipped) = find(facts, |record| match record.fact {
            Fact::OrderShipped { order, .. } => Some(order),
            _ => None,
        });
        facts.retain(|record| !matches!(record.fact, Fact::OrderPaid { order, .. } if order == shipped));
    });
}
