//! From a file's values to a scenario. Each value alone is already checked; the checks here are about values
//! that depend on each other.

mod campaigns;
mod pages;
mod policy;
mod study;

use crate::design::Broadcast;
use crate::error::Problem;
use crate::file::{File, LinkFile, PlatformFile};
use crate::scenario::{Catalogue, Link, Network, Scenario, Service, ServiceTimes, Threshold};
use crate::{assumed, hash};
use chappe_base::{Act, CommandClass, Duration, Homes, Law, SimTime, Span};
use chappe_platform::Config;
use chappe_workload::config::Population;

/// What a scenario is resolved with, beside its values.
pub(crate) struct Context<'a> {
    /// Name of the scenario.
    pub(crate) name: &'a str,
    /// The arm that is applied.
    pub(crate) arm: Option<&'a str>,
    /// Names of all arms.
    pub(crate) arms: &'a [String],
    /// Memory that a run may use [bytes].
    pub(crate) memory_limit_bytes: Option<u64>,
}

/// A wrong value at the keys `path`.
fn wrong(path: &[&str], message: impl Into<String>) -> Problem {
    let path: Vec<String> = path.iter().map(ToString::to_string).collect();
    Problem::value(&path, message.into())
}

/// The scenario of `file`.
///
/// # Errors
/// The first fault.
pub(crate) fn resolve(file: &File, context: &Context<'_>) -> Result<Scenario, Problem> {
    check_times(file)?;
    let population = population(file)?;
    check_memory(file, &population, context.memory_limit_bytes)?;
    let policy = policy::policy(file)?;
    let categories = pages::categories(&file.catalogue)?;
    let horizon = SimTime::ZERO + file.horizon.0;
    let platform = Config {
        homes: Homes::new(file.platform.shards),
        users_count: population.users,
        pages: pages::pages(file, &categories),
        campaigns: campaigns::campaigns(file, &categories, horizon)?,
        policy,
        pushes_ads: file.design.broadcast == Broadcast::Push,
        transfer_timeout: file.platform.transfer_timeout.0,
        key_life: file.platform.key_life.0,
        inbox_life: file.platform.inbox_life.0,
        lease_life: file.platform.lease_life.0,
        lease_ads_count: file.platform.lease_ads,
        payment_fee_ppm: file.platform.payment_fee.ppm(),
    };
    Ok(Scenario {
        name: context.name.to_string(),
        title: file.title.clone(),
        question: file.question.clone(),
        arm: context.arm.map(str::to_string),
        arms: context.arms.to_vec(),
        seed: file.seed,
        horizon,
        warm_up: SimTime::ZERO + file.warm_up.0,
        hash: hash::of(file),
        assumed: assumed::in_effect(file),
        users_in_full: file.population.users,
        sessions: file.sessions.clone(),
        traffic: file.traffic.clone(),
        agents: file.agents.clone(),
        history: file.history.clone(),
        network: network(file)?,
        service: service(&file.platform)?,
        catalogue: Catalogue {
            categories,
            stock_units: file.catalogue.stock,
            out_of_stock_share: file.catalogue.out_of_stock_share.get(),
            restock_after: file.catalogue.restock_after,
        },
        design: file.design.clone(),
        study: study::study(file, context.arms)?,
        thresholds: thresholds(file),
        population,
        platform,
    })
}

fn thresholds(file: &File) -> Vec<Threshold> {
    let thresholds = file.thresholds.0.iter();
    thresholds
        .map(|(metric, conditions)| Threshold {
            metric: metric.clone(),
            conditions: conditions.clone(),
        })
        .collect()
}

fn check_times(file: &File) -> Result<(), Problem> {
    let (horizon, warm_up) = (file.horizon, file.warm_up);
    if horizon <= warm_up {
        // The default warm-up is zero, so another one was written.
        let written = if warm_up.0 == Span::ZERO {
            "horizon"
        } else {
            "warm_up"
        };
        return Err(wrong(
            &[written],
            format!("the horizon ({horizon}) must be longer than the warm-up ({warm_up})"),
        ));
    }
    let days = (Act::DAYS - Act::HISTORY_DAYS) as i64;
    if horizon.0.0 > days * Span::DAY.0 {
        return Err(wrong(
            &["horizon"],
            format!("the horizon ({horizon}) is too long; a run lasts at most {days} days"),
        ));
    }
    let (platform, ads) = (&file.platform, &file.agents.ads);
    let above_zero: [(&[&str], Duration); 8] = [
        (&["platform", "transfer_timeout"], platform.transfer_timeout),
        (&["platform", "key_life"], platform.key_life),
        (&["platform", "inbox_life"], platform.inbox_life),
        (&["platform", "lease_life"], platform.lease_life),
        (&["agents", "ads", "annoyance_life"], ads.annoyance_life),
        (&["agents", "ads", "use_per_day"], ads.use_per_day),
        (&["agents", "ads", "long_run_life"], ads.long_run_life),
        (&["agents", "ads", "short_run_life"], ads.short_run_life),
    ];
    if let Some((path, _)) = above_zero.iter().find(|(_, span)| span.0 == Span::ZERO) {
        return Err(wrong(path, format!("`{}` must be above zero", path.join("."))));
    }
    let PlatformFile {
        transfer_timeout,
        key_life,
        ..
    } = file.platform;
    // A key must outlive the transfer, its cancellation and their answers.
    if transfer_timeout.0.0 > key_life.0.0 / 4 {
        let message = format!(
            "`platform.transfer_timeout` ({transfer_timeout}) must be at most a quarter of \
             `platform.key_life` ({key_life})"
        );
        return Err(wrong(&["platform", "transfer_timeout"], message));
    }
    Ok(())
}

