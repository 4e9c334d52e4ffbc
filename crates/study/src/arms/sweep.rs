//! A sweep: plays a scenario at many points of its parameters, to find out which points are best.

use super::base::{NewArm, StudyBase, threads};
use super::part::Part;
use super::plan::Plan;
use super::pool::{JobResult, RunPool, overloaded, violations};
use super::vary::Vary;
use crate::context::Context;
use crate::error::Error;
use crate::execution::Stopwatch;
use crate::note::Note;
use chappe_base::RunSpec;
use chappe_engine::estimated_run_time;
use chappe_metrics::{Execution, SweepRecord};
use chappe_report::words;
use std::time::Duration;
use tracing::info;

/// A sweep that would take longer than this has to be asked for with a budget, or with `beyond_budget`.
const UNASKED: Duration = Duration::from_secs(600);

/// What is asked of a sweep.
#[derive(Clone, Debug, Default)]
pub struct Sweep {
    /// Arms that the file does not have.
    pub arms: Vec<NewArm>,
    /// The arms that are played at every point beside the baseline.
    pub only: Vec<String>,
    /// What is varied; what the scenario says if it is empty.
    pub vary: Vec<Vary>,
    /// Points over ranges; the scenario's if left out.
    pub points: Option<u32>,
    /// Replications of each point: 3 if left out, for an interval, and 1 with `indices`.
    pub replications: Option<u32>,
    /// Whether to say how much of the variance each ranged key explains.
    pub indices: bool,
    /// Only this part of the runs is played.
    pub part: Option<Part>,
    /// The most wall time; the scenario's if left out.
    pub budget: Option<Duration>,
    /// Whether to play on for longer than the budget.
    pub beyond_budget: bool,
}

/// A sweep that has ended.
pub enum FinishedSweep {
    /// The whole sweep, or all of it that was played before it was stopped.
    Whole(Box<SweepRecord>),
    /// A part of its runs, which say nothing alone.
    Part {
        /// Runs of this part.
        runs_count: usize,
        /// Runs of the whole sweep.
        total_count: usize,
    },
}

/// Plays a scenario at many points, or a part of them, and says which are best.
///
/// # Errors
/// What is wrong with the scenario or with what is varied; the sweep takes longer than its budget; or it was stopped
/// before any point was whole.
pub fn sweep(spec: &RunSpec, asked: &Sweep, context: &Context<'_>) -> Result<FinishedSweep, Error> {
    let watch = Stopwatch::start();
    let base = StudyBase::new(spec, context)?;
    let plan = Plan::new(asked, &base)?;
    let total_count = plan.runs_count();
    let is_asked = |number: &usize| asked.part.is_none_or(|part| part.has(*number));
    let numbers: Vec<usize> = (0..total_count).filter(is_asked).collect();
    let budget = asked.budget.or_else(|| base.budget());
    if !asked.beyond_budget {
        check_budget(&base, numbers.len(), budget.unwrap_or(UNASKED), context)?;
    }
    info!(
        scenario = base.scenario().name,
        runs_count = numbers.len(),
        total_count,
        budget_ms = budget.map(|budget| budget.as_millis() as u64),
        threads = threads(context),
        "sweep started"
    );
    let pool = RunPool::new(&base, context, budget.filter(|_| !asked.beyond_budget));
    for warning in &plan.warnings {
        context.observer.note(Note::Doubt(warning.clone()));
    }
    plan.check(&base, &pool)?;
    let runs = pool.play_each(numbers.len(), &|place| plan.variant(&base, numbers[place]))?;
    info!(
        scenario = base.scenario().name,
        ended_count = runs.iter().flatten().count(),
        interrupted = context.stop.is_raised(),
        "sweep ended"
    );
    check_whole(&runs, asked.part.is_some(), &plan, context)?;
    if asked.part.is_some() {
        return Ok(FinishedSweep::Part {
            runs_count: numbers.len(),
            total_count,
        });
    }
    let played = runs.iter().enumerate();
    let played = played.filter_map(|(number, run)| Some((plan.arm(number), &**run.as_ref()?)));
    let mut record = SweepRecord {
        violations: violations(played.clone()),
        execution: Execution {
            workers: threads(context) as u32,
            events_count: played.clone().map(|(_, run)| run.events_count).sum(),
            ..watch.execution(context.command)
        },
        ..plan.record(&base, &runs, asked.indices)
    };
    for warning in &record.warnings[plan.warnings.len()..] {
        context.observer.note(Note::Doubt(warning.clone()));
    }
    record.warnings.extend(overloaded(played, context));
    Ok(FinishedSweep::Whole(Box::new(record)))
}

/// Refuses `runs_count` runs if they would probably take longer than `budget`.
fn check_budget(
    base: &StudyBase,
    runs_count: usize,
    budget: Duration,
    context: &Context<'_>,
) -> Result<(), Error> {
    let count = runs_count.saturating_sub(context.runs.count());
    let each = estimated_run_time(base.scenario()).as_secs_f64();
    let seconds = each * count as f64 / threads(context).max(1) as f64;
    if seconds <= budget.as_secs_f64() {
        return Ok(());
    }
    let spoken = |seconds: f64| words::spoken_duration((seconds * 1e9) as i64);
    let problem = format!(
        "{count} runs take up to about {}, longer than the budget of {}",
        spoken(seconds),
        spoken(budget.as_secs_f64())
    );
    Err(Error::usage_with(
        problem,
        "give --yes to play them all the same, a higher --budget, or fewer points",
    ))
}

/// Makes sure that there is something to say: all runs, or of a whole sweep that was stopped at least one whole point.
fn check_whole(runs: &[JobResult], is_part: bool, plan: &Plan, context: &Context<'_>) -> Result<(), Error> {
    let (total_count, ended_count) = (runs.len(), runs.iter().flatten().count());
    if ended_count == total_count || (!is_part && plan.has_whole_point(runs)) {
        return Ok(());
    }
    if context.stop.is_raised() {
        return Err(Error::Interrupted(format!(
            "{ended_count} of {total_count} runs are kept, and the same command goes on from there; nothing was \
             concluded"
        )));
    }
    Err(Error::usage_with(
        format!("the budget ended after {ended_count} of {total_count} runs, which are kept"),
        "give the same command again to continue, or a higher --budget",
    ))
}
