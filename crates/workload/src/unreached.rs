//! What a scenario offers and a run can't reach. Acts and messages are numbered with a few bits, so that nobody begins
//! more than [`Act::SLOTS`] acts a day, and no conversation has more than [`Act::POSITIONS`] messages. A run leaves out
//! what is beyond, and has to say so.

use crate::act_rates::ActRates;
use crate::config::{Agents, Population, Sessions, Traffic};
use crate::continuation::Continuation;
use crate::conversation::{lengths, mean_length};
use crate::normal::{self, TruncatedLogNormal};
use crate::schedule::Schedule;
use chappe_base::{Act, Span};

/// Less than this share of what is offered is lost without a word.
const NEGLIGIBLE: f64 = 0.001;

/// A rate that can't be reached: what is wrong, and what to change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreached {
    /// What is wrong, in a sentence.
    pub problem: String,
    /// What to change.
    pub remedy: &'static str,
}

/// The rates that a run of length `horizon` doesn't reach.
#[must_use]
pub fn unreached_rates(
    population: &Population,
    sessions: &Sessions,
    traffic: &Traffic,
    agents: &Agents,
    horizon: Span,
) -> Vec<Unreached> {
    let rates = ActRates::new(population, sessions, traffic, agents, 0);
    let lost = lost_acts(population, traffic, &rates, horizon);
    let acts = (lost > NEGLIGIBLE).then(|| Unreached {
        problem: format!(
            "people begin at most {} acts a day, so {:.1}% of what the scenario offers is left out",
            Act::SLOTS,
            100.0 * lost
        ),
        remedy: "lower population.activity_max, what people do per day or traffic.shape, or add people",
    });
    acts.into_iter().chain(messages(population, traffic)).collect()
}

/// What is wrong with the number of messages between friends.
fn messages(population: &Population, traffic: &Traffic) -> Option<Unreached> {
    let (conversations, messages) = (traffic.conversations_per_day, traffic.messages_per_day);
    // A trace has its own messages, and a scenario without conversations may leave the number of messages alone.
    let is_default = messages == Traffic::default().messages_per_day;
    if traffic.replay.is_some() || conversations == 0.0 && is_default {
        return None;
    }
    let is_silent = population.silent_share.get() >= 1.0;
    if messages > 0.0 && (conversations == 0.0 || is_silent) {
        let why = if is_silent {
            "everybody is silent"
        } else {
            "nobody begins a conversation"
        };
        return Some(Unreached {
            problem: format!("{why}, so none of the {messages} messages per person and day are sent"),
            remedy: "raise traffic.conversations_per_day, or lower population.silent_share",
        });
    }
    if messages < conversations {
        return Some(Unreached {
            problem: format!(
                "a conversation has at least one message, so people send {conversations} messages a day and not {messages}"
            ),
            remedy: "raise traffic.messages_per_day, or lower traffic.conversations_per_day",
        });
    }
    let length = mean_length(traffic);
    if traffic.single_share.is_some() {
        return single_messages(population, traffic);
    }
    // Lengths are geometric.
    let lost = libm::pow(1.0 - 1.0 / length, f64::from(Act::POSITIONS));
    (lost > NEGLIGIBLE).then(|| Unreached {
        problem: format!(
            "a conversation has at most {} messages, so with {length:.0} on average {:.1}% of them are left out",
            Act::POSITIONS,
            100.0 * lost
        ),
        remedy: "raise traffic.conversations_per_day, or lower traffic.messages_per_day",
    })
}

/// What is wrong with the share of conversations that have one message, where it is given. The lengths are solved for with
/// the longest conversation in mind, so their mean is reached if any is.
fn single_messages(population: &Population, traffic: &Traffic) -> Option<Unreached> {
    let share = traffic.single_share?.get();
    let lengths = lengths(traffic, population.silent_share);
    let continuation = Continuation::new(lengths);
    let single = continuation.single_share(lengths.silent_share, lengths.follow_up_share);
    let mean = continuation.mean_length(lengths.silent_share, lengths.follow_up_share);
    let is_reached = (single - share).abs() < 0.01 && (mean / lengths.mean - 1.0).abs() < 0.01;
    (!is_reached).then(|| Unreached {
        problem: format!(
            "conversations with {:.1} messages on average, {:.0}% of them a single one, are not possible; \
             they have {mean:.1}, and {:.0}% are a single one",
            lengths.mean,
            100.0 * share,
            100.0 * single
        ),
        remedy: "change traffic.single_share, or leave it out",
    })
}

