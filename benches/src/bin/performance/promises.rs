//! What was promised, held against what was measured.

use crate::data::{Data, Run};

/// A figure to reach.
pub(crate) struct Promise {
    pub(crate) what: String,
    /// What the figure counts, after it.
    pub(crate) unit: &'static str,
    pub(crate) target: Target,
    /// None where it was not measured.
    pub(crate) measured: Option<f64>,
}

/// On which side of a figure one must stay.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
}

impl Promise {
    /// Whether it is kept, or by how much it is missed.
    pub(crate) fn verdict(&self) -> String {
        let Some(measured) = self.measured else {
            return "not measured".to_string();
        };
        match self.target {
            Target::AtLeast(target) if measured < target => missed(measured, target),
            Target::AtMost(target) if measured > target => missed(measured, target),
            Target::AtLeast(_) | Target::AtMost(_) => "kept".to_string(),
        }
    }
}

fn missed(measured: f64, target: f64) -> String {
    format!("**missed**: {:.0}% of the target", 100.0 * measured / target)
}

/// All promises.
pub(crate) fn of(data: &Data) -> Vec<Promise> {
    let mut promises = phold(data);
    promises.extend(million_users(data));
    promises.extend(ten_million_users(data));
    promises.extend(policies(data));
    promises.extend(loads(data));
    promises
}

fn at_least(what: impl Into<String>, target: f64, unit: &'static str, measured: Option<f64>) -> Promise {
    Promise {
        what: what.into(),
        unit,
        target: Target::AtLeast(target),
        measured,
    }
}

fn at_most(what: impl Into<String>, target: f64, unit: &'static str, measured: Option<f64>) -> Promise {
    Promise {
        target: Target::AtMost(target),
        ..at_least(what, target, unit, measured)
    }
}

/// The highest rate among the peers of chappe in `group` on `case`.
fn fastest_peer(data: &Data, group: &str, case: &str) -> Option<f64> {
    let (group, case) = (format!("{group}/"), format!("/{case}"));
    let peers = data.rates.iter().filter_map(|(name, rate)| {
        let engine = name.strip_prefix(&group)?.strip_suffix(&case)?;
        (!["chappe", "binary-heap"].contains(&engine)).then_some(rate.per_second)
    });
    peers.reduce(f64::max)
}

fn phold(data: &Data) -> Vec<Promise> {
    let rate = |engine: &str| {
        let rate = data.rates.get(&format!("phold/{engine}"));
        rate.map(|rate| rate.per_second)
    };
    let ratio = |one: Option<f64>, other: Option<f64>| Some(one? / other?);
    let million = rate("chappe/1000000");
    vec![
        at_least(
            "PHOLD, 1,000,000 processes, one worker",
            30.0,
            "million events/s",
            million.map(|rate| rate / 1e6),
        ),
        at_least(
            "… against the binary heap",
            15.0,
            "times",
            ratio(million, rate("binary-heap/1000000")),
        ),
        at_least(
            "… against the fastest peer",
            30.0,
            "times",
            ratio(million, fastest_peer(data, "phold", "1000000")),
        ),
        at_least(
            "… whole runs, two workers against one",
            1.7,
            "times",
            ratio(rate("workers/2"), rate("workers/1")),
        ),
    ]
}

fn loads(data: &Data) -> Vec<Promise> {
    let rate = |name: &str| data.rates.get(name).map(|rate| rate.per_second);
    let ratio = |one: Option<f64>, other: Option<f64>| Some(one? / other?);
    let took_ns = |name: &str| rate(name).map(|rate| 1e9 / rate);
    vec![
        at_least(
            "The live platform against bare hops",
            0.5,
            "times",
            ratio(rate("load/platform"), rate("load/bare hops")),
        ),
        at_most(
            "… taking down a command's wait and service, all four samples",
            50.0,
            "ns",
            took_ns("recording/a command's wait and service"),
        ),
        at_most(
            "… taking down a message's delivery, all four samples",
            50.0,
            "ns",
            took_ns("recording/a message's delivery"),
        ),
    ]
}

