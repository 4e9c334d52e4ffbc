use super::*;

fn knobs() -> [Knob; 2] {
    let knob = |name: &str, low, high, start, logarithmic| Knob {
        name: name.to_owned(),
        low,
        high,
        start,
        logarithmic,
    };
    [
        knob("share", 0.0, 1.0, 0.9, false),
        knob("scale", 0.01, 100.0, 1.0, true),
    ]
}

fn effort(tries: usize, threads: usize) -> Effort {
    Effort {
        tries,
        threads,
        seed: 7,
    }
}

/// Least at a share of 0.25 and a scale of 20.
fn valley(values: &[f64]) -> f64 {
    let (share, scale) = (values[0] - 0.25, libm::log(values[1] / 20.0));
    share * share + scale * scale / 20.0
}

#[test]
fn the_lowest_point_of_a_valley_is_found_whatever_the_threads() {
    let one = search(&knobs(), effort(400, 1), &valley, &mut |_| true);
    assert!((one.values[0] - 0.25).abs() < 0.01, "{one:?}");
    assert!((one.values[1] / 20.0 - 1.0).abs() < 0.05, "{one:?}");
    let two = search(&knobs(), effort(400, 2), &valley, &mut |_| true);
    assert_eq!(one, two);
}

#[test]
fn a_search_ends_when_it_is_told_to_and_keeps_within_the_ranges() {
    let mut shown = 0;
    let inside = |values: &[f64]| {
        assert!((0.0..=1.0).contains(&values[0]) && (0.01..=100.0).contains(&values[1]));
        f64::NAN
    };
    let found = search(&knobs(), effort(10_000, 2), &inside, &mut |_| {
        shown += 1;
        shown < 3
    });
    assert_eq!(shown, 3);
    assert_eq!(found.loss, f64::MAX);
}

#[test]
fn what_leaves_the_range_is_reflected_into_it() {
    let [share, scale] = knobs();
    assert!((share.value(1.2) - 0.8).abs() < 1e-12);
    assert!((share.value(-0.2) - 0.2).abs() < 1e-12);
    assert!((scale.value(scale.position(20.0)) - 20.0).abs() < 1e-9);
}

#[test]
fn a_search_tries_as_often_as_it_may_and_never_ends_above_its_start() {
    for tries in [1, 2, 3, 7, 50] {
        let tried = AtomicUsize::new(0);
        let counted = |values: &[f64]| {
            tried.fetch_add(1, Ordering::Relaxed);
            valley(values)
        };
        let start: Vec<f64> = knobs().iter().map(|knob| knob.start).collect();
        let found = search(&knobs(), effort(tries, 2), &counted, &mut |_| true);
        assert_eq!((found.tries, tried.into_inner()), (tries, tries));
        assert!(found.loss <= valley(&start) && found.loss == valley(&found.values));
        assert!(tries > 1 || found.values == start);
    }
}

#[test]
fn a_search_that_has_converged_ends() {
    let found = search(&knobs(), effort(10_000, 1), &valley, &mut |_| true);
    assert!(found.tries < 1_000 && found.loss < 1e-15, "{found:?}");
}

/// A loss over `dimensions` knobs from -3 to 5, which a search starts beside the lowest point.
fn median_loss(dimensions: usize, tries: usize, loss: fn(&[f64]) -> f64) -> f64 {
    let knobs: Vec<Knob> = (0..dimensions)
        .map(|at| Knob {
            name: String::new(),
            low: -3.0,
            high: 5.0,
            start: if at % 2 == 0 { 3.0 } else { -1.5 },
            logarithmic: false,
        })
        .collect();
    let mut losses: Vec<f64> = (0..31)
        .map(|seed| {
            let effort = Effort {
                tries,
                threads: 1,
                seed,
            };
            search(&knobs, effort, &loss, &mut |_| true).loss
        })
        .collect();
    losses.sort_by(f64::total_cmp);
    losses[losses.len() / 2]
}

fn sphere(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum()
}

fn rosenbrock(x: &[f64]) -> f64 {
    let bend = |pair: &[f64]| {
        let (off, left) = (pair[1] - pair[0] * pair[0], 1.0 - pair[0]);
        100.0 * off * off + left * left
    };
    x.windows(2).map(bend).sum()
}

fn rastrigin(x: &[f64]) -> f64 {
    let wave = |x: f64| x * x + 10.0 - 10.0 * libm::cos(std::f64::consts::TAU * x);
    x.iter().map(|x| wave(*x)).sum()
}

/// The bounds are the medians of the crate `cmaes` 0.2 after as many tries, over 101 seeds.
#[test]
fn the_usual_test_functions_are_searched_as_well_as_by_a_published_program() {
    type Case = (&'static str, fn(&[f64]) -> f64, &'static [(usize, usize, f64)]);
    let cases: [Case; 3] = [
        (
            "sphere",
            sphere,
            &[
                (5, 300, 2.8e-3),
                (5, 1000, 4.6e-12),
                (17, 300, 6.2),
                (17, 1000, 8.5e-3),
            ],
        ),
        (
            "rosenbrock",
            rosenbrock,
            &[
                (5, 1000, 0.40),
                (10, 300, 97.0),
                (17, 300, 1240.0),
                (17, 1000, 20.2),
            ],
        ),
        (
            "rastrigin",
            rastrigin,
            &[(5, 300, 17.2), (17, 300, 140.0), (17, 1000, 116.0)],
        ),
    ];
    for (name, loss, bounds) in cases {
        for &(dimensions, tries, bound) in bounds {
            let found = median_loss(dimensions, tries, loss);
            assert!(
                found <= bound,
                "{name} in {dimensions} after {tries}: {found} over {bound}"
            );
        }
    }
}
