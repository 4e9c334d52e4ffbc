//! The data of the charts that only a load on the wall clock has.

use super::axis::Measure;
use super::data;
use super::lines::{Line, Mark};
use super::palette::Tone;
use super::quantiles::QuantileChart;
use super::ranges::{Places, RangeChart, RangePanel, RangeRow};
use super::rates::{RateChart, RatePoint};
use super::time::{Merge, TimeChart, TimeLine};
use super::timeline::{Timeline, panel};
use super::{Data, Plot, named, plotter, quantiles, rule_words};
use crate::reading::Reading;
use crate::words;
use chappe_base::{CommandClass, RuleKind};
use chappe_metrics::{LoadRecord, PredictedPoint};

/// What was offered, and what came of it.
pub(super) fn load(reading: Reading<'_>) -> Vec<Option<Plot>> {
    let plot = plotter(reading);
    vec![
        plot(
            "throughput",
            "Throughput, second by second",
            "From the start of the warm-up, which is shaded and not measured.",
            throughput(reading).map(Data::Elapsed),
        ),
        plot(
            "delivery",
            "Delivery of friends' messages, second by second",
            "Corrected: from the moment the sender meant to send. Uncorrected: from when it was \
             sent, which leaves out what waited outside. Shaded is the warm-up.",
            delivery(reading).map(Data::Elapsed),
        ),
        plot(
            "latency",
            "How long friends' messages take, and what delays them",
            "Further right are rarer, slower messages; the scale upwards is logarithmic. Where \
             corrected and uncorrected part, messages waited to be sent.",
            spread(reading).map(Data::Quantiles),
        ),
        plot(
            "classes",
            "How long messages of each class take",
            "From the moment the sender meant to send to the recipient's device, for recipients who \
             are on line. The scale upwards is logarithmic.",
            quantiles(reading, "messages", &data::by_class("delivery")),
        ),
    ]
}

/// What the platform did with it.
pub(super) fn platform(reading: Reading<'_>, load: &LoadRecord) -> Vec<Option<Plot>> {
    let plot = plotter(reading);
    let ranges = "Each range reaches from the median to what 99 in 100 stay within.";
    vec![
        plot(
            "where",
            "Where the time goes",
            &format!("By class of command. {ranges}"),
            steps(reading).map(Data::Ranges),
        ),
        plot(
            "pressure",
            "Backlog, back-pressure, processor and memory",
            "Backlog and memory at the end of each second; time held back is summed over all \
             threads that send.",
            pressure(reading).map(Data::Elapsed),
        ),
        plot(
            "decisions",
            "How long the policy takes to decide",
            &format!("From the intended send of the command that gave the ad slot. {ranges}"),
            decisions(reading).map(Data::Ranges),
        ),
        plot(
            "prediction",
            "Predicted and measured",
            "Delivery of friends' messages against offered load: as a simulation predicted it, \
             and as it was measured.",
            prediction(load).map(Data::Rates),
        ),
    ]
}

/// Delivery and its parts; quantiles below a microsecond are left out, since nothing waits there.
fn spread(reading: Reading<'_>) -> Option<QuantileChart> {
    let names = named(&[
        ("delivery.friend", "Delivery", Tone::Friend),
        ("uncorrected.friend", "Uncorrected", Tone::HotLine),
        ("ack.friend", "Acknowledgement", Tone::OrderNotice),
        ("load.lag", "Generator's lag", Tone::Soft),
        ("load.blocked", "Held back", Tone::Harm),
    ]);
    let mut chart = data::quantiles(reading, "messages", &names)?;
    for line in &mut chart.lines {
        line.points.retain(|point| point.1 >= 1_000);
    }
    chart.lines.retain(|line| line.points.len() > 1);
    (!chart.lines.is_empty()).then_some(chart)
}

fn throughput(reading: Reading<'_>) -> Option<TimeChart> {
    let time = Timeline::new(reading);
    let line = |name, label, tone| per_second(&time, name, label, tone);
    time.chart(vec![
        panel(
            "Commands",
            Measure::Rate,
            [
                line("series.load.served", "served, with forwards", Tone::Platform),
                line("series.load.sent", "sent", Tone::Ink),
            ],
        ),
        panel(
            "Friends' messages acknowledged",
            Measure::Rate,
            [line("series.load.acknowledged", "acknowledged", Tone::Friend)],
        ),
        panel(
            "Commands dropped",
            Measure::Rate,
            [line("series.load.dropped", "dropped", Tone::Harm)],
        ),
    ])
}

fn delivery(reading: Reading<'_>) -> Option<TimeChart> {
    let time = Timeline::new(reading);
    let line = |name, label, tone| time.plain(name, label, tone, Merge::Most, 1.0);
    time.chart(vec![panel(
        "From the sender's device to the recipient's",
        Measure::Duration,
        [
            line("series.delivery.friend.p99", "99%, corrected", Tone::Friend),
            line("series.load.uncorrected.p99", "99%, uncorrected", Tone::HotLine),
            line("series.delivery.friend.p50", "50%, corrected", Tone::Soft),
        ],
    )])
}

