//! From a file's values to a scenario. Each value alone is already checked; the checks here are about values
//! that depend on each other.

mod campaigns;
mod pages;
mod policy;
mod scale;
mod size;
mod study;

use crate::design::Broadcast;
use crate::error::Problem;
use crate::file::{File, LinkFile, PlatformFile};
use crate::scenario::{Catalogue, Category, Link, Network, Scenario, Service};
use crate::{assumed, hash};
use chappe_base::{Act, Homes, Money, SimTime, Span};
use chappe_metrics::{Threshold, find};
use chappe_platform::policy::Policy;
use chappe_platform::{CampaignConfig, Config};
use chappe_workload::config::{AdReactions, Population, Shape};

pub(crate) use size::Machine;

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

/// The scenario of `file`. The size of its platform follows from `base`, the same without arm and varied keys.
///
/// # Errors
/// The first fault.
pub(crate) fn resolve(file: &File, base: &File, context: &Context<'_>) -> Result<Scenario, Problem> {
    check_times(file)?;
    check_behaviour(file)?;
    let file = &scale::scaled(file);
    let population = population(file)?;
    check_money(file, &population)?;
    let machine = size::machine(file, base)?;
    let state_bytes = check_memory(file, &population, machine.shards, context.memory_limit_bytes)?;
    let mut policy = policy::policy(file)?;
    scale::scale_limits(&mut policy, file.scale);
    let categories = pages::categories(&file.catalogue)?;
    let horizon = SimTime::ZERO + file.horizon.0;
    let campaigns = campaigns::campaigns(file, &categories, horizon)?;
    let platform = platform(file, &machine, policy, campaigns, (&categories, population.users));
    Ok(Scenario {
        name: context.name.to_string(),
        title: file.title.clone(),
        question: file.question.clone(),
        arm: context.arm.map(str::to_string),
        arms: context.arms.to_vec(),
        seed: file.seed,
        horizon,
        warm_up: SimTime::ZERO + file.warm_up.0,
        hash: hash::of(file, &machine),
        assumed: assumed::in_effect(file),
        users_in_full: file.population.users,
        sessions: file.sessions.clone(),
        traffic: file.traffic.clone(),
        agents: file.agents.clone(),
        history: file.history.clone(),
        network: network(file),
        service: Service {
            servers: file.platform.servers,
            lanes: file.platform.lanes,
            queue_capacity: file.platform.queue_capacity,
            laws: machine.laws,
        },
        size: machine.size,
        catalogue: Catalogue {
            categories,
            stock_units: file.catalogue.stock,
            out_of_stock_share: file.catalogue.out_of_stock_share.get(),
            restock_after: file.catalogue.restock_after,
        },
        design: file.design.clone(),
        study: study::study(file, context.arms)?,
        thresholds: thresholds(file)?,
        population,
        platform,
        state_bytes,
    })
}

/// What the platform's shards are built from.
fn platform(
    file: &File,
    machine: &Machine,
    policy: Policy,
    campaigns: Vec<CampaignConfig>,
    (categories, users_count): (&[Category], u32),
) -> Config {
    Config {
        homes: Homes::new(machine.shards),
        users_count,
        pages: pages::pages(file, categories),
        campaigns,
        policy,
        pushes_ads: file.design.broadcast == Broadcast::Push,
        transfer_timeout: file.platform.transfer_timeout.0,
        key_life: file.platform.key_life.0,
        inbox_life: file.platform.inbox_life.0,
        lease_life: file.platform.lease_life.0,
        lease_ads_count: file.platform.lease_ads,
        payment_fee_ppm: file.platform.payment_fee.ppm(),
    }
}

