//! The report on a comparison: what a choice of the design changes.

use super::{Study, Time, broken, measure, promises, told};
use crate::chart::{Data, Measure, Places, Plot, RangeChart, RangePanel, RangeRow, Table, Tone};
use crate::document::sections::texts;
use crate::document::tabled;
use crate::junit::Case;
use crate::report::{Report, pretty, put_record};
use crate::words;
use crate::write::{ReportError, Sink};
use chappe_metrics::{ComparedMetric, ComparisonRecord, VariantVerdict, Verdict};
use maud::{Markup, html};
use std::io;

impl Report for ComparisonRecord {
    fn record_file(&self) -> &'static str {
        "comparison.json"
    }

    fn answer(&self) -> Vec<String> {
        answer(self)
    }

    fn cautions(&self) -> Vec<String> {
        cautions(self)
    }

    fn incomplete(&self) -> Option<String> {
        incomplete(self)
    }

    fn json(&self) -> io::Result<Vec<u8>> {
        pretty(self)
    }

    fn write_files(&self, sink: &mut Sink<'_>) -> Result<(), ReportError> {
        put_record(self, sink)?;
        let study = Study {
            report: self,
            time: Time::Wall,
            scenario: &self.scenario,
            seeds: &[self.seed],
            version: &self.version,
            execution: &self.execution,
            question: format!("What does {} change?", self.key),
            plots: comparison_plots(self),
            sections: vec![
                ("figures", "All figures", figures(self)),
                ("order", "The order of the runs", order(self)),
            ],
            table: verdicts_table(self),
            cases: vec![
                promises(&self.violations),
                Case::failed_if("load", "the generator kept up", behind(self)),
            ],
        };
        study.write(sink)
    }
}

/// Rounds in which every variant ran.
fn complete_rounds(record: &ComparisonRecord) -> u32 {
    let variants = record.variants.len().max(1);
    (record.order.len() / variants) as u32
}

/// If the comparison was stopped before its end: how many runs there are, and what the verdicts rest on.
fn incomplete(record: &ComparisonRecord) -> Option<String> {
    let planned = u64::from(record.rounds_count) * record.variants.len() as u64;
    let compared = match complete_rounds(record) {
        0 => "no round is complete, so nothing is compared.".to_owned(),
        rounds => format!(
            "verdicts rest on {} of {}, and those that are inconclusive may be decided by the others.",
            rounds,
            words::counted(i64::from(record.rounds_count), "round"),
        ),
    };
    record.interrupted.then(|| {
        format!(
            "The comparison was stopped after {} of {}; {compared}",
            record.order.len(),
            words::counted(planned as i64, "run"),
        )
    })
}

/// What changed first, then what did not, then what is inconclusive.
fn answer(record: &ComparisonRecord) -> Vec<String> {
    let first = record.variants.first().map_or("", String::as_str);
    let mut verdicts: Vec<&VariantVerdict> = verdicts(record).map(|(_, verdict)| verdict).collect();
    // Those of a kind stay in the order of the metrics.
    verdicts.sort_by_key(|verdict| rank(verdict));
    let several = record.variants.len() > 2;
    let decided = verdicts.first().is_some_and(|verdict| is_decided(verdict));
    let undecided = (!decided).then(|| {
        let (rounds, key) = (
            words::counted(i64::from(complete_rounds(record)), "round"),
            &record.key,
        );
        match verdicts.is_empty() {
            true => format!("In {rounds}, no figure could be compared between the variants of {key}."),
            false => format!("In {rounds}, no figure differed clearly between the variants of {key}."),
        }
    });
    let missing = missing(record);
    let missing = (!missing.is_empty()).then(|| {
        format!(
            "Missing in too many rounds to be compared: {}.",
            missing.join(", ")
        )
    });
    let sentences = verdicts.iter().enumerate().map(|(index, verdict)| {
        let named = several || decided && index == 0;
        if named {
            let (key, variant) = (&record.key, &verdict.variant);
            words::sentence(&format!(
                "with {key} = {variant} instead of {first}, {}",
                verdict.sentence
            ))
        } else {
            words::sentence(&verdict.sentence)
        }
    });
    undecided.into_iter().chain(sentences).chain(missing).collect()
}

