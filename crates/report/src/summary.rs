//! The most important figures of a run: tiles of the document, and a table on a terminal.

mod load;

use crate::chart::{Tone, markdown_cell};
use crate::reading::{Reading, class_words, observed, outcome_words};
use crate::words;
use chappe_base::MessageClass;
use chappe_metrics::{FullSize, MemoryPart, RunRecord, ServiceFrom, ShardsFrom, ThresholdOutcome};

/// A figure with its name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figure {
    /// What it is.
    pub label: String,
    /// Its value with its unit.
    pub value: String,
    /// What puts it in proportion.
    pub remark: String,
    /// What it is about.
    pub tone: Tone,
}

/// The figures that a reader looks for first; those without data are left out.
#[must_use]
pub fn key_figures(record: &RunRecord) -> Vec<Figure> {
    let reading = Reading { record };
    if let Some(load) = &record.load {
        return load::figures(reading, load)
            .into_iter()
            .chain([audit(reading)])
            .collect();
    }
    let figures = if reading.queue_only() {
        vec![
            requests(reading),
            busy(reading, "utilisation.mean", "Servers busy"),
            waiting(reading),
            impatient(reading),
        ]
    } else {
        vec![
            delivered(reading),
            latency(reading),
            ads(reading),
            revenue(reading),
            away(reading),
            hot_line(reading),
            orders(reading),
            payments(reading),
            busy(reading, "utilisation.peak_hour", "Busiest hour"),
        ]
    };
    figures.into_iter().flatten().chain([audit(reading)]).collect()
}

/// The run in a table of two columns, for a terminal or for Markdown.
#[must_use]
pub fn summary(record: &RunRecord) -> Vec<(String, String)> {
    let reading = Reading { record };
    let mut rows: Vec<(String, String)> = key_figures(record)
        .into_iter()
        .map(|figure| {
            let value = if figure.remark.is_empty() {
                figure.value
            } else {
                format!("{} ({})", figure.value, figure.remark)
            };
            (figure.label, value)
        })
        .collect();
    let thresholds = &record.result.thresholds;
    if !thresholds.is_empty() {
        let kept = thresholds.iter().filter(|verdict| verdict.passed).count();
        rows.push((
            "Thresholds".to_owned(),
            format!("{kept} of {} kept", thresholds.len()),
        ));
    }
    rows.extend(match &record.load {
        Some(load) => load::rows(load),
        None => run(reading),
    });
    rows.push(("Digest".to_owned(), record.digest.clone()));
    if let Some(full) = &record.execution.full_size {
        rows.push(("In full".to_owned(), in_full(full)));
    }
    rows
}

/// The memory of each part of the state that takes some, in a table of two columns.
#[must_use]
pub fn memory_by_part(record: &RunRecord) -> Vec<(String, String)> {
    let parts = record.execution.memory.per_user.iter();
    let parts = parts.filter(|part| part.bytes_per_user >= 0.05);
    let row = |part: &MemoryPart| {
        let bytes = format!("{:.1} bytes per user", part.bytes_per_user);
        (format!("Memory, {}", part.part), bytes)
    };
    parts.map(row).collect()
}

/// What a simulation took.
fn run(reading: Reading<'_>) -> Vec<(String, String)> {
    let execution = &reading.record.execution;
    let row = |label: &str, value| (label.to_owned(), value);
    vec![
        row("Platform", platform(reading)),
        row(
            "Run",
            format!(
                "{} of {} in {} on {}{}",
                words::duration(reading.record.result.window.until_ns),
                reading.clock_words(),
                words::duration(execution.wall_ns as i64),
                words::counted(i64::from(execution.workers), "worker"),
                match execution.processes {
                    0 | 1 => String::new(),
                    several => format!(" in each of {several} processes"),
                },
            ),
        ),
        row(
            "Events",
            format!(
                "{} ({} per second)",
                words::count(execution.events_count as i64),
                words::count(execution.events_per_second as i64),
            ),
        ),
        row(
            "Memory",
            words::told(execution.memory.known_peak_bytes(), |bytes| {
                format!("{} at most", words::bytes(bytes))
            }),
        ),
    ]
}

