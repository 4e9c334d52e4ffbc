//! A what-if study: compares the arms of a scenario, and says what they change and how sure that is.

use super::answer::answer;
use super::base::{NewArm, StudyBase, Variant, arms_without_effect, doubts, idle_arms};
use super::cached_run::CachedRun;
use super::effects::{metrics, series, users};
use super::pool::{RunPool, overloaded, violations};
use super::replicate::{Played, Rule, replicate};
use super::sensitivity::{Ends, Moved, parameters};
use super::vary::Vary;
use crate::VERSION;
use crate::context::Context;
use crate::error::Error;
use crate::execution::Stopwatch;
use crate::note::Note;
use chappe_base::RunSpec;
use chappe_engine::{assumption, scenario_id};
use chappe_metrics::{
    Assumed, Execution, Headline, ReplicationsEnd, Stopping, Violations, WHATIF_SCHEMA, Warning, WhatIfRecord,
};
use std::time::Duration;
use tracing::info;

/// What is asked of a what-if study.
#[derive(Clone, Debug, Default)]
pub struct WhatIf {
    /// Arms that the file does not have.
    pub arms: Vec<NewArm>,
    /// Only these arms are held against the baseline; all if it is empty.
    pub only: Vec<String>,
    /// The most replications; the scenario's if left out.
    pub replications: Option<u32>,
    /// The most wall time; the scenario's if left out.
    pub budget: Option<Duration>,
    /// Parameters that are moved one at a time, each between two values, to see how far the answer depends on them.
    /// Those about ads that are assumed, to half and double, if it is empty.
    pub sensitivity: Option<Vec<Vary>>,
}

/// Plays arms side by side and says what they change. The observer gets a partial record after each replication.
///
/// # Errors
/// What is wrong with the scenario, an arm or a parameter; or the study ended before two replications did.
pub fn whatif(spec: &RunSpec, asked: &WhatIf, context: &Context<'_>) -> Result<WhatIfRecord, Error> {
    let watch = Stopwatch::start();
    let base = StudyBase::new(spec, context)?;
    let arms = arms(asked, &base)?;
    let rule = rule(asked, &base);
    let (moved, mut warnings) = moved(asked, &base, &arms)?;
    for warning in &warnings {
        context.observer.note(Note::Doubt(warning.clone()));
    }
    let budget = asked.budget.or_else(|| base.budget());
    let pool = RunPool::new(&base, context, budget);
    let study = Study {
        base: &base,
        arms: &arms,
        rule: &rule,
        budget,
        assumed: assumed(&base, &arms)?,
    };
    study.log_start(context);
    let played = replicate(&pool, &arms, &rule, &|played| {
        if played.runs.len() >= 2
            && let Ok(record) = study.record(played)
        {
            context.observer.partial(&record);
        }
    })?;
    if played.runs.len() < 2 {
        return Err(too_few(&played, &rule));
    }
    let ends = Ends::play(&pool, &rule, &moved)?;
    for warning in doubts_after(&arms, &played, &ends) {
        context.observer.note(Note::Doubt(warning.clone()));
        warnings.push(warning);
    }
    let runs: Vec<(&Variant, &CachedRun)> = played.of(&arms).chain(ends.runs()).collect();
    warnings.extend(overloaded(runs.iter().copied(), context));
    let mut record = WhatIfRecord {
        sensitivity: ends.sensitivity(&arms, &played)?,
        warnings,
        violations: violations(runs.iter().copied()),
        execution: Execution {
            workers: super::base::threads(context) as u32,
            events_count: runs.iter().map(|(_, run)| run.events_count).sum(),
            ..watch.execution(context.command)
        },
        ..study.record(&played)?
    };
    if context.stop.is_raised() {
        record.stopping.ended = ReplicationsEnd::Interrupted;
    }
    log_end(&record);
    Ok(record)
}

/// The baseline, and the arms that are held against it.
fn arms(asked: &WhatIf, base: &StudyBase) -> Result<Vec<Variant>, Error> {
    let only = (!asked.only.is_empty()).then_some(asked.only.as_slice());
    let arms = base.arms(&asked.arms, only)?;
    if arms.len() < 2 {
        let help = "give the scenario an [[arm]], or --arm NAME KEY=VALUE";
        return Err(Error::usage_with("there is no arm beside the baseline", help));
    }
    Ok(arms)
}

/// The parameters whose sensitivity is asked for, and what makes the answer doubtful before anything is played.
fn moved(asked: &WhatIf, base: &StudyBase, arms: &[Variant]) -> Result<(Vec<Moved>, Vec<Warning>), Error> {
    let given = asked.sensitivity.as_deref();
    let (moved, fixed) = given
        .map(|given| parameters(base, arms, given))
        .transpose()?
        .unwrap_or_default();
    let mut warnings = idle_arms(arms, arms);
    warnings.extend(doubts(base, arms)?);
    warnings.extend(fixed);
    Ok((moved, warnings))
}

