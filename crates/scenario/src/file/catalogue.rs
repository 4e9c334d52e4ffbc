//! The section `[catalogue]`.

use super::hours;
use crate::ordered::Ordered;
use chappe_base::{Amount, Law, Money, Probability};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// What pages sell.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CatalogueFile {
    /// Categories in order, each with the names of its products, such as `shoes = ["trail", "road"]`.
    /// Page p sells category p modulo the number of categories. A file that names any category replaces
    /// all.
    #[schemars(schema_with = "categories_schema", extend("x-grade" = "assumed"))]
    pub(crate) categories: Ordered<Vec<String>>,
    /// The median price.
    #[schemars(extend("x-unit" = "currency", "x-grade" = "assumed"))]
    pub(crate) price_median: Amount,
    /// Standard deviation of the logarithm of a price.
    #[schemars(range(min = 0, max = 5), extend("x-grade" = "assumed"))]
    pub(crate) price_sigma: f64,
    /// Units of a product that a page has at the start, and receives at each restocking.
    #[schemars(range(max = 1_000_000_000), extend("x-unit" = "units", "x-grade" = "assumed"))]
    pub(crate) stock: u32,
    /// Time from selling the last unit of a product to receiving new stock.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) restock_after: Law,
    /// Share of the products that are out of stock at the start.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) out_of_stock_share: Probability,
}

impl Default for CatalogueFile {
    fn default() -> CatalogueFile {
        let category = |name: &str, products: &[&str]| {
            let products = products.iter().map(|product| product.to_string());
            (name.to_string(), products.collect())
        };
        CatalogueFile {
            categories: Ordered(vec![
                category("shoes", &["trail", "road", "winter"]),
                category("books", &["novels", "travel", "cooking"]),
                category("flowers", &["roses", "tulips"]),
                category("phones", &["handsets", "covers", "chargers"]),
            ]),
            price_median: Amount(Money(30_000_000)),
            price_sigma: 0.6,
            stock: 100,
            restock_after: Law::LogNormal {
                median: hours(12),
                sigma: 0.5,
            },
            out_of_stock_share: Probability::of(0.1),
        }
    }
}

/// The schema of categories, each with its products: both are numbered with 16 bits.
fn categories_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "additionalProperties": {
            "type": "array",
            "items": { "type": "string", "minLength": 1 },
            "minItems": 1,
            "maxItems": 65_535,
        },
        "minProperties": 1,
        "maxProperties": 65_535,
    })
}
