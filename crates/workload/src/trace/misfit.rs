//! The distance between two traces: by quantity, and as one number, the misfit that a fit minimises.

use super::{Figure, TraceStatistics};

/// The largest distance of two traces that count as alike, unless chance alone brings a larger one: 10%, or a
/// Kolmogorov–Smirnov distance of 0.1.
const TOLERANCE: f64 = 0.1;
/// Standard errors to either side that hold 95% of what chance brings.
const ERRORS: f64 = 1.96;
/// A distance of so many tolerances counts no more than that in a misfit.
const FAR: f64 = 3.0;
/// How the names of distances between distributions end.
const SAMPLES: &str = ", distribution";

/// Whether a fit changes the figure. It does not change the hours of the day, which are copied from the
/// trace, the numbers of people and messages, which follow from the scenario, and the most contacts of a
/// person, which is chance.
fn is_fitted(figure: &Figure) -> bool {
    let given = ["messages", "people", "senders", "contacts, most"];
    !given.contains(&figure.name.as_str()) && !figure.name.starts_with("hour ")
}

/// The distance between two traces in one quantity.
#[derive(Clone, PartialEq, Debug)]
pub struct Distance {
    /// The quantity.
    pub name: String,
    /// The relative difference, first to second. For distributions, the Kolmogorov–Smirnov distance, in [0,
    /// 1].
    pub value: f64,
    /// The largest distance of two that count as alike: 0.1, or what chance alone brings if that is more.
    pub tolerance: f64,
}

impl Distance {
    /// Whether the two count as alike.
    #[must_use]
    pub fn is_near(&self) -> bool {
        self.value.abs() <= self.tolerance
    }

    /// Whether it is between distributions.
    #[must_use]
    pub fn is_of_samples(&self) -> bool {
        self.name.ends_with(SAMPLES)
    }
}

impl TraceStatistics {
    /// The distances to `other` in all quantities that a fit changes and that one of the two has. `errors` are
    /// the standard errors of all figures of `other`, or empty if they are unknown.
    #[must_use]
    pub fn distances(&self, other: &TraceStatistics, errors: &[f64]) -> Vec<Distance> {
        let errors = errors.iter().copied().chain(std::iter::repeat(0.0));
        let figures = self.figures().into_iter().zip(other.figures()).zip(errors);
        let figures = figures
            .filter(|((one, _), _)| is_fitted(one))
            .filter_map(|((one, other), error)| {
                let scale = other.value.map_or(1.0, f64::abs).max(f64::MIN_POSITIVE);
                Some(Distance {
                    value: relative(one.value, other.value)?,
                    name: one.name,
                    tolerance: (ERRORS * error / scale).max(TOLERANCE),
                })
            });
        let samples = self.samples().into_iter().zip(other.samples());
        let samples = samples.filter_map(|((name, one), (_, other))| {
            Some(Distance {
                name: format!("{name}{SAMPLES}"),
                value: one.distance_if_seen(other)?,
                tolerance: TOLERANCE,
            })
        });
        figures.chain(samples).collect()
    }
}

/// How far the first is from the second, as a share of the latter; 1 if only one of them was seen.
fn relative(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    match (one, other) {
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => Some(1.0),
        (Some(one), Some(0.0)) => Some(one),
        (Some(one), Some(other)) => Some(one / other - 1.0),
    }
}

/// All distances in one number: the root of their mean square, each as a multiple of its tolerance. The few
/// distributions count for as much as the figures. A perfect fit has 0; at 1, all are as far as is tolerated.
#[must_use]
pub fn misfit(distances: &[Distance]) -> f64 {
    let square = |distance: &Distance| {
        let multiple = (distance.value / distance.tolerance).clamp(-FAR, FAR);
        multiple * multiple
    };
    let (samples, figures): (Vec<&Distance>, Vec<&Distance>) =
        distances.iter().partition(|distance| distance.is_of_samples());
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
        assert_eq!(misfit(&one.distances(&one, &[])), 0.0);
        let distances = one.distances(&other, &[]);
        assert!(misfit(&distances) > 0.1, "{distances:?}");
        assert!(distances.iter().all(|distance| distance.value.is_finite()));
        let contacts = distances
            .iter()
            .find(|distance| distance.name == "contacts, mean");
        assert!(contacts.is_some_and(|contacts| (contacts.value + 0.25).abs() < 1e-9));
    }

    #[test]
    fn what_neither_has_is_no_agreement_and_what_one_has_is_none() {
        let (silent, answered) = (statistics("1 2 0\n1 2 60\n"), statistics("1 2 0\n2 1 60\n"));
        let is_reply = |distance: &&Distance| distance.name.starts_with("reply time");
        assert_eq!(silent.distances(&silent, &[]).iter().find(is_reply), None);
        let distances = silent.distances(&answered, &[]);
        let replies: Vec<&Distance> = distances.iter().filter(is_reply).collect();
        assert_eq!(replies.len(), 8);
        assert!(
            replies
                .iter()
                .all(|distance| distance.value == 1.0 && !distance.is_near())
        );
    }
}
