//! When, and in which order, messages reach devices.

use crate::first_scenarios::read;
use crate::play::{amount, first_ads, play, record};
use chappe_base::{Fact, Map, MessageClass, MessageId, Party, Record, SimTime, Span};

/// Two campaigns in Nepal under a policy without ads from 22:00 to 07:00, and a spike over 22:00.
const QUIET: &str = r#"
    horizon = "3 days"
    [population]
    users = 3000
    pages = 8
    time_zones = [{ offset_minutes = 345, share = 1.0 }]
    [platform]
    shards = 4
    stretch_to = 0.7
    [traffic.shape.spike]
    at = "15h"
    lasting = "2h"
    times = 10.0
    [policy]
    preset = "rcs-india"
    [[campaign]]
    format = "new-product"
    page = 0
    topic = "shoes/trail"
    bid = "0.01"
    budget = "500.00"
    [[campaign]]
    format = "new-product"
    page = 1
    topic = "books/novels"
    bid = "0.01"
    budget = "500.00"
"#;

/// Minute of the day in Nepal.
fn minute(at: SimTime) -> i64 {
    (at.0 / Span::MINUTE.0 + 345).rem_euclid(24 * 60)
}

fn ads_at_night(facts: &[Record]) -> usize {
    let is_delivered = |record: &&Record| matches!(record.fact, Fact::AdDelivered { .. });
    let at_night = |record: &&Record| !(7 * 60..22 * 60).contains(&minute(record.at));
    facts.iter().filter(is_delivered).filter(at_night).count()
}

#[test]
fn no_ad_is_delivered_at_night() {
    let played = play(&read(QUIET, &[]), 1);
    assert_eq!(played.simulated.verdict.violations, []);
    assert_eq!(ads_at_night(&played.facts), 0);
    let (held, until): (Vec<MessageId>, Vec<SimTime>) = played
        .facts
        .iter()
        .filter_map(|record| match record.fact {
            Fact::Held { message, until, .. } => Some((message, until)),
            _ => None,
        })
        .unzip();
    assert!(until.iter().all(|until| minute(*until) == 7 * 60));
    let delivered = |message: &&MessageId| {
        let is_it =
            |record: &Record| matches!(record.fact, Fact::AdDelivered { message: ad, .. } if ad == **message);
        played.facts.iter().any(is_it)
    };
    assert!(held.iter().filter(delivered).count() > 3, "{}", held.len());

    let withdraws = [(
        "policy.quiet_hours",
        r#"{ from = "22:00", to = "07:00", at_delivery = "withdraw" }"#,
    )];
    let scenario = read(QUIET, &withdraws);
    let played = play(&scenario, 1);
    assert_eq!(played.simulated.verdict.violations, []);
    assert_eq!(ads_at_night(&played.facts), 0);
    let record = record(&scenario, &played.simulated);
    let refused = &record.result.refusals.withdrawn;
    assert!(
        refused.iter().any(|tally| tally.label.label() == "quiet_hours"),
        "{refused:?}"
    );
    assert_eq!(amount(&record, "ads.held"), 0);
}

#[test]
fn messages_reach_a_device_in_the_order_in_which_they_were_delivered() {
    let facts = play(&first_ads(&[]), 1).facts;
    let mut under_way: Map<Party, Vec<MessageId>> = Map::default();
    let mut together_count = 0;
    for record in &facts {
        match record.fact {
            Fact::Delivered { message, to, .. } => {
                let queue = under_way.entry(to).or_default();
                together_count += usize::from(!queue.is_empty());
                queue.push(message);
            }
            Fact::HandedOut { message, to, .. } => {
                assert_eq!(under_way.get_mut(&to).map(|queue| queue.remove(0)), Some(message));
            }
            _ => {}
        }
    }
    assert!(together_count > 50, "{together_count} have another before them");
    let is_kept = |record: &&Record| {
        matches!(
            record.fact,
            Fact::HandedOut {
                kept: true,
                class: MessageClass::Friend,
                ..
            }
        )
    };
    assert!(facts.iter().filter(is_kept).count() > 50);
}
