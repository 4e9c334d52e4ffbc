//! How far an answer hangs on what is assumed: parameters moved one at a time.

use super::arms::{estimate, metrics};
use super::figures::definition;
use super::pool::Pool;
use super::replicate::{Played, Rule, replicate};
use super::variant::{Ground, Variant};
use crate::args::{Over, Vary};
use crate::failure::Failure;
use chappe_experiment::effect::Effect;
use chappe_metrics::{Estimate, MovedParameter, MovedTo, Sensitivity, Warning};

/// The parameters that are moved where nobody says which.
const ASSUMED: &str = "agents.ads.";

/// One parameter with the values it is moved to.
pub(crate) struct Moved {
    key: String,
    value: String,
    ends: [String; 2],
}

/// The parameters to move: those given, or else the assumed ones about ads, to half and double. What
/// can't be moved that way is a warning.
pub(crate) fn parameters(ground: &Ground, given: &[Vary]) -> Result<(Vec<Moved>, Vec<Warning>), Failure> {
    let scenario = ground.scenario();
    let known = |key: &str| scenario.assumed.iter().find(|assumed| assumed.key == key);
    let (mut moved, mut warnings) = (Vec::new(), Vec::new());
    for Vary { key, over } in given {
        let ends = match over {
            Over::Range(ends) => ends.map(|end| end.to_string()),
            Over::Values(values) => values.clone().try_into().map_err(|_| {
                let help = "write KEY=LOW..HIGH, or KEY=V1,V2";
                Failure::usage_with(
                    format!("`{key}` is moved to two values, no more and no fewer"),
                    help,
                )
            })?,
        };
        let value = known(key).map_or("", |assumed| &assumed.value).to_string();
        moved.push(Moved {
            key: key.clone(),
            value,
            ends,
        });
    }
    let of_ads = scenario
        .assumed
        .iter()
        .filter(|assumed| assumed.key.starts_with(ASSUMED));
    for assumed in of_ads.filter(|_| given.is_empty()) {
        match halved_and_doubled(ground, &assumed.key, &assumed.value) {
            Some(ends) => moved.push(Moved {
                key: assumed.key.clone(),
                value: assumed.value.clone(),
                ends,
            }),
            None => warnings.push(Warning {
                problem: format!(
                    "`{}` is assumed and was not moved: it is no number above or below zero",
                    assumed.key
                ),
                remedy: format!("give two values: --sensitivity {}=V1,V2", assumed.key),
            }),
        }
    }
    Ok((moved, warnings))
}

/// Half and double of a number, the lower first; no more than 1 where it can't be more.
fn halved_and_doubled(ground: &Ground, key: &str, value: &str) -> Option<[String; 2]> {
    let value: f64 = value.parse().ok().filter(|value| *value != 0.0)?;
    let mut ends = [value / 2.0, value * 2.0];
    ends.sort_by(f64::total_cmp);
    let fits = |end: f64| {
        let changes = vec![(key.to_string(), end.to_string())];
        ground.variant(ground.base(), changes).is_ok()
    };
    if !fits(ends[1]) {
        ends[1] = 1.0;
    }
    ends.iter()
        .all(|end| fits(*end))
        .then(|| ends.map(|end| end.to_string()))
}

/// Moves each parameter alone, with the replications of the pilot, and says how far that moves the
/// headline differences; the parameters that did not come to their end are left out.
pub(crate) fn sensitivity(
    pool: &Pool<'_>,
    arms: &[Variant],
    rule: &Rule,
    played: &Played,
    moved: &[Moved],
) -> Result<Vec<Sensitivity>, Failure> {
    let rule = Rule {
        replications_max: rule.pilot_count,
        with_users: false,
        ..rule.clone()
    };
    let there = ends(pool, arms, &rule, moved)?;
    let mut all = Vec::new();
    for metric in metrics(played, arms, &rule)?
        .into_iter()
        .take(rule.headline.len())
    {
        let definition = definition(&metric.metric)?;
        for against in metric.against_baseline {
            let Some(arm) = arms.iter().position(|arm| arm.name == against.arm) else {
                continue;
            };
            let at = |played: &Played| difference(played, arm, &definition.name, &rule);
            let moved = there
                .iter()
                .filter_map(|(parameter, ends)| Some(parameter.at([at(&ends[0])?, at(&ends[1])?])));
            let mut parameters: Vec<MovedParameter> = moved.collect();
            // The order of the scenario stays where swings are equal.
            parameters.sort_by(|a, b| b.swing.total_cmp(&a.swing));
            all.push(Sensitivity {
                metric: metric.metric.clone(),
                unit: metric.unit,
                arm: against.arm,
                difference: against.difference,
                parameters,
            });
        }
    }
    Ok(all)
}

/// Each parameter with the replications at its two ends; without those that did not come to their end.
fn ends<'a>(
    pool: &Pool<'_>,
    arms: &[Variant],
    rule: &Rule,
    moved: &'a [Moved],
) -> Result<Vec<(&'a Moved, Vec<Played>)>, Failure> {
    let mut there = Vec::new();
    for parameter in moved {
        let mut ends = Vec::new();
        for end in &parameter.ends {
            let change = [(parameter.key.clone(), end.clone())];
            let changed = arms.iter().map(|arm| pool.ground.changed(arm, &change));
            let arms: Vec<Variant> = changed.collect::<Result<_, _>>()?;
            ends.push(replicate(pool, &arms, rule)?);
        }
        let is_whole = ends.iter().all(|end| end.runs.len() == rule.pilot_count as usize);
        there.extend(is_whole.then_some((parameter, ends)));
    }
    Ok(there)
}

fn difference(played: &Played, arm: usize, name: &str, rule: &Rule) -> Option<Estimate> {
    let (baseline, figures) = (played.figures(0, name), played.figures(arm, name));
    let effect = Effect::of(&baseline, &figures, rule.pilot_count as usize, rule.width)?;
    Some(estimate(effect.difference, effect.interval))
}

impl Moved {
    fn at(&self, [low, high]: [Estimate; 2]) -> MovedParameter {
        let moved = |end: usize, difference| MovedTo {
            value: self.ends[end].clone(),
            difference,
        };
        MovedParameter {
            key: self.key.clone(),
            value: self.value.clone(),
            low: moved(0, low),
            high: moved(1, high),
            swing: (high.value - low.value).abs(),
        }
    }
}
