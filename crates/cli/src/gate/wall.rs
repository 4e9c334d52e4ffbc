//! Wall time: two programs timed in turn, the baseline twice as often.

use super::baselines::Entry;
use super::benches::Bench;
use super::side::Side;
use crate::args::Clocked;
use crate::failure::Failure;
use crate::terminal::Steps;
use chappe_experiment::compare::Plan;
use chappe_experiment::gate::{Slowdown, Timings, slowdowns};
use chappe_experiment::statistics::median;
use chappe_metrics::{WallDifference, WallEvidence, WallVerdict};
use std::collections::BTreeMap;

/// The baseline, the baseline again, and the candidate.
const VARIANTS_COUNT: usize = 3;

/// What is timed.
pub(crate) enum Job<'a> {
    Case(&'a Entry, Clocked),
    Bench(&'a Bench),
}

impl Job<'_> {
    fn name(&self) -> &str {
        match self {
            Job::Case(entry, _) => &entry.name,
            Job::Bench(bench) => &bench.name,
        }
    }

    fn time(&self, side: &Side) -> Result<BTreeMap<String, f64>, Failure> {
        match self {
            Job::Case(entry, clocked) => side.time(&entry.case, *clocked),
            Job::Bench(bench) => side.bench(bench),
        }
    }
}

/// How timings are taken and judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) rounds_count: u32,
    pub(crate) smallest_effect: f64,
    /// Seed of the order of runs, and of the bootstrap.
    pub(crate) seed: u64,
    pub(crate) quiet: bool,
}

/// The times of all rounds, by name of the job and of the timing.
type Times = BTreeMap<(String, String), Timings>;

/// Times all jobs; what seems to have moved is timed afresh before it is called so.
pub(crate) fn compare(
    jobs: &[Job<'_>],
    baseline: &Side,
    candidate: &Side,
    rule: Rule,
) -> Result<WallEvidence, Failure> {
    let first = times(jobs.iter(), baseline, candidate, rule)?;
    let slowdowns_of = |times: &Times, seed| -> BTreeMap<(String, String), Slowdown> {
        let timings: Vec<Timings> = times.values().cloned().collect();
        let found = slowdowns(&timings, seed);
        let found = times.keys().cloned().zip(found);
        found
            .filter_map(|(key, slowdown)| Some((key, slowdown?)))
            .collect()
    };
    let seen = slowdowns_of(&first, rule.seed);
    let is_suspect = |slowdown: &Slowdown| slowdown.suspicion(rule.smallest_effect).is_some();
    let suspects: Vec<&Job<'_>> = jobs
        .iter()
        .filter(|job| {
            seen.iter()
                .any(|((name, _), it)| name == job.name() && is_suspect(it))
        })
        .collect();
    let afresh = Rule {
        seed: rule.seed.wrapping_add(1),
        ..rule
    };
    let repeated = !suspects.is_empty();
    let again = match repeated {
        true => slowdowns_of(
            &times(suspects.into_iter(), baseline, candidate, afresh)?,
            afresh.seed,
        ),
        false => BTreeMap::new(),
    };
    let metrics = seen.iter().map(|(key, slowdown)| {
        let again = again.get(key).filter(|_| is_suspect(slowdown));
        verdict(key, &first[key], slowdown, again, rule.smallest_effect)
    });
    Ok(WallEvidence {
        rounds_count: rule.rounds_count,
        smallest_effect: rule.smallest_effect,
        repeated,
        metrics: metrics.collect(),
    })
}

fn times<'a>(
    jobs: impl Iterator<Item = &'a Job<'a>>,
    baseline: &Side,
    candidate: &Side,
    rule: Rule,
) -> Result<Times, Failure> {
    let jobs: Vec<&Job<'_>> = jobs.collect();
    let rounds_count = rule.rounds_count as usize;
    let runs_count = rounds_count * VARIANTS_COUNT * jobs.len();
    let gauge = Steps::new("timing", runs_count as u64, rule.quiet);
    let mut times = Times::new();
    let mut done_count = 0;
    for order in Plan::abba(VARIANTS_COUNT, rounds_count, rule.seed).rounds() {
        for job in &jobs {
            for &variant in order {
                let side = if variant + 1 < VARIANTS_COUNT {
                    baseline
                } else {
                    candidate
                };
                for (timing, ns) in job.time(side)? {
                    let timings = times.entry((job.name().to_string(), timing)).or_default();
                    let [one, two, new] = [&mut timings.baseline, &mut timings.again, &mut timings.candidate];
                    [one, two, new][variant].push(ns);
                }
                done_count += 1;
                gauge.show(done_count);
            }
        }
    }
    gauge.finish();
    Ok(times)
}

fn verdict(
    (name, metric): &(String, String),
    timings: &Timings,
    slowdown: &Slowdown,
    again: Option<&Slowdown>,
    smallest_effect: f64,
) -> WallVerdict {
    let judged = slowdown.judge(again, smallest_effect);
    let both: Vec<f64> = timings.baseline.iter().chain(&timings.again).copied().collect();
    WallVerdict {
        name: name.clone(),
        metric: metric.clone(),
        before_ns: median(&both).unwrap_or(0.0),
        now_ns: median(&timings.candidate).unwrap_or(0.0),
        first: difference(slowdown),
        again: again.map(difference),
        verdict: judged.verdict.to_string(),
        more_rounds_count: judged.more_rounds_count.map(|count| count as u32),
        sentence: slowdown.sentence(&format!("{name}, {metric}"), judged),
    }
}

fn difference(slowdown: &Slowdown) -> WallDifference {
    WallDifference {
        difference: slowdown.difference,
        low: slowdown.interval.low,
        high: slowdown.interval.high,
        noise_floor: slowdown.noise_floor,
        p_value: slowdown.p_value,
    }
}
