//! The points of a sweep.

use super::base::{Changes, StudyBase, Variant, idle_arms};
use super::vary::{Axis, Over, Vary};
use crate::error::Error;
use crate::stats::points::{grid, latin_hypercube, saltelli};
use chappe_metrics::{SweepDesign, VariedKey, Warning};
use chappe_scenario::{Study, Varied};

/// Which points a sweep tries.
pub(crate) struct Points {
    /// How they were chosen.
    pub(crate) design: SweepDesign,
    axes: Vec<Axis>,
    /// How far along each axis every point lies, in [0, 1). Their values are written out when they are played: there
    /// may be a million points.
    places: Vec<Vec<f64>>,
}

/// What to vary: what is `given`, or else what the scenario says.
pub(crate) fn varied(given: &[Vary], study: &Study) -> Result<Vec<Axis>, Error> {
    let of_file = |varied: &Varied| Vary {
        key: varied.key.clone(),
        over: match (&varied.from, &varied.to) {
            (Some(from), Some(to)) => Over::Range([from.0.clone(), to.0.clone()]),
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
        false => vary.into_iter().map(Axis::new).collect(),
        true => Err(Error::usage_with(
            "nothing is varied",
            "give --vary KEY=V1,V2 or KEY=LOW..HIGH, or the scenario a [[study.vary]]",
        )),
    }
}

impl Points {
    /// All combinations of listed values; with a range among them so many points that fill the space,
    /// or the design that `indices` take.
    pub(crate) fn new(axes: Vec<Axis>, points_count: usize, indices: bool, seed: u64) -> Points {
        let counts: Option<Vec<usize>> = axes.iter().map(Axis::values_count).collect();
        let (design, places) = match (counts, indices) {
            (_, true) => (SweepDesign::Saltelli, saltelli(points_count, axes.len(), seed)),
            (None, false) => (
                SweepDesign::LatinHypercube,
                latin_hypercube(points_count, axes.len(), seed),
            ),
            (Some(counts), false) => {
                // The middle of a value's part of the axis.
                let place = |(value, count): (&usize, &usize)| (*value as f64 + 0.5) / *count as f64;
                let places = |point: &Vec<usize>| point.iter().zip(&counts).map(place).collect();
                (SweepDesign::Grid, grid(&counts).iter().map(places).collect())
            }
        };
        Points { design, axes, places }
    }

    pub(crate) fn count(&self) -> usize {
        self.places.len()
    }

    /// What is varied, as a record says it.
    pub(crate) fn keys(&self) -> Vec<VariedKey> {
        let key = |Axis { vary, .. }: &Axis| {
            let (values, range) = match &vary.over {
                Over::Values(values) => (values.clone(), None),
                Over::Range(ends) => (Vec::new(), Some(ends.clone())),
            };
            VariedKey {
                key: vary.key.clone(),
                values,
                range,
            }
        };
        self.axes.iter().map(key).collect()
    }

    /// The values of the keys at a point.
    pub(crate) fn values(&self, point: usize) -> Vec<String> {
        let places = self.axes.iter().zip(&self.places[point]);
        places.map(|(axis, place)| axis.at(*place)).collect()
    }

    /// What a point changes in the scenario.
    pub(crate) fn changes(&self, point: usize) -> Changes {
        let keys = self.axes.iter().map(|axis| axis.vary.key.clone());
        keys.zip(self.values(point)).collect()
    }

    /// Makes sure that every listed value and both ends of every range can be played, the other keys as at the first
    /// point. Keys and arms that change nothing are warnings.
    ///
    /// # Errors
    /// What is wrong with a value.
    pub(crate) fn probe(&self, base: &StudyBase, arms: &[Variant]) -> Result<Vec<Warning>, Error> {
        let probe = |changes: &Changes| -> Result<Vec<Variant>, Error> {
            arms.iter().map(|arm| base.changed(arm, changes)).collect()
        };
        let hashes = |arms: &[Variant]| -> Vec<String> { arms.iter().map(|arm| arm.hash.clone()).collect() };
        let mut probed = probe(&self.changes(0))?;
        let first = hashes(&probed);
        let mut idle_keys = Vec::new();
        for (number, axis) in self.axes.iter().enumerate() {
            let mut is_idle = axis.landmarks().len() > 1;
            for value in axis.landmarks() {
                let mut changes = self.changes(0);
                changes[number].1.clone_from(value);
                let variants = probe(&changes)?;
                is_idle &= hashes(&variants) == first;
                probed.extend(variants);
            }
            idle_keys.extend(is_idle.then(|| Warning {
                problem: format!("`{}` is varied and changes nothing", axis.vary.key),
                remedy: "vary a key that bears on the result".to_string(),
            }));
        }
        let mut warnings = idle_arms(arms, &probed);
        warnings.extend(idle_keys);
        Ok(warnings)
    }
}
