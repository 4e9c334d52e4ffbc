//! How many observations it takes to judge a quantile or a share.
//!
//! Of `n` observations one or more is expected beyond the quantile `q` only if `n` times the tail is at least one. With
//! fewer, the largest observation stands for every such quantile, and says nothing about it.

use super::Comparison;
use std::cmp::Ordering;

/// What rounding may take from a tail, as a share of it: `1.0 - 0.99` is a little more than a hundredth.
const ROUNDING: f64 = 1e-9;

/// The fewest observations of which the quantile `q` can be told; its ends are told by any.
pub(super) fn wanted_for_quantile(q: f64) -> u64 {
    wanted_for_tail(q.min(1.0 - q))
}

/// The fewest observations by which `comparison` with a share of `limit` can be told to hold: among fewer, a single one
/// would already be too many.
pub(super) fn wanted_for_share(comparison: Comparison, limit: f64) -> u64 {
    match comparison {
        Comparison::Less | Comparison::LessOrEqual => wanted_for_tail(limit),
        Comparison::GreaterOrEqual | Comparison::Greater => wanted_for_tail(1.0 - limit),
        Comparison::Equal => 1,
    }
}

fn wanted_for_tail(tail: f64) -> u64 {
    if tail <= 0.0 {
        return 1;
    }
    ((1.0 - ROUNDING) / tail).ceil() as u64
}

/// Which side of the true quantile a value is known to lie on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bound {
    /// The quantile is at least the value.
    Least,
    /// The quantile is at most the value.
    Most,
}

/// The quantile nearest to `q` that `count` observations can tell, and how `q` lies to it; for a `q` that they cannot
/// tell.
pub(super) fn nearest(q: f64, count: u64) -> (f64, Bound) {
    let one = (1.0 + ROUNDING) / count.max(1) as f64;
    if q < 0.5 {
        (one.min(1.0), Bound::Most)
    } else {
        ((1.0 - one).max(0.0), Bound::Least)
    }
}

/// Whether a value that is at least, or at most, another one holds, if that is settled; `order` is how that other one
/// compares with the limit.
pub(super) fn settled(comparison: Comparison, order: Ordering, bound: Bound) -> Option<bool> {
    let holds = comparison.holds(order);
    match (comparison, bound) {
        (Comparison::Less | Comparison::LessOrEqual, Bound::Least) => (!holds).then_some(false),
        (Comparison::Less | Comparison::LessOrEqual, Bound::Most) => holds.then_some(true),
        (Comparison::GreaterOrEqual | Comparison::Greater, Bound::Least) => holds.then_some(true),
        (Comparison::GreaterOrEqual | Comparison::Greater, Bound::Most) => (!holds).then_some(false),
        (Comparison::Equal, Bound::Least) => order.is_gt().then_some(false),
        (Comparison::Equal, Bound::Most) => order.is_lt().then_some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_takes_as_many_observations_as_its_tail_has_parts() {
        let wanted = [0.0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.01, 1.0].map(wanted_for_quantile);
        assert_eq!(wanted, [1, 2, 10, 100, 1_000, 10_000, 100, 1]);
        assert_eq!(wanted_for_share(Comparison::Less, 0.05), 20);
        assert_eq!(wanted_for_share(Comparison::Greater, 0.95), 20);
        assert_eq!(wanted_for_share(Comparison::LessOrEqual, 0.0), 1);
        assert_eq!(wanted_for_share(Comparison::Equal, 0.05), 1);
    }

    #[test]
    fn the_nearest_quantile_leaves_one_observation_beyond() {
        for count in 1..2_000u64 {
            let (high, bound) = nearest(0.999, count);
            // As a histogram takes it: the first observation at which so large a share is reached.
            assert_eq!(libm::ceil(high * count as f64) as u64, count - 1, "{count}");
            assert_eq!(bound, Bound::Least);
            let (low, bound) = nearest(0.001, count);
            assert_eq!(libm::ceil(low * count as f64) as u64, 2.min(count), "{count}");
            assert_eq!(bound, Bound::Most);
        }
    }
}
