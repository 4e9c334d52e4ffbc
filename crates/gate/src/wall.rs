//! Wall time: two programs timed in turn, the baseline twice as often.
//!
//! Both are timed within one round, so that a machine that slows down slows both. The baseline's second run shows how
//! far two runs of one program differ.

use crate::baselines::Entry;
use crate::context::Context;
use crate::options::Clocked;
use crate::program::{Bench, Program};
use crate::record::{WallDifference, WallEvidence, WallVerdict};
use crate::slowdown::{Slowdown, Timings, rounds_wanted, slowdowns};
use chappe_study::stats::compare::Plan;
use chappe_study::stats::statistics::median;
use chappe_study::{Error, Progress};
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

    fn time(&self, program: &Program, context: &Context<'_>) -> Result<BTreeMap<String, f64>, Error> {
        match self {
            Job::Case(entry, clocked) => program.time(entry, *clocked, context),
            Job::Bench(bench) => program.bench(bench, context),
        }
    }
}

/// The two programs that are compared.
#[derive(Clone, Copy)]
pub(crate) struct Programs<'a> {
    pub(crate) baseline: &'a Program,
    pub(crate) candidate: &'a Program,
}

/// How timings are taken and judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) rounds_count: u32,
    pub(crate) smallest_effect: f64,
    /// Seed of the order of runs, and of the bootstrap.
    pub(crate) seed: u64,
}

/// A timing: the name of its job, and its own.
type Key = (String, String);

/// What each variant took in each round; none where it had no such timing.
type Times = BTreeMap<Key, Vec<[Option<f64>; VARIANTS_COUNT]>>;

/// Times all jobs. Those that seem to have moved are timed afresh, and the verdict stands on both. Also says which
/// timings are missing.
pub(crate) fn compare(
    jobs: &[Job<'_>],
    programs: Programs<'_>,
    rule: Rule,
    context: &Context<'_>,
) -> Result<(WallEvidence, Vec<String>), Error> {
    let jobs: Vec<&Job<'_>> = jobs.iter().collect();
    let (times, fell_behind) = rounds(&jobs, programs, rule, context)?;
    let (first, seen, missing) = judged(&times, rule.seed);
    let mut notices: Vec<String> = fell_behind
        .into_iter()
        .map(|(name, count)| format!("{name}: the generator fell behind in {count} loads, which don't count"))
        .collect();
    notices.extend(missing);
    let is_suspect = |slowdown: &Slowdown| slowdown.suspicion(rule.smallest_effect).is_some();
    let suspects: Vec<&Job<'_>> = jobs
        .into_iter()
        .filter(|job| {
            seen.iter()
                .any(|((name, _), it)| name == job.name() && is_suspect(it))
        })
        .collect();
    let repeated = !suspects.is_empty();
    let afresh = Rule {
        seed: rule.seed.wrapping_add(1),
        ..rule
    };
    let again = judged(&rounds(&suspects, programs, afresh, context)?.0, afresh.seed).1;
    let metrics = seen.iter().map(|(key, slowdown)| {
        let again = again.get(key).filter(|_| is_suspect(slowdown));
        verdict(key, &first[key], slowdown, again, rule.smallest_effect)
    });
    let rounds_count = times.values().map(Vec::len).max().unwrap_or(0);
    let evidence = WallEvidence {
        rounds_count: rounds_count as u32,
        smallest_effect: rule.smallest_effect,
        repeated,
        metrics: metrics.collect(),
    };
    Ok((evidence, notices))
}

/// Runs all jobs in rounds: as many as are asked for, or as it takes for a difference to be significant. Also says, by
/// name, in how many loads the generator fell behind.
fn rounds(
    jobs: &[&Job<'_>],
    programs: Programs<'_>,
    rule: Rule,
    context: &Context<'_>,
) -> Result<(Times, BTreeMap<String, usize>), Error> {
    let asked = rule.rounds_count as usize;
    let mut wanted = asked;
    let runs_count = |rounds: usize| (rounds * VARIANTS_COUNT * jobs.len()) as u64;
    let (mut times, mut fell_behind) = (Times::new(), BTreeMap::new());
    let mut done_count = 0_u64;
    // No number of timings asks for more rounds than these.
    let plan = Plan::abba(VARIANTS_COUNT, asked.max(rounds_wanted(usize::MAX)), rule.seed);
    for (round, order) in plan.rounds().iter().enumerate() {
        if round >= wanted {
            break;
        }
        for job in jobs {
            for &variant in order {
                let program = if variant + 1 < VARIANTS_COUNT {
                    programs.baseline
                } else {
                    programs.candidate
                };
                let timings = job.time(program, context)?;
                if timings.is_empty() {
                    *fell_behind.entry(job.name().to_string()).or_default() += 1;
                }
                for (timing, ns) in timings {
                    let rounds = times.entry((job.name().to_string(), timing)).or_default();
                    rounds.resize(round + 1, [None; VARIANTS_COUNT]);
                    rounds[round][variant] = Some(ns);
                }
                done_count += 1;
                context.observer.progress(Progress::Runs {
                    done: done_count,
                    total: runs_count(asked),
                });
            }
        }
        wanted = asked.max(rounds_wanted(times.len()));
    }
    context.observer.progress(Progress::Ended);
    Ok((times, fell_behind))
}

/// The timings of whole rounds, what they say, and what is missing.
fn judged(times: &Times, seed: u64) -> (BTreeMap<Key, Timings>, BTreeMap<Key, Slowdown>, Vec<String>) {
    let whole = |rounds: &Vec<[Option<f64>; VARIANTS_COUNT]>| {
        let mut timings = Timings::default();
        for round in rounds {
            if let [Some(one), Some(two), Some(new)] = *round {
                timings.baseline.push(one);
                timings.again.push(two);
                timings.candidate.push(new);
            }
        }
        timings
    };
    let timings: BTreeMap<Key, Timings> = times
        .iter()
        .map(|(key, rounds)| (key.clone(), whole(rounds)))
        .collect();
    let rounds_count = times.values().map(Vec::len).max().unwrap_or(0);
    let of = |key: &Key| timings[key].baseline.len();
    let missing = times.keys().filter(|key| of(key) < rounds_count);
    let notices = missing.map(|key| {
        let (name, timing) = key;
        let count = of(key);
        format!(
            "{name}, {timing}: both programs have it in {count} of {rounds_count} rounds, and no others count"
        )
    });
    let notices = notices.collect();
    let all: Vec<Timings> = timings.values().cloned().collect();
    let found = timings.keys().cloned().zip(slowdowns(&all, seed));
    let seen = found
        .filter_map(|(key, slowdown)| Some((key, slowdown?)))
        .collect();
    (timings, seen, notices)
}

fn verdict(
    (name, metric): &Key,
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
        verdict: judged.verdict,
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
