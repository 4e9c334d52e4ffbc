//! How a load was offered, as records hold it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a load was offered, and whether it was offered as planned.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LoadRecord {
    /// What was planned.
    pub plan: LoadPlan,
    /// The choices of the live platform's design, by key, as the scenario would have them.
    pub design: Vec<Choice>,
    /// Whether the load went as planned.
    pub outcome: LoadOutcome,
    /// What a simulation of the same load predicted; null if none was run.
    pub prediction: Option<Prediction>,
}

/// What was planned.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LoadPlan {
    /// How sends are paced, in words, such as `constant, 10000 per second`.
    pub pacing: String,
    /// Clients' commands per second at the plan's busiest; zero in a closed model.
    pub peak_rate: f64,
    /// How long was measured [ns].
    pub duration_ns: i64,
    /// How long was sent before that, unmeasured [ns].
    pub warm_up_ns: i64,
    /// Threads that send.
    pub injectors: u32,
    /// Threads that run shards.
    pub threads: u32,
    /// Where in the scenario's time the measured part of the tape begins [ns since midnight of day one].
    pub tape_from_ns: i64,
    /// Where it ends.
    pub tape_until_ns: i64,
    /// Commands on the tape.
    pub tape_commands_count: u64,
}

/// One choice of the design.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Choice {
    /// Its key, such as `design.lanes`.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// How a load ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoadEnd {
    /// As planned.
    Planned,
    /// On request.
    Interrupted,
    /// A threshold that ends a run was missed.
    Threshold,
    /// There was nothing more to send.
    TapeEnded,
}

/// Whether a load went as planned.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LoadOutcome {
    /// How it ended.
    pub end: LoadEnd,
    /// Commands sent within the measured time.
    pub sent_count: u64,
    /// Of them, those that the generator sent over a millisecond late.
    pub late_count: u64,
    /// Whether the generator kept up: at most a twentieth was late, or there were too few sends to tell.
    pub valid: bool,
    /// How long was measured [ns]; zero if the load ended in its warm-up.
    pub measured_ns: u64,
    /// Processor time that the process took while it was measured [ns].
    pub cpu_ns: u64,
}

/// What a simulation of the same load predicted, beside what was measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Prediction {
    /// Service times and hops were measured then, in RFC 3339.
    pub calibrated: String,
    /// Predicted and measured, point by point.
    pub points: Vec<PredictedPoint>,
    /// The knee, the rate beyond which delivery times rise steeply: predicted [commands per second].
    pub knee_predicted: Option<f64>,
    /// The same as measured.
    pub knee_measured: Option<f64>,
}

/// Latency at one offered rate.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PredictedPoint {
    /// Offered [commands per second].
    pub rate: f64,
    /// Median delivery between friends: predicted [ns].
    pub p50_predicted_ns: i64,
    /// The same as measured.
    pub p50_measured_ns: i64,
    /// 0.99 quantile: predicted [ns].
    pub p99_predicted_ns: i64,
    /// The same as measured.
    pub p99_measured_ns: i64,
}

impl LoadOutcome {
    /// Whether the generator kept up, if it sent `late_count` of `sent_count` commands late: at most a twentieth. Fewer
    /// than twenty sends are too few to tell.
    #[must_use]
    pub fn is_valid(sent_count: u64, late_count: u64) -> bool {
        sent_count < 20 || late_count <= sent_count / 20
    }

    /// So many for each second of the measured time; none if no time was measured.
    #[must_use]
    pub fn per_second(&self, count: u64) -> Option<f64> {
        (self.measured_ns > 0).then(|| count as f64 * 1e9 / self.measured_ns as f64)
    }

    /// Commands sent in each second of the measured time; none if no time was measured.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        self.per_second(self.sent_count)
    }

    /// Processor time per measured time: how many cores the process kept busy. None if no time was measured, or the
    /// system does not tell processor time.
    #[must_use]
    pub fn cores_busy(&self) -> Option<f64> {
        (self.cpu_ns > 0 && self.measured_ns > 0).then(|| self.cpu_ns as f64 / self.measured_ns as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(sent_count: u64, measured_ns: u64) -> LoadOutcome {
        LoadOutcome {
            end: LoadEnd::Interrupted,
            sent_count,
            late_count: 0,
            valid: true,
            measured_ns,
            cpu_ns: 31_870,
        }
    }

    #[test]
    fn what_was_not_measured_has_no_rate() {
        let nothing = outcome(0, 0);
        assert_eq!((nothing.rate(), nothing.cores_busy()), (None, None));
        let slow = outcome(1, 2_000_000_000);
        assert_eq!(slow.rate(), Some(0.5));
        assert_eq!(outcome(0, 1_000_000_000).rate(), Some(0.0));
    }

    #[test]
    fn a_few_late_sends_are_no_verdict_on_the_generator() {
        for (sent, late, valid) in [
            (2, 1, true),
            (19, 19, true),
            (20, 1, true),
            (20, 2, false),
            (40, 2, true),
            (40, 3, false),
            (0, 0, true),
        ] {
            assert_eq!(LoadOutcome::is_valid(sent, late), valid, "{late} of {sent}");
        }
    }
}
