//! Designs: which points of a space of parameters to run.

use crate::stats::draws::{Draws, Use};

/// All combinations of listed values: for each point the number of its value in each list. The last
/// list goes round fastest.
#[must_use]
pub fn grid(value_counts: &[usize]) -> Vec<Vec<usize>> {
    let mut points = vec![Vec::new()];
    for &count in value_counts {
        points = points
            .iter()
            .flat_map(|point: &Vec<usize>| {
                (0..count).map(|value| point.iter().copied().chain([value]).collect())
            })
            .collect();
    }
    points
}

/// The value at `unit` in [0, 1) of the way between two ends, to about a ten-thousandth of it.
#[must_use]
pub fn between(from: f64, to: f64, unit: f64) -> f64 {
    let decimals = 4.0 - libm::floor(libm::log10(to - from));
    // Powers of ten are exact, their inverses are not.
    let scale = libm::pow(10.0, decimals.abs());
    let exact = from + (to - from) * unit;
    let rounded = match decimals >= 0.0 {
        true => (exact * scale).round() / scale,
        false => (exact / scale).round() * scale,
    };
    rounded.clamp(from, to)
}

/// So many points in the unit cube that in each of its dimensions every stratum of equal length holds
/// one: McKay, Beckman and Conover, "A comparison of three methods for selecting values of input
/// variables" (Technometrics, 1979). The draws depend on `seed` alone.
#[must_use]
pub fn latin_hypercube(points_count: usize, dimensions_count: usize, seed: u64) -> Vec<Vec<f64>> {
    let (strata, jitter) = (Draws::new(seed, Use::Stratum), Draws::new(seed, Use::Jitter));
    let columns: Vec<Vec<usize>> = (0..dimensions_count)
        .map(|dimension| strata.shuffled(points_count, dimension))
        .collect();
    let place = |point: usize, dimension: usize| {
        let stratum = columns[dimension][point] as f64;
        (stratum + jitter.unit(point, dimension)) / points_count as f64
    };
    (0..points_count)
        .map(|point| {
            (0..dimensions_count)
                .map(|dimension| place(point, dimension))
                .collect()
        })
        .collect()
}

/// The design of Saltelli, "Making best use of model evaluations to compute sensitivity indices"
/// (Computer Physics Communications, 2002), in the unit cube: two samples A and B of `base_count`
/// points each, and for each dimension A with that one coordinate of B. All of A come first, then all
/// of B, then the mixed ones, dimension by dimension.
#[must_use]
pub fn saltelli(base_count: usize, dimensions_count: usize, seed: u64) -> Vec<Vec<f64>> {
    let both = latin_hypercube(base_count, 2 * dimensions_count, seed);
    let half = |at: usize| {
        both.iter()
            .map(move |point| point[at..at + dimensions_count].to_vec())
    };
    let mixed = (0..dimensions_count).flat_map(|dimension| {
        both.iter().map(move |point| {
            let mut mixed = point[..dimensions_count].to_vec();
            mixed[dimension] = point[dimensions_count + dimension];
            mixed
        })
    });
    half(0).chain(half(dimensions_count)).chain(mixed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_has_every_combination_once() {
        assert_eq!(
            grid(&[2, 3]),
            [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]].map(|point| point.to_vec())
        );
        assert_eq!(grid(&[]), [Vec::<usize>::new()]);
    }

    #[test]
    fn every_stratum_of_every_dimension_holds_one_point() {
        let points = latin_hypercube(50, 3, 7);
        for dimension in 0..3 {
            let mut strata: Vec<usize> = points
                .iter()
                .map(|point| (point[dimension] * 50.0) as usize)
                .collect();
            strata.sort_unstable();
            assert_eq!(strata, (0..50).collect::<Vec<_>>());
        }
        assert_eq!(points, latin_hypercube(50, 3, 7));
        assert_ne!(points, latin_hypercube(50, 3, 8));
    }

    #[test]
    fn a_mixed_point_differs_from_its_own_of_a_in_one_coordinate_of_b() {
        let points = saltelli(4, 2, 1);
        assert_eq!(points.len(), 4 * (2 + 2));
        for base in 0..4 {
            let (a, b) = (&points[base], &points[4 + base]);
            assert_eq!(points[8 + base], [b[0], a[1]]);
            assert_eq!(points[12 + base], [a[0], b[1]]);
        }
    }
}
