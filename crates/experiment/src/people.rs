//! Who gained and who lost: a quantity of every person, before and after.

/// How one quantity changed over all people.
#[derive(Clone, PartialEq, Debug)]
pub struct Changes {
    /// People with less of it.
    pub less_count: u32,
    /// People with as much.
    pub same_count: u32,
    /// People with more.
    pub more_count: u32,
    /// Quantiles of the change, each with its place in [0, 1], rising.
    pub quantiles: Vec<(f64, i64)>,
    /// The people who changed, by how much: each range once, rising, without empty ones.
    pub ranges: Vec<ChangeRange>,
}

/// People whose change lies in a range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChangeRange {
    /// The least change.
    pub from: i64,
    /// The largest, included.
    pub to: i64,
    /// How many.
    pub people_count: u32,
}

/// The quantiles that are told of a change: its ends, its middle, and its tails.
const QUANTILES: [f64; 11] = [0.0, 0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 1.0];

impl Changes {
    /// The changes of people who are numbered alike in both. Ranges are powers of two: 1, 2 to 3, 4 to
    /// 7, and so on, either way.
    ///
    /// # Panics
    /// If there are not as many people before as after.
    #[must_use]
    pub fn of(before: &[u32], after: &[u32]) -> Changes {
        assert_eq!(before.len(), after.len(), "people are the same before and after");
        let pairs = before.iter().zip(after);
        let mut changes: Vec<i64> = pairs
            .map(|(before, after)| i64::from(*after) - i64::from(*before))
            .collect();
        changes.sort_unstable();
        let count = |range: &[i64]| range.len() as u32;
        let less = changes.partition_point(|change| *change < 0);
        let same = changes.partition_point(|change| *change <= 0) - less;
        let place = |at: f64| changes[(at * (changes.len() - 1) as f64).round() as usize];
        Changes {
            less_count: less as u32,
            same_count: same as u32,
            more_count: count(&changes[less + same..]),
            quantiles: match changes.is_empty() {
                true => Vec::new(),
                false => QUANTILES.map(|at| (at, place(at))).to_vec(),
            },
            ranges: changes
                .chunk_by(|a, b| range_of(*a) == range_of(*b))
                .filter(|alike| alike[0] != 0)
                .map(|alike| {
                    let (from, to) = range_of(alike[0]);
                    let people_count = count(alike);
                    ChangeRange {
                        from,
                        to,
                        people_count,
                    }
                })
                .collect(),
        }
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

    #[test]
    fn changes_are_counted_person_by_person() {
        let changes = Changes::of(&[5, 0, 1, 3, 9, 0], &[5, 1, 0, 6, 0, 0]);
        assert_eq!(
            (changes.less_count, changes.same_count, changes.more_count),
            (2, 2, 2)
        );
        let ranges: Vec<(i64, i64, u32)> = changes
            .ranges
            .iter()
            .map(|range| (range.from, range.to, range.people_count))
            .collect();
        assert_eq!(ranges, [(-15, -8, 1), (-1, -1, 1), (1, 1, 1), (2, 3, 1)]);
        assert_eq!(changes.quantiles.first(), Some(&(0.0, -9)));
        assert_eq!(changes.quantiles.last(), Some(&(1.0, 3)));
    }

    #[test]
    fn nobody_changes_where_nothing_does() {
        let changes = Changes::of(&[1, 2, 3], &[1, 2, 3]);
        assert_eq!((changes.same_count, changes.ranges.len()), (3, 0));
        assert!(changes.quantiles.iter().all(|(_, change)| *change == 0));
        assert!(Changes::of(&[], &[]).quantiles.is_empty());
    }
}