fn thresholds(file: &File) -> Result<Vec<Threshold>, Problem> {
    const HELP: &str = "`chappe schema --metrics` lists the metrics";
    let mut thresholds = Vec::new();
    for (metric, conditions) in &file.thresholds.0 {
        if let Err(unknown) = find(metric) {
            let path = ["thresholds".to_string(), metric.clone()];
            return Err(Problem::key(&path, unknown.to_string()));
        }
        for (number, condition) in conditions.iter().enumerate() {
            let threshold = Threshold::parse(metric, condition).map_err(|error| {
                wrong(
                    &["thresholds", metric.as_str(), &number.to_string()],
                    error.to_string(),
                )
                .help(HELP)
            })?;
            thresholds.push(threshold);
        }
    }
    Ok(thresholds)
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

/// Checks shares of one whole, and that somebody writes at all.
fn check_behaviour(file: &File) -> Result<(), Problem> {
    let ads = &file.agents.ads;
    let (opt_out, mute) = (ads.opt_out_share.get(), ads.mute_share.get());
    // Shares such as 0.7 and 0.3 add up to a little more than 1 in binary.
    if opt_out + mute > 1.0 + 1e-9 {
        let message = format!(
            "`agents.ads.opt_out_share` ({opt_out}) and `agents.ads.mute_share` ({mute}) are shares of those who \
             refuse, and add up to more than 1"
        );
        // Whichever was written, if only one was.
        let is_default = ads.mute_share == AdReactions::default().mute_share;
        let key = if is_default { "opt_out_share" } else { "mute_share" };
        return Err(wrong(&["agents", "ads", key], message));
    }
    if let Shape::Ramp { from: 0.0, to: 0.0 } = file.traffic.shape {
        let message = "`traffic.shape.ramp` goes from 0 to 0, so nobody would do anything";
        return Err(wrong(&["traffic", "shape"], message));
    }
    Ok(())
}

/// Checks that the money of all people and pages can be counted: it is kept in 64 bits, and a shard may hold all.
fn check_money(file: &File, population: &Population) -> Result<(), Problem> {
    // A few large balances may make the sum greater than expected.
    const MOST_UNITS: f64 = (i64::MAX / Money::UNIT.0) as f64 / 16.0;
    let history = &file.history;
    let sigma = history.balance_sigma;
    let mean = history.balance_median.0.units() * libm::exp(sigma * sigma / 2.0);
    let people = f64::from(population.users) * mean;
    let pages = f64::from(population.pages_count()) * history.page_balance.0.units();
    let budgets: f64 = file
        .campaign
        .iter()
        .map(|campaign| campaign.budget.0.units())
        .sum();
    let total = people + pages + budgets;
    if total <= MOST_UNITS {
        return Ok(());
    }
    let key = match people >= pages {
        true if sigma > 3.0 => "balance_sigma",
        true => "balance_median",
        false => "page_balance",
    };
    let message = format!(
        "people and pages would own {total:.1e} together, more than the {MOST_UNITS:.1e} that the platform can count"
    );
    Err(wrong(&["history", key], message).help(format!("lower `history.{key}`")))
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
    Ok(Population {
        users: users as u32,
        pages: Some(file.population.pages_count()),
        ..file.population.clone()
    })
}

/// Most users: ids have 32 bits, and half of them are reserved.
const MOST_USERS: u32 = 1 << 31;

/// Memory that each user takes: state, contacts and agent [bytes].
const USER_BYTES: f64 = 400.0;
/// Memory that each conversation with a page takes [bytes].
const CONVERSATION_BYTES: f64 = 64.0;
/// Memory that each page takes, without its audience [bytes].
const PAGE_BYTES: f64 = 1_000.0;
/// Memory that each shard takes: queue, calendar, counters [bytes].
const SHARD_BYTES: f64 = 200_000.0;

/// The memory that a run takes [bytes], about; there must be as much.
fn check_memory(
    file: &File,
    population: &Population,
    shards: u16,
    limit: Option<u64>,
) -> Result<u64, Problem> {
    let (users, pages) = (population.users as f64, f64::from(population.pages_count()));
    let needed = users * (USER_BYTES + file.history.page_conversations * CONVERSATION_BYTES)
        + pages * PAGE_BYTES
        + f64::from(shards) * SHARD_BYTES;
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
        Some(_) | None => Ok(needed as u64),
    }
}

fn network(file: &File) -> Network {
    let link = |LinkFile { floor, extra }: LinkFile| Link {
        floor: floor.0,
        extra,
    };
    Network {
        client_to_platform: link(file.network.client_to_platform),
        platform_to_client: link(file.network.platform_to_client),
        server_to_server: link(file.network.server_to_server),
    }
}
