//! `chappe sweep`: a scenario at many points of its parameters.

use crate::args::SweepArgs;
use crate::failure::Failure;
use crate::machine;
use crate::output::Output;
use crate::results;
use crate::study::cells::{Cell, Store};
use crate::study::figures::{Definition, amount, definition};
use crate::study::part::Part;
use crate::study::points::{Points, varied};
use crate::study::pool::{Job, Pool, threads, verdict};
use crate::study::variant::{Ground, Variant, idle_arms};
use crate::terminal::stop_on_interrupt;
use chappe_engine::{estimated_run_time, scenario_id};
use chappe_experiment::frontier::{Choice, unbeaten};
use chappe_experiment::indices::variance_shares;
use chappe_experiment::replications::replication_seed;
use chappe_experiment::statistics::mean_estimate;
use chappe_metrics::{
    Estimate, Execution, HARM, REVENUE, SWEEP_SCHEMA, SweepPoint, SweepRecord, SweptMetric, VarianceShares,
    Warning,
};
use chappe_report::{Report, words};
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

/// What is read off every run beside the headline figures.
const ALWAYS: [&str; 6] = [
    REVENUE,
    HARM,
    "ads.delivered",
    "opt_ins.revoked",
    "messages.accepted.friend",
    "delivery.friend p(99)",
];
/// Longer sweeps want to be asked for.
const UNASKED: Duration = Duration::from_secs(600);
/// Best points that the answer names.
const BEST_SHOWN: usize = 5;

/// Plays a scenario at many points, or a part of them, and says which are best.
pub(crate) fn sweep(args: &SweepArgs) -> Result<(), Failure> {
    let (started, clock) = (SystemTime::now(), Instant::now());
    let threads = threads(args.study.workers);
    let ground = Ground::read(&args.study, threads)?;
    let plan = Plan::new(args, &ground)?;
    let part = match args.part {
        Some(part) => Some(part),
        None => Part::of_array(&|name| std::env::var(name).ok())?,
    };
    let folder = || PathBuf::from("reports/out").join(format!("{}-sweep", ground.scenario().name));
    let target = args.study.out.clone().unwrap_or_else(folder);
    let output = Output::prepare(&target)?;
    let store = Store::open(&target)?;
    let mut jobs = plan.jobs();
    let all_count = jobs.len();
    if let Some(part) = part {
        let mut number = 0..;
        jobs.retain(|_| number.next().is_some_and(|number| part.has(number)));
    }
    let budget = args.study.budget.or_else(|| ground.budget());
    if !args.yes {
        check_budget(&ground, &store, &jobs, threads, budget.unwrap_or(UNASKED))?;
    }
    let deadline = budget.filter(|_| !args.yes).map(|budget| clock + budget);
    let pool = Pool::new(
        &ground,
        &store,
        threads,
        deadline,
        args.study.quiet || args.study.json,
    );
    results::warn(&plan.warnings);
    let cells = pool.play(&jobs)?;
    let cells = whole(cells)?;
    verdict(jobs.iter().map(|job| job.variant).zip(&cells))?;
    if let Some(part) = part {
        if !args.study.quiet {
            println!(
                "Part {part}: {} of {all_count} runs are in {}.",
                jobs.len(),
                target.join("cells").display()
            );
        }
        return Ok(());
    }
    let peaks = vec![machine::peak_bytes().unwrap_or(0)];
    let common = results::execution(&target, peaks, (started, clock.elapsed()));
    let record = SweepRecord {
        execution: Execution {
            workers: threads as u32,
            events_count: cells.iter().map(|cell| cell.events_count).sum(),
            ..common
        },
        ..plan.record(&ground, &cells, args.indices)
    };
    write(&output, &record, &ground.loaded.text).map_err(|error| Failure::Write { path: target, error })?;
    let folder = output.finish()?;
    say(args, &record, &folder.join("index.html").display().to_string())
}

/// What is played: every arm at every point with every seed.
struct Plan {
    arms: Vec<Variant>,
    points: Points,
    seeds: Vec<u64>,
    metrics: Vec<Definition>,
    /// Point by point, the arms of one together.
    variants: Vec<Variant>,
    /// Arms and keys that change nothing.
    warnings: Vec<Warning>,
}

