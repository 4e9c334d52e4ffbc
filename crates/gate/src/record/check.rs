//! What a check found: `gate.json`.

use super::Cost;
use chappe_metrics::{Execution, Metric, ScenarioId, Unit, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What `schema` says in every [`GateRecord`] that this version writes.
pub const GATE_SCHEMA: &str = "chappe/gate/1";

/// A check, as it stands in `gate.json`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GateRecord {
    /// Version of this format: [`GATE_SCHEMA`].
    pub schema: String,
    /// Version of the program.
    pub version: String,
    /// What was compared with the baseline, in words.
    pub candidate: String,
    /// The baseline, in words.
    pub baseline: String,
    /// Whether nothing regressed and no behaviour changed.
    pub passed: bool,
    /// Behaviour and deterministic cost, case by case.
    pub cases: Vec<CaseVerdict>,
    /// Wall time; none if it was not measured.
    pub wall: Option<WallEvidence>,
    /// Evidence that is missing, each with its reason.
    pub notices: Vec<String>,
    /// What the check took.
    pub execution: Execution,
}

/// Behaviour and deterministic cost of one case.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CaseVerdict {
    /// What the case is called: the scenario's name.
    pub name: String,
    /// What was played.
    pub scenario: ScenarioId,
    /// Seed of all random draws.
    pub seed: u64,
    /// The baseline's digest, in hexadecimal.
    pub digest_before: String,
    /// The candidate's.
    pub digest_now: String,
    /// The metrics that moved.
    pub moved: Vec<MovedMetric>,
    /// The deterministic costs that both have.
    pub costs: Vec<CostVerdict>,
}

/// A metric that is not what it was.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct MovedMetric {
    /// Its registered name.
    pub metric: String,
    /// What it was, if it was there.
    pub before: Option<Metric>,
    /// What it is, if it is there.
    pub now: Option<Metric>,
}

/// One deterministic cost of a case beside the baseline's.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CostVerdict {
    /// The cost.
    pub metric: Cost,
    /// What it is counted in.
    pub unit: Unit,
    /// The baseline's.
    pub before: u64,
    /// The candidate's.
    pub now: u64,
    /// Changes up to this share are no change [parts per million].
    pub tolerance_ppm: u32,
    /// Improved, unchanged or regressed: it is counted, so it is never inconclusive.
    pub verdict: Verdict,
}

/// Wall time, measured in interleaved rounds of both programs.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct WallEvidence {
    /// Rounds, in each of which the baseline ran twice and the candidate once.
    pub rounds_count: u32,
    /// The smallest effect of interest, as a share.
    pub smallest_effect: f64,
    /// Whether a fresh repetition was run, as something seemed to have moved.
    pub repeated: bool,
    /// The verdicts.
    pub metrics: Vec<WallVerdict>,
}

/// One timing of one case.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WallVerdict {
    /// What the case is called, or the bench.
    pub name: String,
    /// The timing, such as `time per event`.
    pub metric: String,
    /// The baseline's median over both its runs of all rounds [ns].
    pub before_ns: f64,
    /// The candidate's [ns].
    pub now_ns: f64,
    /// The difference as first measured.
    pub first: WallDifference,
    /// As measured again, where it seemed to have moved.
    pub again: Option<WallDifference>,
    /// Improved, unchanged, regressed or inconclusive.
    pub verdict: Verdict,
    /// If inconclusive: about how many more rounds would tell; null where no reasonable number would.
    pub more_rounds_count: Option<u32>,
    /// The same in a sentence, without its full stop.
    pub sentence: String,
}

/// A difference of wall times, as shares of the baseline: 0.1 is 10% slower.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WallDifference {
    /// Median over the rounds.
    pub difference: f64,
    /// Where its 95% interval begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
    /// How far two runs of the baseline seem to differ: the farther end of the same interval for them.
    pub noise_floor: f64,
    /// The probability of a difference as clear as this if there is none, corrected for the number of timings.
    pub p_value: f64,
}
