//! The plan of a sweep: every arm at every point with every seed, and the record that its runs make.

use super::base::{StudyBase, Variant, arms_without_effect, doubts};
use super::cached_run::CachedRun;
use super::figures::{Definition, amount, definition};
use super::points::{Points, varied};
use super::pool::JobResult;
use super::sweep::Sweep;
use crate::VERSION;
use crate::error::Error;
use crate::stats::effect::LEVEL;
use crate::stats::frontier::{Tradeoff, on_frontier};
use crate::stats::indices::variance_shares;
use crate::stats::replications::replication_seed;
use crate::stats::statistics::mean_estimate;
use chappe_engine::scenario_id;
use chappe_metrics::{
    Estimate, Execution, HARM, REVENUE, SWEEP_SCHEMA, SweepPoint, SweepRecord, SweptMetric, VarianceShares,
    Warning,
};
use chappe_report::words;

/// What is read off every run beside the headline figures.
const ALWAYS: [&str; 6] = [
    REVENUE,
    HARM,
    "ads.delivered",
    "opt_ins.revoked",
    "messages.accepted.friend",
    "delivery.friend p(99)",
];
/// Best points that the answer names.
const BEST_SHOWN: usize = 5;

/// What is played: every arm at every point with every seed.
pub(super) struct Plan {
    pub(super) arms: Vec<Variant>,
    points: Points,
    seeds: Vec<u64>,
    metrics: Vec<Definition>,
    /// Arms and keys that change nothing.
    pub(super) warnings: Vec<Warning>,
}

impl Plan {
    pub(super) fn new(asked: &Sweep, base: &StudyBase) -> Result<Plan, Error> {
        let scenario = base.scenario();
        let arms = base.arms(&asked.arms, Some(&asked.only))?;
        let axes = varied(&asked.vary, &scenario.study)?;
        let points_count = asked.points.unwrap_or(scenario.study.points) as usize;
        let points = Points::new(axes, points_count, asked.indices, scenario.seed);
        let mut warnings = doubts(base, &arms)?;
        warnings.extend(points.probe(base, &arms)?);
        let headline = scenario.study.headline.iter().map(String::as_str);
        let others = ALWAYS
            .into_iter()
            .filter(|name| !scenario.study.headline.iter().any(|other| other == name));
        Ok(Plan {
            metrics: headline.chain(others).map(definition).collect::<Result<_, _>>()?,
            seeds: (0..asked.replications.unwrap_or(if asked.indices { 1 } else { 3 }))
                .map(|number| replication_seed(scenario.seed, number))
                .collect(),
            arms,
            points,
            warnings,
        })
    }

    /// Arms without effect in `runs`, which are in the order of their numbers, each as a warning.
    fn without_effect(&self, runs: &[JobResult]) -> Vec<Warning> {
        let seeds_count = self.seeds.len();
        let side_by_side = runs.chunks(self.arms.len() * seeds_count).flat_map(|point| {
            let of_seed = move |seed: usize| {
                let of_arms = point.iter().skip(seed).step_by(seeds_count);
                of_arms.map(Option::as_deref).collect::<Option<Vec<_>>>()
            };
            (0..seeds_count).filter_map(of_seed)
        });
        arms_without_effect(&self.arms, side_by_side)
    }

    /// How many runs there are.
    pub(super) fn runs_count(&self) -> usize {
        self.points.count() * self.arms.len() * self.seeds.len()
    }

    /// The arm in run `number`. Runs are numbered point by point, arm by arm, and seed by seed.
    pub(super) fn arm(&self, number: usize) -> &Variant {
        &self.arms[number / self.seeds.len() % self.arms.len()]
    }

    /// What is played in run `number`, and with which seed.
    ///
    /// # Errors
    /// What is wrong with the values at its point.
    pub(super) fn variant(&self, base: &StudyBase, number: usize) -> Result<(Variant, u64), Error> {
        let point = number / self.seeds.len() / self.arms.len();
        let variant = base.changed(self.arm(number), &self.points.changes(point))?;
        Ok((variant, self.seeds[number % self.seeds.len()]))
    }

