//! The most important figures of a load on the wall clock.

use super::{Figure, figure};
use crate::chart::Tone;
use crate::reading::Reading;
use crate::words;
use chappe_metrics::LoadRecord;

/// The figures that an engineer looks for first; those without data are left out.
pub(super) fn figures(reading: Reading<'_>, load: &LoadRecord) -> Vec<Figure> {
    [
        offered(load),
        throughput(reading, load),
        delivery(reading),
        lag(reading, load),
        blocked(reading),
        backlog(reading),
        dropped(reading),
        decisions(reading, load),
        revocation(reading),
        processor(reading, load),
        memory(reading),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// How the load went, for a table of two columns.
pub(super) fn rows(load: &LoadRecord) -> Vec<(String, String)> {
    let (plan, outcome) = (&load.plan, &load.outcome);
    let generator = if outcome.valid { "kept up" } else { "was the limit" };
    vec![
        (
            "Load".to_owned(),
            format!(
                "{}; {} measured after {} of warm-up",
                plan.pacing,
                words::duration(outcome.measured_ns as i64),
                words::duration(plan.warm_up_ns),
            ),
        ),
        (
            "Generator".to_owned(),
            format!(
                "{generator}: {} of {} sends over 1 ms late",
                words::count(outcome.late_count as i64),
                words::count(outcome.sent_count as i64),
            ),
        ),
        (
            "Threads".to_owned(),
            format!(
                "{} for shards, {} for sending",
                words::count(i64::from(plan.threads)),
                words::count(i64::from(plan.injectors)),
            ),
        ),
    ]
}

fn offered(load: &LoadRecord) -> Option<Figure> {
    let remark = if load.plan.peak_rate > 0.0 {
        format!("commands; {} planned at most", words::number(load.plan.peak_rate))
    } else {
        "commands, in a closed loop".to_owned()
    };
    let value = format!("{} /s", words::rate(load.outcome.rate()?));
    figure("Offered", value, remark, Tone::Ink)
}

fn throughput(reading: Reading<'_>, load: &LoadRecord) -> Option<Figure> {
    let acknowledged = load.outcome.per_second(reading.observations("ack.friend")?)?;
    let remark = "friends\u{2019} messages acknowledged".to_owned();
    figure(
        "Throughput",
        format!("{} /s", words::rate(acknowledged)),
        remark,
        Tone::Friend,
    )
}

fn delivery(reading: Reading<'_>) -> Option<Figure> {
    let delivery = reading.histogram("delivery.friend")?;
    let mut remark = format!("half within {}", words::duration(delivery.p50));
    if let Some(uncorrected) = reading.histogram("uncorrected.friend") {
        remark += &format!(
            "; uncorrected {} and {}",
            words::duration(uncorrected.p99),
            words::duration(uncorrected.p50),
        );
    }
    figure(
        "Delivery, 99% within",
        words::duration(delivery.p99),
        remark,
        Tone::Friend,
    )
}

fn lag(reading: Reading<'_>, load: &LoadRecord) -> Option<Figure> {
    let lag = reading.histogram("load.lag")?;
    let late = words::share(load.outcome.late_count as i64, load.outcome.sent_count as i64);
    let (remark, tone) = if load.outcome.valid {
        (format!("{late} over 1 ms late"), Tone::Ink)
    } else {
        (format!("{late} over 1 ms late: it was the limit"), Tone::Harm)
    };
    figure(
        "Generator\u{2019}s lag, 99%",
        words::duration(lag.p99),
        remark,
        tone,
    )
}

fn blocked(reading: Reading<'_>) -> Option<Figure> {
    let blocked = reading.histogram("load.blocked")?;
    let remark = format!("at most {}", words::duration(blocked.max));
    figure(
        "Held back, 99%",
        words::duration(blocked.p99),
        remark,
        Tone::Platform,
    )
}

fn backlog(reading: Reading<'_>) -> Option<Figure> {
    let most = reading.series("series.load.backlog")?.iter().flatten().max()?;
    let remark = "commands waiting at shards".to_owned();
    figure("Backlog, at most", words::count(*most), remark, Tone::Platform)
}

fn dropped(reading: Reading<'_>) -> Option<Figure> {
    let (lost, offered) = reading.ratio("load.lost")?;
    let remark = format!("{} of all offered", words::share(lost, offered));
    let tone = if lost > 0 { Tone::Harm } else { Tone::Ink };
    figure("Dropped", words::count(lost), remark, tone)
}

fn decisions(reading: Reading<'_>, load: &LoadRecord) -> Option<Figure> {
    let rate = reading.decisions_per_second(load).filter(|&rate| rate > 0.0)?;
    let remark = match (
        reading.histogram("decision.allowed"),
        reading.observations("decision.allowed"),
    ) {
        (Some(allowed), _) => format!("99% of consents within {}", words::duration(allowed.p99)),
        (None, Some(_)) => "none allowed".to_owned(),
        (None, None) => format!("{} allowed", words::MISSING),
    };
    let value = format!("{} /s", words::number(rate));
    figure("Policy decisions", value, remark, Tone::Ad)
}

fn revocation(reading: Reading<'_>) -> Option<Figure> {
    let taken_back = reading.histogram("revocation")?;
    let remark = format!("half within {}", words::duration(taken_back.p50));
    let value = words::duration(taken_back.p99);
    figure("Revocation, 99% within", value, remark, Tone::Harm)
}

fn processor(reading: Reading<'_>, load: &LoadRecord) -> Option<Figure> {
    let cores = reading.record.execution.machine.cores;
    let remark = format!("cores busy, of {cores}");
    let busy = words::number(load.outcome.cores_busy()?);
    figure("Processor", busy, remark, Tone::Platform)
}

fn memory(reading: Reading<'_>) -> Option<Figure> {
    let series = reading.series("series.load.memory").into_iter().flatten();
    let most = series.flatten().max().map(|bytes| bytes.unsigned_abs());
    let peak = most.max(reading.record.execution.memory.known_peak_bytes())?;
    let remark = "at most, generator included".to_owned();
    figure("Memory", words::bytes(peak), remark, Tone::Platform)
}
