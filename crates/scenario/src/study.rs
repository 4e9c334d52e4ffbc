//! The section `[study]`: what is studied over many runs of a scenario.

use chappe_base::{Duration, Probability};
use chappe_metrics::figures;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;

/// How `chappe whatif` compares arms, and what `chappe sweep` varies. A single run does not depend on it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Study {
    /// Name of the base scenario beside its arms.
    #[schemars(length(min = 1))]
    pub base: String,
    /// The arm that the others are compared with; the base scenario if left out.
    pub baseline: Option<String>,
    /// Replications from which the variance is estimated.
    #[schemars(range(min = 2, max = 1_000), extend("x-unit" = "replications"))]
    pub pilot: u32,
    /// The most replications.
    #[schemars(range(min = 2, max = 10_000), extend("x-unit" = "replications"))]
    pub replications: u32,
    /// The metrics that decide how many replications are run: registered metrics, quantiles of a
    /// distribution such as `"delivery.friend p(99)"`, or `harm`: opt-outs, mutes and blocks of pages per
    /// thousand users.
    #[schemars(schema_with = "headline_schema")]
    pub headline: Vec<String>,
    /// Greatest half-width of the 95% intervals of their differences, as a share of the baseline's mean.
    pub width: Probability,
    /// The most wall-clock time; unlimited if left out.
    pub budget: Option<Duration>,
    /// What a sweep varies. Each `[[study.vary]]` has a `key`, and either `values`, or `from` and `to` for
    /// a range.
    pub vary: Vec<Varied>,
    /// Points of a sweep over ranges.
    #[schemars(range(min = 2, max = 1_000_000), extend("x-unit" = "points"))]
    pub points: u32,
}

/// The schema of headline figures. Their names stand where only editors look: the reference would list all metrics.
fn headline_schema(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<&str> = figures().collect();
    json_schema!({
        "type": "array",
        "items": { "type": "string", "allOf": [{ "enum": names }] },
        "minItems": 1,
        "uniqueItems": true,
    })
}

impl Default for Study {
    fn default() -> Study {
        Study {
            base: "base".to_string(),
            baseline: None,
            pilot: 5,
            replications: 20,
            headline: vec!["revenue.total".to_string(), "harm".to_string()],
            width: Probability::of(0.05),
            budget: None,
            vary: Vec::new(),
            points: 32,
        }
    }
}

impl Study {
    pub(crate) fn is_default(&self) -> bool {
        *self == Study::default()
    }
}

/// One key that a sweep varies: over `values`, or between `from` and `to`.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Varied {
    /// The key, dotted as for `--set`.
    #[schemars(length(min = 1))]
    pub key: String,
    /// The values: numbers, true or false, or texts as for `--set`.
    pub values: Vec<Written>,
    /// The lowest value of a range: a number, a duration or an amount, as the key takes it.
    pub from: Option<Written>,
    /// The highest value of a range.
    pub to: Option<Written>,
}

/// A value as it is written after `--set KEY=`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(transparent)]
pub struct Written(pub String);

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Written, D::Error> {
        let value = toml::Value::deserialize(deserializer)?;
        let text = value.as_str().map(str::to_string);
        Ok(Written(text.unwrap_or_else(|| value.to_string())))
    }
}

impl JsonSchema for Written {
    fn schema_name() -> Cow<'static, str> {
        "Written".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let number = json_schema!({ "type": "number", "x-unbounded": "the bounds are those of the key" });
        json_schema!({ "anyOf": [number, { "type": "boolean" }, { "type": "string" }] })
    }
}