impl Plan {
    fn new(args: &SweepArgs, ground: &Ground) -> Result<Plan, Failure> {
        let scenario = ground.scenario();
        let arms = ground.arms(&args.study, &args.study.only)?;
        let vary = varied(&args.vary, &scenario.study)?;
        let points_count = args.points.unwrap_or(scenario.study.points) as usize;
        let points = Points::new(&vary, points_count, args.indices, scenario.seed);
        let mut variants = Vec::new();
        for point in 0..points.values.len() {
            let changes = points.changes(point);
            for arm in &arms {
                variants.push(ground.changed(arm, &changes)?);
            }
        }
        let mut warnings = idle_arms(&arms, &variants);
        warnings.extend(points.idle_keys(ground, &arms));
        let headline = scenario.study.headline.iter().map(String::as_str);
        let others = ALWAYS
            .into_iter()
            .filter(|name| !scenario.study.headline.iter().any(|other| other == name));
        Ok(Plan {
            metrics: headline.chain(others).map(definition).collect::<Result<_, _>>()?,
            seeds: (0..args.replications.unwrap_or(if args.indices { 1 } else { 3 }))
                .map(|number| replication_seed(scenario.seed, number))
                .collect(),
            arms,
            points,
            variants,
            warnings,
        })
    }

    fn jobs(&self) -> Vec<Job<'_>> {
        let job = |variant, &seed: &u64| Job {
            variant,
            seed,
            with_users: false,
        };
        let of_variant = |variant| self.seeds.iter().map(move |seed| job(variant, seed));
        self.variants.iter().flat_map(of_variant).collect()
    }

    /// What the runs say; what it took is not in it yet.
    fn record(&self, ground: &Ground, cells: &[Cell], indices: bool) -> SweepRecord {
        let points = self.points(cells);
        SweepRecord {
            schema: SWEEP_SCHEMA.to_string(),
            scenario: scenario_id(ground.scenario()),
            version: env!("CARGO_PKG_VERSION").to_string(),
            answer: answer(self, &points),
            design: self.points.design,
            keys: self.points.keys.clone(),
            arms: self.arms.iter().map(Variant::described).collect(),
            seeds: self.seeds.clone(),
            metrics: self.metrics.iter().map(swept).collect(),
            indices: match indices {
                true => self.indices(&points, ground.scenario().seed),
                false => Vec::new(),
            },
            points,
            planned_count: cells.len() as u64,
            missing_count: 0,
            warnings: self.warnings.clone(),
            execution: Execution::default(),
        }
    }

    /// What the runs of all points came to; `cells` in the order of the jobs.
    fn points(&self, cells: &[Cell]) -> Vec<SweepPoint> {
        let runs = cells.chunks(self.seeds.len());
        let point = |(number, runs): (usize, &[Cell])| {
            let figure = |name: &str| {
                let figures = runs.iter().filter_map(|cell| cell.figures.get(name));
                mean_estimate(&figures.map(|figure| figure.value()).collect::<Vec<f64>>(), LEVEL)
            };
            let (point, arm) = (number / self.arms.len(), number % self.arms.len());
            let nothing = Estimate {
                value: 0.0,
                low: 0.0,
                high: 0.0,
            };
            let revenue = figure(REVENUE).unwrap_or(nothing);
            SweepPoint {
                point: point as u32,
                values: self.points.values[point].clone(),
                arm: self.arms[arm].name.clone(),
                figures: self.metrics.iter().map(|metric| figure(&metric.name)).collect(),
                revenue: Estimate {
                    value: revenue.value / 1e6,
                    low: revenue.low / 1e6,
                    high: revenue.high / 1e6,
                },
                harm: figure(HARM).unwrap_or(nothing),
                is_best: false,
            }
        };
        let mut points: Vec<SweepPoint> = runs.enumerate().map(point).collect();
        let choice = |point: &SweepPoint| Tradeoff {
            gain: point.revenue.value,
            harm: point.harm.value,
        };
        let best = on_frontier(&points.iter().map(choice).collect::<Vec<Tradeoff>>());
        for (point, is_best) in points.iter_mut().zip(best) {
            point.is_best = is_best;
        }
        points
    }

    /// How much each key explains of each metric's variance, arm by arm.
    fn indices(&self, points: &[SweepPoint], seed: u64) -> Vec<VarianceShares> {
        let mut all = Vec::new();
        for (number, metric) in self.metrics.iter().enumerate() {
            for arm in &self.arms {
                let of_arm = points.iter().filter(|point| point.arm == arm.name);
                let figures =
                    of_arm.map(|point| point.figures[number].map_or(f64::NAN, |figure| figure.value));
                let figures: Vec<f64> = figures.collect();
                let shares = variance_shares(&figures, self.points.keys.len(), seed).unwrap_or_default();
                all.extend(
                    self.points
                        .keys
                        .iter()
                        .zip(shares)
                        .map(|(key, share)| VarianceShares {
                            metric: metric.name.clone(),
                            arm: arm.name.clone(),
                            key: key.key.clone(),
                            first: share.first,
                            total: share.total,
                        }),
                );
            }
        }
        all
    }
}

