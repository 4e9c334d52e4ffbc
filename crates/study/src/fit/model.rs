//! A scenario in which people write like those of a trace: what is taken from the trace, and what is searched for.

use crate::stats::search::Knob;
use chappe_base::{Duration, Span};
use chappe_workload::Estimate;
use chappe_workload::config::Shape;
use std::fmt::Write as _;

/// What a fit starts from.
pub(crate) struct Model {
    /// What to call the scenario.
    pub(crate) title: String,
    /// What the trace says outright.
    pub(crate) estimate: Estimate,
    /// Most people that anyone in the trace has to do with.
    pub(crate) most_contacts: f64,
    /// Local time's offset from UTC [minutes].
    pub(crate) zone: i16,
}

/// Most significant digits of a value in the file: what is tried is what is written.
const DIGITS: i32 = 4;

impl Model {
    /// The parameters to search for, in the order of [`Model::scenario`]'s values.
    pub(crate) fn knobs(&self) -> Vec<Knob> {
        let users = f64::from(self.estimate.users).max(8.0);
        let knob = |name: &str, low: f64, start: f64, high: f64, logarithmic| Knob {
            name: name.to_string(),
            low,
            high,
            start: start.clamp(low, high),
            logarithmic,
        };
        let linear = |name, low, start, high| knob(name, low, start, high, false);
        let ratio = |name, low, start, high| knob(name, low, start, high, true);
        vec![
            linear("activity_sigma", 0.2, 1.4, 3.0),
            ratio("activity_max", 2.0, 20.0, 200.0),
            linear("activity_friends_correlation", 0.0, 0.9, 0.999),
            ratio("friends_median", 1.0, 10.0, users / 4.0),
            linear("friends_sigma", 0.2, 1.4, 2.5),
            linear("contact_exponent", 0.0, 0.5, 2.0),
            ratio("contacts_max", 2.0, self.most_contacts, users),
            linear("silent_share", 0.0, self.estimate.silent_share, 0.8),
            ratio("messages per conversation", 1.02, 3.0, 30.0),
            linear("follow_up_share", 0.01, 0.3, 0.9),
            linear("quick_reply_share", 0.01, 0.5, 0.99),
            ratio("quick_reply median [s]", 5.0, 150.0, 3_600.0),
            linear("quick_reply sigma", 0.2, 1.3, 3.0),
            ratio("slow_reply median [s]", 300.0, 15_000.0, 2_592_000.0),
            linear("slow_reply sigma", 0.2, 1.6, 3.0),
            ratio("follow_up median [s]", 5.0, 400.0, 86_400.0),
            linear("follow_up sigma", 0.2, 1.9, 3.0),
        ]
    }

    /// The text of the scenario with these values of the knobs; each line of `head` is a comment.
    pub(crate) fn scenario(&self, values: &[f64], seed: u64, head: &str) -> String {
        let mut text = String::new();
        for line in head.lines() {
            let _ = writeln!(text, "{}", format!("# {line}").trim_end());
        }
        text += &self.frame(seed);
        text += &self.people(values);
        text += &self.given();
        text
    }

    /// The people with these values of the knobs.
    fn people(&self, values: &[f64]) -> String {
        let [
            activity_sigma,
            activity_max,
            correlation,
            friends_median,
            friends_sigma,
            exponent,
            contacts_max,
            silent,
            length,
            follow_up_share,
            quick_share,
            quick,
            quick_sigma,
            slow,
            slow_sigma,
            again,
            again_sigma,
        ] = std::array::from_fn(|knob| rounded(values[knob]));
        let Estimate {
            users,
            messages_per_day,
            ..
        } = self.estimate;
        let rate = rounded(messages_per_day);
        let conversations = rounded(messages_per_day / length);
        let (zone, contacts_max) = (self.zone, contacts_max.round());
        format!(
            "
[population]
users = {users}
pages = 0
activity_sigma = {activity_sigma}
activity_max = {activity_max}
activity_friends_correlation = {correlation}
friends_median = {friends_median}
friends_sigma = {friends_sigma}
friends_max = {friends_max}
contact_exponent = {exponent}
contacts_max = {contacts_max}
silent_share = {silent}
time_zones = [{{ offset_minutes = {zone}, share = 1.0 }}]

[traffic]
messages_per_day = {rate}
conversations_per_day = {conversations}
follow_up_share = {follow_up_share}
quick_reply_share = {quick_share}
quick_reply = {{ log-normal = {{ median = \"{quick}s\", sigma = {quick_sigma} }} }}
slow_reply = {{ log-normal = {{ median = \"{slow}s\", sigma = {slow_sigma} }} }}
follow_up = {{ log-normal = {{ median = \"{again}s\", sigma = {again_sigma} }} }}
",
            friends_max = users.saturating_sub(1).max(3),
        )
    }

    /// What does not depend on the people.
    fn frame(&self, seed: u64) -> String {
        let (title, days) = (&self.title, self.estimate.days);
        format!(
            "
title    = {title:?}
question = \"Do simulated people write like those of the trace?\"
seed     = {seed}
horizon  = \"{days} days\"

# A trace does not say when people are on line: they are reachable from the first day on, and the
# platform is so fast that every delay is a person's.
[sessions]
check_ins_per_day = 1.0
push_share = 1.0
push_session = {{ constant = \"{always} days\" }}

[platform]
shards = 4
service = {{ message = {{ exponential = \"5ms\" }} }}

[agents]
page_visits_per_day = 0.0
payments_per_day = 0.0

[history]
page_conversations = 0.0
conversations_under_way = false
",
            always = days + 1
        )
    }

    /// The curve of the day, and the boom where there is one.
    fn given(&self) -> String {
        let hours: Vec<String> = self.estimate.hourly.map(|hour| format!("{hour:.2}")).to_vec();
        let mut text = format!("hourly = [{}]\n", hours.join(", "));
        if let Shape::Spike { at, lasting, times } = self.estimate.shape {
            let days = |span: Duration| span.0.0 / Span::DAY.0;
            let (at, lasting, times) = (days(at), days(lasting), rounded(times));
            let _ = writeln!(
                text,
                "shape = {{ spike = {{ at = \"{at} days\", lasting = \"{lasting} days\", times = {times} }} }}"
            );
        }
        text
    }
}

/// A value with so many digits as are written and read.
fn rounded(value: f64) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    let place = DIGITS - 1 - value.abs().log10().floor() as i32;
    let scale = 10f64.powi(place);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_scenario::{Overrides, ScenarioFile};

    fn model(shape: Shape) -> Model {
        Model {
            title: "A \"quoted\" town".to_string(),
            estimate: Estimate {
                users: 50,
                days: 30,
                messages_per_day: 0.123_456,
                silent_share: 0.3,
                hourly: [1.0; 24],
                shape,
            },
            most_contacts: 12.0,
            zone: -420,
        }
    }

    #[test]
    fn what_is_written_is_a_scenario() {
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
                let text = model.scenario(&values, 7, "what\nand how");
                let file = ScenarioFile::parse("fitted.toml", &text);
                let scenario = file.and_then(|file| file.resolve(&Overrides::default()));
                let scenario = scenario.unwrap_or_else(|error| panic!("{error}\n{text}"));
                assert_eq!(scenario.seed, 7);
                assert_eq!(scenario.title, "A \"quoted\" town");
                assert_eq!(scenario.traffic.messages_per_day, 0.1235);
            }
        }
    }

    #[test]
    fn values_have_four_digits() {
        assert_eq!(
            [0.0, 0.012_345_6, 123_456.0].map(rounded),
            [0.0, 0.01235, 123_500.0]
        );
    }
}