fn population(file: &File) -> Result<Population, Problem> {
    let users = (file.population.users as f64 * file.scale).round();
    if users < 1.0 {
        return Err(wrong(
            &["scale"],
            format!(
                "`scale` {} leaves none of {} users",
                file.scale, file.population.users
            ),
        ));
    }
    if users > MOST_USERS as f64 {
        return Err(wrong(
            &["scale"],
            format!(
                "`scale` {} makes {users} users; at most {MOST_USERS} are allowed",
                file.scale
            ),
        ));
    }
    if file.population.pages > MOST_PAGES {
        let message = format!("`population.pages` must be at most {MOST_PAGES}");
        return Err(wrong(&["population", "pages"], message));
    }
    let share: f64 = file.population.time_zones.iter().map(|zone| zone.share).sum();
    if !(share > 0.0 && share.is_finite()) {
        let message = "the shares of `population.time_zones` must add up to more than 0";
        return Err(wrong(&["population", "time_zones"], message));
    }
    Ok(Population {
        users: users as u32,
        ..file.population.clone()
    })
}

/// Most users: ids have 32 bits, and half of them are reserved.
const MOST_USERS: u32 = 1 << 31;
/// Most pages.
const MOST_PAGES: u32 = 1_000_000;

/// Memory that each user takes: state, contacts and agent [bytes].
const USER_BYTES: f64 = 400.0;
/// Memory that each conversation with a page takes [bytes].
const CONVERSATION_BYTES: f64 = 64.0;
/// Memory that each page takes, without its audience [bytes].
const PAGE_BYTES: f64 = 1_000.0;
/// Memory that each shard takes: queue, calendar, counters [bytes].
const SHARD_BYTES: f64 = 200_000.0;

fn check_memory(file: &File, population: &Population, limit: Option<u64>) -> Result<(), Problem> {
    let (users, pages) = (population.users as f64, population.pages as f64);
    let needed = users * (USER_BYTES + file.history.page_conversations * CONVERSATION_BYTES)
        + pages * PAGE_BYTES
        + file.platform.shards as f64 * SHARD_BYTES;
    match limit {
        Some(limit) if needed > limit as f64 => {
            const MIB: f64 = 1024.0 * 1024.0;
            let message = format!(
                "{users} users and {pages} pages need about {:.0} MiB of memory; there are {:.0} MiB",
                needed / MIB,
                limit as f64 / MIB
            );
            let advice = "use fewer users or a smaller `scale`";
            let path: &[&str] = match file.scale {
                1.0 => &["population", "users"],
                _ => &["scale"],
            };
            Err(wrong(path, message).help(advice))
        }
        Some(_) | None => Ok(()),
    }
}

fn network(file: &File) -> Result<Network, Problem> {
    let link = |key, LinkFile { floor, extra }: LinkFile| {
        if floor.0 == Span::ZERO {
            let message = format!("`network.{key}.floor` must be above zero");
            let help = "shards are simulated in steps of the smallest floor";
            return Err(wrong(&["network", key, "floor"], message).help(help));
        }
        Ok(Link {
            floor: floor.0,
            extra,
        })
    };
    Ok(Network {
        client_to_platform: link("client_to_platform", file.network.client_to_platform)?,
        platform_to_client: link("platform_to_client", file.network.platform_to_client)?,
        server_to_server: link("server_to_server", file.network.server_to_server)?,
    })
}

fn service(section: &PlatformFile) -> Result<Service, Problem> {
    let per_class = |class: usize| CommandClass::ALL[class];
    let times = match &section.service {
        Some(laws) => ServiceTimes::Given(std::array::from_fn(|class| {
            laws.of(per_class(class))
                .unwrap_or(Law::Constant(Duration(Span::ZERO)))
        })),
        None => {
            let peak_utilisation = section.peak_utilisation.get();
            if peak_utilisation <= 0.0 || peak_utilisation >= 1.0 {
                let message = "`platform.peak_utilisation` must be above 0 and below 1";
                return Err(wrong(&["platform", "peak_utilisation"], message));
            }
            ServiceTimes::FromPeak {
                peak_utilisation,
                costs: std::array::from_fn(|class| section.cost.of(per_class(class))),
                sigma: section.service_sigma,
            }
        }
    };
    Ok(Service {
        servers: section.servers,
        lanes: section.lanes,
        queue_capacity: section.queue_capacity,
        times,
    })
}
