//! From a file's values to a scenario: what no single value can say is checked here.

use crate::design::Broadcast;
use crate::error::{Problem, advice};
use crate::file::{AudienceWord, CampaignFile, CatalogueFile, File, LinkFile, PacingWord, PlatformFile};
use crate::page_policy;
use crate::policy::Setting;
use crate::presets::Preset;
use crate::scenario::{Catalogue, Category, Link, Network, Scenario, Service, ServiceTimes, Threshold};
use crate::study::Study;
use crate::{assumed, hash};
use chappe_base::{
    Act, CommandClass, Duration, Format, Homes, Keyed, Law, Money, PageId, ProductId, Purpose, SimTime, Span,
    Topic, standard_normal_quantile,
};
use chappe_platform::policy::{Policy, UserRule};
use chappe_platform::{Audience, CampaignConfig, Config, Desk, Pacing, PageConfig, ProductConfig};
use chappe_workload::config::Population;

/// What a scenario is read with, beside its values.
pub(crate) struct Context<'a> {
    /// Name of the scenario.
    pub(crate) name: &'a str,
    /// The arm that is applied.
    pub(crate) arm: Option<&'a str>,
    /// Names of all arms.
    pub(crate) arms: &'a [String],
    /// Memory that a run may take [bytes].
    pub(crate) memory_limit_bytes: Option<u64>,
}

/// A wrong value at the keys `path`.
fn wrong(path: &[&str], message: impl Into<String>) -> Problem {
    let path: Vec<String> = path.iter().map(ToString::to_string).collect();
    Problem::value(&path, message.into())
}

/// The scenario that `file` comes to.
///
/// # Errors
/// The first thing that is wrong.
pub(crate) fn resolve(file: &File, context: &Context<'_>) -> Result<Scenario, Problem> {
    check_times(file)?;
    let population = population(file)?;
    check_memory(file, &population, context.memory_limit_bytes)?;
    let policy = policy(file)?;
    let categories = categories(&file.catalogue)?;
    let horizon = SimTime::ZERO + file.horizon.0;
    let platform = Config {
        homes: Homes::new(file.platform.shards),
        users_count: population.users,
        pages: pages(file, &categories),
        campaigns: campaigns(file, &categories, horizon)?,
        policy,
        pushes_ads: file.design.broadcast == Broadcast::Push,
        transfer_timeout: file.platform.transfer_timeout.0,
        key_life: file.platform.key_life.0,
        inbox_life: file.platform.inbox_life.0,
        lease_life: file.platform.lease_life.0,
        lease_ads_count: file.platform.lease_ads,
        payment_fee_ppm: file.platform.payment_fee.ppm(),
    };
    let thresholds = file.thresholds.0.iter();
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
        study: study(file, context.arms)?,
        thresholds: thresholds
            .map(|(metric, conditions)| Threshold {
                metric: metric.clone(),
                conditions: conditions.clone(),
            })
            .collect(),
        population,
        platform,
    })
}

fn check_times(file: &File) -> Result<(), Problem> {
    let (horizon, warm_up) = (file.horizon, file.warm_up);
    if horizon <= warm_up {
        // The warm-up is none where the file says nothing, so this one stands there.
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
                "`scale` {} leaves nobody of {} users",
                file.scale, file.population.users
            ),
        ));
    }
    if users > MOST_USERS as f64 {
        return Err(wrong(
            &["scale"],
            format!("`scale` {} makes {users} users; at most {MOST_USERS}", file.scale),
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

/// Most users: ids are 32 bits, and half of them are spare.
const MOST_USERS: u32 = 1 << 31;
/// Most pages.
const MOST_PAGES: u32 = 1_000_000;

/// Memory that each user takes: state, contacts and agent [bytes].
const USER_BYTES: f64 = 400.0;
/// Memory that each conversation with a page takes [bytes].
const CONVERSATION_BYTES: f64 = 64.0;
/// Memory that each page takes, its audience apart [bytes].
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
            let advice = "take fewer users, or a smaller `scale`";
            let path: &[&str] = match file.scale {
                1.0 => &["population", "users"],
                _ => &["scale"],
            };
            Err(wrong(path, message).help(advice))
        }
        Some(_) | None => Ok(()),
    }
}

