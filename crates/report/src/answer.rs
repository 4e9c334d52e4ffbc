//! The answer to the scenario's question: sentences with figures of the record.

mod load;

use crate::reading::Reading;
use crate::words;
use chappe_metrics::{RunRecord, ThresholdOutcome};

const SECOND_NS: i64 = 1_000_000_000;
const DAY_NS: i64 = 86_400 * SECOND_NS;

/// What a record says, in plain words: the sentence that answers first, then one for each other
/// subject that the record has figures on.
#[must_use]
pub(crate) fn answer(record: &RunRecord) -> Vec<String> {
    let reading = Reading { record };
    if let Some(load) = &record.load {
        return load::answer(reading, load);
    }
    let subjects = if reading.queue_only() {
        vec![queue(reading), abandonment(reading)]
    } else {
        vec![
            earnings(reading),
            messages(reading),
            policy(reading),
            hot_line(reading),
            orders(reading),
            payments(reading),
        ]
    };
    let mut clauses = subjects.into_iter().flatten();
    let lead = clauses
        .next()
        .map(|clause| format!("Over {}, {clause}.", period(reading)));
    let others = clauses.map(|clause| format!("{}.", words::capital(&clause)));
    lead.into_iter().chain(others).collect()
}

/// `one simulated day`, `4 minutes of load`.
fn period(reading: Reading<'_>) -> String {
    let length = reading.record.result.window.until_ns;
    let in_clock = match reading.record.clock {
        chappe_metrics::Clock::Virtual => "simulated",
        chappe_metrics::Clock::Wall => "measured",
    };
    if length == DAY_NS {
        format!("one {in_clock} day")
    } else {
        format!("{} of {in_clock} time", words::spoken_duration(length))
    }
}

fn earnings(reading: Reading<'_>) -> Option<String> {
    let delivered = match reading.count("ads.delivered") {
        Some(0) => return None,
        None if !reading.has_ads() => return None,
        delivered => delivered,
    };
    let turned_away = reading.turned_away().zip(delivered);
    let per_thousand = turned_away.map(|(away, delivered)| away as f64 * 1_000.0 / delivered as f64);
    Some(format!(
        "{} reached people in their conversations, earned {} in the scenario\u{2019}s currency, \
         and cost {}, {} and {}: {} for every 1,000 ads",
        words::told_count(delivered, "ad"),
        words::told(reading.count("revenue.ads"), words::money),
        words::told_count(reading.count("opt_ins.revoked"), "opt-out"),
        words::told_count(reading.count("mutes"), "mute"),
        words::told_count(reading.count("blocks"), "block"),
        words::told(per_thousand, words::number),
    ))
}

fn messages(reading: Reading<'_>) -> Option<String> {
    let size = reading.record.result.size;
    let mut clause = format!(
        "{} exchanged {}",
        if size.pages_count == 0 {
            words::counted(i64::from(size.users_count), "user")
        } else {
            format!(
                "{} and {}",
                words::counted(i64::from(size.users_count), "user"),
                words::counted(i64::from(size.pages_count), "page"),
            )
        },
        match reading.messages("accepted") {
            Some(0) => "no messages".to_owned(),
            Some(1) => "1 message".to_owned(),
            more => format!("{} messages", about(more)),
        },
    );
    if let Some(delivery) = reading.histogram("delivery.friend") {
        clause += &format!(
            "; between friends who are on line, half of the messages arrived within {} and 99 in 100 within \
             {}",
            words::spoken_duration(delivery.p50),
            words::spoken_duration(delivery.p99),
        );
    }
    Some(clause)
}

/// A whole number that a sentence can carry, or that it is missing.
fn about(value: Option<i64>) -> String {
    words::told(value, |value| words::about(value.unsigned_abs()))
}

fn policy(reading: Reading<'_>) -> Option<String> {
    if !reading.has_ads() {
        return None;
    }
    let allowed = reading.count("ads.allowed");
    let judged = about(reading.count("ads.decided"));
    if allowed == Some(0) {
        return Some(format!("the policy judged {judged} ad slots and allowed none"));
    }
    let opened = match reading.count("ads.delivered") {
        Some(0) => "none was delivered".to_owned(),
        delivered => {
            let share = words::told_share(reading.count("ads.opened"), delivered);
            format!("{share} of those delivered were opened")
        }
    };
    Some(format!(
        "the policy allowed {} of the {judged} ads it judged; {opened}, and {} followed",
        about(allowed),
        words::told_count(reading.count("ads.bought"), "purchase"),
    ))
}

