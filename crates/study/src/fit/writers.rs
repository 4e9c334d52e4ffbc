//! People as they are tried, and as they are written in a scenario: one value for both.

use chappe_base::{Duration, Law, Probability, Span};
use chappe_workload::config::{Agents, Population, Sessions, Shape, TimeZone, Traffic};
use chappe_workload::{Correspondence, TraceStatistics};
use std::fmt::Write as _;

/// Most significant digits of a value in the file: what is tried is what is written.
const DIGITS: i32 = 4;
/// How long people stay with a message at any hour. A trace does not tell it.
pub(crate) const ATTENTION: Span = Span(10 * Span::MINUTE.0);
/// How often people open the app with nothing to send, a day: seldom, since they are always on line.
const CHECK_INS: f64 = 0.1;
/// Longer than any trace lasts, so that everybody is on line from the start.
const ALWAYS_DAYS: i64 = 36_500;

/// People who write to each other.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Writers {
    pub(crate) population: Population,
    pub(crate) traffic: Traffic,
    /// How long they write [days].
    pub(crate) days: u32,
    /// Local time's offset from UTC [minutes].
    pub(crate) zone: i16,
}

impl Writers {
    /// People of whom no key is set yet.
    pub(crate) fn new(days: u32, zone: i16) -> Writers {
        let population = Population {
            pages: Some(0),
            time_zones: vec![TimeZone {
                offset_minutes: zone,
                share: 1.0,
            }],
            ..Population::default()
        };
        let traffic = Traffic {
            attention: Some(Duration(ATTENTION)),
            ..Traffic::default()
        };
        Writers {
            population,
            traffic,
            days,
            zone,
        }
    }

    /// What they write under `seed`, if every message arrives at once.
    pub(crate) fn write(&self, seed: u64) -> TraceStatistics {
        let sessions = Sessions {
            check_ins_per_day: CHECK_INS,
            ..Sessions::default()
        };
        let agents = Agents {
            page_visits_per_day: 0.0,
            payments_per_day: 0.0,
            ..Agents::default()
        };
        let horizon = Span(Span::DAY.0 * i64::from(self.days));
        let (population, traffic) = (&self.population, &self.traffic);
        let correspondence = Correspondence::new(population, &sessions, traffic, &agents, horizon, seed);
        TraceStatistics::of(&correspondence.trace(), self.zone)
    }

    /// The text of the scenario in which they write; each line of `head` is a comment.
    pub(crate) fn scenario(&self, title: &str, seed: u64, head: &str) -> String {
        let mut text = String::new();
        for line in head.lines() {
            let _ = writeln!(text, "{}", format!("# {line}").trim_end());
        }
        text + &self.frame(title, seed) + &self.people() + &self.messages()
    }

    /// What does not depend on the people.
    fn frame(&self, title: &str, seed: u64) -> String {
        let days = self.days;
        format!(
            "
title    = {title:?}
question = \"Do simulated people write like those of the trace?\"
seed     = {seed}
horizon  = \"{days} days\"

# A trace does not say when people are on line: they are reachable from the first day on, and the
# platform is so fast that every delay is a person's.
[sessions]
check_ins_per_day = {CHECK_INS}
push_share = 1.0
push_session = {{ constant = \"{ALWAYS_DAYS} days\" }}

[platform]
shards = 4
service = {{ message = {{ exponential = \"5ms\" }} }}

[agents]
page_visits_per_day = 0.0
payments_per_day = 0.0
block_friend_share = 0.0

[history]
page_conversations = 0.0
conversations_under_way = false
"
        )
    }

    fn people(&self) -> String {
        let Population {
            users,
            activity_sigma,
            activity_max,
            activity_friends_correlation: correlation,
            friends_median,
            friends_sigma,
            friends_max,
            contact_exponent,
            contacts_max,
            close_share,
            close_exponent,
            silent_share,
            ..
        } = &self.population;
        let [correlation, close_share, silent_share] =
            [correlation, close_share, silent_share].map(|share| share.get());
        let zone = self.zone;
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
contact_exponent = {contact_exponent}
contacts_max = {contacts_max}
close_share = {close_share}
close_exponent = {close_exponent}
silent_share = {silent_share}
time_zones = [{{ offset_minutes = {zone}, share = 1.0 }}]
"
        )
    }

    fn messages(&self) -> String {
        let traffic = &self.traffic;
        let mut text = format!(
            "
[traffic]
messages_per_day = {}
conversations_per_day = {}
",
            traffic.messages_per_day, traffic.conversations_per_day
        );
        let mut line = |key: &str, value: &dyn std::fmt::Display| {
            let _ = writeln!(text, "{key} = {value}");
        };
        if let Some(single_share) = traffic.single_share {
            line("single_share", &single_share.get());
        }
        line("follow_up_share", &traffic.follow_up_share.get());
        line("quick_reply_share", &traffic.quick_reply_share.get());
        line("quick_reply", &law(traffic.quick_reply));
        line("slow_reply", &law(traffic.slow_reply));
        line("burst_share", &traffic.burst_share.get());
        line("burst", &law(traffic.burst));
        line("follow_up", &law(traffic.follow_up));
        line("common_pace", &traffic.common_pace.get());
        if let Some(attention) = traffic.attention {
            line("attention", &format!("\"{}s\"", attention.0.as_secs_f64()));
        }
        line("hourly", &list(&traffic.hourly));
        line("weekly", &list(&traffic.weekly));
        if let Shape::Spike { at, lasting, times } = traffic.shape {
            let days = |span: Duration| span.0.0 / Span::DAY.0;
            let (at, lasting) = (days(at), days(lasting));
            line(
                "shape",
                &format!(
                    "{{ spike = {{ at = \"{at} days\", lasting = \"{lasting} days\", times = {times} }} }}"
                ),
            );
        }
        text
    }
}

fn list(values: &[f64]) -> String {
    let values: Vec<String> = values.iter().map(f64::to_string).collect();
    format!("[{}]", values.join(", "))
}

/// A law as a scenario writes it.
fn law(law: Law) -> String {
    let quoted = |span: Duration| format!("\"{}s\"", span.0.as_secs_f64());
    match law {
        Law::Constant(span) => format!("{{ constant = {} }}", quoted(span)),
        Law::Exponential(mean) => format!("{{ exponential = {} }}", quoted(mean)),
        Law::Uniform(low, high) => format!("{{ uniform = [{}, {}] }}", quoted(low), quoted(high)),
        Law::LogNormal { median, sigma } => {
            format!(
                "{{ log-normal = {{ median = {}, sigma = {sigma} }} }}",
                quoted(median)
            )
        }
    }
}

/// A log-normal law with this median [s].
pub(crate) fn log_normal(median_s: f64, sigma: f64) -> Law {
    Law::LogNormal {
        median: Duration(Span::from_secs_f64(rounded(median_s))),
        sigma: rounded(sigma),
    }
}

pub(crate) fn share(value: f64) -> Probability {
    Probability::of(rounded(value).clamp(0.0, 1.0))
}

/// A value with so many digits as are written and read.
pub(crate) fn rounded(value: f64) -> f64 {
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

    #[test]
    fn values_have_four_digits() {
        assert_eq!(
            [0.0, 0.012_345_6, 123_456.0].map(rounded),
            [0.0, 0.01235, 123_500.0]
        );
    }
}
