//! Estimates against known numbers; intervals against the truth, many times over.

use super::*;
use chappe_base::{Keyed, Purpose, standard_normal_quantile};

fn near(found: Option<f64>, expected: f64) -> bool {
    found.is_some_and(|found| (found - expected).abs() <= 1e-9 * expected.abs().max(1.0))
}

/// Normal values about 5 with deviation 2, the same for the same `experiment`.
fn normal(experiment: u64, count: usize) -> Vec<f64> {
    let mut stream = Keyed::new(2016, Purpose::Test).stream(experiment, 0);
    (0..count)
        .map(|_| 5.0 + 2.0 * standard_normal_quantile(stream.unit()))
        .collect()
}

/// How often of 1,000 experiments with `count` values an interval of theirs contains 5.
fn covered_count(count: usize, interval: impl Fn(&[f64]) -> Option<Interval>) -> usize {
    let holds = |experiment: &u64| interval(&normal(*experiment, count)).unwrap().contains(5.0);
    (0..1000).filter(holds).count()
}

/// Darwin's fifteen pairs of maize plants, crossed less self-fertilised, in eighths of an inch, which Fisher
/// took up in "The Design of Experiments" (1935).
const MAIZE: [f64; 15] = [
    49.0, -67.0, 8.0, 16.0, 6.0, 23.0, 28.0, 41.0, 14.0, 29.0, 56.0, 24.0, 75.0, 60.0, -48.0,
];

#[test]
fn estimates_of_darwins_maize_are_the_known_ones() {
    assert!(near(mean(&MAIZE), 314.0 / 15.0));
    assert!(near(median(&MAIZE), 24.0));
    let t = t_interval(&MAIZE, 0.95).unwrap();
    // Fisher's t of 2.148 with 14 degrees of freedom: just significant at 5%.
    assert!(
        (t.low - 0.03).abs() < 0.01 && (t.high - 41.83).abs() < 0.01,
        "{t:?}"
    );
}

#[test]
fn estimates_of_few_values_are_those_found_by_hand() {
    assert!(near(mean(&[1.0, 2.0, 6.0]), 3.0));
    assert!(near(median(&[4.0, 1.0, 3.0, 2.0]), 2.5));
    assert!(near(quantile(&[1.0, 2.0, 3.0, 4.0], 0.25), 1.75));
    // Walsh averages 1, 1.5, 2, 3.5, 4, 6.
    assert!(near(hodges_lehmann(&[1.0, 2.0, 6.0]), 2.75));
    // A wild value among ten moves the mean by 100, this one by less than 1.
    let mut values: Vec<f64> = (1..=10).map(f64::from).collect();
    values[9] = 1010.0;
    assert!(near(mean(&values), 105.5) && hodges_lehmann(&values).unwrap() < 6.5);
}

#[test]
fn intervals_of_student_have_the_tabled_width() {
    // Two values 0 and 2 have a standard error of 1; three values -1, 0, 1 of 1/sqrt(3).
    for (values, error, tabled) in [
        (&[0.0, 2.0][..], 1.0, 12.7062),
        (&[-1.0, 0.0, 1.0], 0.577_350_3, 4.302_65),
    ] {
        let reach = t_interval(values, 0.95).unwrap().half_width();
        assert!((reach / error - tabled).abs() < 1e-3, "{reach}");
    }
}

#[test]
fn p_values_of_signed_ranks_are_the_tabled_ones() {
    // Hollander, Wolfe and Chicken, table A.4: of 10 values P(W >= 47) = 0.024, of 8 P(W >= 36) = 0.004.
    let but_the_second: Vec<f64> = (1..=10)
        .map(|n| if n == 8 { -8.0 } else { f64::from(n) })
        .collect();
    let p_value = signed_rank_p_value(&but_the_second).unwrap();
    assert!((p_value / 2.0 - 0.024).abs() < 5e-4, "{p_value}");
    let all_above: Vec<f64> = (1..=8).map(f64::from).collect();
    assert_eq!(signed_rank_p_value(&all_above), Some(2.0 / 256.0));
    assert_eq!(signed_rank_p_value(&[-1.0, 1.0]), Some(1.0));
    assert_eq!(signed_rank_p_value(&[]), None);
    // Every third value below zero. Every sum of ranks was counted, also beyond 50 values, where the normal
    // approximation takes over.
    let every_third_below = |count: i32| -> Vec<f64> {
        (1..=count)
            .map(|n| f64::from(if n % 3 == 0 { -n } else { n }))
            .collect()
    };
    for (count, counted, tolerance) in [
        (50, 0.026_166_968_17, 1e-9),
        (51, 0.055_980_190_98, 1e-3),
        (60, 0.035_563_173_78, 1e-3),
    ] {
        let p_value = signed_rank_p_value(&every_third_below(count)).unwrap();
        assert!((p_value - counted).abs() < tolerance, "{p_value} of {count}");
    }
}