fn pressure(reading: Reading<'_>) -> Option<TimeChart> {
    let time = Timeline::new(reading);
    let line = |name, tone, merge, factor| [time.plain(name, "", tone, merge, factor)];
    time.chart(vec![
        panel(
            "Commands waiting at shards",
            Measure::Count,
            line("series.load.backlog", Tone::Platform, Merge::Most, 1.0),
        ),
        panel(
            "Time held back, in each second",
            Measure::Duration,
            line("series.load.blocked", Tone::Harm, Merge::Mean, 1.0),
        ),
        panel(
            "Generator's lag, 99% within",
            Measure::Duration,
            line("series.load.lag.p99", Tone::Soft, Merge::Most, 1.0),
        ),
        panel(
            "Processor cores busy",
            Measure::Count,
            line("series.load.cpu", Tone::Ink, Merge::Mean, 1e-6),
        ),
        panel(
            "Memory of the process",
            Measure::Bytes,
            line("series.load.memory", Tone::OrderNotice, Merge::Most, 1.0),
        ),
    ])
}

/// The columns of a load are per second as they stand.
fn per_second(time: &Timeline<'_>, name: &str, label: &str, tone: Tone) -> Option<TimeLine> {
    time.plain(name, label, tone, Merge::Mean, 1.0)
}

/// Median to 0.99 quantile of what was observed under that name.
fn range(reading: Reading<'_>, name: &str, label: String, tone: Tone) -> Option<RangeRow> {
    let summary = reading.histogram(name)?;
    let (half, slow) = (summary.p50, summary.p99);
    Some(RangeRow {
        label,
        span: (half as f64, slow as f64),
        marks: vec![half as f64, slow as f64],
        remark: format!(
            "50% {}, 99% {}, of {}",
            words::duration(half),
            words::duration(slow),
            words::about(summary.count),
        ),
        tone,
    })
}

fn one_panel(rows: Vec<RangeRow>) -> Option<RangeChart> {
    let panel = RangePanel {
        title: String::new(),
        measure: Measure::Duration,
        places: Places::Logarithmic,
        rows,
    };
    (!panel.rows.is_empty()).then(|| RangeChart { panels: vec![panel] })
}

fn steps(reading: Reading<'_>) -> Option<RangeChart> {
    let by_class = |step: &'static str, words: &'static str, tone| {
        CommandClass::ALL.iter().filter_map(move |class| {
            let name = format!("{step}.{}", class.label());
            let label = format!("{words}: {}", words::plain(class.label()));
            range(reading, &name, label, tone)
        })
    };
    let single = |name, label: &str, tone| range(reading, name, label.to_owned(), tone);
    let rows = by_class("wait", "Mailbox", Tone::Platform)
        .chain(by_class("service", "Service", Tone::Friend))
        .chain(single("load.hop", "From shard to shard", Tone::HotLine))
        .chain(single("load.handing", "From shard to device", Tone::OrderNotice));
    one_panel(rows.collect())
}

fn decisions(reading: Reading<'_>) -> Option<RangeChart> {
    let refused = RuleKind::ALL.iter().filter_map(|rule| {
        let name = format!("decision.refused.{}", rule.label());
        let label = format!("Refused: {}", words::uncapital(rule_words(*rule)));
        range(reading, &name, label, Tone::Harm)
    });
    let allowed = range(reading, "decision.allowed", "Allowed".to_owned(), Tone::Ad);
    one_panel(allowed.into_iter().chain(refused).collect())
}

fn prediction(load: &LoadRecord) -> Option<RateChart> {
    let prediction = load.prediction.as_ref()?;
    let line = |label: &str, tone, latency: fn(&PredictedPoint) -> i64| {
        let points = prediction.points.iter();
        let mut points: Vec<RatePoint> = points
            .filter(|point| point.rate > 0.0 && latency(point) > 0)
            .map(|point| RatePoint {
                rate: point.rate,
                latency_ns: latency(point),
                kept: true,
            })
            .collect();
        points.sort_by(|one, next| one.rate.total_cmp(&next.rate));
        (!points.is_empty()).then(|| Line {
            label: label.to_owned(),
            tone,
            points,
        })
    };
    let lines: Vec<Line<RatePoint>> = [
        line("99%, measured", Tone::Friend, |point| point.p99_measured_ns),
        line("99%, predicted", Tone::HotLine, |point| point.p99_predicted_ns),
        line("50%, measured", Tone::OrderNotice, |point| point.p50_measured_ns),
        line("50%, predicted", Tone::Platform, |point| point.p50_predicted_ns),
    ]
    .into_iter()
    .flatten()
    .collect();
    let knee = |what: &str, rate: Option<f64>, tone| {
        let rate = rate.filter(|&rate| rate > 0.0)?;
        Some(Mark {
            label: format!("knee {what}: {} per second", words::number(rate)),
            between: (rate, rate),
            tone,
        })
    };
    let marks = [
        knee("predicted", prediction.knee_predicted, Tone::HotLine),
        knee("measured", prediction.knee_measured, Tone::Friend),
    ];
    (!lines.is_empty()).then(|| RateChart {
        lines,
        marks: marks.into_iter().flatten().collect(),
    })
}
