//! The people of a trace: what is read off it, and what is searched for.

use super::laws::Laws;
use super::writers::{Writers, log_normal, rounded, share};
use crate::stats::search::Knob;
use chappe_workload::config::{Population, Shape, Traffic};
use chappe_workload::{Estimate, Sample, TraceStatistics};

/// The first so many knobs are of people, the others of their messages.
const PEOPLE: usize = 12;
const MESSAGES: usize = 10;
/// Messages of all plays whose hours are averaged when the curve is made right, bounds of their number, and rounds
/// of that.
const CURVE_MESSAGES: u64 = 400_000;
pub(crate) const CURVE_PLAYS: [u64; 2] = [4, 64];
const CURVE_ROUNDS: usize = 2;
/// How much the rate in an hour is changed in one round at most.
const CURVE_CHANGE: f64 = 1.5;

/// What a fit starts from.
pub(crate) struct Model {
    /// What the trace says outright.
    pub(crate) estimate: Estimate,
    /// Its laws of delays.
    pub(crate) laws: Laws,
    /// Most people that anyone in the trace has to do with.
    pub(crate) most_contacts: f64,
    /// Share of the trace's conversations with one message.
    pub(crate) single_share: f64,
    /// Its messages per conversation, at least slightly above one.
    pub(crate) length: f64,
    /// Share of a pair's messages after the first that the same person sends again.
    pub(crate) again_share: f64,
    /// Local time's offset from UTC [minutes].
    pub(crate) zone: i16,
}

impl Model {
    /// The model of a trace with these statistics.
    pub(crate) fn new(estimate: Estimate, statistics: &TraceStatistics, zone: i16) -> Model {
        let count = |sample: &Sample| sample.values().len() as f64;
        let (again, replies) = (count(&statistics.follow_ups_s), count(&statistics.replies_s));
        Model {
            estimate,
            laws: Laws::of(statistics),
            most_contacts: f64::from(statistics.contacts.quantile(1.0)),
            single_share: statistics.conversations.share_up_to(1),
            length: statistics.conversations.mean().max(1.02 / 0.9),
            again_share: again / (again + replies).max(1.0),
            zone,
        }
    }

    /// The parameters to search for, in the order of [`Model::writers`]'s values.
    pub(crate) fn knobs(&self) -> Vec<Knob> {
        let people = self.people_knobs().into_iter();
        people.chain(self.message_knobs()).collect()
    }

    fn people_knobs(&self) -> [Knob; PEOPLE] {
        let users = f64::from(self.estimate.users).max(8.0);
        [
            // Of the people there are, some neither write nor are written to, and a trace does not show them.
            ratio("people, of those who appear", 1.0, 1.15, 2.0),
            ratio("messages, of those that appear", 0.5, 1.0, 2.0),
            linear("activity_sigma", 0.2, 1.6, 3.0),
            ratio("activity_max", 2.0, 40.0, 200.0),
            linear("activity_friends_correlation", 0.0, 0.8, 0.999),
            ratio("friends_median", 1.0, 10.0, users / 4.0),
            linear("friends_sigma", 0.2, 1.4, 2.5),
            linear("contact_exponent", 0.0, 0.5, 3.0),
            ratio("contacts_max", 2.0, self.most_contacts, users),
            linear("close_share", 0.0, 0.4, 0.99),
            linear("close_exponent", 1.0, 2.5, 8.0),
            linear("silent_share", 0.0, self.estimate.silent_share / 2.0, 0.8),
        ]
    }

    fn message_knobs(&self) -> [Knob; MESSAGES] {
        let [quick, slow] = self.laws.replies;
        let [burst, later] = self.laws.follow_ups;
        let length = self.length;
        let [single, again] = [self.single_share, self.again_share].map(|share| share.max(0.02));
        let near = |share: f64, step: f64| (share + step).clamp(0.01, 0.99);
        [
            ratio(
                "messages per conversation",
                0.9 * length,
                1.3 * length,
                2.2 * length,
            ),
            linear(
                "single_share",
                0.4 * single,
                0.8 * single,
                (1.2 * single).min(0.95),
            ),
            linear(
                "follow_up_share",
                0.4 * again,
                0.85 * again,
                (1.2 * again).min(0.9),
            ),
            linear("common_pace", 0.0, 0.9, 1.0),
            linear(
                "quick_reply_share",
                near(quick.share, -0.3),
                quick.share,
                near(quick.share, 0.3),
            ),
            ratio(
                "slow_reply median [s]",
                slow.median_s / 3.0,
                slow.median_s,
                10.0 * slow.median_s,
            ),
            linear("slow_reply sigma", 0.3, slow.sigma, 3.0),
            linear(
                "burst_share",
                near(burst.share, -0.4),
                burst.share,
                near(burst.share, 0.4),
            ),
            ratio(
                "follow_up median [s]",
                later.median_s / 3.0,
                later.median_s,
                10.0 * later.median_s,
            ),
            linear("follow_up sigma", 0.3, later.sigma, 3.0),
        ]
    }

    /// The people with these values of the knobs.
    pub(crate) fn writers(&self, values: &[f64]) -> Writers {
        let mut writers = Writers::new(self.estimate.days, self.zone);
        let (people, messages) = values.split_at(PEOPLE);
        self.set_people(people, &mut writers.population);
        let [people, messages_factor] = [people[0], people[1]];
        let per_day = self.estimate.messages_per_day * messages_factor / people;
        self.set_messages(messages, per_day, &mut writers.traffic);
        writers
    }

