//! How much people write in a whole day of the main scenario.

use crate::play::{Played, first_ads, play};
use chappe_base::{CommandClass, Fact, MessageClass, UserId};
use chappe_workload::Population;

/// Messages that a user sends on a day, on average.
const MESSAGES_PER_DAY: f64 = 32.0;
/// Conversations that a user begins on a day, on average.
const CONVERSATIONS_PER_DAY: f64 = 5.4;
const TOLERANCE: f64 = 0.05;

#[test]
fn what_takes_no_time_to_serve_takes_no_event_of_its_own() {
    let classes = CommandClass::ALL.iter().map(|class| class.label());
    let nanosecond: Vec<String> = classes
        .map(|class| format!("{class} = {{ constant = \"1ns\" }}"))
        .collect();
    let laws = [String::from("{}"), format!("{{ {} }}", nanosecond.join(", "))];
    let [none, some] = laws.map(|laws| play(&first_ads(&[("platform.service", &laws)]), 1));
    let served = |played: &Played| {
        let facts = played.facts.iter();
        facts
            .filter(|record| matches!(record.fact, Fact::Served { .. }))
            .count() as u64
    };
    assert_eq!(served(&none), served(&some));
    let events = |played: &Played| played.simulated.events_count;
    assert_eq!(events(&none) + served(&none), events(&some));
}

#[test]
fn people_write_as_much_as_they_should_from_day_one() {
    let scenario = first_ads(&[("population.users", "3000"), ("horizon", "1 day")]);
    let (mut messages, mut conversations) = (0.0, 0.0);
    for record in play(&scenario, 1).facts {
        if let Fact::Accepted {
            message,
            class: MessageClass::Friend,
            intended,
            ..
        } = record.fact
            && (0..scenario.horizon.0).contains(&intended.0)
        {
            messages += 1.0;
            conversations += f64::from(u8::from(message.act().position() == 0));
        }
    }
    // A few thousand people are more or less active than the mean of all people.
    let population = Population::new(&scenario.population, &scenario.sessions, scenario.seed);
    let users = 0..scenario.population.users;
    let activity = |user| match population.writes(user) {
        true => population.activity(user),
        false => 0.0,
    };
    let active: f64 = users.map(UserId).map(activity).sum();
    let writing_share = 1.0 - scenario.population.silent_share.get();
    let mean_users = active / writing_share;
    for (name, found, expected) in [
        ("messages", messages / mean_users, MESSAGES_PER_DAY),
        ("conversations", conversations / mean_users, CONVERSATIONS_PER_DAY),
    ] {
        let ratio = found / expected;
        assert!(
            (ratio - 1.0).abs() < TOLERANCE,
            "{found:.2} {name} a user and day, where {expected} are meant: {ratio:.3} of them"
        );
    }
}
