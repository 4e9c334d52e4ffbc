//! The points of a sweep.

use super::base::{Changes, StudyBase, Variant};
use super::vary::{Over, Vary};
use crate::error::Error;
use crate::stats::points::{between, grid, latin_hypercube, saltelli};
use chappe_metrics::{SweepDesign, VariedKey, Warning};
use chappe_scenario::{Study, Varied};

/// Which points a sweep tries.
pub(crate) struct Points {
    /// How they were chosen.
    pub(crate) design: SweepDesign,
    pub(crate) keys: Vec<VariedKey>,
    /// The values of the keys at each point.
    pub(crate) values: Vec<Vec<String>>,
}

/// What to vary: what is `given`, or else what the scenario says.
pub(crate) fn varied(given: &[Vary], study: &Study) -> Result<Vec<Vary>, Error> {
    let of_file = |varied: &Varied| Vary {
        key: varied.key.clone(),
        over: match (varied.from, varied.to) {
            (Some(from), Some(to)) => Over::Range([from, to]),
            (Some(_) | None, Some(_) | None) => {
                Over::Values(varied.values.iter().map(|value| value.0.clone()).collect())
            }
        },
    };
    let vary: Vec<Vary> = match given {
        [] => study.vary.iter().map(of_file).collect(),
        given => given.to_vec(),
    };
    if vary.iter().any(|vary| vary.key == "seed") {
        return Err(Error::usage_with(
            "`seed` cannot be varied: each replication already uses its own",
            "give --replications N",
        ));
    }
    let mut keys: Vec<&str> = vary.iter().map(|vary| vary.key.as_str()).collect();
    keys.sort_unstable();
    if let Some(twice) = keys.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Error::usage(format!(
            "`{}` is varied twice; list all its values together",
            twice[0]
        )));
    }
    match vary.is_empty() {
        false => Ok(vary),
        true => Err(Error::usage_with(
            "nothing is varied",
            "give --vary KEY=V1,V2 or KEY=LOW..HIGH, or the scenario a [[study.vary]]",
        )),
    }
}

impl Points {
    /// All combinations of listed values; with a range among them so many points that fill the space,
    /// or the design that `indices` take.
    pub(crate) fn new(vary: &[Vary], points_count: usize, indices: bool, seed: u64) -> Points {
        let lists = vary.iter().map(|vary| match &vary.over {
            Over::Values(values) => Some(values.len()),
            Over::Range(_) => None,
        });
        let lists: Option<Vec<usize>> = lists.collect();
        let (design, values) = match lists.filter(|_| !indices) {
            Some(counts) => {
                let at = |(vary, place): (&Vary, &usize)| match &vary.over {
                    Over::Values(values) => values[*place].clone(),
                    Over::Range([from, _]) => from.to_string(),
                };
                let points = grid(&counts).into_iter();
                (
                    SweepDesign::Grid,
                    points
                        .map(|point| vary.iter().zip(&point).map(at).collect())
                        .collect(),
                )
            }
            None => {
                let (design, points) = match indices {
                    true => (SweepDesign::Saltelli, saltelli(points_count, vary.len(), seed)),
                    false => (
                        SweepDesign::LatinHypercube,
                        latin_hypercube(points_count, vary.len(), seed),
                    ),
                };
                let at = |(vary, unit): (&Vary, &f64)| vary.over.at(*unit);
                (
                    design,
                    points
                        .iter()
                        .map(|point| vary.iter().zip(point).map(at).collect())
                        .collect(),
                )
            }
        };
        Points {
            design,
            keys: vary.iter().map(key).collect(),
            values,
        }
    }

    /// Keys that change nothing in any arm, the others as at the first point, each as a warning.
    pub(crate) fn idle_keys(&self, base: &StudyBase, arms: &[Variant]) -> Vec<Warning> {
        let is_idle = |(number, key): &(usize, &VariedKey)| {
            let ends = |range: [f64; 2]| range.map(|end| end.to_string()).to_vec();
            let values = key.range.map_or_else(|| key.values.clone(), ends);
            let hash = |arm, value: &String| {
                let mut changes = self.changes(0);
                changes[*number].1.clone_from(value);
                base.changed(arm, &changes).ok().map(|variant| variant.hash)
            };
            let is_same = |arm| {
                values
                    .iter()
                    .all(|value| hash(arm, value) == hash(arm, &self.values[0][*number]))
            };
            values.len() > 1 && arms.iter().all(is_same)
        };
        let warning = |(_, key): (usize, &VariedKey)| Warning {
            problem: format!("`{}` is varied and changes nothing", key.key),
            remedy: "vary a key that bears on the result".to_string(),
        };
        let keys = self.keys.iter().enumerate();
        keys.filter(is_idle).map(warning).collect()
    }

    /// What a point changes in the scenario.
    pub(crate) fn changes(&self, point: usize) -> Changes {
        let keys = self.keys.iter().map(|key| key.key.clone());
        keys.zip(self.values[point].iter().cloned()).collect()
    }
}

impl Over {
    /// The value at `unit` in [0, 1) of the way.
    fn at(&self, unit: f64) -> String {
        match self {
            Over::Values(values) => values[(unit * values.len() as f64) as usize].clone(),
            Over::Range([from, to]) => between(*from, *to, unit).to_string(),
        }
    }
}

fn key(vary: &Vary) -> VariedKey {
    let (values, range) = match &vary.over {
        Over::Values(values) => (values.clone(), None),
        Over::Range(range) => (Vec::new(), Some(*range)),
    };
    VariedKey {
        key: vary.key.clone(),
        values,
        range,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_filled_with_values_that_can_be_read() {
        let at = |range, units: [f64; 3]| units.map(|unit| Over::Range(range).at(unit));
        assert_eq!(
            at([1000.0, 1000.5], [0.0, 0.123_456, 0.999_999]),
            ["1000", "1000.06173", "1000.5"]
        );
        assert_eq!(at([0.02, 0.2], [0.0, 0.5, 0.1]), ["0.02", "0.11", "0.038"]);
        assert_eq!(
            at([0.0, 3e7], [0.0, 1.0 / 3.0, 0.777_777_7]),
            ["0", "10000000", "23333000"]
        );
        assert_eq!(
            at([0.123_451, 1.0], [0.0, 0.0, 0.0]),
            ["0.123451"; 3],
            "no less than the lowest"
        );
    }
}