    fn set_people(&self, values: &[f64], population: &mut Population) {
        let [
            people,
            _,
            activity_sigma,
            activity_max,
            correlation,
            friends_median,
            friends_sigma,
            contact_exponent,
            contacts_max,
            close_share,
            close_exponent,
            silent_share,
        ] = std::array::from_fn::<f64, PEOPLE, _>(|knob| values[knob]);
        population.users = (people * f64::from(self.estimate.users)).round() as u32;
        population.activity_sigma = rounded(activity_sigma);
        population.activity_max = rounded(activity_max);
        population.activity_friends_correlation = share(correlation);
        population.friends_median = rounded(friends_median);
        population.friends_sigma = rounded(friends_sigma);
        population.friends_max = population.users.saturating_sub(1).max(3);
        population.contact_exponent = rounded(contact_exponent);
        population.contacts_max = contacts_max.round() as u32;
        population.close_share = share(close_share);
        population.close_exponent = rounded(close_exponent);
        population.silent_share = share(silent_share);
    }

    fn set_messages(&self, values: &[f64], per_day: f64, traffic: &mut Traffic) {
        let [
            length,
            single_share,
            follow_up_share,
            common_pace,
            quick_share,
            slow,
            slow_sigma,
            burst_share,
            later,
            later_sigma,
        ] = std::array::from_fn::<f64, MESSAGES, _>(|knob| values[knob]);
        let ([quick, _], [burst, _]) = (self.laws.replies, self.laws.follow_ups);
        traffic.messages_per_day = rounded(per_day);
        traffic.conversations_per_day = rounded(per_day / length);
        traffic.single_share = Some(share(single_share));
        traffic.follow_up_share = share(follow_up_share);
        traffic.common_pace = share(common_pace);
        traffic.quick_reply_share = share(quick_share);
        traffic.quick_reply = log_normal(quick.median_s, quick.sigma);
        traffic.slow_reply = log_normal(slow, slow_sigma);
        traffic.burst_share = share(burst_share);
        traffic.burst = log_normal(burst.median_s, burst.sigma);
        traffic.follow_up = log_normal(later, later_sigma);
        traffic.hourly = self.estimate.hourly.map(rounded);
        traffic.weekly = self.estimate.weekly.map(rounded);
        traffic.shape = self.estimate.shape;
        if let Shape::Spike { times, .. } = &mut traffic.shape {
            *times = rounded(*times);
        }
    }

    /// Makes the curve of the day right: what people stay with is answered at any hour, so they write a little
    /// later than they begin. Each hour's rate is raised or lowered until people write in it as in the trace.
    pub(crate) fn fit_curve(&mut self, values: &[f64], recorded: &TraceStatistics, seed: u64) {
        let [least, most] = CURVE_PLAYS;
        let plays = (CURVE_MESSAGES / recorded.messages_count.max(1) as u64).clamp(least, most);
        for _ in 0..CURVE_ROUNDS {
            let writers = self.writers(values);
            let mut written = [0.0; 24];
            for play in 0..plays {
                let statistics = writers.write(seed + play);
                for (sum, hour) in written.iter_mut().zip(statistics.hourly) {
                    *sum += hour / plays as f64;
                }
            }
            let hours = self.estimate.hourly.iter_mut().zip(written);
            for ((rate, written), wanted) in hours.zip(recorded.hourly) {
                if written > 0.0 {
                    *rate *= (wanted / written).clamp(1.0 / CURVE_CHANGE, CURVE_CHANGE);
                }
            }
        }
    }
}

/// A knob whose equal differences are equal steps.
fn linear(name: &str, low: f64, start: f64, high: f64) -> Knob {
    Knob {
        name: name.to_string(),
        low,
        high,
        start: start.clamp(low, high),
        logarithmic: false,
    }
}

/// A knob whose equal ratios are equal steps.
fn ratio(name: &str, low: f64, start: f64, high: f64) -> Knob {
    Knob {
        logarithmic: true,
        ..linear(name, low, start, high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::{Duration, Span};
    use chappe_scenario::{Overrides, ScenarioFile};
    use chappe_workload::{Trace, TraceStatistics};

    fn model(shape: Shape) -> Model {
        let text: String = (0..200)
            .map(|line| format!("{} {} {}\n", line % 7, 7 + line % 5, line * 60))
            .collect();
        let statistics = TraceStatistics::of(&Trace::read(text.as_bytes()).unwrap(), 0);
        let estimate = Estimate {
            users: 50,
            days: 30,
            messages_per_day: 0.123_456,
            silent_share: 0.3,
            hourly: [1.0; 24],
            weekly: [1.0, 1.0, 2.0, 1.0, 0.5, 1.0, 1.0],
            shape,
        };
        Model::new(estimate, &statistics, -420)
    }

    /// What is tried is what is written.
    #[test]
    fn the_scenario_has_the_people_that_were_tried() {
        let days = |days: i64| Duration(Span(days * Span::DAY.0));
        let spike = Shape::Spike {
            at: days(3),
            lasting: days(5),
            times: 11.357,
        };
        for shape in [Shape::Daily, spike] {
            let model = model(shape);
            let knobs = model.knobs();
            for pick in [
                |knob: &Knob| knob.low,
                |knob: &Knob| knob.start,
                |knob: &Knob| knob.high,
            ] {
                let values: Vec<f64> = knobs.iter().map(pick).collect();
                let writers = model.writers(&values);
                let text = writers.scenario("A \"quoted\" town", 7, "what\nand how");
                let file = ScenarioFile::parse("fitted.toml", &text);
                let scenario = file.and_then(|file| file.resolve(&Overrides::default()));
                let scenario = scenario.unwrap_or_else(|error| panic!("{error}\n{text}"));
                assert_eq!(scenario.seed, 7);
                assert_eq!(scenario.title, "A \"quoted\" town");
                assert_eq!(scenario.population, writers.population);
                assert_eq!(scenario.traffic, writers.traffic);
            }
        }
    }
}
