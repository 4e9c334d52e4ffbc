//! The campaigns: each needs a page that sells its product, and a time within the run.

use crate::error::{Problem, advice};
use crate::file::{AudienceWord, CampaignFile, File, PacingWord};
use crate::scenario::Category;
use chappe_base::{Format, PageId, ProductId, SimTime, Topic};
use chappe_platform::{Audience, CampaignConfig, Pacing};

/// The campaigns of `file`, in its order.
///
/// # Errors
/// The first fault.
pub(super) fn campaigns(
    file: &File,
    categories: &[Category],
    horizon: SimTime,
) -> Result<Vec<CampaignConfig>, Problem> {
    let campaigns = file.campaign.iter().enumerate().map(|(index, campaign)| {
        resolved(file, campaign, categories, horizon).map_err(|Fault { key, problem }| {
            let path = ["campaign".to_string(), index.to_string(), key.to_string()];
            Problem {
                message: format!("campaign {index}: {}", problem.message),
                path: path.to_vec(),
                ..problem
            }
        })
    });
    campaigns.collect()
}

/// A fault of a campaign, and its key.
struct Fault {
    key: &'static str,
    problem: Problem,
}

fn fault(key: &'static str, message: impl Into<String>) -> Fault {
    let problem = Problem::value(&[], message.into());
    Fault { key, problem }
}

fn resolved(
    file: &File,
    campaign: &CampaignFile,
    categories: &[Category],
    horizon: SimTime,
) -> Result<CampaignConfig, Fault> {
    check_page(file, campaign)?;
    let topic = topic(campaign, categories)?;
    if campaign.budget < campaign.bid {
        let (budget, bid) = (campaign.budget, campaign.bid);
        let message = format!("the budget ({budget}) does not pay for one bid ({bid})");
        return Err(fault("budget", message));
    }
    let (start, end) = times(file, campaign, horizon)?;
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

fn check_page(file: &File, campaign: &CampaignFile) -> Result<(), Fault> {
    let (page, pages) = (campaign.page, file.population.pages_count());
    if page < pages {
        return Ok(());
    }
    let message = match pages {
        0 => format!("there is no page {page}; `population.pages` is 0"),
        _ => format!(
            "there is no page {page}; pages are numbered from 0 to {}",
            pages - 1
        ),
    };
    Err(fault("page", message))
}

/// The topic `category/product` of a campaign, which its page sells.
fn topic(campaign: &CampaignFile, categories: &[Category]) -> Result<Topic, Fault> {
    let page = campaign.page;
    let number = page as usize % categories.len();
    let category = &categories[number];
    let products = category.products.iter();
    let topics: Vec<String> = products
        .map(|product| format!("{}/{product}", category.name))
        .collect();
    let product = topics.iter().position(|topic| *topic == campaign.topic);
    let product = product.ok_or_else(|| {
        let message = format!("page {page} does not sell `{}`", campaign.topic);
        let help = advice(&campaign.topic, topics.iter().map(String::as_str));
        let problem = Problem::value(&[], message).help(help);
        Fault {
            key: "topic",
            problem,
        }
    })?;
    Ok(Topic {
        category: number as u16,
        product: product as u16,
    })
}

/// Start and end of a campaign.
fn times(file: &File, campaign: &CampaignFile, horizon: SimTime) -> Result<(SimTime, SimTime), Fault> {
    let start = SimTime::ZERO + campaign.start.0;
    let end = match (campaign.end, campaign.lasting) {
        (Some(_), Some(_)) => return Err(fault("lasting", "give `end` or `lasting`, not both")),
        (Some(end), None) => SimTime::ZERO + end.0,
        (None, Some(lasting)) => start + lasting.0,
        (None, None) => SimTime::NEVER,
    };
    if end <= start {
        let key = if campaign.end.is_some() { "end" } else { "lasting" };
        return Err(fault(key, "it must end after it starts"));
    }
    if start >= horizon {
        return Err(fault(
            "start",
            format!("it starts after the horizon ({})", file.horizon),
        ));
    }
    if campaign.format == Format::FlashSale && end == SimTime::NEVER {
        return Err(fault("format", "a flash sale needs `end` or `lasting`"));
    }
    Ok((start, end))
}
