//! What pages sell, at which prices, and who answers for them.

use super::wrong;
use crate::error::Problem;
use crate::file::{CatalogueFile, File, HotlineFile};
use crate::scenario::Category;
use chappe_base::{Keyed, Money, Purpose, Span, standard_normal_quantile};
use chappe_platform::{Desk, PageConfig, ProductConfig};
use chappe_workload::busiest_hour;

/// The categories of the catalogue.
///
/// # Errors
/// There is none, or one has too few or too many products.
pub(super) fn categories(section: &CatalogueFile) -> Result<Vec<Category>, Problem> {
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

/// Pages with their prices and hot-lines. Each draw is keyed by the page, and for a price also by the product,
/// so that more pages or products leave the others as they are.
pub(super) fn pages(file: &File, categories: &[Category]) -> Vec<PageConfig> {
    let count = file.population.pages_count();
    let draws = Keyed::new(file.seed, Purpose::Page);
    let median = file.catalogue.price_median.0.units();
    let cent = Money(Money::UNIT.0 / 100);
    let price = |page: u32, product: u64| {
        let z = standard_normal_quantile(draws.unit(page as u64, product));
        let cents = libm::round(median * libm::exp(file.catalogue.price_sigma * z) * 100.0);
        Money((cents as i64).clamp(1, 100_000_000_000) * cent.0)
    };
    let staff = Staff::new(file, count);
    let desk = |page: u32| {
        // Products are numbered with 16 bits, so no product has this draw.
        if draws.unit(page as u64, 1 << 16) < file.hotline.bot_share.get() {
            return Desk::Bot;
        }
        Desk::Humans(staff.of(page).clamp(1.0, f64::from(u16::MAX)) as u16)
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

/// How many people answer for a page, by its rank.
struct Staff {
    /// People per weight.
    scale: f64,
    /// Exponent of the weights.
    exponent: f64,
    is_given: bool,
}

impl Staff {
    fn new(file: &File, pages_count: u32) -> Staff {
        let HotlineFile {
            staff,
            staff_utilisation,
            staff_exponent,
            ..
        } = file.hotline;
        let whole = |exponent: f64| (0..pages_count).map(|page| weight(page, exponent)).sum::<f64>();
        match staff {
            Some(mean) => Staff {
                scale: mean * f64::from(pages_count) / whole(staff_exponent),
                exponent: staff_exponent,
                is_given: true,
            },
            None => {
                let exponent = file.agents.page_exponent;
                Staff {
                    scale: questioned(file) / staff_utilisation.get() / whole(exponent),
                    exponent,
                    is_given: false,
                }
            }
        }
    }

    fn of(&self, page: u32) -> f64 {
        let people = self.scale * weight(page, self.exponent);
        // A given number is a mean, and one that follows from the work must suffice.
        match self.is_given {
            true => libm::round(people),
            false => people.ceil(),
        }
    }
}

fn weight(page: u32, exponent: f64) -> f64 {
    libm::pow(f64::from(page) + 1.0, -exponent)
}

/// How many people the questions to all pages would keep busy all the time in the busiest hour, if no page had a bot.
fn questioned(file: &File) -> f64 {
    let agents = &file.agents;
    let people = f64::from(file.population.users) * file.scale;
    let per_day = people * agents.page_visits_per_day * agents.question_share.get();
    let busiest = busiest_hour(&file.population, &file.traffic);
    per_day / Span::DAY.as_secs_f64() * busiest * agents.handling.mean().as_secs_f64()
}
