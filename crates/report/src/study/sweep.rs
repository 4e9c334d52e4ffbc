//! The report on a sweep: what parameters of a scenario would change.

use super::whatif::cell;
use super::{Study, Time, asked, broken, estimated, promises, sentences};
use crate::chart::{
    Data, Dot, Measure, Places, Plot, RangeChart, RangePanel, RangeRow, ScatterChart, Spread, Table, Tone,
};
use crate::csv::csv;
use crate::document::sections::texts;
use crate::document::tabled;
use crate::report::{Report, pretty, put_record};
use crate::words;
use crate::write::{ReportError, Sink, put};
use chappe_metrics::{HARM, SweepDesign, SweepPoint, SweepRecord, Unit, VarianceShares, VariedKey};
use maud::{Markup, html};
use std::io;

/// Points with a name of their own in a drawing, at most.
const NAMED_MOST: usize = 24;

impl Report for SweepRecord {
    fn record_file(&self) -> &'static str {
        "sweep.json"
    }

    fn question(&self) -> Option<&str> {
        asked(&self.scenario)
    }

    fn answer(&self) -> Vec<String> {
        self.answer.clone()
    }

    fn cautions(&self) -> Vec<String> {
        broken(&self.violations)
            .into_iter()
            .chain(sentences(&self.warnings))
            .collect()
    }

    fn incomplete(&self) -> Option<String> {
        incomplete(self)
    }

    fn json(&self) -> io::Result<Vec<u8>> {
        pretty(self)
    }

    fn write_files(&self, sink: &mut Sink<'_>) -> Result<(), ReportError> {
        put_record(self, sink)?;
        put(sink, "points.csv", points_csv(self).as_bytes())?;
        let study = Study {
            report: self,
            time: Time::Virtual,
            scenario: &self.scenario,
            seeds: &self.seeds,
            version: &self.version,
            execution: &self.execution,
            question: asked(&self.scenario).unwrap_or(&self.scenario.title).to_owned(),
            plots: sweep_plots(self),
            sections: vec![
                ("points", "Every point", points(self)),
                ("varied", "What was varied", varied(self)),
            ],
            table: table(self, self.points.iter().filter(|point| point.is_best)),
            cases: vec![promises(&self.violations)],
        };
        study.write(sink)
    }
}

/// If the sweep was stopped before its end, by its budget or an interrupt: how many runs there are, and what is not final.
fn incomplete(record: &SweepRecord) -> Option<String> {
    let done = record.planned_count.saturating_sub(record.missing_count);
    (record.missing_count > 0).then(|| {
        format!(
            "The sweep was stopped after {} of {}: points without all their runs are left out, so the frontier \
             and the shares of variance are not final.",
            words::count(done as i64),
            words::counted(record.planned_count as i64, "run"),
        )
    })
}

/// Every point as a row: its values, then each metric with its interval.
fn points_csv(record: &SweepRecord) -> String {
    let keys = record.keys.iter().map(|key| key.key.clone());
    let metrics = record.metrics.iter().flat_map(|metric| {
        let (name, unit) = (&metric.metric, metric.unit.label());
        ["", " low", " high"].map(|end| format!("{name}{end} [{unit}]"))
    });
    let head = texts(["point", "arm", "best"])
        .into_iter()
        .chain(keys)
        .chain(metrics);
    let has_intervals = record.seeds.len() > 1;
    let rows = record.points.iter().map(|point| {
        let fixed = [
            point.point.to_string(),
            point.arm.clone(),
            point.is_best.to_string(),
        ];
        let figures = point.figures.iter().flat_map(|figure| match figure {
            Some(figure) if has_intervals => {
                [figure.value, figure.low, figure.high].map(|value| value.to_string())
            }
            Some(figure) => [figure.value.to_string(), String::new(), String::new()],
            None => Default::default(),
        });
        fixed
            .into_iter()
            .chain(point.values.iter().cloned())
            .chain(figures)
            .collect()
    });
    csv(std::iter::once(head.collect()).chain(rows))
}

/// The plots of a sweep: revenue against harm, and how much of the variance each key explains.
#[must_use]
pub fn sweep_plots(record: &SweepRecord) -> Vec<Plot> {
    let clock = Time::Virtual.words();
    let chart = frontier(record);
    let frontier = (!chart.dots.is_empty()).then(|| {
        let each = match intervals(record) {
            Some(intervals) => format!("Each dot is one arm at one point, {intervals}"),
            None => "Each dot is one arm at one point, played once".to_owned(),
        };
        let how = format!(
            "{each}: higher earns more, further left does less harm. Dark dots are on the frontier: no other point \
             earns more with less harm."
        );
        Plot::new("frontier", "Revenue against harm", &how, clock, Data::Scatter(chart))
    });
    let panels = shares(record);
    let indices = (!panels.is_empty()).then(|| {
        Plot::new(
            "indices",
            "Which parameters matter",
            "Share of the variance over the points that a parameter explains alone (first dot) and together \
             with others (second dot).",
            clock,
            Data::Ranges(RangeChart { panels }),
        )
    });
    frontier.into_iter().chain(indices).collect()
}