/// Share of the acts offered that nobody begins, since a day has no more numbers for them.
fn lost_acts(population: &Population, traffic: &Traffic, rates: &ActRates, horizon: Span) -> f64 {
    /// People that stand for all, by their rank in activity.
    const PEOPLE: usize = 1_000;
    let schedule = Schedule::new(traffic, horizon, 0);
    let zones = &population.time_zones;
    let shares: f64 = zones.iter().map(|zone| zone.share).sum();
    let mut days: Vec<(f64, f64)> = Vec::new();
    for day in 0..=((horizon.0 - 1) / Span::DAY.0) as i32 {
        let end = ((horizon.0 - i64::from(day) * Span::DAY.0) as f64 / Span::DAY.0 as f64).min(1.0);
        let of_zone = |zone: &crate::config::TimeZone| {
            (
                zone.share / shares,
                schedule.share_of_day(day, end, zone.offset_minutes),
            )
        };
        days.extend(zones.iter().map(of_zone));
    }
    let busiest = days.iter().map(|(_, amount)| *amount).fold(0.0, f64::max);
    if excess(rates.per_day(population.activity_max, true) * busiest) == 0.0 {
        return 0.0;
    }
    let activity = TruncatedLogNormal::with_unit_mean(population.activity_sigma, population.activity_max);
    let silent = population.silent_share.get();
    let (mut offered, mut lost) = (0.0, 0.0);
    for person in 0..PEOPLE {
        let activity = activity.quantile((person as f64 + 0.5) / PEOPLE as f64);
        for (share, writes) in [(silent, false), (1.0 - silent, true)] {
            let per_day = rates.per_day(activity, writes);
            for (zone, amount) in &days {
                offered += share * zone * per_day * amount;
                lost += share * zone * excess(per_day * amount);
            }
        }
    }
    if offered > 0.0 { lost / offered } else { 0.0 }
}

/// By how much a Poisson count with this mean exceeds the acts of a day, on average: by the normal approximation.
fn excess(mean: f64) -> f64 {
    let most = f64::from(Act::SLOTS);
    // Half of it is nine standard deviations below.
    if mean < most / 2.0 {
        return 0.0;
    }
    let spread = libm::sqrt(mean);
    let z = (most - mean) / spread;
    let density = libm::exp(-z * z / 2.0) / libm::sqrt(2.0 * std::f64::consts::PI);
    (spread * density - (most - mean) * normal::cdf(-z)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Shape;
    use chappe_base::{Duration, Probability, UserId};

    const HORIZON: Span = Span(2 * Span::DAY.0);

    fn unreached(population: &Population, traffic: &Traffic) -> Vec<Unreached> {
        let (sessions, agents) = (Sessions::default(), Agents::default());
        unreached_rates(population, &sessions, traffic, &agents, HORIZON)
    }

    fn problem(traffic: Traffic) -> String {
        let unreached = unreached(&Population::default(), &traffic);
        unreached.into_iter().map(|one| one.problem).collect()
    }

    #[test]
    fn what_is_reached_is_not_told() {
        assert_eq!(problem(Traffic::default()), "");
        let no_chats = Traffic {
            conversations_per_day: 0.0,
            ..Traffic::default()
        };
        assert_eq!(problem(no_chats), "");
    }

    #[test]
    fn acts_beyond_the_numbers_of_a_day_are_told_as_they_are_lost() {
        let spike = Shape::Spike {
            at: Duration(Span::ZERO),
            lasting: Duration(Span::DAY),
            times: 200.0,
        };
        let traffic = Traffic {
            shape: spike,
            ..Traffic::default()
        };
        let (population, sessions, agents) = (Population::default(), Sessions::default(), Agents::default());
        let rates = ActRates::new(&population, &sessions, &traffic, &agents, 1);
        let lost = lost_acts(&population, &traffic, &rates, HORIZON);
        // The same, counted over the acts of people.
        let people = crate::Population::new(&population, &sessions, 1);
        let schedule = Schedule::new(&traffic, HORIZON, 1);
        let (mut offered, mut begun) = (0.0, 0.0);
        for user in (0..500).map(UserId) {
            let per_day = rates.per_day(people.activity(user), people.writes(user));
            let zone = people.time_zone_minutes(user);
            for day in 0..2 {
                offered += per_day * schedule.share_of_day(day, 1.0, zone);
                begun += schedule.day(user, day, zone, per_day).count() as f64;
            }
        }
        let counted = 1.0 - begun / offered;
        assert!(
            counted > 0.3 && (lost / counted - 1.0).abs() < 0.1,
            "{lost}, counted {counted}"
        );
        assert!(problem(traffic).contains("at most 512 acts a day"));
    }

    #[test]
    fn messages_that_no_conversation_has_are_told() {
        let with = |conversations_per_day, messages_per_day| Traffic {
            conversations_per_day,
            messages_per_day,
            ..Traffic::default()
        };
        assert!(problem(with(5.0, 1.0)).contains("send 5 messages a day and not 1"));
        assert!(problem(with(0.0, 3.0)).contains("nobody begins a conversation"));
        assert!(problem(with(0.1, 100.0)).contains("at most 1024 messages"));
        assert_eq!(problem(with(0.0, 0.0)), "");
        let silent = Population {
            silent_share: Probability::of(1.0),
            ..Population::default()
        };
        assert!(
            unreached(&silent, &Traffic::default())[0]
                .problem
                .contains("everybody is silent")
        );
    }
}