fn policy(file: &File) -> Result<Policy, Problem> {
    let section = &file.policy;
    if let Some(Setting::Is(window)) = section.window {
        let text = match (window.at_least, window.at_most) {
            (None, None) => Some("`policy.window` needs `at_least`, `at_most` or both"),
            (Some(at_least), Some(at_most)) if at_least >= at_most => {
                Some("`policy.window`: `at_least` must be shorter than `at_most`")
            }
            (Some(_) | None, Some(_) | None) => None,
        };
        if let Some(text) = text {
            return Err(wrong(&["policy", "window"], text));
        }
    }
    if let Some((key, text)) = section.contact_problem() {
        return Err(wrong(&["policy", key], text));
    }
    let cap = |setting: Option<Duration>, key| match setting {
        Some(Duration(Span::ZERO)) => Err(wrong(
            &["policy", key, "every"],
            format!("`policy.{key}.every` must be above zero"),
        )),
        Some(_) | None => Ok(()),
    };
    if let Some(Setting::Is(limit)) = section.frequency_cap {
        cap(Some(limit.every), "frequency_cap")?;
    }
    if let Some(Setting::Is(limit)) = section.page_cap {
        cap(Some(limit.every), "page_cap")?;
    }
    if let Some(Setting::Is(limit)) = section.unanswered_cap {
        cap(Some(limit.every), "unanswered_cap")?;
    }
    if let Some(Setting::Is(night)) = section.quiet_hours
        && night.from == night.to
    {
        let message = "`policy.quiet_hours`: `from` and `to` must differ";
        return Err(wrong(&["policy", "quiet_hours"], message));
    }
    page_policy::check(section)?;
    let preset = Preset::named(&section.preset).ok_or_else(|| {
        let message = format!("there is no preset `{}`", section.preset);
        wrong(&["policy", "preset"], message)
    })?;
    let policy = section.policy(preset.policy());
    let asks_twice = |rule: &UserRule| matches!(rule, UserRule::Basis(grounds) if grounds.opt_in.is_some());
    let has_opt_in = |rule: &UserRule| matches!(rule, UserRule::OptIn(_));
    if policy.user_rules.iter().any(asks_twice) && policy.user_rules.iter().any(has_opt_in) {
        let text =
            "`policy.grounds.opt_in` and `policy.opt_in` both ask for consent; set one of them to \"none\"";
        return Err(wrong(&["policy"], text));
    }
    Ok(policy)
}

fn categories(section: &CatalogueFile) -> Result<Vec<Category>, Problem> {
    if section.categories.0.is_empty() {
        let message = "`catalogue.categories` needs at least one category";
        return Err(wrong(&["catalogue", "categories"], message));
    }
    let most = u16::MAX as usize;
    for (name, products) in &section.categories.0 {
        if products.is_empty() || products.len() > most {
            return Err(wrong(
                &["catalogue", "categories", name],
                format!(
                    "category `{name}` needs 1 to {most} products, not {}",
                    products.len()
                ),
            ));
        }
    }
    let category = |(name, products): &(String, Vec<String>)| Category {
        name: name.clone(),
        products: products.clone(),
    };
    Ok(section.categories.0.iter().map(category).collect())
}

