//! The section `[traffic]`.

use super::seconds;
use chappe_base::{Duration, Law, Probability};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Messages between people: how many, when, and how fast they are answered.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Traffic {
    /// Conversations with friends that the mean person begins.
    #[schemars(range(min = 0, max = 512), extend("x-unit" = "per person and day", "x-grade" = "D", "x-source" = "7 billion conversations a day at 1.3 billion users, 2017"))]
    pub conversations_per_day: f64,
    /// Messages to friends that the mean person sends, replies included.
    #[schemars(range(min = 0, max = 100_000), extend("x-unit" = "per person and day", "x-grade" = "D", "x-source" = "60 billion messages a day, April 2016"))]
    pub messages_per_day: f64,
    /// Share of the conversations that have one message, because nobody answers the opener. Left out, a
    /// conversation goes on with the same probability after every message; given, that probability differs
    /// between conversations as far as this share and the mean number of messages ask for.
    #[schemars(extend("x-grade" = "assumed"))]
    pub single_share: Option<Probability>,
    /// Share of the messages after the first that the same person sends again before an answer.
    #[schemars(extend("x-grade" = "D", "x-source" = "CollegeMsg trace: 34% of a pair's messages after the first, chance meetings of two conversations included; fitted by 0.29 without them"))]
    pub follow_up_share: Probability,
    /// Share of quick replies.
    #[schemars(extend("x-grade" = "assumed", "x-source" = "on a website in 2004, the CollegeMsg trace, 55% came within the hour; telephones are at hand"))]
    pub quick_reply_share: Probability,
    /// Delay of a quick reply, from the message's arrival on the device.
    #[schemars(extend("x-grade" = "A", "x-source" = "CollegeMsg trace: replies within the hour, median 185 s, sigma 1.35"))]
    pub quick_reply: Law,
    /// Delay of the other replies.
    #[schemars(extend("x-grade" = "assumed", "x-source" = "shorter than in the CollegeMsg trace, where replies after the hour have median 41400 s, sigma 1.60"))]
    pub slow_reply: Law,
    /// Share of these that come in one burst: one thought in several messages.
    #[schemars(extend("x-grade" = "assumed"))]
    pub burst_share: Probability,
    /// Gap between the messages of a burst.
    #[schemars(extend("x-grade" = "assumed"))]
    pub burst: Law,
    /// Gap before the same person writes again, apart from bursts.
    #[schemars(extend("x-grade" = "D", "x-source" = "CollegeMsg trace: the log-normal with its median of 605 s and 25% within 146 s"))]
    pub follow_up: Law,
    /// Time from a message's arrival on the device until it is read, where it is not answered.
    #[schemars(extend("x-grade" = "assumed"))]
    pub reading: Law,
    /// How far the pace is that of the conversation: the share of the answers and follow-ups that are quick or
    /// slow as the whole conversation is. At 0 each has a pace of its own.
    #[schemars(extend("x-grade" = "assumed"))]
    pub common_pace: Probability,
    /// How long a person stays with a message, at any hour. What takes longer waits for the hours at which
    /// the person is active: answers, follow-ups, reading, clicks. Left out, all delays run on the clock.
    #[schemars(extend("x-grade" = "assumed"))]
    pub attention: Option<Duration>,
    /// Activity in each local hour from midnight, relative to the mean; normalised.
    #[schemars(schema_with = "weights_by_hour", extend("x-grade" = "A", "x-source" = "CollegeMsg trace"))]
    pub hourly: [f64; 24],
    /// Activity on each local day of the week, relative to the mean, beginning with that of day one; normalised.
    #[schemars(schema_with = "weights_by_day", extend("x-grade" = "assumed"))]
    pub weekly: [f64; 7],
    /// How the rate changes over the run, on top of the hours of the day.
    #[schemars(extend("x-grade" = "assumed"))]
    pub shape: Shape,
    /// A real trace to play instead of synthetic messages between friends: a file of CSV, TSV, JSON Lines or lines
    /// `sender receiver time`, as `chappe trace` reads it.
    #[schemars(extend("x-audience" = "engineer"))]
    pub replay: Option<String>,
    /// How much faster than recorded the trace is played.
    #[schemars(range(min = 0.000001, max = 1_000_000), extend("x-audience" = "engineer", "x-unit" = "times"))]
    pub replay_speed: f64,
    /// Bare requests that only load the shards' queues.
    #[schemars(extend("x-audience" = "engineer"))]
    pub probe: Option<Probe>,
}

impl Default for Traffic {
    fn default() -> Traffic {
        Traffic {
            conversations_per_day: 5.4,
            messages_per_day: 32.0,
            single_share: None,
            follow_up_share: Probability::of(0.3),
            burst_share: Probability::of(0.0),
            burst: Law::LogNormal {
                median: seconds(12),
                sigma: 1.0,
            },
            quick_reply_share: Probability::of(0.9),
            quick_reply: Law::LogNormal {
                median: seconds(185),
                sigma: 1.35,
            },
            slow_reply: Law::LogNormal {
                median: seconds(24_000),
                sigma: 1.5,
            },
            follow_up: Law::LogNormal {
                median: seconds(605),
                sigma: 2.1,
            },
            reading: Law::LogNormal {
                median: seconds(120),
                sigma: 1.35,
            },
            common_pace: Probability::of(0.0),
            attention: None,
            hourly: [
                2.33, 2.01, 1.68, 1.19, 0.56, 0.19, 0.08, 0.09, 0.18, 0.29, 0.54, 0.66, 0.75, 0.75, 0.98,
                0.99, 1.08, 1.03, 1.07, 1.12, 1.22, 1.43, 1.68, 2.13,
            ],
            weekly: [1.0; 7],
            shape: Shape::Daily,
            replay: None,
            replay_speed: 1.0,
            probe: None,
        }
    }
}

/// The schema of weights by hour: at least one is above zero.
fn weights_by_hour(_: &mut SchemaGenerator) -> Schema {
    weights(24)
}

/// The schema of weights by day of the week: at least one is above zero.
fn weights_by_day(_: &mut SchemaGenerator) -> Schema {
    weights(7)
}

fn weights(count: usize) -> Schema {
    json_schema!({
        "type": "array",
        "items": { "type": "number", "minimum": 0, "maximum": 1_000_000 },
        "minItems": count,
        "maxItems": count,
        "contains": { "exclusiveMinimum": 0 },
    })
}

/// How the rate of arrivals changes over the run.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Shape {
    /// A constant rate, without hours of the day.
    Constant,
    /// The hours of the day, each person in their own time zone.
    Daily,
    /// A straight line from one multiple of the mean rate to another over the horizon.
    Ramp {
        /// Multiple of the mean rate at the start.
        #[schemars(range(min = 0, max = 1_000_000))]
        from: f64,
        /// Multiple at the horizon.
        #[schemars(range(min = 0, max = 1_000_000))]
        to: f64,
    },
    /// The hours of the day, multiplied by a factor for a while.
    Spike {
        /// When it begins.
        at: Duration,
        /// How long it lasts.
        lasting: Duration,
        /// Multiple of the ordinary rate.
        #[schemars(range(min = 0, max = 1_000_000))]
        times: f64,
    },
}

/// Requests without effect that load the shards' queues: a Poisson process per shard.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// Requests per second and shard.
    #[schemars(range(min = 0, max = 1_000_000), extend("x-unit" = "per second and shard"))]
    pub rate: f64,
    /// How long a request waits before it gives up; without it, for ever.
    pub patience: Option<Law>,
}
