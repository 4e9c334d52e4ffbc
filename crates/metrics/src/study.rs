//! Records of several runs together: how much a platform carries, what a choice changes, and what arms and parameters
//! would change.

mod capacity;
mod comparison;
mod sweep;
#[cfg(test)]
mod tests;
mod whatif;

pub use capacity::{CAPACITY_SCHEMA, CapacityEnd, CapacityRecord, CapacityTrial, TrialPhase};
pub use comparison::{
    COMPARISON_SCHEMA, ComparedMetric, ComparisonRecord, VariantFigures, VariantVerdict, Verdict,
};
pub use sweep::{SWEEP_SCHEMA, SweepDesign, SweepPoint, SweepRecord, SweptMetric, VarianceShares, VariedKey};
pub use whatif::{
    ArmDifference, ArmFigures, ArmsMetric, ArmsSeries, ChangeRange, Headline, MovedParameter, MovedTo,
    Movement, ReplicationsEnd, Sensitivity, SeriesDifference, Stopping, UserEffects, UserQuantity,
    WHATIF_SCHEMA, WhatIfRecord,
};

use crate::load::Choice;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One arm of a study.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StudyArm {
    /// Its name; `base` is the base scenario.
    pub name: String,
    /// Hash over everything in it that bears on the result, in hexadecimal.
    pub hash: String,
    /// What it changes, if that was said on the command line.
    pub changes: Vec<Choice>,
}

/// Promises that were broken in the runs of a study.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Violations {
    /// How often promises were broken.
    pub count: u64,
    /// In which runs, each in a sentence.
    pub descriptions: Vec<String>,
}

impl Violations {
    /// Adds `count` of a run, which is described in words; nothing if there are none.
    pub fn add(&mut self, count: u64, run: &str) {
        if count > 0 {
            self.count += count;
            self.descriptions
                .push(format!("{count} broken promise(s) in {run}"));
        }
    }

    /// Adds those of other runs.
    pub fn absorb(&mut self, others: Violations) {
        self.count += others.count;
        self.descriptions.extend(others.descriptions);
    }
}

/// An estimate with its 95% interval.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Where the interval begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
}

impl Estimate {
    /// Half of the interval's width.
    #[must_use]
    pub fn half_width(&self) -> f64 {
        self.high / 2.0 - self.low / 2.0
    }
}
