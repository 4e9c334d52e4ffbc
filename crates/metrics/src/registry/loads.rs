//! The metrics that only a load on the wall clock has.

use super::{Better, Definition, Kind, WALL, define, in_clocks, ratio, time};
use crate::interval::Timed;
use crate::record::Unit;
use chappe_base::RuleKind;

/// All metrics that only a load on the wall clock has.
pub(super) fn of_loads() -> impl Iterator<Item = Definition> {
    times()
        .into_iter()
        .chain(by_rule())
        .chain(counts())
        .chain(series())
        .chain(quantiles())
        .map(|definition| in_clocks(WALL, definition))
}

fn times() -> Vec<Definition> {
    vec![
        time(
            "load.hop",
            Better::Lower,
            "from one shard into the service of another",
        ),
        time(
            "load.handing",
            Better::Lower,
            "from the shard that decided to the device",
        ),
        time(
            "load.lag",
            Better::Lower,
            "pacing lag: how late the generator sent, of its own fault",
        ),
        time(
            "load.blocked",
            Better::Lower,
            "how long back-pressure kept a command out",
        ),
        time(
            "decision.allowed",
            Better::Lower,
            "intended send of what gave the ad slot to the policy's consent",
        ),
        time(
            "revocation",
            Better::Lower,
            "intended send of an opt-out, mute or block until no ad passes any more",
        ),
    ]
}

fn by_rule() -> impl Iterator<Item = Definition> {
    RuleKind::ALL.iter().map(|rule| {
        let label = rule.label();
        time(
            &format!("decision.refused.{label}"),
            Better::Lower,
            &format!("intended send of what gave the ad slot to its refusal by {label}"),
        )
    })
}

fn counts() -> Vec<Definition> {
    let gauge = |name, description| define(name, Kind::Gauge, Unit::Count, Better::Higher, description);
    vec![
        define(
            "load.sent",
            Kind::Counter,
            Unit::Count,
            Better::None,
            "clients' commands sent, warm-up included",
        ),
        define(
            "load.dropped",
            Kind::Counter,
            Unit::Count,
            Better::Lower,
            "clients' commands dropped for want of room",
        ),
        gauge(
            "load.rate",
            "clients' commands sent per second of the measured time",
        ),
        gauge(
            "load.throughput",
            "messages between friends acknowledged to their senders per second of the measured time",
        ),
        ratio(
            "load.late",
            Better::Lower,
            "sends over a millisecond late, of those measured",
        ),
        ratio(
            "load.lost",
            Better::Lower,
            "clients' commands dropped, of all offered",
        ),
    ]
}

fn one_series(name: &str, unit: Unit, description: &str) -> Definition {
    define(name, Kind::Series, unit, Better::None, description)
}

fn series() -> Vec<Definition> {
    vec![
        one_series(
            "series.load.sent",
            Unit::Count,
            "clients' commands sent per second",
        ),
        one_series(
            "series.load.served",
            Unit::Count,
            "commands served per second, forwarded ones included",
        ),
        one_series(
            "series.load.acknowledged",
            Unit::Count,
            "messages between friends acknowledged per second",
        ),
        one_series(
            "series.load.dropped",
            Unit::Count,
            "clients' commands dropped per second",
        ),
        one_series("series.load.decided", Unit::Count, "policy decisions per second"),
        one_series(
            "series.load.backlog",
            Unit::Count,
            "commands waiting at shards at the end of the interval",
        ),
        one_series(
            "series.load.blocked",
            Unit::Nanoseconds,
            "time per second that back-pressure kept generators waiting, summed over them",
        ),
        one_series(
            "series.load.cpu",
            Unit::PartsPerMillion,
            "processor time of the process, of one core's",
        ),
        one_series(
            "series.load.memory",
            Unit::Bytes,
            "memory of the process at the end of the interval",
        ),
    ]
}

fn quantiles() -> impl Iterator<Item = Definition> {
    let others = Timed::ALL.iter().filter(|timed| **timed != Timed::Delivery);
    others.map(|timed| one_series(timed.series(), Unit::Nanoseconds, timed.description()))
}
