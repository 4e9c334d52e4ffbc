//! The plan of a sweep: every arm at every point with every seed, and the record that its runs make.

use super::base::{StudyBase, Variant, arms_without_effect, doubts};
use super::cached_run::CachedRun;
use super::figures::{Definition, definition};
use super::points::{Points, varied};
use super::pool::{JobResult, RunPool};
use super::sweep::Sweep;
use super::sweep_answer::Swept;
use crate::VERSION;
use crate::error::Error;
use crate::stats::effect::LEVEL;
use crate::stats::frontier::{Tradeoff, on_frontier};
use crate::stats::indices::variance_shares;
use crate::stats::replications::replication_seed;
use crate::stats::statistics::amount_estimate;
use chappe_engine::scenario_id;
use chappe_metrics::{
    Estimate, Execution, HARM, REVENUE, SWEEP_SCHEMA, SweepPoint, SweepRecord, SweptMetric, VarianceShares,
    Violations, Warning,
};

/// What is read off every run beside the headline figures.
const ALWAYS: [&str; 6] = [
    REVENUE,
    HARM,
    "ads.delivered",
    "opt_ins.revoked",
    "messages.accepted.friend",
    "delivery.friend p(99)",
];

/// How many points are looked at before the first run: about a second of work, where the runs of so many take minutes.
const CHECKED_MOST: usize = 2_000;

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
        let variant = self.at_point(base, self.arm(number), point)?;
        Ok((variant, self.seeds[number % self.seeds.len()]))
    }

    /// Makes sure that every point can be played by every arm, before the first run: of more than [`CHECKED_MOST`] points
    /// as many, at even distances, and the others when their turn comes.
    ///
    /// # Errors
    /// What is wrong with the values at a point.
    pub(super) fn check(&self, base: &StudyBase, pool: &RunPool<'_>) -> Result<(), Error> {
        let count = self.points.count();
        let checked_count = count.min(CHECKED_MOST);
        pool.check_each(checked_count, &|turn| {
            let point = (turn as u128 * count as u128 / checked_count as u128) as usize;
            let check = |arm| self.at_point(base, arm, point).map(drop);
            self.arms.iter().try_for_each(check)
        })
    }

    /// An arm at a point. An error names both.
    fn at_point(&self, base: &StudyBase, arm: &Variant, point: usize) -> Result<Variant, Error> {
        let changes = self.points.changes(point);
        base.changed(arm, &changes).map_err(|error| {
            let (problem, help) = match error {
                Error::Scenario(error) => (error.message, error.help),
                Error::Usage { problem, help } => (problem, help),
                error @ (Error::Read { .. }
                | Error::Write { .. }
                | Error::Mismatch(_)
                | Error::Interrupted(_)
                | Error::Cluster(_)
                | Error::System(_)
                | Error::Internal(_)) => return error,
            };
            let values: Vec<String> = changes
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            let problem = format!("arm `{}` at {}: {problem}", arm.name, values.join(" "));
            Error::Usage { problem, help }
        })
    }

    /// What the runs say; what it took is not in it yet.
    pub(super) fn record(&self, base: &StudyBase, runs: &[JobResult], indices: bool) -> SweepRecord {
        let (points, keys) = (self.points(runs), self.points.keys());
        let metrics: Vec<SweptMetric> = self.metrics.iter().map(swept).collect();
        let swept = Swept {
            design: self.points.design,
            keys: &keys,
            arms_count: self.arms.len(),
            replications_count: self.seeds.len(),
            metrics: &metrics,
            points: &points,
        };
        let mut warnings = [self.warnings.clone(), self.without_effect(runs)].concat();
        warnings.extend(swept.idle_keys(&self.warnings));
        if indices {
            warnings.extend(swept.unexplained());
        }
        SweepRecord {
            schema: SWEEP_SCHEMA.to_string(),
            spec: base.prepared.spec.clone(),
            scenario: scenario_id(base.scenario()),
            version: VERSION.to_string(),
            answer: swept.answer().into_iter().chain(base.stretched()).collect(),
            design: self.points.design,
            arms: self.arms.iter().map(Variant::described).collect(),
            seeds: self.seeds.clone(),
            indices: match indices {
                true => self.indices(&points, base.scenario().seed),
                false => Vec::new(),
            },
            metrics,
            points,
            keys,
            planned_count: runs.len() as u64,
            missing_count: runs.iter().filter(|run| run.is_none()).count() as u64,
            warnings,
            violations: Violations::default(),
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
        let choice = |(place, point): (usize, &SweepPoint)| {
            let gain = point.revenue?.value;
            let harm = point.harm?.value;
            Some((place, Tradeoff { gain, harm }))
        };
        let (places, choices): (Vec<usize>, Vec<Tradeoff>) =
            points.iter().enumerate().filter_map(choice).unzip();
        for (place, is_best) in places.into_iter().zip(on_frontier(&choices)) {
            points[place].is_best = is_best;
        }
        points
    }

    /// What one arm came to at one point; `number` counts the arms of all points.
    fn point(&self, number: usize, runs: &[&CachedRun]) -> SweepPoint {
        let figure = |name: &str| {
            let figures = runs.iter().filter_map(|run| run.figures.get(name));
            amount_estimate(&figures.map(|figure| figure.value()).collect::<Vec<f64>>(), LEVEL)
        };
        let (point, arm) = (number / self.arms.len(), number % self.arms.len());
        SweepPoint {
            point: point as u32,
            values: self.points.values(point),
            arm: self.arms[arm].name.clone(),
            figures: self.metrics.iter().map(|metric| figure(&metric.name)).collect(),
            revenue: figure(REVENUE).map(|revenue| Estimate {
                value: revenue.value / 1e6,
                low: revenue.low / 1e6,
                high: revenue.high / 1e6,
            }),
            harm: figure(HARM),
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