fn frontier(record: &SweepRecord) -> ScatterChart {
    let named = record.points.len() <= NAMED_MOST;
    let has_intervals = record.seeds.len() > 1;
    let dot = |point: &SweepPoint| {
        let (across, up) = (point.harm?, point.revenue?);
        Some(Dot {
            label: if named || point.is_best {
                label(record, point)
            } else {
                String::new()
            },
            across: across.value,
            up: up.value,
            spread: has_intervals.then_some(Spread {
                across: (across.low, across.high),
                up: (up.low, up.high),
            }),
            tone: if point.is_best { Tone::Ink } else { Tone::Ad },
        })
    };
    // What is drawn last lies on top, and what is named first has the choice of places.
    let mut points: Vec<&SweepPoint> = record.points.iter().collect();
    points.sort_by_key(|point| !point.is_best);
    ScatterChart {
        across: words::figure(HARM).unwrap_or(HARM).to_owned(),
        across_measure: Measure::Count,
        up: "revenue, in units of the currency".to_owned(),
        up_measure: Measure::Money,
        dots: points.into_iter().filter_map(dot).collect(),
    }
}

/// The name of a point: its values, and its arm where there are several.
fn label(record: &SweepRecord, point: &SweepPoint) -> String {
    let last = |key: &str| words::plain(key.rsplit('.').next().unwrap_or(key));
    let pairs = record.keys.iter().zip(&point.values);
    let values: Vec<String> = pairs
        .map(|(key, value)| format!("{} {value}", last(&key.key)))
        .collect();
    let values = values.join(", ");
    match (record.arms.len() > 1, values.is_empty()) {
        (true, false) => format!("{values} \u{b7} {}", point.arm),
        (true, true) => point.arm.clone(),
        (false, _) => values,
    }
}

/// One panel for each metric and arm.
fn shares(record: &SweepRecord) -> Vec<RangePanel> {
    let same =
        |one: &VarianceShares, next: &VarianceShares| (&one.metric, &one.arm) == (&next.metric, &next.arm);
    let groups = record.indices.chunk_by(same);
    let panel = |group: &[VarianceShares]| {
        let mut sorted: Vec<&VarianceShares> = group.iter().collect();
        sorted.sort_by(|one, other| other.total.value.total_cmp(&one.total.value));
        let title = group
            .first()
            .map(|first| format!("{}, {}", first.metric, first.arm));
        RangePanel {
            title: title.unwrap_or_default(),
            measure: Measure::Share,
            places: Places::Differences,
            rows: sorted.into_iter().map(share_row).collect(),
        }
    };
    groups.map(panel).collect()
}

fn share_row(shares: &VarianceShares) -> RangeRow {
    let (first, total) = (shares.first.value, shares.total.value);
    let around = |estimate| estimated(estimate, Unit::Share);
    RangeRow {
        label: shares.key.clone(),
        span: (first.min(total), first.max(total)),
        marks: vec![first, total],
        remark: format!(
            "alone {}, in all {}",
            around(&shares.first),
            around(&shares.total)
        ),
        tone: Tone::Platform,
    }
}

/// `with its 95% intervals`; none where every point was played once, which gives no interval.
fn intervals(record: &SweepRecord) -> Option<&'static str> {
    (record.seeds.len() > 1).then_some("with its 95% intervals")
}

fn points(record: &SweepRecord) -> Markup {
    html! {
        p.soft.small {
            @match intervals(record) {
                Some(intervals) => {
                    "Each figure is the mean over " (words::counted(record.seeds.len() as i64, "replication")) " "
                    (intervals)
                },
                None => { "Every point was played once, which gives no interval" },
            }
            "; in " (Time::Virtual.words()) ". Best: on the frontier, where no other \
             point earns as much with less harm, or more with as little."
        }
        (tabled(&table(record, record.points.iter())))
    }
}

fn table<'a>(record: &SweepRecord, points: impl Iterator<Item = &'a SweepPoint>) -> Table {
    let mut head: Vec<String> = record.keys.iter().map(|key| key.key.clone()).collect();
    head.push("arm".to_owned());
    head.extend(record.metrics.iter().map(|metric| metric.metric.clone()));
    head.push("best".to_owned());
    let rows = points.map(|point| {
        let mut row = point.values.clone();
        row.push(point.arm.clone());
        let figures = point.figures.iter().zip(&record.metrics);
        row.extend(figures.map(|(figure, metric)| cell(figure.as_ref(), metric.unit)));
        row.push(if point.is_best {
            "\u{2713}".to_owned()
        } else {
            String::new()
        });
        row
    });
    Table {
        head,
        rows: rows.collect(),
    }
}

fn varied(record: &SweepRecord) -> Markup {
    let values = |key: &VariedKey| match &key.range {
        Some([low, high]) => format!("{low} to {high}"),
        None => key.values.join(", "),
    };
    let rows = record.keys.iter().map(|key| texts([&key.key, &values(key)]));
    let how = match record.design {
        SweepDesign::Grid => "every combination of the values",
        SweepDesign::LatinHypercube => "points that fill the ranges evenly, a Latin hypercube",
        SweepDesign::Saltelli => {
            "points in the pattern of Saltelli, from which shares of the variance are estimated"
        }
    };
    html! {
        p { "Design: " (how) "; every point with the same seeds." }
        (tabled(&Table { head: texts(["key", "values"]), rows: rows.collect() }))
    }
}
