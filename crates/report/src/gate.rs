//! The report on a check of the gate: in sentences, as tests, in Markdown, and as annotations of a change.

#[cfg(test)]
mod tests;

use crate::chart::markdown_cell;
use crate::junit::{self, Case, Suite};
use crate::report::{Report, pretty, put_record};
use crate::words;
use crate::write::{ReportError, Sink, put};
use chappe_metrics::{CaseVerdict, CostVerdict, GateRecord, Metric, MovedMetric, Unit, Verdict, WallVerdict};
use std::fmt::Write as _;
use std::io;

/// Metrics that are named in one line, before the rest is only counted.
const NAMED_COUNT: usize = 6;

/// What a finding means for the gate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Weight {
    /// It closes the gate.
    Closing,
    /// It improved.
    Better,
    /// It is inconclusive.
    Open,
    /// It is unchanged.
    Unmoved,
}

/// One figure that was compared.
struct Finding {
    /// `behaviour`, `cost` or `wall time`.
    evidence: &'static str,
    /// The case or bench, and which of its figures.
    name: String,
    weight: Weight,
    /// A sentence without its full stop, which begins with the name.
    told: String,
    /// Further details, a line each.
    details: Vec<String>,
}

fn findings(record: &GateRecord) -> Vec<Finding> {
    let exact = record.cases.iter().flat_map(|case| {
        let costs = case.costs.iter().map(|verdict| cost(case, verdict));
        std::iter::once(behaviour(case)).chain(costs)
    });
    let timings = record.wall.iter().flat_map(|wall| &wall.metrics).map(wall_time);
    exact.chain(timings).collect()
}

fn behaviour(case: &CaseVerdict) -> Finding {
    let name = case.name.clone();
    let is_same = case.digest_before == case.digest_now;
    let details: Vec<String> = case.moved.iter().map(moved).collect();
    let told = match details.len() {
        0 if is_same => format!("{name}: behaviour is as it was (digest {})", case.digest_now),
        0 => format!("{name}: behaviour changed, though no metric moved: facts did"),
        count => {
            let rest = match count.saturating_sub(NAMED_COUNT) {
                0 => String::new(),
                rest => format!(", and {rest} more"),
            };
            let named = details[..count.min(NAMED_COUNT)].join(", ");
            let metrics = words::counted(count as i64, "metric");
            format!("{name}: behaviour changed: {metrics} moved: {named}{rest}")
        }
    };
    Finding {
        evidence: "behaviour",
        name,
        weight: if is_same && details.is_empty() {
            Weight::Unmoved
        } else {
            Weight::Closing
        },
        told,
        details,
    }
}

/// A metric with its values before and after.
fn moved(moved: &MovedMetric) -> String {
    let plain = |metric: &Option<Metric>| metric.as_ref().map_or("none".to_owned(), told);
    let exact = |metric: &Option<Metric>| metric.as_ref().map_or("none".to_owned(), exactly);
    let (mut before, mut now) = (plain(&moved.before), plain(&moved.now));
    if before == now {
        (before, now) = (exact(&moved.before), exact(&moved.now));
    }
    format!("{} {before} → {now}", moved.metric)
}

fn told(metric: &Metric) -> String {
    match *metric {
        Metric::Counter { unit, value } | Metric::Gauge { unit, value } => words::value(value, unit),
        Metric::Ratio {
            numerator,
            denominator,
            unit,
        } => words::ratio(numerator, denominator, unit),
        Metric::Histogram(ref summary) => format!(
            "p50 {} p99 {}",
            words::value(summary.p50, summary.unit),
            words::value(summary.p99, summary.unit)
        ),
    }
}

/// The same to the last digit.
fn exactly(metric: &Metric) -> String {
    match *metric {
        Metric::Counter { unit, value } | Metric::Gauge { unit, value } => match unit {
            Unit::Count => value.to_string(),
            Unit::Nanoseconds
            | Unit::MicroUnits
            | Unit::PartsPerMillion
            | Unit::Bytes
            | Unit::Share
            | Unit::PerThousand => format!("{value} {}", unit.label()),
        },
        Metric::Ratio {
            numerator,
            denominator,
            ..
        } => format!("{numerator}/{denominator}"),
        Metric::Histogram(ref summary) => {
            let unit = summary.unit.label();
            format!("{} with a mean of {} {unit}", summary.count, summary.mean)
        }
    }
}

