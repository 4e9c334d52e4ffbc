//! The schema of an arm. An arm may change any key of the scenario, and it gives only what it changes: of a
//! table some keys, of a list some items by their numbers.

use crate::text;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Keys of a scenario that an arm cannot change: arms are compared on the same draws, in one study.
pub(crate) const NOT_IN_ARMS: [&str; 3] = ["arm", "seed", "study"];

/// Adds the definition `Arm`, to which the schema of a scenario file refers. A table with a default may be
/// given in part too, so its keys are no longer required.
pub(super) fn add(schema: &mut Value) {
    let definitions = schema["$defs"].as_object().cloned().unwrap_or_default();
    let keys = schema["properties"].as_object().cloned().unwrap_or_default();
    let mut parts = Parts {
        definitions,
        made: BTreeMap::new(),
    };
    let mut properties = Map::new();
    let name = json!({
        "title": "Arm",
        "description": "Name of the arm.",
        "type": "string",
        "minLength": 1,
        "pattern": text::PATTERN,
    });
    properties.insert("name".to_string(), name);
    for (key, value) in &keys {
        if !NOT_IN_ARMS.contains(&key.as_str()) {
            properties.insert(key.clone(), parts.of(value));
        }
    }
    let description = "A variant of the scenario: a name, and the keys that it changes, dotted as for `--set`, e.g. \
                       `policy.preset = \"no-ads\"`. Tables are merged key by key; `campaign.0.bid` changes one \
                       campaign. Every key of the scenario may be changed except `seed`, `study` and `arm`.";
    let arm = json!({
        "description": description,
        "type": "object",
        "properties": properties,
        "required": ["name"],
        "additionalProperties": false,
    });
    let names: Vec<String> = parts.definitions.keys().cloned().collect();
    for name in names {
        parts.loosen(&name);
    }
    let mut definitions = parts.definitions;
    definitions.insert("Arm".to_string(), arm);
    schema["$defs"] = Value::Object(definitions);
}

/// Makes schemas of parts of values.
struct Parts {
    /// All definitions, with those of parts.
    definitions: Map<String, Value>,
    /// For each definition seen, the name of the definition of its parts.
    made: BTreeMap<String, String>,
}

impl Parts {
    /// The schema of what an arm may give of a value of `schema`.
    fn of(&mut self, schema: &Value) -> Value {
        let Value::Object(schema) = schema else {
            return schema.clone();
        };
        if schema.get("type").is_some_and(|kind| *kind == "array") {
            return self.of_list(schema);
        }
        let mut part = Map::new();
        for (keyword, value) in schema {
            let value = match keyword.as_str() {
                // An arm has the base scenario's values where it gives none, whatever their source.
                "default" | "required" | "x-grade" | "x-source" => continue,
                "$ref" => self.of_reference(value),
                "properties" => self.of_each(value),
                "additionalProperties" => self.of(value),
                "anyOf" | "oneOf" => self.of_alternatives(value),
                _ => value.clone(),
            };
            part.insert(keyword.clone(), value);
        }
        Value::Object(part)
    }

    fn of_each(&mut self, properties: &Value) -> Value {
        let properties = properties.as_object().into_iter().flatten();
        let parts = properties.map(|(key, value)| (key.clone(), self.of(value)));
        Value::Object(parts.collect())
    }

    /// Alternatives are told apart by the keys that they require, so these stay required.
    fn of_alternatives(&mut self, alternatives: &Value) -> Value {
        let alternatives = alternatives.as_array().into_iter().flatten();
        let parts = alternatives.map(|alternative| {
            let mut part = self.of(alternative);
            if let (Some(required), Value::Object(part)) = (alternative.get("required"), &mut part) {
                part.insert("required".to_string(), required.clone());
            }
            part
        });
        Value::Array(parts.collect())
    }

    fn of_reference(&mut self, reference: &Value) -> Value {
        let name = reference.as_str().and_then(|text| text.strip_prefix("#/$defs/"));
        let Some(name) = name.map(str::to_string) else {
            return reference.clone();
        };
        if !self.made.contains_key(&name) {
            let whole = self.definitions.get(&name).cloned().unwrap_or_default();
            let part = self.of(&whole);
            // What has no parts keeps its definition.
            let part_name = if part == whole {
                name.clone()
            } else {
                format!("PartOf{name}")
            };
            self.definitions.insert(part_name.clone(), part);
            self.made.insert(name.clone(), part_name);
        }
        Value::String(format!("#/$defs/{}", self.made[&name]))
    }

    /// Lets the tables in the definition `name` leave out keys where they have a default. What they give is whole: a part of a
    /// law would be one of the default's law, which may be another.
    fn loosen(&mut self, name: &str) {
        let mut definition = self.definitions[name].clone();
        let properties = definition.get_mut("properties").and_then(Value::as_object_mut);
        for property in properties
            .into_iter()
            .flat_map(|properties| properties.values_mut())
        {
            let has_default = property.get("default").is_some_and(Value::is_object);
            let reference = property.get("$ref").and_then(Value::as_str).unwrap_or_default();
            let target = reference
                .strip_prefix("#/$defs/")
                .and_then(|name| self.definitions.get(name));
            let target = target.and_then(Value::as_object);
            if let Some(target) = target.filter(|target| has_default && target.contains_key("required")) {
                let mut some = target.clone();
                some.remove("required");
                let name = reference.replace("#/$defs/", "SomeOf");
                property["$ref"] = format!("#/$defs/{name}").into();
                self.definitions.insert(name, Value::Object(some));
            }
        }
        self.definitions.insert(name.to_string(), definition);
    }

    /// A list is replaced as a whole, or some of its items are changed by their numbers.
    fn of_list(&mut self, list: &Map<String, Value>) -> Value {
        const ABOUT_ITEMS: [&str; 5] = ["type", "items", "prefixItems", "minItems", "maxItems"];
        let mut whole = Map::new();
        let mut part = Map::new();
        for (keyword, value) in list.iter().filter(|(keyword, _)| *keyword != "default") {
            let is_about_items = ABOUT_ITEMS.contains(&keyword.as_str());
            let target = if is_about_items { &mut whole } else { &mut part };
            target.insert(keyword.clone(), value.clone());
        }
        let item = list.get("items").or_else(|| list.get("prefixItems")?.get(0));
        let item = self.of(item.unwrap_or(&Value::Bool(true)));
        let by_number = json!({
            "type": "object",
            "patternProperties": { "^[0-9]+$": item },
            "minProperties": 1,
            "additionalProperties": false,
        });
        part.insert("anyOf".to_string(), json!([whole, by_number]));
        Value::Object(part)
    }
}
