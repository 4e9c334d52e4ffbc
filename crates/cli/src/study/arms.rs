//! What the runs of arms say: figures held against the baseline, people, effects over time.

use super::cells::Cell;
use super::figures::{Definition, amount, definition};
use super::replicate::{Played, Rule};
use super::variant::Variant;
use crate::failure::Failure;
use chappe_experiment::effect::{Effect, LEVEL, differences};
use chappe_experiment::people::Changes;
use chappe_experiment::statistics::{Interval, mean, t_interval};
use chappe_metrics::{
    ArmDifference, ArmFigures, ArmsMetric, ArmsSeries, ChangeRange, Estimate, Quantile, SeriesDifference,
    UserCount, UserEffects, UserQuantity,
};
use std::collections::BTreeSet;

/// An estimate as records have it.
pub(crate) fn estimate(value: f64, interval: Interval) -> Estimate {
    Estimate {
        value,
        low: interval.low,
        high: interval.high,
    }
}

/// The mean of figures with its interval; without width where there is one.
pub(crate) fn mean_of(figures: &[f64]) -> Option<Estimate> {
    let value = mean(figures)?;
    let point = Interval {
        low: value,
        high: value,
        level: LEVEL,
    };
    Some(estimate(value, t_interval(figures, LEVEL).unwrap_or(point)))
}

/// Every figure that any run had other than zero: headline figures first, then by name.
pub(crate) fn metrics(played: &Played, arms: &[Variant], rule: &Rule) -> Result<Vec<ArmsMetric>, Failure> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for cell in played.runs.iter().flatten() {
        let found = cell.figures.iter().filter(|(_, figure)| figure.value() != 0.0);
        names.extend(found.map(|(name, _)| name.as_str()));
    }
    let headline = rule.headline.iter().map(String::as_str);
    let others = names
        .iter()
        .copied()
        .filter(|name| !rule.headline.iter().any(|headline| headline == name));
    let metric = |name: &str| Ok(metric(played, arms, rule, &definition(name)?));
    headline.chain(others).map(metric).collect()
}

fn metric(played: &Played, arms: &[Variant], rule: &Rule, definition: &Definition) -> ArmsMetric {
    let figures: Vec<Vec<f64>> = (0..arms.len())
        .map(|arm| played.figures(arm, &definition.name))
        .collect();
    let of_arm = |(arm, figures): (&Variant, &Vec<f64>)| {
        let usable: Vec<f64> = figures
            .iter()
            .copied()
            .filter(|figure| figure.is_finite())
            .collect();
        ArmFigures {
            arm: arm.name.clone(),
            figures: figures
                .iter()
                .map(|figure| figure.is_finite().then_some(*figure))
                .collect(),
            mean: mean(&usable),
        }
    };
    let against = |(arm, theirs): (&Variant, &Vec<f64>)| {
        let effect = Effect::of(&figures[0], theirs, rule.pilot_count as usize, rule.width)?;
        let unit = definition.unit;
        Some(ArmDifference {
            arm: arm.name.clone(),
            difference: estimate(effect.difference, effect.interval),
            share: effect.share().map(|(share, interval)| estimate(share, interval)),
            verdict: effect.movement,
            more_replications: effect.more_count,
            sentence: effect.sentence(&definition.words, &|value| amount(unit, value)),
        })
    };
    let all = || arms.iter().zip(&figures);
    ArmsMetric {
        metric: definition.name.clone(),
        unit: definition.unit,
        better: definition.better,
        arms: all().map(of_arm).collect(),
        against_baseline: all().skip(1).filter_map(against).collect(),
    }
}

/// Who gained and who lost in the first replication: every arm against the baseline.
pub(crate) fn users(played: &Played, arms: &[Variant]) -> Vec<UserEffects> {
    let Some((first, seed)) = played.runs.first().zip(played.seeds.first()) else {
        return Vec::new();
    };
    let against = |arm: usize| {
        let (before, after) = (first[0].users.as_ref()?, first[arm].users.as_ref()?);
        // Nobody can be compared with somebody who isn't there.
        let is_same = before.0[0].len() == after.0[0].len();
        let pairs = UserCount::ALL.iter().zip(before.0.iter().zip(&after.0));
        is_same.then(|| UserEffects {
            arm: arms[arm].name.clone(),
            seed: *seed,
            users_count: before.0[0].len() as u32,
            quantities: pairs
                .map(|(quantity, (before, after))| changed(*quantity, before, after))
                .collect(),
        })
    };
    (1..arms.len()).filter_map(against).collect()
}

fn changed(quantity: UserCount, before: &[u32], after: &[u32]) -> UserQuantity {
    let changes = Changes::of(before, after);
    let total = |counts: &[u32]| counts.iter().map(|count| u64::from(*count)).sum();
    UserQuantity {
        quantity,
        baseline_total: total(before),
        arm_total: total(after),
        less_count: changes.less_count,
        same_count: changes.same_count,
        more_count: changes.more_count,
        quantiles: changes
            .quantiles
            .iter()
            .map(|&(q, value)| Quantile { q, value })
            .collect(),
        changes: changes
            .ranges
            .iter()
            .map(|range| ChangeRange {
                from: range.from as i32,
                to: range.to as i32,
                users_count: range.people_count,
            })
            .collect(),
    }
}

/// How the difference grew over the run, series by series.
pub(crate) fn series(played: &Played, arms: &[Variant]) -> Vec<ArmsSeries> {
    let Some(first) = played.runs.first().map(|runs| &runs[0].series) else {
        return Vec::new();
    };
    let value = |cell: &Cell, column: usize, row: usize| {
        let column = cell.series.columns.get(column)?;
        (*column.values.get(row)?).map(|value| value as f64)
    };
    let at = |arm: usize, column: usize, row: usize| -> Vec<f64> {
        let cells = played.runs.iter().map(|runs| &runs[arm]);
        cells
            .map(|cell| value(cell, column, row).unwrap_or(0.0))
            .collect()
    };
    let difference = |arm: usize, column: usize, row: usize| {
        mean_of(&differences(&at(0, column, row), &at(arm, column, row)))
    };
    let of_column = |(column, definition): (usize, &chappe_metrics::Column)| {
        let rows = 0..definition.values.len();
        ArmsSeries {
            series: definition.name.clone(),
            unit: definition.unit,
            start_ns: first.start_ns,
            interval_ns: first.interval_ns,
            baseline: rows.clone().filter_map(|row| mean(&at(0, column, row))).collect(),
            against_baseline: (1..arms.len())
                .map(|arm| SeriesDifference {
                    arm: arms[arm].name.clone(),
                    differences: rows
                        .clone()
                        .filter_map(|row| difference(arm, column, row))
                        .collect(),
                })
                .collect(),
        }
    };
    first.columns.iter().enumerate().map(of_column).collect()
}