/// What is doubtful once everything is played: arms without effect, and parameters for which there was no time.
fn doubts_after(arms: &[Variant], played: &Played, ends: &Ends<'_>) -> Vec<Warning> {
    let side_by_side = played.runs.iter();
    let side_by_side = side_by_side.map(|runs| runs.iter().map(|run| &**run).collect());
    let mut doubts = arms_without_effect(arms, side_by_side);
    doubts.extend(ends.left_out());
    doubts
}

fn rule(asked: &WhatIf, base: &StudyBase) -> Rule {
    let study = &base.scenario().study;
    let replications_max = asked.replications.unwrap_or(study.replications);
    Rule {
        pilot_count: study.pilot.min(replications_max),
        replications_max,
        headline: study.headline.clone(),
        width: study.width.get(),
        with_users: true,
    }
}

fn too_few(played: &Played, rule: &Rule) -> Error {
    match played.ended {
        ReplicationsEnd::Interrupted => Error::Interrupted(format!(
            "{} of at least 2 replications have ended, so nothing was concluded; the runs that ended are kept, and the \
             same command goes on from there",
            played.runs.len()
        )),
        ReplicationsEnd::Running
        | ReplicationsEnd::NarrowEnough
        | ReplicationsEnd::Replications
        | ReplicationsEnd::Budget => Error::usage_with(
            "the budget ended before two replications did; the runs that ended are kept",
            format!(
                "give --budget more time: the pilot takes {} replications",
                rule.pilot_count
            ),
        ),
    }
}

/// What is the same in every record of a study, partial or whole.
struct Study<'a> {
    base: &'a StudyBase,
    arms: &'a [Variant],
    rule: &'a Rule,
    budget: Option<Duration>,
    assumed: Vec<Assumed>,
}

impl Study<'_> {
    fn log_start(&self, context: &Context<'_>) {
        let arms: Vec<&str> = self.arms.iter().map(|arm| arm.name.as_str()).collect();
        info!(
            scenario = self.base.scenario().name,
            arms = arms.join(", "),
            replications_max = self.rule.replications_max,
            budget_ms = self.budget.map(|budget| budget.as_millis() as u64),
            threads = super::base::threads(context),
            "what-if study started"
        );
    }

    /// What the runs say. What the study took is not in it yet.
    fn record(&self, played: &Played) -> Result<WhatIfRecord, Error> {
        let metrics = metrics(played, self.arms, self.rule)?;
        Ok(WhatIfRecord {
            schema: WHATIF_SCHEMA.to_string(),
            spec: self.base.prepared.spec.clone(),
            scenario: scenario_id(self.base.scenario()),
            version: VERSION.to_string(),
            answer: answer(&metrics, self.arms, played, self.rule)
                .into_iter()
                .chain(self.base.stretched())
                .collect(),
            arms: self.arms.iter().map(Variant::described).collect(),
            seeds: played.seeds.clone(),
            stopping: self.stopping(played),
            metrics,
            users: users(played, self.arms),
            series: series(played, self.arms),
            sensitivity: Vec::new(),
            assumed: self.assumed.clone(),
            warnings: Vec::new(),
            violations: Violations::default(),
            execution: Execution::default(),
        })
    }

    fn stopping(&self, played: &Played) -> Stopping {
        let rule = self.rule;
        let headline = |metric: &String| Headline {
            metric: metric.clone(),
            half_width: rule.width,
        };
        Stopping {
            pilot_count: rule.pilot_count,
            wanted_count: played.wanted_count,
            replications_max: rule.replications_max,
            budget_ns: self.budget.map(|budget| budget.as_nanos() as u64),
            headline: rule.headline.iter().map(headline).collect(),
            ended: played.ended,
        }
    }
}

fn log_end(record: &WhatIfRecord) {
    info!(
        scenario = record.scenario.name,
        replications = record.seeds.len(),
        ended = record.stopping.ended.label(),
        wall_ms = record.execution.wall_ns / 1_000_000,
        "what-if study ended"
    );
}

/// What any arm rests on without a source, each key once.
fn assumed(base: &StudyBase, arms: &[Variant]) -> Result<Vec<Assumed>, Error> {
    let mut assumed: Vec<Assumed> = Vec::new();
    for arm in arms {
        let parameters = base.resolve(arm, None)?.assumed;
        let new = parameters
            .iter()
            .filter(|parameter| assumed.iter().all(|known| known.key != parameter.key));
        let new: Vec<Assumed> = new.map(assumption).collect();
        assumed.extend(new);
    }
    Ok(assumed)
}
