//! A comparison as a page in words: what agrees, what doesn't, and every picture.

use super::{DISTRIBUTIONS, TraceComparison, TraceQuantity, is_near, is_small};
use crate::chart::{Plot, Table, markdown_line, value_at};
use std::fmt::Write as _;

/// So many of the figures that differ stand on the page; the table has all.
const SHOWN: usize = 8;

impl TraceComparison {
    /// The page, in Markdown; pictures are links to the files of `plots`.
    pub(super) fn page(&self, plots: &[Plot]) -> String {
        let [one, other] = self.sides.each_ref().map(|side| markdown_line(&side.name));
        let mut page = format!(
            "# Does {one} look like {other}?\n\n{}: [the table](figures.md) has all of them. In the pictures of \
             distributions, a line says which share of all is at least as large as a value, so that the rare and large \
             stand at the right; both scales are logarithmic.{} Two lines are near each other if their shares differ by \
             0.1 at most, at any value.\n",
            self.near_words(),
            self.band_words(),
        );
        for remark in &self.remarks {
            let _ = writeln!(page, "\n{}", markdown_line(remark));
        }
        page += &self.farthest();
        for plot in plots {
            let words = match DISTRIBUTIONS
                .iter()
                .position(|quantity| quantity.plot == plot.name)
            {
                Some(index) => self.distribution_words(index),
                None => plot.caption.clone(),
            };
            let _ = write!(
                page,
                "\n## {0}\n\n{1}\n\n![{0}](plots/{2}.svg)\n",
                plot.title,
                markdown_line(&words),
                plot.name
            );
        }
        page
    }

    /// What the bands are, where there are any.
    fn band_words(&self) -> &'static str {
        let distributions = self.sides.iter().flat_map(|side| &side.distributions);
        let has_bands = distributions
            .into_iter()
            .any(|distribution| !distribution.band.is_empty());
        match has_bands {
            true => " The band around a line is where it lies in 95 of 100 draws of its people.",
            false => "",
        }
    }

    /// The figures that differ most, or that there are none.
    fn farthest(&self) -> String {
        let [one, other] = &self.sides;
        let pairs = one.figures.iter().zip(&other.figures);
        let mut far: Vec<(f64, usize)> = pairs
            .enumerate()
            .filter(|(_, (one, other))| is_near(one.value, other.value) == Some(false))
            .map(|(row, (one, other))| {
                let ratio = match (one.value, other.value) {
                    (Some(one), Some(other)) if one > 0.0 && other > 0.0 => (one / other).log10().abs(),
                    (Some(_) | None, Some(_) | None) => f64::INFINITY,
                };
                (ratio, row)
            })
            .collect();
        if far.is_empty() {
            return "\nNo figure differs by more than 10%.\n".to_owned();
        }
        far.sort_by(|one, other| other.0.total_cmp(&one.0));
        let table = self.table();
        let rows = far
            .iter()
            .take(SHOWN)
            .map(|&(_, row)| table.rows[row][..4].to_vec());
        let shown = Table {
            head: table.head[..4].to_vec(),
            rows: rows.collect(),
        };
        format!("\n## What differs most\n\n{}", shown.markdown())
    }

    /// The median and the largest tenth of a distribution on both sides, and how far apart they are.
    fn distribution_words(&self, index: usize) -> String {
        let TraceQuantity { of, measure, .. } = DISTRIBUTIONS[index];
        let both = |share: f64| {
            let values = self.sides.each_ref().map(|side| {
                let value = value_at(&side.distributions[index].points, share);
                value.map_or_else(|| super::NOT_SEEN.to_owned(), |value| measure.show(value))
            });
            let names = self.sides.each_ref().map(|side| &side.name);
            format!("{} in {}, {} in {}", values[0], names[0], values[1], names[1])
        };
        let distance = self.distances.get(index).and_then(|(_, distance)| *distance);
        let verdict = distance.map_or_else(String::new, |distance| {
            let verdict = if is_small(distance) {
                "near each other"
            } else {
                "not near each other"
            };
            format!(" The two are {verdict}: {distance:.3} apart.")
        });
        format!(
            "Half of the {of}: up to {}. Nine in ten: up to {}.{verdict}",
            both(0.5),
            both(0.9)
        )
    }
}
