//! How far an answer depends on assumptions: parameters are varied one at a time.

use super::base::{StudyBase, Variant};
use super::cached_run::CachedRun;
use super::effects::metrics;
use super::pool::RunPool;
use super::replicate::{Played, Rule, replicate};
use super::vary::{Over, Vary};
use crate::error::Error;
use crate::stats::effect::Effect;
use chappe_metrics::{Estimate, MovedParameter, MovedTo, Sensitivity, Warning};

/// The parameters that are moved where nobody says which.
const ASSUMED: &str = "agents.ads.";

/// One parameter with the values it is moved to.
pub(crate) struct Moved {
    key: String,
    value: String,
    ends: [End; 2],
}

/// A value that a parameter is moved to.
struct End {
    value: String,
    /// All arms, with that value.
    arms: Vec<Variant>,
}

impl End {
    /// Makes sure that every arm can be played with it.
    fn new(base: &StudyBase, arms: &[Variant], key: &str, value: String) -> Result<End, Error> {
        let change = [(key.to_string(), value.clone())];
        let changed = arms.iter().map(|arm| base.changed(arm, &change));
        Ok(End {
            arms: changed.collect::<Result<_, _>>()?,
            value,
        })
    }
}

/// The parameters to move: those given, or else the assumed ones about ads, to half and double. What
/// can't be moved that way is a warning.
pub(crate) fn parameters(
    base: &StudyBase,
    arms: &[Variant],
    given: &[Vary],
) -> Result<(Vec<Moved>, Vec<Warning>), Error> {
    let scenario = base.scenario();
    let known = |key: &str| scenario.assumed.iter().find(|assumed| assumed.key == key);
    let (mut moved, mut warnings) = (Vec::new(), Vec::new());
    for Vary { key, over } in given {
        let [low, high] = match over {
            Over::Range(ends) => ends.clone(),
            Over::Values(values) => values.clone().try_into().map_err(|_| {
                let help = "write KEY=LOW..HIGH, or KEY=V1,V2";
                Error::usage_with(format!("`{key}` needs exactly two values"), help)
            })?,
        };
        let value = known(key).map_or("", |assumed| &assumed.value).to_string();
        let end = |value| End::new(base, arms, key, value);
        moved.push(Moved {
            key: key.clone(),
            value,
            ends: [end(low)?, end(high)?],
        });
    }
    let of_ads = scenario
        .assumed
        .iter()
        .filter(|assumed| assumed.key.starts_with(ASSUMED));
    for assumed in of_ads.filter(|_| given.is_empty()) {
        match halved_and_doubled(base, arms, &assumed.key, &assumed.value) {
            Some(ends) => moved.push(Moved {
                key: assumed.key.clone(),
                value: assumed.value.clone(),
                ends,
            }),
            None => warnings.push(Warning {
                problem: format!(
                    "`{}` is assumed but was not varied: it can't be halved and doubled in every arm",
                    assumed.key
                ),
                remedy: format!("give two values: --sensitivity {}=V1,V2", assumed.key),
            }),
        }
    }
    Ok((moved, warnings))
}

/// Half and double of a number, the lower first; no more than 1 where it can't be more.
fn halved_and_doubled(base: &StudyBase, arms: &[Variant], key: &str, value: &str) -> Option<[End; 2]> {
    let value: f64 = value.parse().ok().filter(|value| *value != 0.0)?;
    let [low, high] = [(value / 2.0).min(value * 2.0), (value / 2.0).max(value * 2.0)];
    let end = |value: f64| End::new(base, arms, key, value.to_string()).ok();
    Some([end(low)?, end(high).or_else(|| end(1.0))?])
}

/// The replications of all parameters at both ends.
pub(crate) struct Ends<'a> {
    /// Nothing is played beyond the pilot.
    rule: Rule,
    played: Vec<(&'a Moved, [Played; 2])>,
}

impl<'a> Ends<'a> {
    /// Moves each parameter alone, with the replications of the pilot.
    pub(crate) fn play(pool: &RunPool<'_>, rule: &Rule, moved: &'a [Moved]) -> Result<Ends<'a>, Error> {
        let rule = Rule {
            replications_max: rule.pilot_count,
            with_users: false,
            ..rule.clone()
        };
        let mut played = Vec::new();
        for parameter in moved {
            let [low, high] = &parameter.ends;
            let at = |end: &End| replicate(pool, &end.arms, &rule, &|_| {});
            played.push((parameter, [at(low)?, at(high)?]));
        }
        Ok(Ends { rule, played })
    }

    /// How far that moves the headline differences of `played`; without the parameters left out.
    pub(crate) fn sensitivity(&self, arms: &[Variant], played: &Played) -> Result<Vec<Sensitivity>, Error> {
        let rule = &self.rule;
        let headline = metrics(played, arms, rule)?.into_iter().take(rule.headline.len());
        let mut all = Vec::new();
        for metric in headline {
            for against in metric.against_baseline {
                let Some(arm) = arms.iter().position(|arm| arm.name == against.arm) else {
                    continue;
                };
                let at = |played: &Played| difference(played, arm, &metric.metric, rule);
                let whole = self.played.iter().filter(|(_, ends)| self.is_whole(ends));
                let moved =
                    whole.filter_map(|(parameter, [low, high])| Some(parameter.at([at(low)?, at(high)?])));
                let mut parameters: Vec<MovedParameter> = moved.collect();
                // The order of the scenario stays where swings are equal.
                parameters.sort_by(|a, b| b.swing.total_cmp(&a.swing));
                all.extend((!parameters.is_empty()).then(|| Sensitivity {
                    metric: metric.metric.clone(),
                    unit: metric.unit,
                    arm: against.arm,
                    difference: against.difference,
                    parameters,
                }));
            }
        }
        Ok(all)
    }

    /// The parameters for which there was no time, as one warning.
    pub(crate) fn left_out(&self) -> Option<Warning> {
        let left_out = self.played.iter().filter(|(_, ends)| !self.is_whole(ends));
        let keys: Vec<String> = left_out
            .map(|(parameter, _)| format!("`{}`", parameter.key))
            .collect();
        (!keys.is_empty()).then(|| Warning {
            problem: format!("there was no time to move {}", keys.join(", ")),
            remedy: "give the same command with a higher --budget, or without one, to go on".to_string(),
        })
    }

    /// Every run, with what was played in it.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (&Variant, &CachedRun)> {
        self.played.iter().flat_map(|(parameter, ends)| {
            let ends = parameter.ends.iter().zip(ends);
            ends.flat_map(|(end, played)| played.of(&end.arms))
        })
    }

    /// Whether the replications at both ends came to their end.
    fn is_whole(&self, ends: &[Played; 2]) -> bool {
        ends.iter()
            .all(|played| played.runs.len() == self.rule.pilot_count as usize)
    }
}

fn difference(played: &Played, arm: usize, name: &str, rule: &Rule) -> Option<Estimate> {
    let (baseline, figures) = (played.figures(0, name), played.figures(arm, name));
    let effect = Effect::of(&baseline, &figures, rule.pilot_count as usize, rule.width)?;
    Some(effect.difference)
}

impl Moved {
    fn at(&self, [low, high]: [Estimate; 2]) -> MovedParameter {
        let moved = |end: usize, difference| MovedTo {
            value: self.ends[end].value.clone(),
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
