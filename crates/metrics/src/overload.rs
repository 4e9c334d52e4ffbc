//! Overloaded shards: those at which a command waited so long that every figure of the run is in doubt.

use crate::collector::Collector;
use crate::platform_size::ServiceFrom;
use crate::record::Warning;
use chappe_base::{SimTime, Span};
use serde::{Deserialize, Serialize};

/// From this wait on, a shard counts as overloaded. A queue that is only busy empties within minutes.
const LONG_WAIT: Span = Span(10 * Span::MINUTE.0);

/// From this share of busy time on [percent], a shard is overloaded all the time.
const BUSY_PERCENT: i64 = 90;

/// The shards of a run at which commands waited for longer than ten minutes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Overload {
    /// The shard with the longest wait.
    pub shard: u16,
    /// The longest wait there, also of a command that still waited when the run ended [ns].
    pub longest_wait_ns: i64,
    /// How much of the measured time its servers were busy [percent].
    pub busy_percent: i64,
    /// How many shards are overloaded.
    pub shards_count: u16,
    /// Where service times come from.
    pub service_from: ServiceFrom,
}

impl Collector {
    /// The overload of a run that ended at `until`, if there was one.
    pub(crate) fn overload(&self, until: SimTime) -> Option<Overload> {
        let longest = self.busy.longest_wait.iter().copied().max()?;
        // The first of several, so that the result does not depend on the number of workers.
        let shard = self.busy.longest_wait.iter().position(|&wait| wait == longest)?;
        let is_long = |wait: &&i64| **wait > LONG_WAIT.0;
        let shards_count = self.busy.longest_wait.iter().filter(is_long).count() as u16;
        let available = i64::from(self.config.platform.servers_per_shard) * (until - self.config.warm_up).0;
        (shards_count > 0).then(|| Overload {
            shard: shard as u16,
            longest_wait_ns: longest,
            busy_percent: (i128::from(self.busy.by_shard[shard]) * 100 / i128::from(available.max(1))) as i64,
            shards_count,
            service_from: self.config.platform.service_from,
        })
    }
}

impl Overload {
    /// The doubt that it casts on figures, with its remedy.
    #[must_use]
    pub fn warning(&self) -> Warning {
        let (shard, percent) = (self.shard, self.busy_percent);
        let wait = spoken(Span(self.longest_wait_ns));
        let others = match self.shards_count - 1 {
            0 => String::new(),
            1 => "; one more shard has waits of over 10 minutes".to_owned(),
            count => format!("; {count} more shards have waits of over 10 minutes"),
        };
        // A spike leaves the servers idle for the rest of the run.
        let when = if percent < BUSY_PERCENT { " at times" } else { "" };
        Warning {
            problem: format!(
                "shard {shard} is overloaded{when}: its servers are busy for {percent}% of the time, and commands \
                 wait there for up to {wait}{others}"
            ),
            remedy: match self.service_from {
                ServiceFrom::Laws => "shorten platform.service, or raise platform.servers or platform.shards",
                ServiceFrom::UnitCost => {
                    "raise platform.shards or platform.servers, or lower platform.unit_cost"
                }
                ServiceFrom::Stretched => "lower platform.stretch_to: each shard is faster then",
            }
            .to_owned(),
        }
    }
}

/// A wait of minutes or more, in words.
fn spoken(wait: Span) -> String {
    if wait < Span::HOUR {
        return format!("{} minutes", wait.0 / Span::MINUTE.0);
    }
    let tenths = wait.0 / (Span::HOUR.0 / 10);
    format!("{}.{} hours", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use crate::{CollectorConfig, PlatformSize};
    use chappe_base::{CommandClass, Fact, MessageId, ShardId};

    const UNTIL: SimTime = SimTime(3 * Span::HOUR.0);

    /// Four shards, of which the given ones have waits of so many minutes.
    fn waits(waits: &[(u16, i64)]) -> Option<Overload> {
        let mut collector = Collector::new(CollectorConfig {
            platform: PlatformSize::default(),
            warm_up: SimTime::ZERO,
            ..sample::config()
        });
        for &(shard, minutes) in waits {
            let fact = Fact::Unserved {
                command: CommandClass::Control,
                message: MessageId(0),
                wait_ns: Span(minutes * Span::MINUTE.0),
                service_ns: Span::HOUR,
            };
            collector.observe(ShardId(shard), UNTIL, &fact);
        }
        collector.overload(UNTIL)
    }

    #[test]
    fn the_shard_with_the_longest_wait_is_named() {
        assert_eq!(waits(&[(0, 10), (1, 3)]), None);
        let warning = waits(&[(1, 11), (2, 75), (3, 12)]).unwrap().warning();
        assert_eq!(
            warning.problem,
            "shard 2 is overloaded at times: its servers are busy for 33% of the time, and commands wait there for up \
             to 1.2 hours; 2 more shards have waits of over 10 minutes"
        );
        let warning = waits(&[(3, 11)]).unwrap().warning();
        assert!(
            warning.problem.ends_with("up to 11 minutes"),
            "{}",
            warning.problem
        );
    }

    #[test]
    fn the_remedy_is_a_key_that_the_scenario_does_not_hold_fixed() {
        let overload = waits(&[(0, 11)]).unwrap();
        assert!(overload.warning().remedy.starts_with("raise platform.shards"));
        let given = Overload {
            service_from: ServiceFrom::Laws,
            ..overload
        };
        assert!(given.warning().remedy.starts_with("shorten platform.service"));
    }

    #[test]
    fn a_long_wait_in_the_run_shows_in_its_result() {
        let mut collector = Collector::new(sample::config());
        let fact = Fact::Served {
            command: CommandClass::Ad,
            message: MessageId(0),
            wait_ns: Span::HOUR,
            service_ns: Span::SECOND,
        };
        collector.observe(ShardId(1), UNTIL, &fact);
        let parts = collector.finish(UNTIL, 0);
        let is_told = |warning: &Warning| warning.problem.starts_with("shard 1 is overloaded");
        assert!(parts.warnings.iter().any(is_told), "{:?}", parts.warnings);
    }
}
