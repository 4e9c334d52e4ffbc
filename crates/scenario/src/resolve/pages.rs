//! What pages sell, at which prices, and who answers for them.

use super::wrong;
use crate::error::Problem;
use crate::file::{CatalogueFile, File};
use crate::scenario::Category;
use chappe_base::{Keyed, Money, Purpose, standard_normal_quantile};
use chappe_platform::{Desk, PageConfig, ProductConfig};

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
        // Products are numbered with 16 bits, so no product has this draw.
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
