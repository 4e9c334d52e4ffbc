//! How a platform gets its size. Service times belong to the machine, and the number of machines follows from the load, as
//! capacity is planned everywhere: a smaller market then has fewer machines and not slower ones.
//!
//! The load is that of the base scenario, before arms and varied keys, and without what ads add. So no arm changes the
//! machine by what people do in it, but only by the keys that name the machine.

use super::population;
use crate::error::Problem;
use crate::file::{File, PlatformFile};
use crate::scenario::CLASS_COUNT;
use chappe_base::{CommandClass, Duration, Law, Span};
use chappe_metrics::{PlatformSize, ServiceFrom, ShardsFrom};
use chappe_workload::offered_load;

/// The machine of a scenario.
pub(crate) struct Machine {
    /// Number of shards.
    pub(crate) shards: u16,
    /// The law of each class's service time.
    pub(crate) laws: [Law; CLASS_COUNT],
    /// How the size came about.
    pub(crate) size: PlatformSize,
}

/// The machine that `file` names for the load of `base`, the same scenario without arm and varied keys.
///
/// # Errors
/// `base` has no people.
pub(super) fn machine(file: &File, base: &File) -> Result<Machine, Problem> {
    let load = load(base)?;
    let platform = &file.platform;
    let unit = match platform.stretch_to {
        Some(utilisation) => stretched(base, &load, utilisation.get()).unwrap_or(platform.unit_cost.0),
        None => platform.unit_cost.0,
    };
    let laws = laws(platform, unit);
    let work = work(&load, &laws);
    let shards = given_shards(file).unwrap_or_else(|| shards_for(platform, work));
    let planned = work / (f64::from(shards) * f64::from(platform.servers));
    Ok(Machine {
        shards,
        laws,
        size: PlatformSize {
            shards_from: match platform.shards {
                Some(_) => ShardsFrom::Given,
                None => ShardsFrom::Load,
            },
            service_from: match (&platform.service, platform.stretch_to) {
                (Some(_), _) => ServiceFrom::Laws,
                (None, Some(_)) => ServiceFrom::Stretched,
                (None, None) => ServiceFrom::UnitCost,
            },
            servers_per_shard: u32::from(platform.servers),
            planned_peak_ppm: (planned * 1e6).min(1e9) as u32,
        },
    })
}

/// Commands per second to the whole platform in the busiest hour of `base`, by class. Nobody knows in advance how much a
/// trace holds.
fn load(base: &File) -> Result<[f64; CLASS_COUNT], Problem> {
    if base.traffic.replay.is_some() {
        return Ok([0.0; CLASS_COUNT]);
    }
    let population = population(base)?;
    Ok(offered_load(
        &population,
        &base.sessions,
        &base.traffic,
        &base.agents,
        &base.history,
    ))
}

/// How many servers `load` would keep busy all the time.
fn work(load: &[f64; CLASS_COUNT], laws: &[Law; CLASS_COUNT]) -> f64 {
    let busy = load.iter().zip(laws);
    busy.map(|(rate, law)| rate * law.mean().as_secs_f64()).sum()
}

/// As many shards as the scenario gives for people of this scale.
fn given_shards(file: &File) -> Option<u16> {
    let shards = f64::from(file.platform.shards?) * file.scale;
    Some(shards.round().clamp(1.0, f64::from(u16::MAX)) as u16)
}

/// As many shards as it takes for so much work.
fn shards_for(platform: &PlatformFile, work: f64) -> u16 {
    let each = f64::from(platform.servers) * platform.peak_utilisation.get();
    // Work that fills a shard exactly needs no second one because of how it was rounded.
    (work / each - 1e-9).ceil().clamp(1.0, f64::from(u16::MAX)) as u16
}

/// What a command of cost 1 takes if `load` is to keep the machine of `base` busy for `utilisation` of the busiest hour;
/// `None` without any load.
fn stretched(base: &File, load: &[f64; CLASS_COUNT], utilisation: f64) -> Option<Span> {
    let platform = &base.platform;
    let laws = laws(
        &PlatformFile {
            service: None,
            ..platform.clone()
        },
        platform.unit_cost.0,
    );
    let work = work(load, &laws);
    let shards = given_shards(base).unwrap_or_else(|| shards_for(platform, work));
    let servers = f64::from(shards) * f64::from(platform.servers);
    (work > 0.0).then(|| {
        let unit = platform.unit_cost.0.as_secs_f64();
        Span::from_secs_f64(unit * utilisation * servers / work)
    })
}

/// The law of each class, if a command of cost 1 takes `unit` on average.
fn laws(platform: &PlatformFile, unit: Span) -> [Law; CLASS_COUNT] {
    let sigma = platform.service_sigma;
    std::array::from_fn(|number| {
        let class = CommandClass::ALL[number];
        match &platform.service {
            Some(laws) => laws.of(class).unwrap_or(Law::Constant(Duration(Span::ZERO))),
            None => {
                // The mean of a log-normal is its median times e^(sigma²/2).
                let median = unit.0 as f64 * platform.cost.of(class) / libm::exp(sigma * sigma / 2.0);
                Law::LogNormal {
                    median: Duration(Span(median as i64)),
                    sigma,
                }
            }
        }
    })
}