/// Pages with their prices and hot-lines; each draw is keyed by the page, and for a price by the
/// product as well.
fn pages(file: &File, categories: &[Category]) -> Vec<PageConfig> {
    let count = file.population.pages;
    let draws = Keyed::new(file.seed, Purpose::Page);
    let median = file.catalogue.price_median.0.units();
    let cent = Money(Money::UNIT.0 / 100);
    let price = |page: u32, product: u64| {
        let z = standard_normal_quantile(draws.unit(page as u64, product));
        let cents = libm::round(median * libm::exp(file.catalogue.price_sigma * z) * 100.0);
        Money((cents as i64).clamp(1, 100_000_000_000) * cent.0)
    };
    let weight = |page: u32| libm::pow(page as f64 + 1.0, -file.hotline.staff_exponent);
    let mean_weight = (0..count).map(weight).sum::<f64>() / count as f64;
    let desk = |page: u32| {
        // Products are numbered with 16 bits, so this draw is none of theirs.
        if draws.unit(page as u64, 1 << 16) < file.hotline.bot_share.get() {
            return Desk::Bot;
        }
        let staff = libm::round(file.hotline.staff * weight(page) / mean_weight);
        Desk::Humans(staff.clamp(1.0, u16::MAX as f64) as u16)
    };
    (0..count)
        .map(|page| {
            let category = page as usize % categories.len();
            PageConfig {
                category: category as u16,
                desk: desk(page),
                products: (0..categories[category].products.len() as u64)
                    .map(|product| ProductConfig {
                        price: price(page, product),
                    })
                    .collect(),
            }
        })
        .collect()
}

fn campaigns(file: &File, categories: &[Category], horizon: SimTime) -> Result<Vec<CampaignConfig>, Problem> {
    // What people do in answer to an ad is numbered by its campaign.
    let most = Act::SLOTS as usize;
    if file.campaign.len() > most {
        let message = format!("{} campaigns; at most {most}", file.campaign.len());
        return Err(wrong(&["campaign"], message));
    }
    file.campaign
        .iter()
        .enumerate()
        .map(|(index, campaign)| one_campaign(file, index, campaign, categories, horizon))
        .collect()
}

fn one_campaign(
    file: &File,
    index: usize,
    campaign: &CampaignFile,
    categories: &[Category],
    horizon: SimTime,
) -> Result<CampaignConfig, Problem> {
    let number = index.to_string();
    let at = |key: &str, message: String| {
        Err(wrong(
            &["campaign", &number, key],
            format!("campaign {index}: {message}"),
        ))
    };
    let pages = file.population.pages;
    if campaign.page >= pages {
        let message = match pages {
            0 => format!("there is no page {}; `population.pages` is 0", campaign.page),
            _ => format!(
                "there is no page {}; pages are numbered from 0 to {}",
                campaign.page,
                pages - 1
            ),
        };
        return at("page", message);
    }
    let topic = topic(campaign, categories).map_err(|problem| Problem {
        path: vec!["campaign".to_string(), number.clone(), "topic".to_string()],
        message: format!("campaign {index}: {}", problem.message),
        ..problem
    })?;
    if campaign.bid.0 == Money::ZERO {
        return at("bid", "the bid must be above zero".to_string());
    }
    if campaign.budget < campaign.bid {
        let message = format!(
            "the budget ({}) doesn't pay for one bid ({})",
            campaign.budget, campaign.bid
        );
        return at("budget", message);
    }
    let start = SimTime::ZERO + campaign.start.0;
    let end = match (campaign.end, campaign.lasting) {
        (Some(_), Some(_)) => {
            return at("lasting", "`end` or `lasting`, not both".to_string());
        }
        (Some(end), None) => SimTime::ZERO + end.0,
        (None, Some(lasting)) => start + lasting.0,
        (None, None) => SimTime::NEVER,
    };
    if end <= start {
        let key = if campaign.end.is_some() { "end" } else { "lasting" };
        return at(key, "it must end after it starts".to_string());
    }
    if start >= horizon {
        return at("start", format!("it starts after the horizon ({})", file.horizon));
    }
    if campaign.format == Format::FlashSale && end == SimTime::NEVER {
        return at("format", "a flash sale needs an `end`, or `lasting`".to_string());
    }
    Ok(CampaignConfig {
        page: PageId(campaign.page),
        format: campaign.format,
        topic,
        product: ProductId(topic.product),
        bid: campaign.bid.0,
        budget: campaign.budget.0,
        start,
        end,
        audience: match campaign.audience {
            AudienceWord::Everyone => Audience::Everyone,
            AudienceWord::Shoppers => Audience::Shoppers,
        },
        pacing: match campaign.pacing {
            PacingWord::Even => Pacing::Even {
                until: end.min(horizon),
            },
            PacingWord::Asap => Pacing::Asap,
        },
    })
}

