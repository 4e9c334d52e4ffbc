//! Who gained and who lost: a quantity of every user, under two arms.

use chappe_metrics::{ChangeRange, Quantile, UserCount, UserQuantity};

/// The quantiles that are told of a change: its ends, its middle, and its tails.
const QUANTILES: [f64; 11] = [0.0, 0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 1.0];

/// How a quantity changed from the baseline to the arm, over users who are numbered alike in both. Ranges of
/// changes are powers of two: 1, 2 to 3, 4 to 7, and so on, either way.
///
/// # Panics
/// If there are not as many users in both.
#[must_use]
pub fn changes(quantity: UserCount, baseline: &[u32], arm: &[u32]) -> UserQuantity {
    assert_eq!(baseline.len(), arm.len(), "both have the same users");
    let total = |counts: &[u32]| counts.iter().map(|count| u64::from(*count)).sum();
    let pairs = baseline.iter().zip(arm);
    let mut changes: Vec<i64> = pairs
        .map(|(before, after)| i64::from(*after) - i64::from(*before))
        .collect();
    changes.sort_unstable();
    let less = changes.partition_point(|change| *change < 0);
    let same = changes.partition_point(|change| *change <= 0) - less;
    let quantile = |q: f64| Quantile {
        q,
        value: changes[(q * (changes.len() - 1) as f64).round() as usize],
    };
    let ranges = changes.chunk_by(|a, b| range_of(*a) == range_of(*b));
    let changed = ranges.filter(|alike| alike[0] != 0).map(|alike| {
        let (from, to) = range_of(alike[0]);
        ChangeRange {
            from: from as i32,
            to: to as i32,
            users_count: alike.len() as u32,
        }
    });
    UserQuantity {
        quantity,
        baseline_total: total(baseline),
        arm_total: total(arm),
        less_count: less as u32,
        same_count: same as u32,
        more_count: (changes.len() - less - same) as u32,
        quantiles: match changes.is_empty() {
            true => Vec::new(),
            false => QUANTILES.map(quantile).to_vec(),
        },
        changes: changed.collect(),
    }
}

/// The range that a change lies in.
fn range_of(change: i64) -> (i64, i64) {
    let Some(power) = change.unsigned_abs().checked_ilog2() else {
        return (0, 0);
    };
    let (near, far) = (1i64 << power, (1i64 << power) * 2 - 1);
    if change > 0 { (near, far) } else { (-far, -near) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(baseline: &[u32], arm: &[u32]) -> UserQuantity {
        changes(UserCount::AdsSeen, baseline, arm)
    }

    #[test]
    fn changes_are_counted_user_by_user() {
        let changes = of(&[5, 0, 1, 3, 9, 0], &[5, 1, 0, 6, 0, 0]);
        assert_eq!((changes.baseline_total, changes.arm_total), (18, 12));
        assert_eq!(
            (changes.less_count, changes.same_count, changes.more_count),
            (2, 2, 2)
        );
        let ranges: Vec<(i32, i32, u32)> = changes
            .changes
            .iter()
            .map(|range| (range.from, range.to, range.users_count))
            .collect();
        assert_eq!(ranges, [(-15, -8, 1), (-1, -1, 1), (1, 1, 1), (2, 3, 1)]);
        let ends = [changes.quantiles.first(), changes.quantiles.last()];
        assert_eq!(
            ends.map(|end| end.map(|quantile| (quantile.q, quantile.value))),
            [Some((0.0, -9)), Some((1.0, 3))]
        );
    }

    #[test]
    fn nobody_changes_where_nothing_does() {
        let changes = of(&[1, 2, 3], &[1, 2, 3]);
        assert_eq!((changes.same_count, changes.changes.len()), (3, 0));
        assert!(changes.quantiles.iter().all(|quantile| quantile.value == 0));
        assert!(of(&[], &[]).quantiles.is_empty());
    }
}
