//! The section `[[campaign]]`.

use chappe_base::{Amount, Duration, Format};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A campaign of a page: what it advertises to whom, when, and for how much.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CampaignFile {
    /// The format of its ads.
    #[schemars(title = "Format", schema_with = "format_schema")]
    pub(crate) format: Format,
    /// Number of the page that runs it.
    #[schemars(range(max = 999_999))]
    pub(crate) page: u32,
    /// The product that it advertises, as `category/product`. The page must sell it.
    pub(crate) topic: String,
    /// What the page pays for one delivered ad.
    #[schemars(extend("x-above-zero" = true, "x-unit" = "currency"))]
    pub(crate) bid: Amount,
    /// The most that the page pays in total.
    #[schemars(extend("x-unit" = "currency"))]
    pub(crate) budget: Amount,
    /// When it begins, counted from the start of the run.
    #[serde(default)]
    pub(crate) start: Duration,
    /// When it ends, counted from the start of the run. A flash sale needs an end.
    #[serde(default)]
    #[schemars(extend("x-audience" = "expert"))]
    pub(crate) end: Option<Duration>,
    /// How long it lasts, instead of `end`.
    #[serde(default)]
    #[schemars(title = "Length")]
    pub(crate) lasting: Option<Duration>,
    /// How it spends its budget over time.
    #[serde(default)]
    #[schemars(extend("x-audience" = "expert"))]
    pub(crate) pacing: PacingWord,
    /// Whom it addresses, among the people in conversation with the page.
    #[serde(default)]
    pub(crate) audience: AudienceWord,
}

/// Whom a campaign addresses, among the people in conversation with its page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AudienceWord {
    /// All of them.
    #[default]
    Everyone,
    /// Those who have bought from the page since the run began.
    Shoppers,
}

/// How a campaign spends its budget.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PacingWord {
    /// Evenly until its end, or the horizon.
    #[default]
    Even,
    /// As fast as slots come up.
    Asap,
}

/// The schema of a [`Format`].
pub(crate) fn format_schema(_: &mut SchemaGenerator) -> Schema {
    let labels: Vec<&str> = Format::ALL.iter().map(|format| format.label()).collect();
    json_schema!({ "type": "string", "enum": labels })
}
