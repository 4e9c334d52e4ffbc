//! The answer of a load on the wall clock, in the terms of an engineer.

use crate::reading::Reading;
use crate::words::{self, rate};
use chappe_base::RuleKind;
use chappe_metrics::{LoadEnd, LoadRecord, Summary};

/// The sentence that answers first, then one for each other subject that there are figures on.
pub(super) fn answer(reading: Reading<'_>, load: &LoadRecord) -> Vec<String> {
    if load.outcome.sent_count == 0 {
        return vec!["Nothing was measured.".to_owned()];
    }
    let subjects = [
        Some(offered(reading, load)),
        Some(throughput(reading, load)),
        steps(reading),
        pacing(reading, load),
        policy(reading, load),
        revocation(reading),
        predicted(load),
    ];
    subjects.into_iter().flatten().collect()
}

fn offered(reading: Reading<'_>, load: &LoadRecord) -> String {
    let (plan, sent) = (&load.plan, load.outcome.rate());
    let measured = words::spoken_duration(load.outcome.measured_ns as i64);
    let commands = |per_second: String| format!("{per_second} commands per second");
    let offered = if plan.peak_rate <= 0.0 {
        format!("Kept busy with {}", commands(words::told(sent, rate)))
    } else if sent.is_some_and(|sent| sent >= 0.95 * plan.peak_rate) {
        format!("Offered {}", commands(rate(plan.peak_rate)))
    } else {
        let mean = words::told(sent, rate);
        format!(
            "Offered up to {}, {mean} on average,",
            commands(rate(plan.peak_rate))
        )
    };
    let threads = words::counted(i64::from(plan.threads), "thread");
    let delivered = match reading.histogram("delivery.friend") {
        Some(delivery) => format!(
            "the platform delivered friends\u{2019} messages within {} (half) and {} (99 in 100) of the intended send",
            words::duration(delivery.p50),
            words::duration(delivery.p99),
        ),
        None => "how long friends\u{2019} messages take is missing".to_owned(),
    };
    let dropped = match reading.ratio("load.lost") {
        Some((0, _)) => "nothing was dropped".to_owned(),
        Some((lost, all)) => format!(
            "{} ({}) {} dropped",
            words::counted(lost, "command"),
            words::share(lost, all),
            if lost == 1 { "was" } else { "were" },
        ),
        None => "how many commands were dropped is missing".to_owned(),
    };
    format!("{offered} for {measured} on {threads}, {delivered}; {dropped}.")
}

fn throughput(reading: Reading<'_>, load: &LoadRecord) -> String {
    let acknowledged = reading.observations("ack.friend");
    let acknowledged = acknowledged.and_then(|count| load.outcome.per_second(count));
    let cores = words::told(load.outcome.cores_busy(), words::number);
    format!(
        "It acknowledged {} messages between friends per second, and the process kept {} {} busy.",
        words::told(acknowledged, rate),
        cores,
        if cores == "1" { "core" } else { "cores" },
    )
}

/// `120 µs (99 in 100 within 1.4 ms)`.
fn spread(summary: &Summary) -> String {
    let (half, slow) = (words::duration(summary.p50), words::duration(summary.p99));
    format!("{half} (99 in 100 within {slow})")
}

fn steps(reading: Reading<'_>) -> Option<String> {
    let step = |name: &str, what: &str| {
        let summary = reading.histogram(name)?;
        Some(format!("{what} {}", spread(summary)))
    };
    let steps: Vec<String> = [
        step("wait.message", "waiting in the mailbox takes up to"),
        step("service.message", "service"),
        step("load.hop", "a hop to another shard"),
        step("load.handing", "handing out to the device"),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!steps.is_empty()).then(|| format!("For half of the messages between friends, {}.", steps.join(", ")))
}

fn pacing(reading: Reading<'_>, load: &LoadRecord) -> Option<String> {
    let lag = reading.histogram("load.lag")?;
    let late = words::share(load.outcome.late_count as i64, load.outcome.sent_count as i64);
    let blocked = match reading.histogram("load.blocked") {
        Some(blocked) if blocked.max > 0 => format!(
            "back-pressure delayed 99 in 100 by at most {}, and none by more than {}",
            words::duration(blocked.p99),
            words::duration(blocked.max),
        ),
        Some(_) => "back-pressure delayed none".to_owned(),
        None => "how long back-pressure delayed them is missing".to_owned(),
    };
    Some(format!(
        "The generator sent 99 in 100 commands within {} of the earliest possible moment ({late} were over 1 ms late); \
         {blocked}.",
        words::duration(lag.p99),
    ))
}