fn cost(case: &CaseVerdict, verdict: &CostVerdict) -> Finding {
    let CostVerdict {
        metric,
        unit,
        before,
        now,
        tolerance_ppm,
        ..
    } = verdict;
    let what = words::plain(metric.label());
    let name = format!("{}, {what}", case.name);
    let share = (*now as f64 / (*before).max(1) as f64 - 1.0) * 100.0;
    let way = if now < before { "fewer" } else { "more" };
    let values = [*before, *now].map(|value| words::value(value as i64, *unit));
    let told = if before == now {
        format!("{name}: {} as before", values[1])
    } else {
        let tolerance = f64::from(*tolerance_ppm) / 1e4;
        format!(
            "{name}: {:.2}% {way} ({} → {}, tolerance {tolerance}%): {}",
            share.abs(),
            values[0],
            values[1],
            verdict.verdict.label()
        )
    };
    Finding {
        evidence: "cost",
        name,
        weight: weight(verdict.verdict),
        told,
        details: vec![format!("{what}: {before} → {now}")],
    }
}

fn wall_time(verdict: &WallVerdict) -> Finding {
    let again = verdict.again.map(|again| {
        format!(
            "measured again: {:+.1}% (interval {:+.1}% to {:+.1}%, noise {:.1}%)",
            again.difference * 100.0,
            again.low * 100.0,
            again.high * 100.0,
            again.noise_floor * 100.0
        )
    });
    let times = [verdict.before_ns, verdict.now_ns].map(|ns| match ns {
        _ if ns < 1e4 => format!("{ns:.1} ns"),
        _ => words::duration(ns as i64),
    });
    Finding {
        evidence: "wall time",
        name: format!("{}, {}", verdict.name, verdict.metric),
        weight: weight(verdict.verdict),
        told: verdict.sentence.clone(),
        details: std::iter::once(format!("medians: {} → {}", times[0], times[1]))
            .chain(again)
            .collect(),
    }
}

fn weight(verdict: Verdict) -> Weight {
    match verdict {
        Verdict::Regressed => Weight::Closing,
        Verdict::Improved => Weight::Better,
        Verdict::Unchanged => Weight::Unmoved,
        Verdict::Changed | Verdict::Inconclusive => Weight::Open,
    }
}

/// What closes the gate, each in a sentence without its full stop; none if it is open.
#[must_use]
pub fn gate_problems(record: &GateRecord) -> Vec<String> {
    let closing = findings(record)
        .into_iter()
        .filter(|finding| finding.weight == Weight::Closing);
    closing.map(|finding| finding.told).collect()
}

impl Report for GateRecord {
    fn record_file(&self) -> &'static str {
        "gate.json"
    }

    fn front_page(&self) -> &'static str {
        "summary.md"
    }

    fn answer(&self) -> Vec<String> {
        answer(self)
    }

    fn doubts(&self) -> Vec<String> {
        vec![]
    }

    fn incomplete(&self) -> Option<String> {
        None
    }

    fn json(&self) -> io::Result<Vec<u8>> {
        pretty(self)
    }

    fn write_files(&self, sink: &mut Sink<'_>) -> Result<(), ReportError> {
        put_record(self, sink)?;
        put(sink, "junit.xml", junit(self).as_bytes())?;
        put(sink, "summary.md", gate_markdown(self).as_bytes())
    }
}

/// The verdict, what moved, what is inconclusive, and which evidence is missing, in sentences.
fn answer(record: &GateRecord) -> Vec<String> {
    let findings = findings(record);
    let of = |weight| findings.iter().filter(move |finding| finding.weight == weight);
    let told = |finding: &Finding| format!("{}.", finding.told);
    let verdict = verdict(record, &findings);
    let shown = [Weight::Closing, Weight::Better, Weight::Open]
        .into_iter()
        .flat_map(of);
    let notices = record.notices.iter().map(|notice| format!("Note: {notice}."));
    std::iter::once(verdict)
        .chain(shown.map(told))
        .chain(notices)
        .collect()
}