    /// What the runs say; what it took is not in it yet.
    pub(super) fn record(&self, base: &StudyBase, runs: &[JobResult], indices: bool) -> SweepRecord {
        let points = self.points(runs);
        SweepRecord {
            schema: SWEEP_SCHEMA.to_string(),
            spec: base.prepared.spec.clone(),
            scenario: scenario_id(base.scenario()),
            version: VERSION.to_string(),
            answer: answer(self, &points),
            design: self.points.design,
            keys: self.points.keys(),
            arms: self.arms.iter().map(Variant::described).collect(),
            seeds: self.seeds.clone(),
            metrics: self.metrics.iter().map(swept).collect(),
            indices: match indices {
                true => self.indices(&points, base.scenario().seed),
                false => Vec::new(),
            },
            points,
            planned_count: runs.len() as u64,
            missing_count: runs.iter().filter(|run| run.is_none()).count() as u64,
            warnings: [self.warnings.clone(), self.without_effect(runs)].concat(),
            execution: Execution::default(),
        }
    }

    /// Whether all runs of any arm at any point have ended; `runs` in the order of the jobs.
    pub(super) fn has_whole_point(&self, runs: &[JobResult]) -> bool {
        let mut points = runs.chunks(self.seeds.len());
        points.any(|runs| runs.iter().all(Option::is_some))
    }

    /// What the runs came to at each point where all have ended; `runs` in the order of the jobs.
    fn points(&self, runs: &[JobResult]) -> Vec<SweepPoint> {
        let runs = runs.chunks(self.seeds.len()).enumerate();
        let whole = runs.filter_map(|(number, runs)| {
            let runs = runs.iter().map(Option::as_deref).collect::<Option<Vec<_>>>()?;
            Some(self.point(number, &runs))
        });
        let mut points: Vec<SweepPoint> = whole.collect();
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

    /// What one arm came to at one point; `number` counts the arms of all points.
    fn point(&self, number: usize, runs: &[&CachedRun]) -> SweepPoint {
        let figure = |name: &str| {
            let figures = runs.iter().filter_map(|run| run.figures.get(name));
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
            values: self.points.values(point),
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
    }

    /// How much each key explains of each metric's variance, arm by arm.
    fn indices(&self, points: &[SweepPoint], seed: u64) -> Vec<VarianceShares> {
        let (mut all, keys) = (Vec::new(), self.points.keys());
        for (number, metric) in self.metrics.iter().enumerate() {
            for arm in &self.arms {
                let of_arm = points.iter().filter(|point| point.arm == arm.name);
                let figures =
                    of_arm.map(|point| point.figures[number].map_or(f64::NAN, |figure| figure.value));
                let figures: Vec<f64> = figures.collect();
                let shares = variance_shares(&figures, keys.len(), seed).unwrap_or_default();
                all.extend(keys.iter().zip(shares).map(|(key, share)| VarianceShares {
                    metric: metric.name.clone(),
                    arm: arm.name.clone(),
                    key: key.key.clone(),
                    first: share.first,
                    total: share.total,
                }));
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

/// How many points are best, and the first of them.
fn answer(plan: &Plan, points: &[SweepPoint]) -> Vec<String> {
    let best: Vec<&SweepPoint> = points.iter().filter(|point| point.is_best).collect();
    let head = format!(
        "Of {}, {} best: nothing else earns as much and does less harm.",
        words::counted(points.len() as i64, "point"),
        match best.len() {
            1 => "one is".to_string(),
            count => format!("{count} are"),
        }
    );
    let keys = plan.points.keys();
    let told = |point: &&SweepPoint| {
        let pairs = keys.iter().zip(&point.values);
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
