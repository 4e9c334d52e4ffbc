//! What a simulated run says for the record.

use crate::result::Simulated;
use chappe_audit::{Verdict, Violation};
use chappe_base::{Amount, RunSpec, SimTime, Span};
use chappe_metrics::{
    Assumed, AuditSummary, Clock, Execution, PromiseSummary, ResultParts, RunRecord, SCHEMA, ScenarioId,
    Threshold, ViolationSummary, Warning,
};
use chappe_scenario::Scenario;
use chappe_workload::{Trace, Unreached, unreached_rates};

/// What a record says of a run, in either clock.
#[derive(Clone, Copy)]
pub struct RunOutput<'a> {
    /// In which time it took place.
    pub clock: Clock,
    /// The figures.
    pub parts: &'a ResultParts,
    /// Hash over the facts of all shards.
    pub digest: u64,
    /// What the audit says.
    pub verdict: &'a Verdict,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
}

impl Simulated {
    /// What its record says.
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

/// What a record says of its scenario.
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

/// The record of a run of `scenario`, which is what `spec` describes; it replayed `trace` if it replayed one.
#[must_use]
pub fn run_record(
    spec: RunSpec,
    scenario: &Scenario,
    trace: Option<&Trace>,
    played: RunOutput<'_>,
    thresholds: &[Threshold],
    execution: Execution,
) -> RunRecord {
    let verdicts = thresholds
        .iter()
        .map(|threshold| threshold.evaluate(played.parts))
        .collect();
    let replay = match played.clock {
        Clock::Virtual => Some(replay_command(&spec)),
        // No two loads are the same, so no command shows these facts again.
        Clock::Wall => None,
    };
    let audit = audit_summary(played.verdict, replay);
    let assumed = scenario.assumed.iter().map(assumption);
    let mut parts = played.parts.clone();
    parts.warnings.extend(doubts(scenario, trace));
    let notes = match played.clock {
        Clock::Virtual => scenario.size_note().into_iter().collect(),
        // A live platform is as fast as its machine.
        Clock::Wall => Vec::new(),
    };
    RunRecord {
        schema: SCHEMA.to_string(),
        digest: format!("{:016x}", played.digest),
        clock: played.clock,
        spec,
        scenario: scenario_id(scenario),
        seed: scenario.seed,
        version: env!("CARGO_PKG_VERSION").to_string(),
        interrupted: played.interrupted,
        result: parts.into_result(verdicts, audit, assumed.collect(), notes),
        execution,
        load: None,
    }
}

/// What puts a run of `scenario` in doubt before it is played; it replays `trace` if it replays one.
#[must_use]
pub fn doubts(scenario: &Scenario, trace: Option<&Trace>) -> Vec<Warning> {
    let unreached = unreached_rates(
        &scenario.population,
        &scenario.sessions,
        &scenario.traffic,
        &scenario.agents,
        scenario.horizon - SimTime::ZERO,
    );
    let unreached = unreached
        .into_iter()
        .map(|Unreached { problem, remedy }| Warning {
            problem,
            remedy: remedy.to_owned(),
        });
    let outside = trace.and_then(|trace| outside(scenario, trace));
    priced_out(scenario)
        .into_iter()
        .chain(outside)
        .chain(unreached)
        .collect()
}

/// Messages of a trace that come after the horizon.
fn outside(scenario: &Scenario, trace: &Trace) -> Option<Warning> {
    let (horizon, speed) = (scenario.horizon, scenario.traffic.replay_speed);
    let (outside_count, total_count) = (trace.outside_count(horizon, speed), trace.messages.len());
    if outside_count == 0 {
        return None;
    }
    let days = |time: SimTime| (time - SimTime::ZERO).as_secs_f64() / Span::DAY.as_secs_f64();
    let last = trace
        .messages
        .last()
        .map_or(SimTime::ZERO, |last| Trace::time(*last, speed));
    // If they are, most of them fit once they are read so.
    let would_fit = trace.outside_count(horizon, speed * 1e3) < outside_count;
    let is_long = days(last) > 100.0 * days(horizon);
    let question = match would_fit && is_long {
        true => "are these milliseconds? Then divide them by 1000; else ",
        false => "",
    };
    Some(Warning {
        problem: format!(
            "{outside_count} of {total_count} messages of the trace lie outside the run and are left out: the last comes \
             {:.2} days after the first at the speed that is played, and the horizon is {:.2} days",
            days(last),
            days(horizon)
        ),
        remedy: format!("{question}raise horizon or traffic.replay_speed"),
    })
}

/// Campaigns that show no ad, since they bid less than one costs.
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

/// A parameter without a source, as it stands in a record.
#[must_use]
pub fn assumption(assumed: &chappe_scenario::Assumed) -> Assumed {
    Assumed {
        key: assumed.key.clone(),
        value: assumed.value.clone(),
        unit: assumed.unit.clone(),
        description: assumed.description.clone(),
    }
}

/// The command that shows the facts of a run, for somebody who has its scenario file.
fn replay_command(spec: &RunSpec) -> String {
    let quoted = |word: String| {
        let is_plain = word
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-_=./:,".contains(letter));
        if is_plain {
            word
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    };
    let options: String = spec
        .options()
        .into_iter()
        .map(|word| format!(" {}", quoted(word)))
        .collect();
    format!(
        "chappe run {}{options} --log facts.jsonl",
        quoted(spec.scenario.name.clone())
    )
}

/// The audit's verdict, as it stands in a record; `replay` is the command that shows the facts again, if one does.
#[must_use]
pub fn audit_summary(verdict: &Verdict, replay: Option<String>) -> AuditSummary {
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
        replay: replay.filter(|_| violation_count > 0),
    }
}