#[test]
fn intervals_of_signed_ranks_end_at_the_tabled_averages() {
    // Critical values of Wilcoxon's table for 5% on two sides, one below which still rejects.
    for (count, critical) in [(6, 0), (8, 3), (10, 8), (20, 52), (50, 434)] {
        let values: Vec<f64> = (0..count).map(|i| (i * i) as f64).collect();
        let averages = walsh_averages(&values);
        let interval = signed_rank_interval(&values, 0.95).unwrap();
        assert_eq!(interval.low, averages[critical], "{count}");
        assert_eq!(interval.high, averages[averages.len() - 1 - critical], "{count}");
    }
    assert_eq!(signed_rank_interval(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.95), None);
}

#[test]
fn intervals_of_95_percent_contain_the_truth_about_so_often() {
    for count in [2, 5, 10] {
        let covered = covered_count(count, |values| t_interval(values, 0.95));
        assert!(
            (920..=980).contains(&covered),
            "Student, {count} values: {covered}"
        );
    }
    // With 6 values no interval of ranks has a level between 0.94 and 0.97.
    for count in [6, 10, 60] {
        let covered = covered_count(count, |values| signed_rank_interval(values, 0.95));
        assert!(
            (930..=985).contains(&covered),
            "signed ranks, {count} values: {covered}"
        );
    }
    let covered = covered_count(30, |values| bootstrap_interval(values, mean, 0.95, 400, 7));
    assert!((920..=970).contains(&covered), "bootstrap: {covered}");
}

#[test]
fn bootstrap_depends_on_its_seed_alone_and_agrees_with_student() {
    let values = normal(0, 100);
    let bootstrap = |seed| bootstrap_interval(&values, mean, 0.95, 2000, seed).unwrap();
    assert_eq!(bootstrap(1), bootstrap(1));
    assert_ne!(bootstrap(1), bootstrap(2));
    let (student, bootstrap) = (t_interval(&values, 0.95).unwrap(), bootstrap(1));
    let tolerance = 0.1 * student.half_width();
    assert!(
        (student.low - bootstrap.low).abs() < tolerance,
        "{student:?} {bootstrap:?}"
    );
    assert!(
        (student.high - bootstrap.high).abs() < tolerance,
        "{student:?} {bootstrap:?}"
    );
}

#[test]
fn what_cannot_be_estimated_is_none() {
    for values in [&[][..], &[1.0, f64::NAN], &[f64::INFINITY, 1.0]] {
        assert_eq!(
            (mean(values), median(values), hodges_lehmann(values)),
            (None, None, None)
        );
        assert_eq!(
            (t_interval(values, 0.95), signed_rank_interval(values, 0.1)),
            (None, None)
        );
        assert_eq!(bootstrap_interval(values, mean, 0.95, 10, 1), None);
    }
    assert_eq!(t_interval(&[1.0], 0.95), None);
    assert_eq!(t_interval(&[1.0, 2.0], 1.0), None);
    assert_eq!(quantile(&[1.0], 1.5), None);
    assert_eq!(bootstrap_interval(&[1.0], mean, 0.95, 0, 1), None);
}

#[test]
fn the_interval_of_an_amount_has_nothing_below_zero() {
    let estimate = amount_estimate(&[3.0, 5.0], 0.95).unwrap();
    assert!(
        estimate.low == 0.0 && estimate.value == 4.0 && estimate.high > 16.0,
        "{estimate:?}"
    );
    assert!(mean_estimate(&[3.0, 5.0], 0.95).unwrap().low < 0.0);
    assert!(
        amount_estimate(&[-3.0, 5.0], 0.95).unwrap().low < 0.0,
        "no amounts"
    );
    assert_eq!(amount_estimate(&[], 0.95), None);
}