fn million_users(data: &Data) -> Vec<Promise> {
    let million = data.alone.get(&1_000_000);
    let of_million = |run: &Option<Run>| {
        let run = run.as_ref().filter(|run| run.users_count == 1_000_000);
        run.map(Run::seconds)
    };
    vec![
        at_most(
            "A day of 1,000,000 users, two workers",
            25.0,
            "s",
            of_million(&data.two_workers),
        ),
        at_most(
            "… two runs of 500,000 side by side",
            25.0,
            "s",
            of_million(&data.two_halves),
        ),
        at_least(
            "… events per core",
            8.0,
            "million events/s",
            million.map(|run| run.events_per_second() / 1e6),
        ),
        at_most(
            "… platform and agents",
            256.0,
            "bytes per user",
            million.map(Run::platform_bytes_per_user),
        ),
        at_most(
            "… peak memory, audit included",
            1.0,
            "GB",
            million.map(|run| run.peak_bytes as f64 / 1e9),
        ),
    ]
}

fn ten_million_users(data: &Data) -> Vec<Promise> {
    let million = data.alone.get(&1_000_000);
    let ten = data.alone.get(&10_000_000);
    let cost = |run: &Run| run.wall_ns as f64 / run.events_count as f64;
    let largest = data.alone.values().next_back();
    vec![
        at_most(
            "A day of 10,000,000 users, peak memory",
            5.0,
            "GB",
            ten.map(|run| run.peak_bytes as f64 / 1e9),
        ),
        at_most(
            "… cost per event against 1,000,000",
            1.5,
            "times",
            ten.zip(million).map(|(ten, million)| cost(ten) / cost(million)),
        ),
        at_least(
            "… facts judged by the audit",
            1_000.0,
            "million",
            ten.map(|run| run.facts_count as f64 / 1e6),
        ),
        at_most(
            "Promises that the audit found broken, largest run",
            0.0,
            "",
            largest.map(|run| run.violation_count as f64),
        ),
    ]
}

fn policies(data: &Data) -> Vec<Promise> {
    let ours = data.rates.iter().filter_map(|(name, rate)| {
        let policy = name.strip_prefix("policy/chappe/")?;
        Some((policy, rate.per_second))
    });
    ours.flat_map(|(policy, rate)| {
        let peer = fastest_peer(data, "policy", policy);
        [
            at_least(
                format!("Decisions by `{policy}`, 1,000,000 users in random order"),
                15.0,
                "million/s per core",
                Some(rate / 1e6),
            ),
            at_least(
                "… against the fastest peer",
                50.0,
                "times",
                peer.map(|peer| rate / peer),
            ),
        ]
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Rate;

    fn rates(rates: &[(&str, f64)]) -> Data {
        let rate = |&(name, per_second): &(&str, f64)| {
            let rate = Rate {
                per_second,
                least_per_second: per_second,
                most_per_second: per_second,
            };
            (name.to_string(), rate)
        };
        Data {
            rates: rates.iter().map(rate).collect(),
            ..Data::default()
        }
    }

    #[test]
    fn a_promise_is_held_against_the_fastest_peer() {
        let data = rates(&[
            ("phold/chappe/1000000", 40e6),
            ("phold/binary-heap/1000000", 2e6),
            ("phold/nexosim/1000000", 0.5e6),
            ("phold/simcore/1000000", 2e6),
            ("phold/simcore/1024", 20e6),
        ]);
        let promises = of(&data);
        let measured: Vec<_> = promises[..4].iter().map(|promise| promise.measured).collect();
        assert_eq!(measured, [Some(40.0), Some(20.0), Some(20.0), None]);
        let verdicts: Vec<_> = promises[..4].iter().map(Promise::verdict).collect();
        assert_eq!(
            verdicts,
            ["kept", "kept", "**missed**: 67% of the target", "not measured"]
        );
    }

    #[test]
    fn nothing_is_said_of_what_was_not_measured() {
        let promises = of(&Data::default());
        assert!(promises.iter().all(|promise| promise.measured.is_none()));
    }
}