/// How large the platform is, and why.
fn platform(reading: Reading<'_>) -> String {
    let size = reading.record.result.size;
    let shards = words::counted(i64::from(size.shards_count), "shard");
    let from = match size.platform.shards_from {
        ShardsFrom::Given => "given",
        ShardsFrom::Load => "by the load",
    };
    match size.platform.planned_peak_ppm {
        0 => format!("{shards} ({from})"),
        planned => format!(
            "{shards} ({from}, planned to be busy for {} of the busiest hour)",
            words::share(i64::from(planned), 1_000_000)
        ),
    }
}

/// What a scenario would cost with all its people.
#[must_use]
pub(crate) fn in_full(full: &FullSize) -> String {
    format!(
        "{} users: {} to {} core-hours, {} to {} of memory",
        words::count(full.users_count as i64),
        words::number(full.core_hours_min),
        words::number(full.core_hours_max),
        words::bytes(full.memory_bytes_min),
        words::bytes(full.memory_bytes_max),
    )
}

/// The same as a table of Markdown, with the verdict on every threshold.
#[must_use]
pub(crate) fn markdown(record: &RunRecord) -> String {
    let verdicts = record.result.thresholds.iter().map(|verdict| {
        let word = outcome_words(verdict);
        let word = match verdict.outcome() {
            ThresholdOutcome::Kept => word,
            ThresholdOutcome::Missed | ThresholdOutcome::Inconclusive => format!("**{word}**"),
        };
        (
            format!("{} {}", verdict.metric, verdict.condition),
            format!("{word}: {}", observed(verdict)),
        )
    });
    let mut text = "| figure | value |\n|---|---|\n".to_owned();
    for (label, value) in summary(record).into_iter().chain(verdicts) {
        text += &format!("| {} | {} |\n", markdown_cell(&label), markdown_cell(&value));
    }
    text
}

fn figure(label: &str, value: String, remark: String, tone: Tone) -> Option<Figure> {
    Some(Figure {
        label: label.to_owned(),
        value,
        remark,
        tone,
    })
}

fn delivered(reading: Reading<'_>) -> Option<Figure> {
    let accepted = reading.messages("accepted").filter(|&accepted| accepted > 0)?;
    let of_class = |class: MessageClass| reading.count(&format!("messages.accepted.{}", class.label()));
    let most = MessageClass::ALL
        .iter()
        .copied()
        .max_by_key(|&class| of_class(class))?;
    let remark = format!(
        "{} {}, {} delivered",
        words::told_share(of_class(most), Some(accepted)),
        class_words(most).to_lowercase(),
        words::told_share(reading.messages("delivered"), Some(accepted)),
    );
    figure("Messages", words::count(accepted), remark, Tone::Ink)
}

fn latency(reading: Reading<'_>) -> Option<Figure> {
    let delivery = reading.histogram("delivery.friend")?;
    let half = words::duration(delivery.p50);
    let remark = match reading.record.result.size.platform.service_from {
        ServiceFrom::Stretched => format!("half within {half}; service times are stretched"),
        ServiceFrom::UnitCost | ServiceFrom::Laws => format!("half within {half}"),
    };
    let value = words::duration(delivery.p99);
    figure("Friends, 99% within", value, remark, Tone::Friend)
}

fn ads(reading: Reading<'_>) -> Option<Figure> {
    if !reading.has_ads() {
        return None;
    }
    let delivered = reading.count("ads.delivered");
    let remark = match delivered {
        Some(0) => String::new(),
        delivered => format!(
            "{} opened",
            words::told_share(reading.count("ads.opened"), delivered)
        ),
    };
    figure(
        "Ads delivered",
        words::told(delivered, words::count),
        remark,
        Tone::Ad,
    )
}