/// The figures of variants that too few rounds have for a verdict.
fn missing(record: &ComparisonRecord) -> Vec<String> {
    let metrics = record.metrics.iter();
    let missing = metrics.flat_map(|metric| {
        let others = record.variants.iter().skip(1);
        let lacking = others.filter(|variant| {
            let mut known = metric.against_first.iter();
            !known.any(|verdict| verdict.variant == **variant)
        });
        lacking.map(|variant| format!("{} with {} = {variant}", metric.metric, record.key))
    });
    missing.collect()
}

fn verdicts(record: &ComparisonRecord) -> impl Iterator<Item = (&ComparedMetric, &VariantVerdict)> {
    let metrics = record.metrics.iter();
    metrics.flat_map(|metric| metric.against_first.iter().map(move |verdict| (metric, verdict)))
}

fn is_decided(verdict: &VariantVerdict) -> bool {
    rank(verdict) == 0
}

/// What changed stands before what did not, and that before what is inconclusive.
fn rank(verdict: &VariantVerdict) -> u8 {
    match verdict.verdict {
        Verdict::Improved | Verdict::Regressed | Verdict::Changed => 0,
        Verdict::Unchanged => 1,
        Verdict::Inconclusive => 2,
    }
}

fn cautions(record: &ComparisonRecord) -> Vec<String> {
    let missing = record.metrics.iter().flat_map(|metric| &metric.variants);
    let missing = missing.flat_map(|variant| &variant.figures);
    let missing = missing.filter(|figure| figure.is_none()).count();
    let gaps = (missing > 0).then(|| {
        let figures = words::counted(missing as i64, "figure");
        format!("{figures} are missing: their rounds were left out of that metric\u{2019}s comparison.")
    });
    let odd = (record.rounds_count % 2 == 1).then(|| {
        "The number of rounds is odd, so a drift of the machine does not cancel out: choose an even number.".to_owned()
    });
    let behind = behind(record).map(|(line, why)| format!("{}: {why}", words::capital(&line)));
    let broken = broken(&record.violations);
    broken.into_iter().chain(behind).chain(gaps).chain(odd).collect()
}

/// If the generator fell behind: in how many runs, and what that means.
fn behind(record: &ComparisonRecord) -> Option<(String, String)> {
    let limited = record.generator_limited_count;
    (limited > 0).then(|| {
        (
            format!(
                "in {limited} of {} the generator fell behind",
                words::counted(record.order.len() as i64, "run")
            ),
            "their figures say little about the platform. Lower the rate, or leave the generator a core."
                .to_owned(),
        )
    })
}

