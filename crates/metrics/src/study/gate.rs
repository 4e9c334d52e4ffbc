//! Records of the gate: the figures of a scenario when they were last accepted, and the verdicts of a check.

use super::Verdict;
use crate::record::{Execution, Machine, Metric, ScenarioId, Unit};
use chappe_base::words;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What `schema` says in every [`Baseline`] that this version writes.
pub const BASELINE_SCHEMA: &str = "chappe/baseline/1";

/// What `schema` says in every [`GateRecord`] that this version writes.
pub const GATE_SCHEMA: &str = "chappe/gate/1";

/// One scenario as the gate plays it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GateCase {
    /// The scenario file, as it was given: relative to the folder in which the gate runs.
    pub file: String,
    /// Values replaced, each as `key=value`.
    pub set: Vec<String>,
    /// What the population was multiplied by, if it was.
    pub scale: Option<f64>,
    /// Seed, if it is another than the scenario's.
    pub seed: Option<u64>,
    /// The rate of its short live loads, if it has any [commands per second].
    pub rate: Option<f64>,
}

/// What playing a case once comes to, apart from what it takes of the clock.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Played {
    /// What was played.
    pub scenario: ScenarioId,
    /// Seed of all random draws.
    pub seed: u64,
    /// Version of the program.
    pub version: String,
    /// Compiler, C library, target and profile of the program: instructions and allocations depend on them.
    pub toolchain: String,
    /// What it ran on.
    pub machine: Machine,
    /// What happened.
    pub behaviour: Behaviour,
    /// What it cost, but for the clock.
    pub cost: BTreeMap<Cost, u64>,
    /// Wall time of an event, measured once: shown, never judged [ns].
    pub event_ns: f64,
}

/// What happened in a run: the same to the bit wherever it is played.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Behaviour {
    /// Hash over the facts of all shards, in hexadecimal.
    pub digest: String,
    /// Every metric by its registered name.
    pub metrics: BTreeMap<String, Metric>,
}

/// A case as it was accepted, as a file of `reports/baselines` holds it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Baseline {
    /// Version of this format: [`BASELINE_SCHEMA`].
    pub schema: String,
    /// Hash over all that follows, in hexadecimal: it shows that a file was damaged or edited.
    pub checksum: String,
    /// What was played.
    pub case: GateCase,
    /// The commit it was played at; null outside of git, or if files differed from any commit.
    pub commit: Option<String>,
    /// When it was recorded, in RFC 3339.
    pub recorded: String,
    /// What it came to.
    pub played: Played,
    /// Changes that were intended, the earliest first.
    pub accepted: Vec<Acceptance>,
}

/// A change that was intended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Acceptance {
    /// When it was accepted, in RFC 3339.
    pub at: String,
    /// Why, in the words of whoever did.
    pub reason: String,
    /// What moved: metrics, costs and fields of the baseline, by name.
    pub moved: Vec<String>,
}

words! {
    /// A deterministic cost of a run; less of each is better. Events are exact. The others follow from the
    /// compiled program, which a change elsewhere may shift by little.
    // In the order of their words, in which baselines list them: their checksums depend on it.
    Cost {
        /// Bytes allocated in all.
        AllocatedBytes = "allocated_bytes",
        /// Allocations of memory.
        Allocations = "allocations",
        /// Events: pops from the calendar.
        Events = "events",
        /// Instructions of the whole run.
        Instructions = "instructions",
        /// Bytes held at most.
        PeakBytes = "peak_bytes",
    }
}

impl Cost {
    /// All costs in the order in which they are told.
    pub const TOLD: [Cost; 5] = [
        Cost::Events,
        Cost::Allocations,
        Cost::AllocatedBytes,
        Cost::PeakBytes,
        Cost::Instructions,
    ];

    /// What it is counted in.
    #[must_use]
    pub fn unit(self) -> Unit {
        match self {
            Cost::Events | Cost::Allocations | Cost::Instructions => Unit::Count,
            Cost::AllocatedBytes | Cost::PeakBytes => Unit::Bytes,
        }
    }

    /// Changes up to this share of the baseline are no change [parts per million].
    #[must_use]
    pub fn tolerance_ppm(self) -> u32 {
        match self {
            Cost::Events => 0,
            Cost::Allocations | Cost::AllocatedBytes | Cost::PeakBytes | Cost::Instructions => 5_000,
        }
    }
}

/// A check of the gate, as `gate.json` holds it.
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
    /// What is exact, case by case.
    pub cases: Vec<CaseVerdict>,
    /// Wall time; none if it was not measured.
    pub wall: Option<WallEvidence>,
    /// Evidence that is missing, each with its reason.
    pub notices: Vec<String>,
    /// What the check took.
    pub execution: Execution,
}

/// What is exact of one case.
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

/// One deterministic cost of a case, compared with the baseline's.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CostVerdict {
    /// Which cost.
    pub metric: Cost,
    /// What it is counted in.
    pub unit: Unit,
    /// The baseline's.
    pub before: u64,
    /// The candidate's.
    pub now: u64,
    /// Changes up to this share are no change [parts per million].
    pub tolerance_ppm: u32,
    /// `improved`, `unchanged` or `regressed`.
    pub verdict: Verdict,
}

/// Wall time, measured in interleaved rounds of both sides.
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
    /// The timing, such as `event`.
    pub metric: String,
    /// The baseline's median over both its runs of all rounds [ns].
    pub before_ns: f64,
    /// The candidate's [ns].
    pub now_ns: f64,
    /// The difference as first measured.
    pub first: WallDifference,
    /// As measured again, where it seemed to have moved.
    pub again: Option<WallDifference>,
    /// `improved`, `unchanged`, `regressed` or `inconclusive`.
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
    /// How likely so clear a difference is without any, corrected for the number of timings.
    pub p_value: f64,
}
