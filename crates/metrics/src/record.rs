//! The run record: all that one run has to say, as it stands in `run.json`.
//!
//! It has two halves. [`RunResult`] is deterministic: the same scenario and seed give it to the
//! bit, whatever the machine and the number of workers; its figures stay integers until they are
//! rendered. [`Execution`] tells what it took. Lists have a fixed order and maps are sorted, so
//! that equal records are equal texts.

use crate::calibration::PredictionError;
use crate::full_size::FullSize;
use crate::load::LoadRecord;
use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What `schema` says in every record that this version writes.
pub const SCHEMA: &str = "chappe/run/1";

/// One run, whole.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RunRecord {
    /// Version of this format: [`SCHEMA`].
    pub schema: String,
    /// Hash over the facts of all shards, in hexadecimal. Equal digests mean equal histories.
    pub digest: String,
    /// In which time the run took place.
    pub clock: Clock,
    /// What was run.
    pub scenario: ScenarioId,
    /// Seed of all random draws.
    pub seed: u64,
    /// Version of the program.
    pub version: String,
    /// Whether the run was stopped before its horizon; `result.window.until_ns` says when.
    pub interrupted: bool,
    /// What happened: the deterministic half.
    pub result: RunResult,
    /// What it took: the half that depends on the machine.
    pub execution: Execution,
    /// How the load was offered; only where it was, on the wall clock. Then `result` depends on the
    /// machine as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<LoadRecord>,
}

/// In which time a run takes place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// Simulated.
    Virtual,
    /// Measured under load.
    Wall,
}

impl Clock {
    /// The word for it in files.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Clock::Virtual => "virtual",
            Clock::Wall => "wall",
        }
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
    /// Parameters without a source that the result leans on.
    pub assumed: Vec<Assumed>,
    /// What a reader ought to know.
    pub notes: Vec<String>,
    /// What puts the figures in doubt.
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
}

/// What a figure is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum Unit {
    /// Nanoseconds.
    #[serde(rename = "ns")]
    Nanoseconds,
    /// Pieces of what the name says.
    #[serde(rename = "count")]
    Count,
    /// Millionths of the scenario's currency.
    #[serde(rename = "micro_units")]
    MicroUnits,
    /// Millionths of a whole.
    #[serde(rename = "ppm")]
    PartsPerMillion,
    /// Bytes.
    #[serde(rename = "bytes")]
    Bytes,
    /// A part of a whole, kept as numerator and denominator.
    #[serde(rename = "share")]
    Share,
}

impl Unit {
    /// The word for it in files and at the end of column names.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Unit::Nanoseconds => "ns",
            Unit::Count => "count",
            Unit::MicroUnits => "micro_units",
            Unit::PartsPerMillion => "ppm",
            Unit::Bytes => "bytes",
            Unit::Share => "share",
        }
    }
}

/// One metric's value.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Metric {
    /// How a length of time was distributed.
    Histogram(Summary),
    /// How many, or how much, from time zero to the end of the run.
    Counter {
        /// What it is counted in.
        unit: Unit,
        /// The count.
        value: i64,
    },
    /// How many, or how much, there was at the end.
    Gauge {
        /// What it is counted in.
        unit: Unit,
        /// The level.
        value: i64,
    },
    /// A share: numerator / denominator. There is none where the denominator is zero.
    Ratio {
        /// The part.
        numerator: i64,
        /// The whole.
        denominator: i64,
    },
}

/// A histogram in brief. All values are in `unit`; without observations they are zero.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// What the values are counted in.
    pub unit: Unit,
    /// How many observations.
    pub count: u64,
    /// The smallest, exact.
    pub min: i64,
    /// The largest, exact.
    pub max: i64,
    /// The mean, exact but for rounding to the unit.
    pub mean: i64,
    /// Median, within 0.1%, as are all quantiles.
    pub p50: i64,
    /// 0.9 quantile.
    pub p90: i64,
    /// 0.99 quantile.
    pub p99: i64,
    /// 0.999 quantile.
    pub p999: i64,
    /// Quantiles from 0 to 1, rising.
    pub quantiles: Vec<Quantile>,
    /// Observations beyond the histogram's range: counted at its end.
    pub saturated_count: u64,
}

/// One quantile of a histogram.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Quantile {
    /// Which, in [0, 1].
    pub q: f64,
    /// Its value, in the histogram's unit.
    pub value: i64,
}

/// Figures per interval: columns of equal length.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct SeriesTable {
    /// Start of the first interval [ns since midnight UTC of day one].
    pub start_ns: i64,
    /// Length of each interval [ns]; the run may end within the last.
    pub interval_ns: i64,
    /// The columns, in the order of the registry.
    pub columns: Vec<Column>,
}

impl SeriesTable {
    /// The column of that registered name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// One time series.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Column {
    /// Registered name.
    pub name: String,
    /// What the values are counted in.
    pub unit: Unit,
    /// One value per interval; null where nothing was observed that could have one.
    pub values: Vec<Option<i64>>,
}

