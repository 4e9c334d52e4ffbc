//! How far chance alone moves the figures of a trace: the same people could have written otherwise, and on
//! other days.
//!
//! What one person writes hangs together, and so does what all write on one day. So people and days are drawn,
//! not messages, and the two are put together as for standard errors that are clustered twice (Cameron, Gelbach
//! and Miller, "Robust inference with multiway clustering", Journal of Business & Economic Statistics 29, 2011):
//! the variance over people and the variance over days, less that over each person's days, which both contain.

use super::{Trace, TraceStatistics};
use crate::poisson::poisson;
use chappe_base::{Keyed, Purpose, UserId};
use rand::RngExt;

/// Seconds in a day.
const DAY_S: i64 = 86_400;

/// What is drawn as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cluster {
    Person,
    Day,
    PersonAndDay,
}

/// How often everybody and every day comes up in one drawing with replacement: of the days, which are few, as
/// many as there are; of the people Poisson with mean 1, which comes to the same for many.
pub(super) struct Weights {
    cluster: Cluster,
    draws: Keyed,
    number: u64,
    days: Vec<u32>,
    /// By person: messages sent and received.
    activity: Vec<u32>,
}

impl Weights {
    /// Of nothing drawn yet.
    fn of(trace: &Trace, zone_minutes: i16) -> Weights {
        let mut activity = vec![0; trace.people_count as usize];
        for message in &trace.messages {
            activity[message.sender.index()] += 1;
            activity[message.receiver.index()] += 1;
        }
        Weights {
            cluster: Cluster::Person,
            draws: Keyed::new(0, Purpose::Bootstrap),
            number: 0,
            days: vec![0; days_of(trace, zone_minutes)],
            activity,
        }
    }

    /// Goes on to a drawing.
    fn draw(&mut self, number: u32) {
        self.number = u64::from(number);
        self.days.fill(0);
        let mut draws = self.draws.stream(self.number, 0);
        for _ in 0..self.days.len() {
            let day = draws.random_range(0..self.days.len());
            self.days[day] += 1;
        }
    }

    fn times(&self, key: u64) -> u32 {
        poisson(1.0, self.draws.unit(key, self.number))
    }

    pub(super) fn person(&self, person: UserId) -> usize {
        match self.cluster {
            Cluster::Person => self.times(u64::from(person.0)) as usize,
            Cluster::Day | Cluster::PersonAndDay => 1,
        }
    }

    pub(super) fn day(&self, person: UserId, day: i64) -> u32 {
        match self.cluster {
            Cluster::Person => 1,
            Cluster::Day => self.days[day as usize],
            Cluster::PersonAndDay => self.times(u64::from(person.0) << 32 | day as u64),
        }
    }

    pub(super) fn of_pair(&self, one: UserId, other: UserId) -> UserId {
        if self.activity[one.index()] >= self.activity[other.index()] {
            one
        } else {
            other
        }
    }
}

/// How far chance alone moves a trace's figures.
#[derive(Clone, PartialEq, Debug)]
pub struct Noise {
    /// The standard errors of the figures that were asked for.
    pub errors: Vec<f64>,
    /// The statistics of the traces that drawing people made.
    pub resampled: Vec<TraceStatistics>,
}

impl Noise {
    /// The noise in some figures of `trace`, that is in what `figures` makes of its statistics: from `count`
    /// drawings of each kind. Local time is `zone_minutes` ahead of UTC.
    #[must_use]
    pub fn of(
        trace: &Trace,
        zone_minutes: i16,
        count: u32,
        figures: &dyn Fn(&TraceStatistics) -> Vec<f64>,
    ) -> Noise {
        let mut weights = Weights::of(trace, zone_minutes);
        let mut drawn = |cluster, resampled: &mut Vec<TraceStatistics>| {
            weights.cluster = cluster;
            weights.draws = Keyed::new(cluster as u64, Purpose::Bootstrap);
            let mut values = Vec::new();
            for number in 0..count {
                weights.draw(number);
                let statistics = TraceStatistics::weighted(trace, zone_minutes, Some(&weights));
                values.push(figures(&statistics));
                if cluster == Cluster::Person {
                    resampled.push(statistics);
                }
            }
            variances(&values)
        };
        let mut resampled = Vec::new();
        let [people, days, both] = [Cluster::Person, Cluster::Day, Cluster::PersonAndDay]
            .map(|cluster| drawn(cluster, &mut resampled));
        // With few days the difference may come out too small.
        let error = |((people, days), both): ((&f64, &f64), &f64)| {
            libm::sqrt((people + days - both).max(*people).max(*days))
        };
        Noise {
            errors: people.iter().zip(&days).zip(&both).map(error).collect(),
            resampled,
        }
    }
}

/// Local days from that of the first message to that of the last.
fn days_of(trace: &Trace, zone_minutes: i16) -> usize {
    let begin_s = (trace.origin_s + i64::from(zone_minutes) * 60).rem_euclid(DAY_S);
    let last_s = trace.messages.last().map_or(0, |message| message.at_s);
    ((begin_s + last_s) / DAY_S + 1) as usize
}

/// The variance of each figure over the drawings.
fn variances(drawn: &[Vec<f64>]) -> Vec<f64> {
    let count = drawn.len() as f64;
    let figures = 0..drawn.first().map_or(0, Vec::len);
    let variance = |figure: usize| {
        let mean = drawn.iter().map(|figures| figures[figure]).sum::<f64>() / count;
        let squares = drawn
            .iter()
            .map(|figures| figures[figure] - mean)
            .map(|off| off * off);
        squares.sum::<f64>() / (count - 1.0).max(1.0)
    };
    figures.map(variance).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str, figure: fn(&TraceStatistics) -> f64) -> f64 {
        let trace = Trace::read(text.as_bytes()).unwrap();
        Noise::of(&trace, 0, 200, &|statistics| vec![figure(statistics)]).errors[0]
    }

    /// Of 2,000 pairs that are on their own, every second is mutual: a share of independent cases.
    #[test]
    fn pairs_on_their_own_have_the_error_of_a_share() {
        let mut text = String::new();
        for pair in 0..2_000 {
            let (one, other, at_s) = (2 * pair, 2 * pair + 1, pair * 40);
            text += &format!("{one} {other} {at_s}\n");
            if pair % 2 == 0 {
                text += &format!("{other} {one} {at_s}\n");
            }
        }
        let found = error(&text, |statistics| statistics.reciprocal_share);
        let expected = libm::sqrt(0.25 / 2_000.0);
        assert!(
            (found / expected - 1.0).abs() < 0.2,
            "{found} instead of {expected}"
        );
    }

    /// Fifty people who each write 100 messages to their own friend, all in single messages or all in pairs: what
    /// counts is the 50, not the 5,000.
    #[test]
    fn what_one_person_writes_counts_as_one() {
        let mut lines = Vec::new();
        for person in 0..50 {
            for message in 0..100 {
                let at_s = message * DAY_S / 4 + person;
                lines.push((at_s, format!("{person} {} {at_s}\n", person + 1_000)));
                if person % 2 == 0 {
                    lines.push((at_s + 60, format!("{person} {} {}\n", person + 1_000, at_s + 60)));
                }
            }
        }
        lines.sort();
        let text: String = lines.into_iter().map(|(_, line)| line).collect();
        let found = error(&text, |statistics| statistics.conversations.share_up_to(1));
        let expected = libm::sqrt(0.25 / 50.0);
        assert!(
            (found / expected - 1.0).abs() < 0.25,
            "{found} instead of {expected}"
        );
    }
}
