//! Series whose changes are known.

use super::*;
use chappe_base::{Keyed, Purpose, standard_normal_quantile};

/// No changes.
const NONE: [usize; 0] = [];

/// Normal noise with a deviation of 1, the same for the same `number`.
fn noise(number: u64, count: usize) -> Vec<f64> {
    let mut stream = Keyed::new(2016, Purpose::Test).stream(number, 0);
    (0..count)
        .map(|_| standard_normal_quantile(stream.unit()))
        .collect()
}

/// A level of each value: so many of this, so many of that.
fn levels(parts: &[(usize, f64)]) -> Vec<f64> {
    let part = |&(count, level)| std::iter::repeat_n(level, count);
    parts.iter().flat_map(part).collect()
}

fn noisy(number: u64, parts: &[(usize, f64)]) -> Vec<f64> {
    let levels = levels(parts);
    let noise = noise(number, levels.len());
    levels
        .iter()
        .zip(noise)
        .map(|(level, noise)| level + noise)
        .collect()
}

fn places(values: &[f64]) -> Vec<usize> {
    changes(values)
        .expect("finite values")
        .iter()
        .map(|change| change.at)
        .collect()
}

/// Of how many numbered series `is_so` holds.
fn count_of(numbers: u64, is_so: impl Fn(u64) -> bool) -> usize {
    (0..numbers).filter(|&number| is_so(number)).count()
}

#[test]
fn a_step_without_noise_is_found_exactly_however_short() {
    for (before, after) in [(3, 3), (3, 40), (50, 3), (20, 30)] {
        let values = levels(&[(before, 100.0), (after, 100.001)]);
        let change = Change {
            at: before,
            before: 100.0,
            after: 100.001,
        };
        assert_eq!(changes(&values), Some(vec![change]), "{before} and {after}");
    }
    let stairs = levels(&[(3, 1.0), (3, 2.0), (4, 5.0), (10, 2.0)]);
    assert_eq!(places(&stairs), [3, 6, 10]);
}

#[test]
fn steps_are_found_exactly_around_an_outlier() {
    let mut values = levels(&[(20, 1.0), (15, 2.0), (25, 4.0)]);
    values[7] = 60.0;
    assert_eq!(places(&values), [20, 35]);
}

#[test]
fn what_never_changes_has_no_change() {
    assert_eq!(changes(&[]), Some(vec![]));
    assert_eq!(places(&[7.0; 200]), NONE);
    assert_eq!(places(&[0.0, 0.0, 1.0, 1.0, 1.0]), NONE, "too few on one side");
    assert_eq!(
        places(&[1.0, 2.0, 3.0, 2.0, 9.0, 8.0]),
        NONE,
        "too few to be sure"
    );
}

#[test]
fn values_that_are_not_finite_are_refused() {
    for wrong in [f64::NAN, f64::INFINITY] {
        assert_eq!(changes(&[1.0, wrong, 2.0]), None);
    }
}

#[test]
fn one_outlier_is_no_change() {
    for at in [0, 1, 2, 30, 57, 58, 59] {
        let mut still = [5.0; 60];
        still[at] = 500.0;
        assert_eq!(places(&still), NONE, "{at}");
    }
    let found = count_of(300, |number| {
        let mut values = noise(number, 60);
        values[number as usize % 60] += 30.0;
        !places(&values).is_empty()
    });
    assert!(found <= 9, "{found} of 300");
}

#[test]
fn noise_alone_changes_about_as_rarely_as_the_level_says() {
    for count in [12, 40, 150] {
        let found = count_of(1000, |number| !places(&noise(number, count)).is_empty());
        // Of 1,000 there are more than 19 in a hundredth of a hundredth, if the level is kept.
        assert!(found <= 19, "{found} of 1,000 series of {count}");
    }
}

#[test]
fn a_step_in_noise_is_found_where_it_is() {
    for (parts, exact) in [([(30, 0.0), (20, 5.0)], 0), ([(30, 0.0), (20, 3.0)], 1)] {
        let found = count_of(300, |number| {
            let places = places(&noisy(number, &parts));
            places.len() == 1 && places[0].abs_diff(30) <= exact
        });
        assert!(found >= 285, "{found} of 300 with {parts:?}");
    }
}

#[test]
fn two_steps_in_noise_are_both_found() {
    for parts in [
        [(25, 0.0), (20, 5.0), (25, 10.0)],
        [(25, 0.0), (20, 5.0), (25, 0.0)],
    ] {
        let found = count_of(200, |number| {
            let places = places(&noisy(number, &parts));
            places.len() == 2 && places[0].abs_diff(25) <= 1 && places[1].abs_diff(45) <= 1
        });
        assert!(found >= 185, "{found} of 200 with {parts:?}");
    }
}

#[test]
fn levels_are_the_medians_between_changes() {
    let values = noisy(1, &[(40, 0.0), (40, 10.0), (40, 4.0)]);
    let changes = changes(&values).expect("finite values");
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert_eq!(changes[0].after, changes[1].before);
    for (level, known) in [
        (changes[0].before, 0.0),
        (changes[0].after, 10.0),
        (changes[1].after, 4.0),
    ] {
        assert!((level - known).abs() < 1.0, "{level}, {known}");
    }
}

#[test]
fn the_same_series_has_the_same_changes() {
    let values = noisy(3, &[(200, 0.0), (120, 2.0), (180, 1.0)]);
    assert_eq!(changes(&values), changes(&values));
    let larger: Vec<f64> = values.iter().map(|value| value * 1e9).collect();
    assert_eq!(places(&larger), places(&values));
}

/// The statistic as it is defined, pair by pair.
#[test]
fn the_energy_is_that_of_its_definition() {
    let values = noisy(5, &[(9, 0.0), (8, 1.5)]);
    let order: Vec<usize> = (0..values.len()).collect();
    let mean = |one: &[f64], other: &[f64]| {
        let distance = |a: &f64| other.iter().map(|b| (a - b).abs()).sum::<f64>();
        one.iter().map(distance).sum::<f64>()
    };
    let defined = |at: usize| {
        let (x, y) = values.split_at(at);
        let (m, n) = (x.len() as f64, y.len() as f64);
        let (among_x, among_y) = (mean(x, x) / (m * (m - 1.0)), mean(y, y) / (n * (n - 1.0)));
        (2.0 * mean(x, y) / (m * n) - among_x - among_y) * m * n / (m + n)
    };
    let best = Segment::new(&values).best_split(&order);
    let highest = (3..=values.len() - 3).map(defined).fold(0.0, f64::max);
    assert!((best.energy - highest).abs() < 1e-9, "{} {highest}", best.energy);
    assert!((defined(best.at) - highest).abs() < 1e-9);
}
