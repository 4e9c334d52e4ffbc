//! From a record to the data of each chart. Nothing here draws.

use super::axis::Measure;
use super::bars::{Bar, BarChart, Lengths};
use super::lines::Line;
use super::palette::Tone;
use super::quantiles::QuantileChart;
use super::scatter::{Dot, ScatterChart};
use super::time::{Merge, TimeChart};
use super::timeline::{Timeline, panel};
use crate::reading::{Reading, class_words};
use crate::words;
use chappe_base::{Format, MessageClass, RuleKind};
use chappe_metrics::Tally;

/// Quantiles of what was observed under these names.
pub(crate) fn quantiles(
    reading: Reading<'_>,
    of: &str,
    names: &[(String, &str, Tone)],
) -> Option<QuantileChart> {
    let lines: Vec<Line<(f64, i64)>> = names
        .iter()
        .filter_map(|(name, label, tone)| {
            let summary = reading.histogram(name)?;
            // Beyond this quantile less than one observation is left.
            let last = 1.0 - 1.0 / summary.count as f64;
            let points: Vec<(f64, i64)> = summary
                .quantiles
                .iter()
                .filter(|point| point.value > 0 && point.q <= last)
                .map(|point| (point.q, point.value))
                .collect();
            (points.len() > 1).then(|| Line {
                label: (*label).to_owned(),
                tone: *tone,
                points,
            })
        })
        .collect();
    (!lines.is_empty()).then(|| QuantileChart {
        of: of.to_owned(),
        lines,
    })
}

/// The four message classes under a metric's first name, `delivery` or `reach`.
pub(crate) fn by_class(family: &str) -> Vec<(String, &'static str, Tone)> {
    MessageClass::ALL
        .iter()
        .map(|&class| {
            let name = format!("{family}.{}", class.label());
            (name, class_words(class), Tone::of(class))
        })
        .collect()
}

/// Latency of friends' messages and throughput of all, over the run.
pub(crate) fn day(reading: Reading<'_>) -> Option<TimeChart> {
    let time = Timeline::new(reading);
    let quantile = |name, label, tone| time.plain(name, label, tone, Merge::Most, 1.0);
    let delivered = |class: MessageClass| {
        let name = format!("series.delivered.{}", class.label());
        time.rate(&name, class_words(class), Tone::of(class))
    };
    let of_pages = [MessageClass::HotLine, MessageClass::OrderNotice, MessageClass::Ad];
    time.chart(vec![
        panel(
            "Delivery of friends' messages",
            Measure::Duration,
            [
                quantile("series.delivery.friend.p99", "99% within", Tone::Friend),
                quantile("series.delivery.friend.p50", "50% within", Tone::Soft),
            ],
        ),
        panel(
            "Messages delivered between people",
            Measure::Rate,
            [delivered(MessageClass::Friend)],
        ),
        panel(
            "Messages delivered between people and pages",
            Measure::Rate,
            of_pages.map(delivered),
        ),
    ])
}

/// How busy the servers were, and with how much.
pub(crate) fn utilisation(reading: Reading<'_>) -> Option<TimeChart> {
    let time = Timeline::new(reading);
    let share = |name, label, tone| time.plain(name, label, tone, Merge::Mean, 1e-6);
    time.chart(vec![
        panel(
            "Busy share of the servers",
            Measure::Share,
            [
                share("series.utilisation.busiest_shard", "busiest shard", Tone::Soft),
                share("series.utilisation.mean", "all shards", Tone::Platform),
            ],
        ),
        panel(
            "Commands served",
            Measure::Rate,
            [time.rate("series.served", "commands", Tone::Platform)],
        ),
    ])
}

/// What ads earned so far against how many people turned away so far.
pub(crate) fn revenue(reading: Reading<'_>) -> Option<TimeChart> {
    let time = Timeline::new(reading);
    let earned = time.so_far("series.revenue", "revenue", Tone::Ad, 1e-6)?;
    let turned = [
        time.so_far("series.opt_outs", "opt-outs", Tone::Harm, 1.0),
        time.so_far("series.mutes", "mutes", Tone::Soft, 1.0),
        time.so_far("series.blocks", "blocks", Tone::Ink, 1.0),
    ];
    time.chart(vec![
        panel(
            "Earned with ads so far, in units of the currency",
            Measure::Money,
            [Some(earned)],
        ),
        panel("Opt-outs, mutes and blocks so far", Measure::Count, turned),
    ])
}

