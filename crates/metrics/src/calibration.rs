//! Measured service times of a live platform, so that a simulation can predict it.

use crate::load::Choice;
use crate::record::{Machine, ScenarioId, Summary};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What `schema` says in every [`Calibration`] that this version writes.
pub const CALIBRATION_SCHEMA: &str = "chappe/calibration/1";

/// Service times and hops of a live platform, as `calibration.json` holds them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Calibration {
    /// Version of this format: [`CALIBRATION_SCHEMA`].
    pub schema: String,
    /// What was run.
    pub scenario: ScenarioId,
    /// Version of the program.
    pub version: String,
    /// When, in RFC 3339.
    pub measured: String,
    /// On what.
    pub machine: Machine,
    /// The choices of the live design, by key.
    pub design: Vec<Choice>,
    /// Threads that ran shards.
    pub threads: u32,
    /// Clients' commands per second at which times were measured: few, so that hardly any command waits.
    pub rate: f64,
    /// Clients' commands per second that were served when the generator sent as fast as the platform took them.
    pub saturated_rate: f64,
    /// Pacing lag [ns].
    pub lag: Summary,
    /// From the mailbox to service, where hardly any waits [ns].
    pub wait: Summary,
    /// In service, by class of command [ns].
    pub service: BTreeMap<String, Summary>,
    /// From one shard into the service of another [ns].
    pub hop: Summary,
    /// From the shard that decided to the device [ns].
    pub handing: Summary,
}

/// How far predictions were off when they were last compared with a measurement.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PredictionError {
    /// When, in RFC 3339.
    pub measured: String,
    /// On what.
    pub machine: Machine,
    /// The largest error of a median below the knee, as a share of what was measured; null if no rate below it was
    /// measured.
    pub p50: Option<f64>,
    /// The same of a 0.99 quantile.
    pub p99: Option<f64>,
    /// The error of the knee, if both had one.
    pub knee: Option<f64>,
}
