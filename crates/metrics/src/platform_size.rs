//! How a platform got its size, which every figure about waiting stands on.

use chappe_base::words;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Below this share of its busiest hour [parts per million], a platform's queues say little.
const CALM_PPM: u32 = 300_000;

words! {
    /// Where the number of shards comes from.
    ShardsFrom {
        /// The scenario gives it.
        Given = "given",
        /// It follows from the load that the base scenario offers.
        Load = "load",
    }
}

words! {
    /// Where service times come from.
    ServiceFrom {
        /// The machine: what a command of cost 1 takes, times the cost of its class.
        UnitCost = "unit-cost",
        /// The scenario gives a law for each class of command.
        Laws = "laws",
        /// They are stretched until the busiest hour has the utilisation that the scenario asks for.
        Stretched = "stretched",
    }
}

/// How a platform got its size.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PlatformSize {
    /// Where the number of shards comes from.
    pub shards_from: ShardsFrom,
    /// Where service times come from.
    pub service_from: ServiceFrom,
    /// Servers of each shard.
    pub servers_per_shard: u32,
    /// How busy the load of the base scenario, ads apart, keeps the servers in its busiest hour [parts per million]. It is
    /// reckoned before anything is run.
    pub planned_peak_ppm: u32,
}

impl Default for PlatformSize {
    fn default() -> PlatformSize {
        PlatformSize {
            shards_from: ShardsFrom::Given,
            service_from: ServiceFrom::UnitCost,
            servers_per_shard: 1,
            planned_peak_ppm: 0,
        }
    }
}

impl PlatformSize {
    fn is_calm(&self) -> bool {
        (1..CALM_PPM).contains(&self.planned_peak_ppm)
    }

    /// What a reader must know of a platform of so many shards before reading how long anything waited there.
    #[must_use]
    pub fn note(&self, shards_count: u16) -> Option<String> {
        let percent = f64::from(self.planned_peak_ppm) / 1e4;
        let busy = match percent {
            percent if percent >= 10.0 => format!("{percent:.0}%"),
            percent => format!("{percent:.1}%"),
        };
        match self.service_from {
            ServiceFrom::Stretched => Some(format!(
                "service times are stretched until the servers are busy for {busy} of the busiest hour, as \
                 `platform.stretch_to` asks: latencies are those of machines as fast as that, not of given ones"
            )),
            ServiceFrom::UnitCost | ServiceFrom::Laws if self.is_calm() => {
                let shards = match shards_count {
                    1 => "one shard".to_string(),
                    count => format!("{count} shards"),
                };
                let slower = match self.service_from {
                    ServiceFrom::Laws => "`platform.service`",
                    ServiceFrom::UnitCost | ServiceFrom::Stretched => {
                        "`platform.unit_cost` or `platform.stretch_to`"
                    }
                };
                Some(format!(
                    "{shards}, {busy} busy in the busiest hour: a platform of this size says nothing about queues; for \
                     those simulate more people, or give {slower}"
                ))
            }
            ServiceFrom::UnitCost | ServiceFrom::Laws => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_that_is_hardly_busy_or_stretched_is_told() {
        let size = PlatformSize {
            shards_from: ShardsFrom::Load,
            planned_peak_ppm: 41_000,
            ..PlatformSize::default()
        };
        assert!(size.note(1).unwrap().starts_with("one shard, 4.1% busy in"));
        let busy = PlatformSize {
            planned_peak_ppm: 640_000,
            ..size
        };
        assert_eq!(busy.note(3), None);
        let stretched = PlatformSize {
            service_from: ServiceFrom::Stretched,
            ..busy
        };
        assert!(
            stretched
                .note(3)
                .unwrap()
                .contains("busy for 64% of the busiest hour")
        );
    }
}
