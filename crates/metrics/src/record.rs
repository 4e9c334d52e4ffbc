//! The run record: everything that is known of one run, as `run.json` holds it.
//!
//! It has two halves. [`RunResult`] is deterministic: the same scenario and seed give the same result to the
//! bit, whatever the machine and the number of workers. Its figures stay integers until they are rendered,
//! since floating-point sums would depend on the order of workers. [`Execution`] has what the run took. Lists
//! have a fixed order and maps are sorted, so that equal records are equal texts.

mod execution;
mod metric;
mod outcome;

pub use execution::{Execution, Machine, Memory, MemoryPart};
pub use metric::{Column, Metric, Quantile, SeriesTable, Summary, Unit};
pub use outcome::{
    AccountKind, AuditSummary, Balance, Funnel, Observed, PromiseSummary, Refusals, Tally, ThresholdOutcome,
    ThresholdVerdict, ViolationSummary,
};

use crate::load::LoadRecord;
use crate::platform_size::PlatformSize;
use chappe_base::{RunSpec, words};
use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What `schema` says in every record that this version writes.
pub const SCHEMA: &str = "chappe/run/2";

/// One run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RunRecord {
    /// Version of this format: [`SCHEMA`].
    pub schema: String,
    /// Hash over the facts of all shards, in hexadecimal. Equal digests mean equal histories.
    pub digest: String,
    /// In which time the run took place.
    pub clock: Clock,
    /// What was run: all that it takes to play it again.
    pub spec: RunSpec,
    /// The scenario in brief.
    pub scenario: ScenarioId,
    /// Seed of all random draws.
    pub seed: u64,
    /// Version of the program.
    pub version: String,
    /// Whether the run was stopped before its horizon; `result.window.until_ns` says when.
    pub interrupted: bool,
    /// What happened: the deterministic half.
    pub result: RunResult,
    /// What the run took: the half that depends on the machine.
    pub execution: Execution,
    /// How the load was offered; only in runs on the wall clock, where `result` depends on the machine as
    /// well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<LoadRecord>,
}

words! {
    /// In which time a run takes place.
    Clock {
        /// Simulated.
        Virtual = "virtual",
        /// Measured under load.
        Wall = "wall",
    }
}

/// Which scenario was run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioId {
    /// Name of its file, without the ending.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The question it asks.
    pub question: String,
    /// Hash over everything in it that bears on the result, in hexadecimal.
    pub hash: String,
    /// The arm that was played, if not the base scenario.
    pub arm: Option<String>,
}

/// The deterministic half of a record.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct RunResult {
    /// The stretch of time the figures are about.
    pub window: Window,
    /// How large the platform was.
    pub size: Size,
    /// Every metric by its registered name.
    pub metrics: BTreeMap<String, Metric>,
    /// Figures per interval.
    pub series: SeriesTable,
    /// Each campaign's funnel, in the order of the scenario.
    pub campaigns: Vec<Funnel>,
    /// What was refused, and why.
    pub refusals: Refusals,
    /// Balance over all accounts of a kind at the end of the run; together they are zero.
    pub ledger: Vec<Balance>,
    /// The verdict on each threshold, in the order of the scenario.
    pub thresholds: Vec<ThresholdVerdict>,
    /// What the audit found.
    pub audit: AuditSummary,
    /// Parameters without a source that the result depends on.
    pub assumed: Vec<Assumed>,
    /// What a reader should know.
    pub notes: Vec<String>,
    /// Reasons to doubt the figures, each with its remedy.
    pub warnings: Vec<Warning>,
}

/// The stretch of time the figures are about [ns since midnight UTC of day one].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Window {
    /// Before this no latency, queue or utilisation is measured; events are counted from time zero.
    pub warm_up_ns: i64,
    /// Where the scenario ends.
    pub horizon_ns: i64,
    /// Where the run ended: the horizon, or earlier.
    pub until_ns: i64,
}

/// How large the platform was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Size {
    /// People.
    pub users_count: u32,
    /// Business pages.
    pub pages_count: u32,
    /// Shards.
    pub shards_count: u16,
    /// How the platform got its size.
    #[serde(default)]
    pub platform: PlatformSize,
}

/// A parameter without a source.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Assumed {
    /// Its key in the scenario.
    pub key: String,
    /// Its value in this run, as the scenario would have it.
    pub value: String,
    /// Its unit, where it has one.
    pub unit: Option<String>,
    /// What it is.
    pub description: String,
}

/// A reason to doubt the figures.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// What is wrong.
    pub problem: String,
    /// What to change.
    pub remedy: String,
}

/// The JSON Schema that every record satisfies.
#[must_use]
pub fn schema() -> Schema {
    schema_for!(RunRecord)
}

impl RunRecord {
    /// Writes the record as JSON, ending in a newline.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&self, writer: &mut impl std::io::Write) -> std::io::Result<()> {
        serde_json::to_writer_pretty(&mut *writer, self)?;
        writer.write_all(b"\n")
    }

    /// A record read back, of this version of the format or none.
    ///
    /// # Errors
    /// Says what is wrong with the text, or which version it is of.
    pub fn read(text: &str) -> Result<RunRecord, RecordError> {
        #[derive(Deserialize)]
        struct Version {
            schema: String,
        }
        let Version { schema } = serde_json::from_str(text).map_err(RecordError::NotARecord)?;
        if schema != SCHEMA {
            return Err(RecordError::OtherVersion(schema));
        }
        serde_json::from_str(text).map_err(RecordError::NotARecord)
    }
}

/// Why a text is no run record.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Not of this form.
    #[error("this is no run record: {0}; give a run.json that chappe wrote")]
    NotARecord(serde_json::Error),
    /// Written by another version.
    #[error(
        "this record has the format `{0}`, which this version does not read; run the scenario again to have one in `{SCHEMA}`"
    )]
    OtherVersion(String),
}