fn hot_line(reading: Reading<'_>) -> Option<String> {
    let answer = reading.histogram("hotline.answer")?;
    let mut clause = format!(
        "pages were asked {}; half of the answers came within {}, nine in ten within {}",
        words::told_count(reading.count("hotline.asked"), "question"),
        words::spoken_duration(answer.p50),
        words::spoken_duration(answer.p90),
    );
    if let Some((given_up, ended)) = reading.ratio("hotline.abandoned") {
        clause += &format!(
            ", and {} of the customers gave up waiting",
            words::share(given_up, ended)
        );
    }
    Some(clause)
}

fn orders(reading: Reading<'_>) -> Option<String> {
    let placed = reading.count("orders.placed").filter(|&placed| placed > 0)?;
    Some(format!(
        "people placed {}; consent to be contacted was given {} and withdrawn {}",
        words::counted(placed, "order"),
        words::told_count(reading.count("opt_ins.given"), "time"),
        words::told_count(reading.count("opt_ins.revoked"), "time"),
    ))
}

fn payments(reading: Reading<'_>) -> Option<String> {
    let posted = reading.count("payments.posted").filter(|&posted| posted > 0)?;
    Some(format!(
        "{} moved {}",
        words::counted(posted, "payment"),
        words::told(reading.count("payments.volume"), words::money),
    ))
}

fn queue(reading: Reading<'_>) -> Option<String> {
    let mut clause = format!("{} requests reached the queue", about(reading.probes()));
    if let Some((busy, all)) = reading.ratio("utilisation.mean") {
        clause += &format!(
            ", which kept the servers busy {} of the time",
            words::share(busy, all)
        );
    }
    if let Some(wait) = reading.histogram("queue.wait") {
        clause += &format!(
            "; they waited {} on average, and 99 in 100 no longer than {}",
            words::spoken_duration(wait.mean),
            words::spoken_duration(wait.p99),
        );
    }
    Some(clause)
}

fn abandonment(reading: Reading<'_>) -> Option<String> {
    let delayed = reading
        .ratio("queue.delayed")
        .map(|(part, whole)| format!("{} had to wait", words::share(part, whole)));
    let given_up = reading.ratio("queue.abandoned").map(|(part, whole)| {
        if part == 0 {
            "nobody gave up".to_owned()
        } else {
            format!("{} ran out of patience", words::share(part, whole))
        }
    });
    let parts: Vec<String> = [delayed, given_up].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", and "))
}

/// What puts the figures in doubt: that promises were broken or thresholds missed, and the record's own warnings with
/// what to change.
#[must_use]
pub(crate) fn cautions(record: &RunRecord) -> Vec<String> {
    let result = &record.result;
    let mut doubts: Vec<String> = record.load.iter().flat_map(load::cautions).collect();
    if record.load.is_none() && result.window.until_ns <= result.window.warm_up_ns {
        doubts.push(format!(
            "The run ends within its warm-up of {}: no latency, queue or utilisation is measured.",
            words::spoken_duration(result.window.warm_up_ns),
        ));
    }
    if !result.audit.passed {
        doubts.push(
            "The audit found broken promises: do not rely on these figures before they are explained."
                .to_owned(),
        );
    }
    let count = |outcome| {
        let thresholds = result.thresholds.iter();
        thresholds.filter(|verdict| verdict.outcome() == outcome).count()
    };
    let all = words::counted(result.thresholds.len() as i64, "threshold");
    let missed = count(ThresholdOutcome::Missed);
    if missed > 0 {
        let verb = if missed == 1 { "was" } else { "were" };
        doubts.push(format!("{missed} of {all} {verb} missed."));
    }
    let unsettled = count(ThresholdOutcome::Inconclusive);
    if unsettled > 0 {
        doubts.push(format!(
            "{unsettled} of {all} can\u{2019}t be judged: there are too few observations to tell. Measure for longer, or \
             ask for a quantile nearer to the median."
        ));
    }
    doubts.extend(result.warnings.iter().map(|warning| {
        let problem = words::sentence(&warning.problem);
        format!("{problem} {}", words::sentence(&warning.remedy))
    }));
    doubts
}

/// If the run was stopped before its end: how much of it there is, what is missing, and what is not concluded.
pub(crate) fn incomplete(record: &RunRecord) -> Option<String> {
    if let Some(load) = &record.load {
        return load::incomplete(load);
    }
    let window = record.result.window;
    record.interrupted.then(|| {
        format!(
            "The run was stopped at {}, after {} of {}: every figure and threshold is about that part, and the \
             remaining {} are missing.",
            words::moment(window.until_ns),
            words::spoken_duration(window.until_ns),
            words::spoken_duration(window.horizon_ns),
            words::spoken_duration((window.horizon_ns - window.until_ns).max(0)),
        )
    })
}