fn swept(definition: &Definition) -> SweptMetric {
    SweptMetric {
        metric: definition.name.clone(),
        unit: definition.unit,
        better: definition.better,
    }
}

/// Refuses what would probably take longer than `budget`.
fn check_budget(
    ground: &Ground,
    store: &Store,
    jobs: &[Job<'_>],
    threads: usize,
    budget: Duration,
) -> Result<(), Failure> {
    let count = jobs.iter().filter(|job| !store.has(&job.key())).count();
    let each = estimated_run_time(ground.scenario()).as_secs_f64();
    let seconds = each * count as f64 / threads.max(1) as f64;
    if seconds <= budget.as_secs_f64() {
        return Ok(());
    }
    let told = |seconds: f64| words::spoken_duration((seconds * 1e9) as i64);
    let problem = format!(
        "{count} runs take up to about {}, longer than the budget of {}",
        told(seconds),
        told(budget.as_secs_f64())
    );
    Err(Failure::usage_with(
        problem,
        "give --yes to play them all the same, a higher --budget, or fewer points",
    ))
}

/// All runs; or why some are missing.
fn whole(cells: Vec<Option<Cell>>) -> Result<Vec<Cell>, Failure> {
    let (count, done) = (cells.len(), cells.iter().flatten().count());
    match cells.into_iter().collect::<Option<Vec<Cell>>>() {
        Some(cells) => Ok(cells),
        None if stop_on_interrupt().is_raised() => Err(Failure::Kept(format!("{done} of {count} runs"))),
        None => Err(Failure::usage_with(
            format!("the budget ended after {done} of {count} runs, which are kept"),
            "give the same command again to go on, or a higher --budget",
        )),
    }
}

/// How many points are best, and the first of them.
fn answer(plan: &Plan, points: &[SweepPoint]) -> Vec<String> {
    let best: Vec<&SweepPoint> = points.iter().filter(|point| point.is_best).collect();
    let head = format!(
        "Of {}, {} on the frontier (no other earns more with less harm).",
        words::counted(points.len() as i64, "point"),
        match best.len() {
            1 => "one is".to_string(),
            count => format!("{count} are"),
        }
    );
    let told = |point: &&SweepPoint| {
        let pairs = plan.points.keys.iter().zip(&point.values);
        let values: Vec<String> = pairs
            .map(|(key, value)| format!("{} = {value}", key.key))
            .collect();
        let arm = if plan.arms.len() > 1 {
            format!(" in `{}`", point.arm)
        } else {
            String::new()
        };
        let revenue = amount(chappe_metrics::Unit::MicroUnits, point.revenue.value * 1e6);
        format!(
            "With {}{arm} the platform earns {revenue}, and {:.2} in a thousand people opt out, mute or block.",
            values.join(", "),
            point.harm.value
        )
    };
    std::iter::once(head)
        .chain(best.iter().take(BEST_SHOWN).map(told))
        .collect()
}

fn write(output: &Output, record: &SweepRecord, scenario: &str) -> std::io::Result<()> {
    output.write("scenario.toml", scenario.as_bytes())?;
    let mut sink = |file: &str, bytes: &[u8]| output.write(file, bytes);
    record.write_files(&mut sink).map_err(std::io::Error::other)
}

fn say(args: &SweepArgs, record: &SweepRecord, file: &str) -> Result<(), Failure> {
    let mut out = stdout();
    if args.study.json {
        serde_json::to_writer_pretty(&mut out, record).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else if !args.study.quiet {
        writeln!(out, "{}", record.scenario.question)?;
        for sentence in &record.answer {
            writeln!(out, "{sentence}")?;
        }
        writeln!(out, "Report: {file}")?;
    }
    Ok(())
}
