//! From columns over time to panels.

use super::axis::Measure;
use super::palette::{Dash, Tone};
use super::time::{Merge, Panel, TimeChart, TimeLine, merge_factor};
use crate::reading::Reading;

/// What the panels over time are made from.
pub(crate) struct Timeline<'a> {
    reading: Reading<'a>,
    factor: usize,
}

impl<'a> Timeline<'a> {
    pub(crate) fn new(reading: Reading<'a>) -> Timeline<'a> {
        let columns = &reading.record.result.series.columns;
        let intervals = columns.iter().map(|column| column.values.len()).max();
        Timeline {
            reading,
            factor: merge_factor(intervals.unwrap_or(0), reading.record.result.series.interval_ns),
        }
    }

    fn line(
        &self,
        label: &str,
        tone: Tone,
        merge: Merge,
        values: impl Iterator<Item = Option<f64>>,
    ) -> TimeLine {
        let line = TimeLine {
            label: label.to_owned(),
            tone,
            dash: Dash::Solid,
            values: values.collect(),
        };
        line.merged(self.factor, merge)
    }

    /// Pieces per second.
    pub(crate) fn rate(&self, name: &str, label: &str, tone: Tone) -> Option<TimeLine> {
        let table = &self.reading.record.result.series;
        let until_ns = self.reading.record.result.window.until_ns;
        let values = self.reading.series(name)?;
        let rates = values.iter().enumerate().map(|(index, value)| {
            let start = table.start_ns + index as i64 * table.interval_ns;
            let length_ns = (until_ns - start).min(table.interval_ns);
            let seconds = length_ns as f64 / 1e9;
            value.and_then(|count| (length_ns > 0).then(|| count as f64 / seconds))
        });
        Some(self.line(label, tone, Merge::Mean, rates))
    }

    /// Values as they stand, times `factor`.
    pub(crate) fn plain(
        &self,
        name: &str,
        label: &str,
        tone: Tone,
        merge: Merge,
        factor: f64,
    ) -> Option<TimeLine> {
        let values = self.reading.series(name)?;
        let scaled = values
            .iter()
            .map(|value| value.map(|value| value as f64 * factor));
        Some(self.line(label, tone, merge, scaled))
    }

    /// The sum so far, times `factor`: none from the first interval on that has no value.
    pub(crate) fn so_far(&self, name: &str, label: &str, tone: Tone, factor: f64) -> Option<TimeLine> {
        let values = self.reading.series(name)?;
        let sums = values.iter().scan(Some(0), |sum, value| {
            *sum = sum.zip(*value).map(|(sum, value)| sum + value);
            Some(sum.map(|sum| sum as f64 * factor))
        });
        Some(self.line(label, tone, Merge::Last, sums))
    }

    pub(crate) fn chart(&self, panels: Vec<Panel>) -> Option<TimeChart> {
        let panels: Vec<Panel> = panels
            .into_iter()
            .filter(|panel| !panel.lines.is_empty())
            .collect();
        let table = &self.reading.record.result.series;
        let (warm_up_ns, until_ns) = self.reading.stretch();
        (!panels.is_empty()).then(|| TimeChart {
            from_ns: table.start_ns,
            until_ns: until_ns.max(table.start_ns + 1),
            warm_up_ns: warm_up_ns.min(until_ns),
            interval_ns: table.interval_ns * self.factor as i64,
            panels,
        })
    }
}

/// A panel of those lines that there are.
pub(crate) fn panel(
    title: &str,
    measure: Measure,
    lines: impl IntoIterator<Item = Option<TimeLine>>,
) -> Panel {
    Panel {
        title: title.to_owned(),
        measure,
        lines: lines.into_iter().flatten().collect(),
    }
}