/// What became of one campaign.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Funnel {
    /// The campaign's number, in the order of the scenario.
    pub campaign: u16,
    /// The page's number.
    pub page: u32,
    /// The ad's format; null if it never began.
    pub format: Option<String>,
    /// Budget set aside [micro-units].
    pub budget_micro: i64,
    /// People with a conversation with the page.
    pub audience_count: u64,
    /// Ad slots for which the policy judged it.
    pub decided_count: u64,
    /// Slots in which it was allowed.
    pub allowed_count: u64,
    /// Slots in which it was refused, by the first rule to refuse; rules that refused none are
    /// left out.
    pub refused: Vec<Tally>,
    /// Ads delivered and charged.
    pub delivered_count: u64,
    /// Ads opened.
    pub opened_count: u64,
    /// Ads whose link was followed.
    pub clicked_count: u64,
    /// Purchases through an ad.
    pub bought_count: u64,
    /// What the platform earned [micro-units].
    pub revenue_micro: i64,
    /// Orders placed in answer to its ads, at their price, less those cancelled [micro-units].
    #[serde(default)]
    pub sales_micro: i64,
}

/// How often, by label.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Tally {
    /// Of what.
    pub label: String,
    /// How many.
    pub count: u64,
}

/// What was refused. Labels that refused nothing are left out.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Refusals {
    /// Ads by the first rule to refuse, in the policy's order of rules.
    pub ads: Vec<Tally>,
    /// Accepted ads withdrawn before delivery, by rule.
    pub withdrawn: Vec<Tally>,
    /// Commands by reason.
    pub commands: Vec<Tally>,
    /// Transfers that ended without money moving, by reason.
    pub transfers: Vec<Tally>,
    /// Commands lost to a full queue, by class.
    pub dropped: Vec<Tally>,
}

/// What all accounts of a kind hold together.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Balance {
    /// Kind of account.
    pub account: String,
    /// What they hold [micro-units].
    pub balance_micro: i64,
}

/// Whether one threshold holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ThresholdVerdict {
    /// The metric's registered name.
    pub metric: String,
    /// The condition, as the scenario has it.
    pub condition: String,
    /// What was observed.
    pub observed: Observed,
    /// Whether it holds. Where nothing was observed it does not.
    pub passed: bool,
}

/// What a threshold was held against.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Observed {
    /// No observation.
    Nothing,
    /// A figure.
    Value {
        /// The figure.
        value: i64,
        /// What it is counted in.
        unit: Unit,
    },
    /// A share.
    Share {
        /// The part.
        numerator: i64,
        /// The whole, not zero.
        denominator: i64,
    },
}

/// What the audit found.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct AuditSummary {
    /// Whether every promise was kept.
    pub passed: bool,
    /// Facts judged.
    pub facts_count: u64,
    /// Each promise with how often it was put to the test.
    pub promises: Vec<PromiseSummary>,
    /// The first violations, in the order of the facts.
    pub violations: Vec<ViolationSummary>,
    /// The command that replays the violations, if any.
    pub replay: Option<String>,
}

/// One promise.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PromiseSummary {
    /// The promise's name.
    pub promise: String,
    /// What it says.
    pub description: String,
    /// How often it was put to the test.
    pub checked_count: u64,
    /// How often it was broken.
    pub violation_count: u64,
}

/// One broken promise.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ViolationSummary {
    /// The promise's name.
    pub promise: String,
    /// When it was broken [ns since midnight UTC of day one].
    pub at_ns: i64,
    /// On which shard; null where it shows only over all of them.
    pub shard: Option<u16>,
    /// What happened, with the facts that show it.
    pub description: String,
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

/// Something that puts the figures in doubt.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// What is wrong.
    pub problem: String,
    /// What to change.
    pub remedy: String,
}

/// The half of a record that depends on the machine.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Execution {
    /// What it ran on.
    pub machine: Machine,
    /// Processes that took part.
    #[serde(default = "one")]
    pub processes: u32,
    /// Threads that ran events, in each process.
    pub workers: u32,
    /// The command that made it.
    pub command: Vec<String>,
    /// The folder in which it was given, seen from the folder of this record.
    pub folder: String,
    /// When it began, in RFC 3339.
    pub started: String,
    /// How long it took [ns].
    pub wall_ns: u64,
    /// Events: pops from the calendar.
    pub events_count: u64,
    /// Events per second of wall time.
    pub events_per_second: u64,
    /// Memory it took.
    pub memory: Memory,
    /// What the scenario would cost in full; null if it was.
    pub full_size: Option<FullSize>,
    /// How far predictions of simulations were off when they were last compared with the wall clock;
    /// null if they never were.
    #[serde(default)]
    pub prediction_error: Option<PredictionError>,
}

fn one() -> u32 {
    1
}

/// A machine.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Machine {
    /// Operating system.
    pub os: String,
    /// Architecture of the processor.
    pub arch: String,
    /// Model of the processor.
    pub processor: String,
    /// Cores that may be used.
    pub cores: u32,
    /// Main memory [bytes].
    pub memory_bytes: u64,
}

/// Memory that a run took.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Memory {
    /// The most that each process held, summed [bytes].
    pub peak_bytes: u64,
    /// The same by process, in their order [bytes].
    #[serde(default)]
    pub peak_bytes_by_process: Vec<u64>,
    /// What the state took, by part, largest first.
    pub per_user: Vec<MemoryPart>,
}

/// Memory of one part of the state.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct MemoryPart {
    /// Which part.
    pub part: String,
    /// What it took [bytes].
    pub bytes_total: u64,
    /// What it took for each user [bytes].
    pub bytes_per_user: f64,
}

/// The JSON Schema that every record satisfies.
#[must_use]
pub fn schema() -> Schema {
    schema_for!(RunRecord)
}

impl RunRecord {
    /// The record as it stands in `run.json`, ending in a newline.
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
