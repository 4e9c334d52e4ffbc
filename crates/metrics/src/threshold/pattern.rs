//! The conditions that metrics can have, as regular expressions, for schemas of files with thresholds.
//!
//! They stand beside the reader of conditions, because an editor and the program must agree on what is right.

use crate::record::Unit;
use crate::registry::{Definition, Kind, definitions};
use chappe_base::{Amount, Duration};
use std::collections::BTreeMap;

/// The regular expressions of conditions, each with the names of the metrics that can have them. A metric that is not
/// there has no single value, so no threshold can be on it.
#[must_use]
pub fn condition_patterns() -> BTreeMap<String, Vec<&'static str>> {
    let mut patterns: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for metric in definitions() {
        if let Some(pattern) = pattern(metric) {
            patterns.entry(pattern).or_default().push(&metric.name);
        }
    }
    patterns
}

/// The conditions on `metric`; None for a series.
fn pattern(metric: &Definition) -> Option<String> {
    const COUNT: (&str, &str) = ("count", "[+-]?[0-9][0-9_]*");
    let bare = |pattern: String| pattern.trim_matches(['^', '$']).to_string();
    let duration = bare(Duration::pattern());
    let quantile = r"p\( *(?:[0-9]{1,2}(?:\.[0-9]*)?|100(?:\.0*)?) *\)";
    let measures: Vec<(String, String)> = match metric.kind {
        Kind::Series => return None,
        Kind::Histogram => vec![
            (format!("(?:{quantile}|mean|min|max)"), duration.clone()),
            (COUNT.0.to_string(), COUNT.1.to_string()),
        ],
        Kind::Counter | Kind::Gauge if metric.unit == Unit::MicroUnits => {
            vec![("amount".to_string(), bare(Amount::PATTERN.to_string()))]
        }
        Kind::Counter | Kind::Gauge => vec![(COUNT.0.to_string(), COUNT.1.to_string())],
        Kind::Ratio => {
            let rate = match metric.unit {
                Unit::Share => r"(?:0?\.[0-9]+|[01](?:\.0*)?|[0-9](?:\.[0-9]+)?[eE]-[0-9]+)",
                Unit::Count
                | Unit::Nanoseconds
                | Unit::MicroUnits
                | Unit::Bytes
                | Unit::PerThousand
                | Unit::PartsPerMillion => r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?",
            };
            vec![("rate".to_string(), rate.to_string())]
        }
    };
    let conditions: Vec<String> = measures
        .into_iter()
        .map(|(measure, limit)| format!("{measure} *(?:<=?|==|>=?) *{limit}"))
        .collect();
    Some(format!(
        "^ *(?:{}) *(?: or abort(?: +after +{duration})? *)?$",
        conditions.join("|")
    ))
}