fn policy(reading: Reading<'_>, load: &LoadRecord) -> Option<String> {
    let allowed = reading.histogram("decision.allowed");
    let rules = RuleKind::ALL.iter();
    let refused = rules.filter_map(|rule| {
        let summary = reading.histogram(&format!("decision.refused.{}", rule.label()))?;
        Some((rule, summary))
    });
    let slowest = refused.max_by_key(|(_, summary)| summary.p99);
    let consent = allowed.map(|summary| format!("an allowed ad took {}", spread(summary)));
    let refusal = slowest.map(|(rule, summary)| {
        let rule = words::plain(rule.label());
        format!("the slowest refusal, by the rule on {rule}, {}", spread(summary))
    });
    let parts: Vec<String> = [consent, refusal].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| {
        let decided = words::told(reading.decisions_per_second(load), words::number);
        format!(
            "The policy decided {decided} ad slots per second: {}.",
            parts.join("; ")
        )
    })
}

fn revocation(reading: Reading<'_>) -> Option<String> {
    let taken_back = reading.histogram("revocation")?;
    Some(format!(
        "An opt-out, mute or block took effect within {} (half) and {} (99 in 100) of the intended send; \
         after that no ad passed.",
        words::duration(taken_back.p50),
        words::duration(taken_back.p99),
    ))
}

fn predicted(load: &LoadRecord) -> Option<String> {
    let prediction = load.prediction.as_ref()?;
    if prediction.points.is_empty() {
        return Some("No rate of the prediction was measured.".to_owned());
    }
    match (prediction.knee_predicted, prediction.knee_measured) {
        (Some(predicted), Some(measured)) => Some(format!(
            "A simulation predicted that latency rises steeply from {} commands per second on; it did from {} on.",
            rate(predicted),
            rate(measured),
        )),
        (Some(predicted), None) => Some(format!(
            "A simulation predicted that latency rises steeply from {} commands per second on; up to the \
             highest rate measured it did not.",
            rate(predicted),
        )),
        (None, Some(measured)) => Some(format!(
            "Latency rose steeply from {} commands per second on, which a simulation did not predict.",
            rate(measured),
        )),
        (None, None) => None,
    }
}

/// What a reader must know of how the load was offered before using the figures.
pub(super) fn cautions(load: &LoadRecord) -> Vec<String> {
    let outcome = &load.outcome;
    let planned = planned(load);
    let end = match outcome.end {
        LoadEnd::Planned | LoadEnd::Interrupted => None,
        LoadEnd::Threshold => Some(format!(
            "A threshold that ends a run was missed after {planned}: every figure is about that part only."
        )),
        LoadEnd::TapeEnded => Some(format!(
            "The recorded commands ended after {planned}: every figure is about that part only."
        )),
    };
    let limit = (!outcome.valid).then(|| {
        format!(
            "The generator was the limit: {} of the sends were over 1 ms late, so these figures say \
             little about the platform; lower the rate or give the generator a core of its own.",
            words::share(outcome.late_count as i64, outcome.sent_count as i64),
        )
    });
    limit.into_iter().chain(end).collect()
}

/// `6.2 seconds of the 10 seconds planned`.
fn planned(load: &LoadRecord) -> String {
    format!(
        "{} of the {} planned",
        words::spoken_duration(load.outcome.measured_ns as i64),
        words::spoken_duration(load.plan.duration_ns),
    )
}

/// If the load was stopped before its end: how much was measured, what is missing, and what is not concluded.
pub(super) fn incomplete(load: &LoadRecord) -> Option<String> {
    match load.outcome.end {
        LoadEnd::Planned | LoadEnd::Threshold | LoadEnd::TapeEnded => None,
        LoadEnd::Interrupted if load.outcome.sent_count == 0 => Some(
            "The load was stopped before anything was measured: no figure and no threshold says anything."
                .to_owned(),
        ),
        LoadEnd::Interrupted => {
            let rest = load.plan.duration_ns - load.outcome.measured_ns as i64;
            Some(format!(
                "The load was stopped after {}: every figure and threshold is about that part, and the remaining \
                 {} are missing.",
                planned(load),
                words::spoken_duration(rest.max(0)),
            ))
        }
    }
}
