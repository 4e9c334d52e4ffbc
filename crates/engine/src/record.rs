//! Makes the run record of a run in either clock.

use crate::result::Simulated;
use chappe_audit::{Verdict, Violation};
use chappe_base::Amount;
use chappe_metrics::{
    Assumed, AuditSummary, Clock, Execution, PromiseSummary, ResultParts, RunRecord, SCHEMA, ScenarioId,
    Threshold, ViolationSummary, Warning,
};
use chappe_scenario::Scenario;

/// What a record needs to know of a run, in either clock.
#[derive(Clone, Copy)]
pub struct RunOutput<'a> {
    /// Virtual or wall-clock time.
    pub clock: Clock,
    /// The figures.
    pub parts: &'a ResultParts,
    /// Hash of the facts of all shards.
    pub digest: u64,
    /// The audit's verdict.
    pub verdict: &'a Verdict,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
}

impl Simulated {
    /// What its record needs to know.
    #[must_use]
    pub fn output(&self) -> RunOutput<'_> {
        RunOutput {
            clock: Clock::Virtual,
            parts: &self.parts,
            digest: self.digest,
            verdict: &self.verdict,
            interrupted: self.stopped_at.is_some(),
        }
    }
}

/// The scenario's part of a record.
#[must_use]
pub fn scenario_id(scenario: &Scenario) -> ScenarioId {
    ScenarioId {
        name: scenario.name.clone(),
        title: scenario.title.clone(),
        question: scenario.question.clone(),
        hash: scenario.hash.clone(),
        arm: scenario.arm.clone(),
    }
}

/// The record of a run of `scenario`; `replay` is the command that shows the facts behind the
/// audit's violations, if there are any.
#[must_use]
pub fn run_record(
    scenario: &Scenario,
    played: RunOutput<'_>,
    thresholds: &[Threshold],
    replay: &str,
    execution: Execution,
) -> RunRecord {
    let verdicts = thresholds
        .iter()
        .map(|threshold| threshold.evaluate(played.parts))
        .collect();
    let audit = audit_summary(played.verdict, replay);
    let assumed = scenario.assumed.iter().map(assumption);
    let mut parts = played.parts.clone();
    parts.warnings.extend(priced_out(scenario));
    RunRecord {
        schema: SCHEMA.to_string(),
        digest: format!("{:016x}", played.digest),
        clock: played.clock,
        scenario: scenario_id(scenario),
        seed: scenario.seed,
        version: env!("CARGO_PKG_VERSION").to_string(),
        interrupted: played.interrupted,
        result: parts.into_result(verdicts, audit, assumed.collect(), Vec::new()),
        execution,
        load: None,
    }
}

/// A warning about campaigns that show no ad, because they bid less than an ad costs.
fn priced_out(scenario: &Scenario) -> Option<Warning> {
    let reserve = scenario.platform.policy.reserve();
    let campaigns = &scenario.platform.campaigns;
    let below = campaigns
        .iter()
        .enumerate()
        .filter(|(_, terms)| terms.bid < reserve);
    let numbers: Vec<String> = below.map(|(number, _)| number.to_string()).collect();
    (!numbers.is_empty()).then(|| Warning {
        problem: format!(
            "{} of {} campaigns bid less than an ad costs, which is {}, and show none: number {}",
            numbers.len(),
            campaigns.len(),
            Amount(reserve),
            numbers.join(", ")
        ),
        remedy: "raise their bids, or lower policy.reserve or policy.message_prices".to_owned(),
    })
}

/// A parameter without a source, as a record has it.
#[must_use]
pub fn assumption(assumed: &chappe_scenario::Assumed) -> Assumed {
    Assumed {
        key: assumed.key.clone(),
        value: assumed.value.clone(),
        unit: assumed.unit.clone(),
        description: assumed.description.clone(),
    }
}

/// The audit's verdict, as a record has it.
#[must_use]
pub fn audit_summary(verdict: &Verdict, replay: &str) -> AuditSummary {
    let violation_count = verdict.violation_count();
    let violation = |violation: &Violation| ViolationSummary {
        promise: violation.promise.label().replace(' ', "-"),
        at_ns: violation.at.0,
        shard: violation.shard.map(|shard| shard.0),
        description: violation.to_string(),
    };
    AuditSummary {
        passed: violation_count == 0,
        facts_count: verdict.facts_count,
        promises: verdict
            .checks
            .iter()
            .map(|check| PromiseSummary {
                promise: check.promise.label().replace(' ', "-"),
                description: check.promise.label().to_string(),
                checked_count: check.checked_count,
                violation_count: check.violation_count,
            })
            .collect(),
        violations: verdict.violations.iter().map(violation).collect(),
        replay: (violation_count > 0).then(|| replay.to_string()),
    }
}
