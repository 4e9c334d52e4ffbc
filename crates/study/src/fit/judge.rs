//! How near the people of a fit are to those of a trace, on seeds that the search has not seen.

use super::laws::Spread;
use super::writers::Writers;
use chappe_workload::{Distance, TraceStatistics};

/// Seeds on which a fit is judged.
pub(crate) const SEEDS: u64 = 32;
/// The share of the quantities that agree where people count as alike: 30 of 35.
const MOST: f64 = 30.0 / 35.0;
/// Smaller differences count as this one when two are divided.
const LEAST: f64 = 0.01;

/// The agreement of a fit with its trace.
#[derive(Clone, PartialEq, Debug)]
pub struct Agreement {
    /// Seeds on which people played.
    pub seeds: usize,
    /// Seeds on which 30 of 35 quantities agree, and all distributions are within .1.
    pub agreeing: usize,
    /// Quantities that agree on the median seed, of how many.
    pub near: (usize, usize),
    /// The largest of the median seed's distances between distributions, as a Kolmogorov–Smirnov distance.
    pub farthest: f64,
    /// Hours of the day in which the mean over the seeds is within 10%, or .05 of the mean rate.
    pub hours: usize,
}

/// How far a fit and the part of a trace that it was made from are from the part that was held out.
#[derive(Clone, PartialEq, Debug)]
pub struct Holdout {
    /// The share that the fit was made from.
    pub share: f64,
    /// How many times as far as that part the mean of the fit's seeds is, figure by figure, in the median.
    pub times: f64,
    /// Quantities of the part that agree with those held out.
    pub near_part: usize,
    /// Quantities of the fit that agree with those held out, on the median seed, of how many.
    pub near: (usize, usize),
}

/// What `writers` write on the seeds from `seed` on.
pub(crate) fn plays(writers: &Writers, seed: u64) -> Vec<TraceStatistics> {
    (seed..seed + SEEDS).map(|seed| writers.write(seed)).collect()
}

impl Agreement {
    /// The agreement of plays with a trace.
    pub(crate) fn of(plays: &[TraceStatistics], recorded: &TraceStatistics, spread: &Spread) -> Agreement {
        let distances: Vec<Vec<Distance>> = plays
            .iter()
            .map(|play| play.distances(recorded, &spread.figures))
            .collect();
        let near = |distances: &Vec<Distance>| distances.iter().filter(|distance| distance.is_near()).count();
        let is_alike = |of: &&Vec<Distance>| {
            let mut samples = of.iter().filter(|distance| distance.is_of_samples());
            near(of) as f64 >= MOST * of.len() as f64 && samples.all(Distance::is_near)
        };
        let farthest = |of: &Vec<Distance>| {
            let samples = of.iter().filter(|distance| distance.is_of_samples());
            samples.map(|distance| distance.value).fold(0.0, f64::max)
        };
        let is_right = |hour: &usize| {
            let mean = plays.iter().map(|play| play.hourly[*hour]).sum::<f64>() / plays.len() as f64;
            let off = (mean - recorded.hourly[*hour]).abs();
            off <= 0.05 || off <= 0.1 * recorded.hourly[*hour]
        };
        Agreement {
            seeds: plays.len(),
            agreeing: distances.iter().filter(is_alike).count(),
            near: (
                median(distances.iter().map(|of| near(of) as f64).collect()) as usize,
                distances.first().map_or(0, Vec::len),
            ),
            farthest: median(distances.iter().map(farthest).collect()),
            hours: (0..24).filter(is_right).count(),
        }
    }

    /// In a sentence.
    #[must_use]
    pub fn words(&self) -> String {
        let (near, of) = self.near;
        format!(
            "On {} seeds that the search has not used, {near} of {of} quantities are within 10% or the trace's own noise in \
             the median. On {} of them 30 of 35 are, with all distances between distributions under 0.1; the largest \
             is {:.3} in the median. People write as in the trace in {} of 24 hours.",
            self.seeds, self.agreeing, self.farthest, self.hours
        )
    }
}

impl Holdout {
    /// How far `plays` and `part` are from the statistics `held` out.
    pub(crate) fn of(
        share: f64,
        plays: &[TraceStatistics],
        part: &TraceStatistics,
        held: &TraceStatistics,
        spread: &Spread,
    ) -> Holdout {
        let near = |distances: &[Distance]| distances.iter().filter(|distance| distance.is_near()).count();
        let of_part = part.distances(held, &spread.figures);
        let distances: Vec<Vec<Distance>> = plays
            .iter()
            .map(|play| play.distances(held, &spread.figures))
            .collect();
        // A figure of the fit is its mean over the seeds: what chance does to one of them is no fault of the fit.
        let ratio = |of_part: &Distance| {
            let values = distances
                .iter()
                .flatten()
                .filter(|distance| distance.name == of_part.name);
            let values: Vec<f64> = values.map(|distance| distance.value).collect();
            let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
            mean.abs().max(LEAST) / of_part.value.abs().max(LEAST)
        };
        Holdout {
            share,
            times: median(of_part.iter().map(ratio).collect()),
            near_part: near(&of_part),
            near: (
                median(distances.iter().map(|of| near(of) as f64).collect()) as usize,
                of_part.len(),
            ),
        }
    }

    /// In a sentence.
    #[must_use]
    pub fn words(&self) -> String {
        let (near, of) = self.near;
        format!(
            "Fitted to the first {:.0}% of the time and held against the rest, {near} of {of} quantities agree, where {} of the \
             first part's own do; figure by figure the fit is {:.2} times as far away, in the median.",
            100.0 * self.share,
            self.near_part,
            self.times
        )
    }
}

/// The middle value, the lower one of two; 0 of none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values
        .get(values.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_workload::Trace;

    fn statistics(text: &str) -> TraceStatistics {
        TraceStatistics::of(&Trace::read(text.as_bytes()).unwrap(), 0)
    }

    #[test]
    fn a_trace_agrees_with_itself_and_not_with_another() {
        let spread = Spread {
            figures: Vec::new(),
            laws: Vec::new(),
            resampled: Vec::new(),
        };
        let one = statistics("1 2 0\n2 1 100\n1 2 200\n2 1 4000\n3 1 9000\n");
        let other = statistics("1 2 0\n2 1 30000\n1 3 72000\n2 4 400000\n");
        let own = Agreement::of(&[one.clone(), other.clone(), one.clone()], &one, &spread);
        assert_eq!((own.seeds, own.agreeing, own.farthest), (3, 2, 0.0));
        assert_eq!(own.near.0, own.near.1);
        let holdout = Holdout::of(0.5, std::slice::from_ref(&one), &other, &one, &spread);
        assert!(
            holdout.times < 0.1 && holdout.near.0 > holdout.near_part,
            "{holdout:?}"
        );
        let same = Holdout::of(0.5, std::slice::from_ref(&other), &other, &one, &spread);
        assert_eq!((same.times, same.near.0), (1.0, same.near_part));
    }
}