/// The topic `category/product` of a campaign, which its page deals in.
fn topic(campaign: &CampaignFile, categories: &[Category]) -> Result<Topic, Problem> {
    let page = campaign.page;
    let deals_in = page as usize % categories.len();
    let category = &categories[deals_in];
    let topics: Vec<String> = category
        .products
        .iter()
        .map(|product| format!("{}/{product}", category.name))
        .collect();
    match topics.iter().position(|topic| *topic == campaign.topic) {
        Some(product) => Ok(Topic {
            category: deals_in as u16,
            product: product as u16,
        }),
        None => {
            let message = format!("page {page} doesn't deal in `{}`", campaign.topic);
            let advice = advice(&campaign.topic, topics.iter().map(String::as_str));
            Err(Problem::value(&[], message).help(advice))
        }
    }
}

fn network(file: &File) -> Result<Network, Problem> {
    let link = |key, LinkFile { floor, extra }: LinkFile| {
        if floor.0 == Span::ZERO {
            let message = format!("`network.{key}.floor` must be above zero");
            let help = "the smallest floor is how far shards can run apart";
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

fn study(file: &File, arms: &[String]) -> Result<Study, Problem> {
    let study = &file.study;
    if study.base.is_empty() || arms.contains(&study.base) {
        let message = format!("`study.base` is `{}`, which is no name of its own", study.base);
        return Err(wrong(&["study", "base"], message));
    }
    if let Some(baseline) = study
        .baseline
        .as_ref()
        .filter(|baseline| !arms.contains(baseline))
    {
        let message = format!("there is no arm `{baseline}`");
        let help = match arms {
            [] => "the scenario has no arms".to_string(),
            arms => advice(baseline, arms.iter().map(String::as_str)),
        };
        return Err(wrong(&["study", "baseline"], message).help(help));
    }
    if study.pilot > study.replications {
        let message = format!(
            "`study.pilot` ({}) must be at most `study.replications` ({})",
            study.pilot, study.replications
        );
        return Err(wrong(&["study", "pilot"], message));
    }
    check_headline(&study.headline)?;
    for (number, varied) in study.vary.iter().enumerate() {
        let is_range = matches!((varied.from, varied.to), (Some(from), Some(to)) if from < to);
        let is_list = varied.from.is_none() && varied.to.is_none() && !varied.values.is_empty();
        if varied.key.is_empty() || is_range != varied.values.is_empty() || is_range == is_list {
            let message =
                format!("`study.vary.{number}` needs a `key`, and either `values` or `from` below `to`");
            return Err(wrong(&["study", "vary", &number.to_string()], message));
        }
    }
    Ok(study.clone())
}

fn check_headline(headline: &[String]) -> Result<(), Problem> {
    if headline.is_empty() {
        let message = "`study.headline` needs at least one metric";
        return Err(wrong(&["study", "headline"], message));
    }
    let is_repeated = |number: &usize| headline[..*number].contains(&headline[*number]);
    match (0..headline.len()).find(is_repeated) {
        Some(number) => {
            let message = format!("`study.headline` names `{}` twice", headline[number]);
            Err(wrong(&["study", "headline", &number.to_string()], message))
        }
        None => Ok(()),
    }
}
