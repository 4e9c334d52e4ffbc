//! A sample of whole numbers and its statistics.

/// Observations in ascending order: seconds, counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sample(Vec<u32>);

impl Sample {
    /// The sample of these observations.
    #[must_use]
    pub fn new(mut values: Vec<u32>) -> Sample {
        values.sort_unstable();
        Sample(values)
    }

    /// The observations in ascending order.
    #[must_use]
    pub fn values(&self) -> &[u32] {
        &self.0
    }

    /// The mean; 0 for an empty sample.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.sum(&self.0) / self.0.len().max(1) as f64
    }

    /// The quantile at `p` in [0, 1]; 0 for an empty sample.
    #[must_use]
    pub fn quantile(&self, p: f64) -> u32 {
        let index = (p * self.0.len() as f64) as usize;
        let last = self.0.len().saturating_sub(1);
        self.0.get(index.min(last)).copied().unwrap_or(0)
    }

    /// The share of the total that the largest observations hold; `p` is their share of the count, rounded
    /// down.
    #[must_use]
    pub fn top_share(&self, p: f64) -> f64 {
        let top = (p * self.0.len() as f64) as usize;
        self.sum(&self.0[self.0.len() - top..]) / self.sum(&self.0).max(1.0)
    }

    /// The share of the observations that are at most `value`.
    #[must_use]
    pub fn share_up_to(&self, value: u32) -> f64 {
        self.0.partition_point(|&x| x <= value) as f64 / self.0.len().max(1) as f64
    }

    /// The two-sample Kolmogorov–Smirnov distance, in [0, 1]; 1 if exactly one sample is empty.
    #[must_use]
    pub fn distance(&self, other: &Sample) -> f64 {
        let share = |count: usize, of: &Sample| count as f64 / of.0.len().max(1) as f64;
        let (mut mine, mut theirs, mut distance) = (0, 0, 0.0f64);
        while let Some(&next) = self
            .0
            .get(mine..)
            .into_iter()
            .chain(other.0.get(theirs..))
            .filter_map(<[u32]>::first)
            .min()
        {
            let passed = |values: &[u32]| values.iter().take_while(|&&value| value == next).count();
            mine += passed(&self.0[mine..]);
            theirs += passed(&other.0[theirs..]);
            distance = distance.max((share(mine, self) - share(theirs, other)).abs());
        }
        distance
    }

    /// The distance, unless both samples are empty.
    #[must_use]
    pub fn distance_if_seen(&self, other: &Sample) -> Option<f64> {
        let is_seen = !self.0.is_empty() || !other.0.is_empty();
        is_seen.then(|| self.distance(other))
    }

    fn sum(&self, values: &[u32]) -> f64 {
        values.iter().map(|&value| value as f64).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_small_sample() {
        let sample = Sample::new(vec![5, 1, 3, 11]);
        assert_eq!(sample.mean(), 5.0);
        assert_eq!([0.0, 0.5, 1.0].map(|p| sample.quantile(p)), [1, 5, 11]);
        assert_eq!(sample.top_share(0.25), 11.0 / 20.0);
        assert_eq!(sample.share_up_to(3), 0.5);
        let empty = Sample::new(vec![]);
        assert_eq!(
            (empty.mean(), empty.quantile(0.5), empty.top_share(0.5)),
            (0.0, 0, 0.0)
        );
    }

    #[test]
    fn the_distance_is_the_largest_gap_between_the_shares() {
        let sample = |values: &[u32]| Sample::new(values.to_vec());
        let one = sample(&[1, 2, 3, 4]);
        assert_eq!(one.distance(&one), 0.0);
        assert_eq!(one.distance(&sample(&[3, 4, 5, 6])), 0.5);
        assert_eq!(one.distance(&sample(&[7])), 1.0);
        assert_eq!(one.distance(&sample(&[2, 2, 2, 2])), 0.5);
        assert_eq!(one.distance(&sample(&[])), 1.0);
    }
}