/// From people with a conversation to purchases.
pub(crate) fn funnel(reading: Reading<'_>) -> Option<BarChart> {
    const STEPS: [(&str, &str, &str); 7] = [
        ("ads.audience", "Audience", "people in conversation"),
        ("ads.decided", "Judged", "of the audience"),
        ("ads.allowed", "Allowed", "of judged"),
        ("ads.delivered", "Delivered", "of allowed"),
        ("ads.opened", "Opened", "of delivered"),
        ("ads.clicked", "Clicked", "of opened"),
        ("ads.bought", "Bought", "of clicked"),
    ];
    if !reading.has_ads() {
        return None;
    }
    let mut before = None;
    let bars = STEPS.into_iter().enumerate();
    let bars = bars.filter_map(|(step, (name, label, whole))| {
        let count = reading.count(name);
        // Beside a step that is missing there is nothing to hold the next one against.
        let remark = match (count, before) {
            (Some(count), Some(before)) if count > before && before > 0 => Some(format!(
                "{} per person",
                words::number(count as f64 / before as f64)
            )),
            (Some(count), Some(before)) if before > 0 => {
                Some(format!("{} {whole}", words::share(count, before)))
            }
            (Some(_) | None, _) => (step == 0).then(|| whole.to_owned()),
        };
        before = count;
        Some(Bar {
            label: label.to_owned(),
            count: count?.unsigned_abs(),
            remark,
            tone: Tone::Ad,
        })
    });
    let bars: Vec<Bar> = bars.collect();
    (!bars.is_empty()).then_some(BarChart {
        lengths: Lengths::Logarithmic,
        bars,
    })
}

/// Refused ads by the first rule to refuse, most first.
pub(crate) fn refusals(reading: Reading<'_>) -> Option<BarChart> {
    let mut refused: Vec<&Tally<RuleKind>> = reading.record.result.refusals.ads.iter().collect();
    refused.sort_by_key(|tally| std::cmp::Reverse(tally.count));
    let all: u64 = refused.iter().map(|tally| tally.count).sum();
    let bars: Vec<Bar> = refused
        .into_iter()
        .map(|tally| Bar {
            label: rule_words(tally.label).to_owned(),
            count: tally.count,
            remark: Some(words::share(tally.count as i64, all as i64)),
            tone: Tone::Harm,
        })
        .collect();
    (!bars.is_empty()).then_some(BarChart {
        lengths: Lengths::Even,
        bars,
    })
}

/// What each campaign earned against how often its ads were opened.
pub(crate) fn campaigns(reading: Reading<'_>) -> Option<ScatterChart> {
    let dots: Vec<Dot> = reading
        .record
        .result
        .campaigns
        .iter()
        .filter(|funnel| funnel.delivered_count > 0)
        .map(|funnel| Dot {
            label: campaign_words(funnel.campaign, funnel.format),
            across: funnel.opened_count as f64 / funnel.delivered_count as f64,
            up: funnel.revenue_micro as f64 / 1e6,
            spread: None,
            tone: Tone::Ad,
        })
        .collect();
    (dots.len() > 1).then(|| ScatterChart {
        across: "share of its delivered ads that were opened".to_owned(),
        across_measure: Measure::Share,
        up: "earned, in units of the currency".to_owned(),
        up_measure: Measure::Money,
        dots,
    })
}

/// A campaign's name: its place in the scenario, from 0 as in `--set campaign.0.bid`.
pub(crate) fn campaign_words(campaign: u16, format: Option<Format>) -> String {
    match format {
        Some(format) => format!("{campaign} \u{b7} {}", words::plain(format.label())),
        None => campaign.to_string(),
    }
}

/// What a rule looks at, in words.
pub(crate) fn rule_words(rule: RuleKind) -> &'static str {
    match rule {
        RuleKind::NoAds => "No ads at all",
        RuleKind::Block => "Page is blocked",
        RuleKind::Mute => "Page is muted",
        RuleKind::OpenedBy => "Not opened by user",
        RuleKind::FirstTopic => "Off the first topic",
        RuleKind::Format => "Format",
        RuleKind::OptIn => "No opt-in",
        RuleKind::Window => "Outside the window",
        RuleKind::UserCap => "Cap per user",
        RuleKind::PageCap => "Cap per page",
        RuleKind::QuietHours => "Quiet hours",
        RuleKind::Running => "Not running",
        RuleKind::Stock => "Out of stock",
        RuleKind::Budget => "No budget granted",
        RuleKind::Basis => "No ground to send",
        RuleKind::UnansweredCap => "Cap unanswered",
        RuleKind::Tag => "No tag",
        RuleKind::OptInRequest => "Opt-in not asked",
        RuleKind::Reserve => "Below the reserve",
        RuleKind::MessagePrice => "Below the list price",
        RuleKind::Tier => "Tier used up",
        RuleKind::Quality => "Page is rated red",
        RuleKind::Throughput => "Too many a second",
        RuleKind::Quota => "Quota used up",
    }
}