/// The plots of a comparison: what changed and how surely, and every run.
#[must_use]
pub fn comparison_plots(record: &ComparisonRecord) -> Vec<Plot> {
    let plot = |name, title, how: &str, panels: Vec<RangePanel>| {
        let panels: Vec<RangePanel> = panels
            .into_iter()
            .filter(|panel| !panel.rows.is_empty())
            .collect();
        (!panels.is_empty()).then(|| {
            Plot::new(
                name,
                title,
                how,
                Time::Wall.words(),
                Data::Ranges(RangeChart { panels }),
            )
        })
    };
    let first = record.variants.first().map_or("", String::as_str);
    let against = format!(
        "Each dot is the estimate of the difference to {} = {first}, its line the 95% interval. Green \
         improved, red regressed.",
        record.key
    );
    [
        plot(
            "differences",
            "What changed, and how surely",
            &against,
            differences(record),
        ),
        plot(
            "rounds",
            "Every run",
            "Each dot is one run. Rows that overlap do not differ clearly. Axes may begin above zero.",
            record.metrics.iter().map(rounds).collect(),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Relative differences share a panel; others have one for each metric.
fn differences(record: &ComparisonRecord) -> Vec<RangePanel> {
    let panel = |title: &str, measure, rows| RangePanel {
        title: title.to_owned(),
        measure,
        places: Places::Differences,
        rows,
    };
    let several = record.variants.len() > 2;
    let label = |metric: &ComparedMetric, verdict: &VariantVerdict| {
        if several {
            format!("{}, {}", metric.metric, verdict.variant)
        } else {
            metric.metric.clone()
        }
    };
    let relative = verdicts(record).filter(|(_, verdict)| verdict.relative);
    let relative =
        relative.map(|(metric, verdict)| row(label(metric, verdict), verdict, (Measure::Share, 1.0)));
    let mut panels = vec![panel("", Measure::Share, relative.collect())];
    panels.extend(record.metrics.iter().map(|metric| {
        let plain = metric.against_first.iter().filter(|verdict| !verdict.relative);
        let (measure, factor) = measure(metric.unit);
        let rows = plain.map(|verdict| row(verdict.variant.clone(), verdict, (measure, factor)));
        let title = if measure == Measure::Share {
            format!("{}, difference in percentage points", metric.metric)
        } else {
            format!("{}, difference", metric.metric)
        };
        panel(&title, measure, rows.collect())
    }));
    panels
}

fn row(label: String, verdict: &VariantVerdict, (measure, factor): (Measure, f64)) -> RangeRow {
    let [difference, low, high] = [verdict.difference, verdict.low, verdict.high].map(|value| value * factor);
    RangeRow {
        label,
        span: (low, high),
        marks: vec![difference],
        remark: format!(
            "{} ({} to {}): {}",
            told(measure, difference),
            told(measure, low),
            told(measure, high),
            verdict.verdict.label()
        ),
        tone: match verdict.verdict {
            Verdict::Improved => Tone::OrderNotice,
            Verdict::Regressed => Tone::Harm,
            Verdict::Changed => Tone::Ad,
            Verdict::Unchanged | Verdict::Inconclusive => Tone::Soft,
        },
    }
}

/// Every verdict in a row.
fn verdicts_table(record: &ComparisonRecord) -> Table {
    let first = record.variants.first().map_or("", String::as_str);
    let rows = verdicts(record).map(|(metric, verdict)| {
        let drawn = match verdict.relative {
            true => (Measure::Share, 1.0),
            false => measure(metric.unit),
        };
        let found = row(String::new(), verdict, drawn).remark;
        texts([&metric.metric, &verdict.variant, &found])
    });
    Table {
        head: texts([
            "metric",
            &record.key,
            &format!("difference to {first} (95% interval): verdict"),
        ]),
        rows: rows.collect(),
    }
}

fn rounds(metric: &ComparedMetric) -> RangePanel {
    let (measure, factor) = measure(metric.unit);
    let rows = metric.variants.iter().enumerate().filter_map(|(index, variant)| {
        let marks: Vec<f64> = variant
            .figures
            .iter()
            .flatten()
            .map(|figure| figure * factor)
            .collect();
        let mut sorted = marks.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.get(sorted.len() / 2)?;
        Some(RangeRow {
            label: variant.variant.clone(),
            span: (*sorted.first()?, *sorted.last()?),
            remark: format!("middle {}", measure.signed(*middle)),
            marks,
            tone: if index == 0 { Tone::Ink } else { Tone::Friend },
        })
    });
    RangePanel {
        title: metric.metric.clone(),
        measure,
        places: Places::Even,
        rows: rows.collect(),
    }
}

fn figures(record: &ComparisonRecord) -> Markup {
    let rounds = record.rounds_count as usize;
    let mut head = texts(["metric", "variant", "better"]);
    head.extend((1..=rounds).map(|round| format!("round {round}")));
    let rows = record.metrics.iter().flat_map(|metric| {
        let (measure, factor) = measure(metric.unit);
        metric.variants.iter().map(move |variant| {
            let figures = variant.figures.iter().take(rounds);
            let shown = figures.map(|figure| {
                figure
                    .map(|figure| measure.signed(figure * factor))
                    .unwrap_or_default()
            });
            let mut row = texts([&metric.metric, &variant.variant, metric.better.label()]);
            row.extend(shown);
            row
        })
    });
    html! {
        p.soft.small { "The figures of each run, in " (Time::Wall.words()) "." }
        (tabled(&Table { head, rows: rows.collect() }))
    }
}

fn order(record: &ComparisonRecord) -> Markup {
    let rounds = words::counted(i64::from(record.rounds_count), "round");
    html! {
        p {
            (words::sentence(&record.plan)) " Every variant ran once in each of " (rounds)
            "; every second round ran in the opposite order, so that a steady drift of the machine affects \
             all variants equally. The values of " span.name { (record.key) } " as they ran:"
        }
        pre { (record.order.join(" ")) }
    }
}