/// The verdict on all, with what was looked at.
fn verdict(record: &GateRecord, findings: &[Finding]) -> String {
    let count = |evidence, weight| {
        let fitting = findings
            .iter()
            .filter(|finding| finding.evidence == evidence && finding.weight == weight);
        fitting.count() as i64
    };
    let looked_at = |evidence: &'static str, one: &str| {
        let all = findings
            .iter()
            .filter(|finding| finding.evidence == evidence)
            .count() as i64;
        let parts = [
            (count(evidence, Weight::Closing), "regressed"),
            (count(evidence, Weight::Better), "improved"),
            (count(evidence, Weight::Open), "inconclusive"),
        ];
        let moved: Vec<String> = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        let moved = match moved.is_empty() {
            true => "all unchanged".to_owned(),
            false => moved.join(", "),
        };
        (all > 0).then(|| format!("{} ({moved})", words::counted(all, one)))
    };
    let behaviour = match count("behaviour", Weight::Closing) {
        _ if record.cases.is_empty() => None,
        0 => Some(format!(
            "behaviour as it was in {}",
            words::counted(record.cases.len() as i64, "scenario")
        )),
        changed => Some(format!(
            "behaviour changed in {}",
            words::counted(changed, "scenario")
        )),
    };
    let parts: Vec<String> = behaviour
        .into_iter()
        .chain(looked_at("cost", "cost"))
        .chain(looked_at("wall time", "timing"))
        .collect();
    let gate = if record.passed { "open" } else { "closed" };
    let looked_at = match parts.is_empty() {
        true => "nothing could be judged".to_owned(),
        false => parts.join(", "),
    };
    format!(
        "The gate is {gate}: {looked_at}, held against {}.",
        record.baseline
    )
}

/// The check as JUnit XML: a suite for each kind of evidence, a test for each finding. An inconclusive finding
/// fails no test.
fn junit(record: &GateRecord) -> String {
    let findings = findings(record);
    let suites = ["behaviour", "cost", "wall time"].map(|evidence| {
        let of_it = findings.iter().filter(|finding| finding.evidence == evidence);
        let cases = of_it.map(|finding| {
            let is_closing = finding.weight == Weight::Closing;
            let problem = is_closing.then(|| (finding.told.clone(), finding.details.join("\n")));
            let mut case = Case::failed_if(evidence, &finding.name, problem);
            if !is_closing {
                case.output.clone_from(&finding.told);
            }
            case
        });
        Suite {
            name: evidence.to_owned(),
            properties: vec![],
            cases: cases.collect(),
        }
    });
    junit::xml("chappe gate", &suites)
}

/// The check in Markdown.
#[must_use]
pub fn gate_markdown(record: &GateRecord) -> String {
    let findings = findings(record);
    let mut text = format!("## {}\n\n", verdict(record, &findings));
    text += "| | evidence | finding |\n|---|---|---|\n";
    for finding in &findings {
        let mark = match finding.weight {
            Weight::Closing => "❌",
            Weight::Better => "🟢",
            Weight::Open => "❔",
            Weight::Unmoved => "✔",
        };
        let _ = writeln!(
            text,
            "| {mark} | {} | {} |",
            finding.evidence,
            markdown_cell(&finding.told)
        );
    }
    for finding in findings
        .iter()
        .filter(|finding| finding.weight == Weight::Closing)
    {
        let _ = write!(text, "\n<details><summary>{}</summary>\n\n", finding.name);
        for line in &finding.details {
            let _ = writeln!(text, "- {line}");
        }
        text += "\n</details>\n";
    }
    for notice in &record.notices {
        let _ = write!(text, "\n> {notice}.\n");
    }
    let _ = write!(text, "\nCandidate: {}.\n", record.candidate);
    text
}

/// The check as workflow commands of GitHub Actions, a line each: errors for what closes the gate,
/// warnings for what is not known.
#[must_use]
pub fn gate_annotations(record: &GateRecord) -> Vec<String> {
    let escaped = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| escaped(text).replace(':', "%3A").replace(',', "%2C");
    let marks = findings(record).into_iter().filter_map(|finding| {
        let command = match finding.weight {
            Weight::Closing => "error",
            Weight::Open => "warning",
            Weight::Better => "notice",
            Weight::Unmoved => return None,
        };
        let title = property(&format!("chappe gate, {}", finding.evidence));
        Some(format!("::{command} title={title}::{}", escaped(&finding.told)))
    });
    marks.collect()
}