fn revenue(reading: Reading<'_>) -> Option<Figure> {
    let earned = reading.count("revenue.ads");
    let delivered = match reading.count("ads.delivered") {
        Some(0) => return None,
        None if !reading.has_ads() => return None,
        delivered => delivered,
    };
    let per_thousand = earned
        .zip(delivered)
        .map(|(earned, delivered)| words::money((earned as f64 * 1_000.0 / delivered as f64).round() as i64));
    let remark = format!("{} per 1,000 ads", words::told(per_thousand, |amount| amount));
    figure("Ad revenue", words::told(earned, words::money), remark, Tone::Ad)
}

fn away(reading: Reading<'_>) -> Option<Figure> {
    if !reading.has_ads() {
        return None;
    }
    let remark = format!(
        "{}, {}, {}",
        words::told_count(reading.count("opt_ins.revoked"), "opt-out"),
        words::told_count(reading.count("mutes"), "mute"),
        words::told_count(reading.count("blocks"), "block"),
    );
    figure(
        "Turned away",
        words::told(reading.turned_away(), words::count),
        remark,
        Tone::Harm,
    )
}

fn hot_line(reading: Reading<'_>) -> Option<Figure> {
    let answer = reading.histogram("hotline.answer")?;
    let remark = match reading.ratio("hotline.abandoned") {
        Some((part, whole)) => format!("{} gave up", words::share(part, whole)),
        None => String::new(),
    };
    let value = words::duration(answer.p50);
    figure("Hot-line, median", value, remark, Tone::HotLine)
}

fn orders(reading: Reading<'_>) -> Option<Figure> {
    let placed = reading.count("orders.placed").filter(|&placed| placed > 0)?;
    let given = words::told_count(reading.count("opt_ins.given"), "opt-in");
    figure(
        "Orders",
        words::count(placed),
        format!("{given} given"),
        Tone::OrderNotice,
    )
}

fn payments(reading: Reading<'_>) -> Option<Figure> {
    let posted = reading.count("payments.posted").filter(|&posted| posted > 0)?;
    let volume = words::told(reading.count("payments.volume"), words::money);
    figure(
        "Payments",
        words::count(posted),
        format!("{volume} moved"),
        Tone::Platform,
    )
}

fn busy(reading: Reading<'_>, name: &str, label: &str) -> Option<Figure> {
    let (part, whole) = reading.ratio(name)?;
    let remark = match reading.ratio("utilisation.busiest_shard") {
        Some((part, whole)) if reading.record.result.size.shards_count > 1 => {
            format!("busiest shard {} on average", words::share(part, whole))
        }
        Some(_) | None => String::new(),
    };
    figure(label, words::share(part, whole), remark, Tone::Platform)
}

fn requests(reading: Reading<'_>) -> Option<Figure> {
    let arrivals = reading.probes()?;
    let window = reading.record.result.window;
    let seconds = (window.until_ns - window.warm_up_ns) as f64 / 1e9;
    let remark = if seconds > 0.0 {
        format!("{} per second", words::number(arrivals as f64 / seconds))
    } else {
        String::new()
    };
    figure("Requests", words::count(arrivals), remark, Tone::Ink)
}

fn waiting(reading: Reading<'_>) -> Option<Figure> {
    let wait = reading.histogram("queue.wait")?;
    let remark = format!("99% within {}", words::duration(wait.p99));
    figure("Mean wait", words::duration(wait.mean), remark, Tone::Platform)
}

fn impatient(reading: Reading<'_>) -> Option<Figure> {
    let (part, whole) = reading.ratio("queue.abandoned")?;
    let remark = format!("{} of {}", words::count(part), words::count(whole));
    figure("Gave up", words::share(part, whole), remark, Tone::Harm)
}

fn audit(reading: Reading<'_>) -> Figure {
    let audit = &reading.record.result.audit;
    let violations: u64 = audit.promises.iter().map(|kept| kept.violation_count).sum();
    let (value, tone) = if audit.passed {
        ("passed".to_owned(), Tone::Ink)
    } else {
        (words::counted(violations as i64, "violation"), Tone::Harm)
    };
    Figure {
        label: "Audit".to_owned(),
        value,
        remark: format!("{} facts judged", words::about(audit.facts_count)),
        tone,
    }
}
