//! How far one trace is from another: a distance for each quantity, and all of them in one number.

use super::{Figure, TraceStatistics};

/// What counts as alike: a tenth off, or distributions a tenth apart.
const TOLERANCE: f64 = 0.1;

/// Figures that a fit leaves alone: the curve of the day is taken over as it is, numbers of people and
/// messages follow from the scenario, and the one person with most contacts is chance.
fn is_fitted(figure: &Figure) -> bool {
    let given = ["messages", "people", "senders", "contacts, most"];
    !given.contains(&figure.name.as_str()) && !figure.name.starts_with("hour ")
}

/// How far apart two traces are in one quantity.
#[derive(Clone, PartialEq, Debug)]
pub struct Distance {
    /// What is compared.
    pub name: String,
    /// The first less the second as a share of the second; of distributions the Kolmogorov–Smirnov
    /// distance, which is never below zero.
    pub value: f64,
}

impl Distance {
    /// Whether the two count as alike.
    #[must_use]
    pub fn is_near(&self) -> bool {
        self.value.abs() <= TOLERANCE
    }
}

impl TraceStatistics {
    /// How far this is from `other` in each quantity that a fit goes for.
    #[must_use]
    pub fn distances(&self, other: &TraceStatistics) -> Vec<Distance> {
        let figures = self.figures().into_iter().zip(other.figures());
        let figures = figures
            .filter(|(one, _)| is_fitted(one))
            .map(|(one, other)| Distance {
                value: relative(one.value, other.value),
                name: one.name,
            });
        let samples = self.samples().into_iter().zip(other.samples());
        let samples = samples.map(|((name, one), (_, other))| Distance {
            name: format!("{name}, distribution"),
            value: one.distance(other),
        });
        figures.chain(samples).collect()
    }
}

fn relative(one: f64, other: f64) -> f64 {
    if other == 0.0 { one } else { one / other - 1.0 }
}

/// All distances in one number: the root of the mean of two mean squares, that of the figures and that
/// of the distributions; none counts for more than 1. 0 is a perfect fit.
#[must_use]
pub fn misfit(distances: &[Distance]) -> f64 {
    let square = |distance: &Distance| distance.value.clamp(-1.0, 1.0) * distance.value.clamp(-1.0, 1.0);
    let (samples, figures): (Vec<&Distance>, Vec<&Distance>) = distances
        .iter()
        .partition(|distance| distance.name.ends_with(", distribution"));
    let mean = |of: &[&Distance]| of.iter().copied().map(square).sum::<f64>() / of.len().max(1) as f64;
    libm::sqrt((mean(&samples) + mean(&figures)) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Trace;

    fn statistics(text: &str) -> TraceStatistics {
        TraceStatistics::of(&Trace::read(text.as_bytes()).unwrap(), 0)
    }

    #[test]
    fn a_trace_is_at_no_distance_from_itself_and_at_some_from_another() {
        let one = statistics("1 2 0\n2 1 100\n1 2 200\n2 1 4000\n");
        let other = statistics("1 2 0\n2 1 300\n1 3 7200\n2 1 40000\n");
        assert_eq!(misfit(&one.distances(&one)), 0.0);
        let distances = one.distances(&other);
        assert!(misfit(&distances) > 0.1, "{distances:?}");
        assert!(distances.iter().all(|distance| distance.value.is_finite()));
        let contacts = distances
            .iter()
            .find(|distance| distance.name == "contacts, mean");
        assert!(contacts.is_some_and(|contacts| (contacts.value + 0.25).abs() < 1e-9));
    }
}
