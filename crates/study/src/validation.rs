//! Checks a scenario without playing it.

use crate::context::Context;
use crate::error::Error;
use crate::prepared::Prepared;
use chappe_base::{Duration, RunSpec, SimTime, Span};
use chappe_report::words;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A scenario that is right, in brief.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ValidScenario {
    /// Name of its file, without the ending.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The question it asks.
    pub question: String,
    /// Names of its arms.
    pub arms: Vec<String>,
    /// People.
    pub users_count: u32,
    /// Business pages.
    pub pages_count: u32,
    /// Shards.
    pub shards_count: u16,
    /// Campaigns.
    pub campaigns_count: usize,
    /// Name of the policy.
    pub policy: String,
    /// Where it ends [ns].
    pub horizon_ns: i64,
    /// From when on figures count [ns].
    pub warm_up_ns: i64,
    /// Hash over everything in it that bears on the result, in hexadecimal.
    pub hash: String,
}

impl fmt::Display for ValidScenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {}, {}, {}, policy {}, {} from a warm-up of {}; hash {}",
            words::counted(i64::from(self.users_count), "user"),
            words::counted(i64::from(self.pages_count), "page"),
            words::counted(i64::from(self.shards_count), "shard"),
            words::counted(self.campaigns_count as i64, "campaign"),
            self.policy,
            Duration(Span(self.horizon_ns)),
            Duration(Span(self.warm_up_ns)),
            self.hash,
        )
    }
}

/// Checks a scenario on any machine, and says what it comes to.
///
/// # Errors
/// What is wrong with the scenario, its overrides, its thresholds or its trace.
pub fn validate(spec: &RunSpec, context: &Context<'_>) -> Result<ValidScenario, Error> {
    let prepared = Prepared::within(spec, context, None)?;
    prepared.until()?;
    let scenario = prepared.scenario;
    Ok(ValidScenario {
        name: scenario.name,
        title: scenario.title,
        question: scenario.question,
        arms: scenario.arms,
        users_count: scenario.population.users,
        pages_count: scenario.platform.pages.len() as u32,
        shards_count: scenario.platform.homes.shards(),
        campaigns_count: scenario.platform.campaigns.len(),
        policy: scenario.platform.policy.name.clone(),
        horizon_ns: (scenario.horizon - SimTime::ZERO).0,
        warm_up_ns: (scenario.warm_up - SimTime::ZERO).0,
        hash: scenario.hash,
    })
}
