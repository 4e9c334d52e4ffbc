//! The parameters in effect that have no source. Reports list them, so that nobody takes them for facts.

use crate::file::File;
use crate::key::Grade;
use crate::presets::{self, Preset};
use crate::scenario::Assumed;
use crate::schema::{Node, shared};
use serde_json::Value;

/// All parameters of `file` that are graded `assumed` and affect its result.
pub(crate) fn in_effect(file: &File) -> Vec<Assumed> {
    let values = serde_json::to_value(file).expect("a scenario's values have a text");
    let mut found = Vec::new();
    collect(Node::root(shared()), &values, &mut Vec::new(), &mut found);
    found.retain(|assumed| matters(file, &assumed.key));
    found.extend(assumed_rules(file));
    found
}

fn collect(schema: Node<'_>, value: &Value, path: &mut Vec<String>, found: &mut Vec<Assumed>) {
    if Grade::of(schema) == Some(Grade::Assumed) {
        found.push(Assumed {
            key: path.join("."),
            value: inline(value),
            unit: schema.text("x-unit").map(str::to_string),
            description: schema.sentence("description"),
        });
        return;
    }
    let Value::Object(entries) = value else {
        return;
    };
    for (key, value) in entries {
        let table = schema.table_with(std::iter::once(key.as_str()));
        if let Some(within) = table.and_then(|table| table.property(key)) {
            path.push(key.clone());
            collect(within, value, path, found);
            path.pop();
        }
    }
}

/// Whether `key` can affect the result of `file`.
fn matters(file: &File, key: &str) -> bool {
    let platform = &file.platform;
    let from_cost = ["unit_cost", "cost", "service_sigma", "stretch_to"];
    match key.split_once('.') {
        Some(("platform", "unit_cost")) if platform.stretch_to.is_some() => false,
        Some(("platform", "peak_utilisation")) => platform.shards.is_none(),
        Some(("platform", "shards")) => platform.shards.is_some(),
        Some(("platform", "stretch_to")) if platform.stretch_to.is_none() => false,
        Some(("platform", rest)) if from_cost.contains(&rest) => platform.service.is_none(),
        Some(("platform", rest)) if rest.starts_with("lease_") => !file.campaign.is_empty(),
        Some(("agents", rest)) if rest.starts_with("ads.") => !file.campaign.is_empty(),
        Some(_) | None => true,
    }
}

/// Rules of the preset that are assumed and that the file does not change.
fn assumed_rules(file: &File) -> Vec<Assumed> {
    let preset = Preset::named(&file.policy.preset).filter(|_| !file.campaign.is_empty());
    let rules = preset.into_iter().flat_map(|preset| {
        let user = preset.user_rules.into_iter();
        let user = user.map(|of| (of.rule.kind(), presets::words(&of.rule), of.grade, of.source));
        let page = preset.page_rules.into_iter();
        user.chain(page.map(|of| (of.rule.kind(), presets::page_words(of.rule), of.grade, of.source)))
            .collect::<Vec<_>>()
    });
    rules
        .filter(|(kind, _, grade, _)| *grade == Grade::Assumed && !file.policy.says(*kind))
        .filter_map(|(kind, value, _, source)| {
            Some(Assumed {
                key: format!("policy.{}", presets::key(kind)?),
                value,
                unit: None,
                description: source.to_string(),
            })
        })
        .collect()
}

/// `value` as it is written in a scenario file, on one line.
pub(crate) fn inline(value: &Value) -> String {
    match value {
        Value::Null => "none".to_string(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(entries) => {
            let entries = entries.iter().filter(|(_, value)| !value.is_null());
            let entries: Vec<String> = entries
                .map(|(key, value)| format!("{key} = {}", inline(value)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}
