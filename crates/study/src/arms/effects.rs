//! The effects of arms: figures compared with the baseline, user by user, and over time.

use super::base::Variant;
use super::cached_run::CachedRun;
use super::figures::{Definition, amount, definition};
use super::replicate::{Played, Rule};
use crate::error::Error;
use crate::stats::effect::{Effect, LEVEL, differences};
use crate::stats::statistics::{mean, mean_estimate};
use crate::stats::users::changes;
use chappe_metrics::{
    ArmDifference, ArmFigures, ArmsMetric, ArmsSeries, SeriesDifference, UserCount, UserEffects,
};
use std::collections::BTreeSet;

/// Every figure that any run had other than zero: headline figures first, then by name.
pub(crate) fn metrics(played: &Played, arms: &[Variant], rule: &Rule) -> Result<Vec<ArmsMetric>, Error> {
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
        let sentence = effect.sentence(&definition.words, &|value| amount(unit, value));
        Some(ArmDifference {
            arm: arm.name.clone(),
            difference: effect.difference,
            share: effect.share(),
            verdict: effect.movement,
            more_replications: effect.more_replications,
            sentence: match lacking(&figures[0], theirs) {
                0 => sentence,
                lacking => format!(
                    "{sentence} (it is missing in {lacking} of {} replications)",
                    theirs.len()
                ),
            },
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

/// Replications in which one of the two has no figure.
fn lacking(baseline: &[f64], arm: &[f64]) -> usize {
    let pairs = baseline.iter().zip(arm);
    pairs
        .filter(|(baseline, arm)| !(baseline.is_finite() && arm.is_finite()))
        .count()
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
                .map(|(quantity, (before, after))| changes(*quantity, before, after))
                .collect(),
        })
    };
    (1..arms.len()).filter_map(against).collect()
}

/// How the difference grew over the run, series by series.
pub(crate) fn series(played: &Played, arms: &[Variant]) -> Vec<ArmsSeries> {
    let Some(first) = played.runs.first().map(|runs| &runs[0].series) else {
        return Vec::new();
    };
    let value = |cell: &CachedRun, column: usize, row: usize| {
        let column = cell.series.columns.get(column)?;
        (*column.values.get(row)?).map(|value| value as f64)
    };
    // None where a run has no value: a mean of the others would be one of other replications.
    let at = |arm: usize, column: usize, row: usize| -> Option<Vec<f64>> {
        let cells = played.runs.iter().map(|runs| &runs[arm]);
        cells.map(|cell| value(cell, column, row)).collect()
    };
    let difference = |arm: usize, column: usize, row: usize| {
        mean_estimate(&differences(&at(0, column, row)?, &at(arm, column, row)?), LEVEL)
    };
    let of_column = |(column, definition): (usize, &chappe_metrics::Column)| {
        let rows = 0..definition.values.len();
        ArmsSeries {
            series: definition.name.clone(),
            unit: definition.unit,
            start_ns: first.start_ns,
            interval_ns: first.interval_ns,
            baseline: rows.clone().map(|row| mean(&at(0, column, row)?)).collect(),
            against_baseline: (1..arms.len())
                .map(|arm| SeriesDifference {
                    arm: arms[arm].name.clone(),
                    differences: rows.clone().map(|row| difference(arm, column, row)).collect(),
                })
                .collect(),
        }
    };
    first.columns.iter().enumerate().map(of_column).collect()
}
