//! What a scenario came to when it was last accepted: `reports/baselines/<scenario>.json`.

use chappe_base::{RunSpec, words};
use chappe_metrics::{Machine, Metric, ScenarioId, Unit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What `schema` says in every [`Baseline`] that this version writes.
pub const BASELINE_SCHEMA: &str = "chappe/baseline/2";

/// One scenario as the gate plays it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GateCase {
    /// The scenario file, as it was given: relative to the folder in which the gate runs. While it is there its text is
    /// played, so that an edited scenario is noticed; without it, the text in `spec`.
    pub file: String,
    /// What is run.
    pub spec: RunSpec,
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
    /// What it cost, but for the clock, each in its [`Cost::unit`].
    pub cost: BTreeMap<Cost, u64>,
    /// Wall time of an event, measured once: told, never judged [ns].
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

/// A case as it was accepted, as it stands in `reports/baselines`.
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
    /// Why, in the words of whoever accepted it.
    pub reason: String,
    /// What moved: metrics, costs and fields of the baseline, by name.
    pub moved: Vec<String>,
}

words! {
    /// A deterministic cost of a run; less of each is better.
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
        /// The most bytes held at a time.
        PeakBytes = "peak_bytes",
    }
}

impl Cost {
    /// All costs in the order in which reports show them.
    pub const SHOWN: [Cost; 5] = [
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

    /// A change of up to this share of the baseline is no change [parts per million].
    ///
    /// Events are exact. The other costs follow from the compiled program, and a change elsewhere in it may shift
    /// them a little.
    #[must_use]
    pub fn tolerance_ppm(self) -> u32 {
        match self {
            Cost::Events => 0,
            Cost::Allocations | Cost::AllocatedBytes | Cost::PeakBytes | Cost::Instructions => 5_000,
        }
    }
}
