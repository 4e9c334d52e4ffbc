//! The schema of a scenario file. It is generated from the declarations of the keys, and everything that
//! must know the keys reads it: the checks, the reference, forms, and editors.

mod arm;

use crate::file::File;
use crate::text;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

pub(crate) use arm::NOT_IN_ARMS;

/// JSON Schema of a scenario file. These keywords are added to the standard ones:
///
/// - `x-type`: the kind of a text or number: `duration`, `money`, `time` or `probability`
/// - `x-unit`: the unit of a figure
/// - `x-grade`, `x-source`: how good the source of a figure is (see [`crate::Grade`]), and the source
/// - `x-audience`: who decides on the key (see [`crate::Audience`]); a table passes it on to its keys
/// - `x-group`: the heading under which a table's keys are shown, if it is not the section's title
/// - `x-above-zero`: whether a duration or an amount must be above zero
/// - `x-unbounded`: why a number has no bounds
#[must_use]
pub fn schema() -> Value {
    shared().clone()
}

/// The same, generated once.
pub(crate) fn shared() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
        let mut schema = schemars::schema_for!(File).to_value();
        complete(&mut schema);
        arm::add(&mut schema);
        schema
    });
    &SCHEMA
}

/// Says in standard keywords what holds for every text of a kind: a plain text, or a name that the scenario chooses, has
/// no control characters, and a quantity that is `x-above-zero` is no zero.
fn complete(schema: &mut Value) {
    const KINDS: [&str; 5] = ["x-type", "const", "enum", "pattern", "oneOf"];
    match schema {
        Value::Object(keywords) => {
            let is_plain = !KINDS.iter().any(|kind| keywords.contains_key(*kind));
            if is_plain && keywords.get("type").is_some_and(is_text) {
                keywords.insert("pattern".to_string(), text::PATTERN.into());
            }
            let has_names = keywords.get("additionalProperties").is_some_and(Value::is_object);
            if has_names && !keywords.contains_key("propertyNames") {
                keywords.insert("propertyNames".to_string(), json!({ "pattern": text::PATTERN }));
            }
            if keywords.contains_key("x-above-zero") {
                keywords.insert(
                    "not".to_string(),
                    json!({ "type": "string", "pattern": text::ZERO }),
                );
            }
            let annotations = ["default", "examples", "not", "propertyNames", "allOf"];
            let inner = keywords
                .iter_mut()
                .filter(|(keyword, _)| !annotations.contains(&keyword.as_str()));
            inner.for_each(|(_, value)| complete(value));
        }
        Value::Array(items) => items.iter_mut().for_each(complete),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether the keyword `type` allows a text.
fn is_text(types: &Value) -> bool {
    types == "string" || types.as_array().is_some_and(|types| types.iter().any(is_text))
}

/// A schema with the definitions that it refers to.
#[derive(Clone, Copy)]
pub(crate) struct Node<'a> {
    root: &'a Value,
    /// The schema itself.
    pub(crate) value: &'a Value,
}

impl<'a> Node<'a> {
    /// The schema of a whole file.
    pub(crate) fn root(root: &'a Value) -> Node<'a> {
        Node { root, value: root }
    }

    fn at(self, value: &'a Value) -> Node<'a> {
        Node {
            root: self.root,
            value,
        }
    }

    /// A keyword's text.
    pub(crate) fn text(self, keyword: &str) -> Option<&'a str> {
        self.value.get(keyword).and_then(Value::as_str)
    }

    /// A keyword's number.
    pub(crate) fn number(self, keyword: &str) -> Option<f64> {
        self.value.get(keyword).and_then(Value::as_f64)
    }

    /// The schema that this one refers to, or itself.
    pub(crate) fn resolved(self) -> Node<'a> {
        match self
            .text("$ref")
            .and_then(|reference| reference.strip_prefix('#'))
        {
            Some(pointer) => match self.root.pointer(pointer) {
                Some(value) => self.at(value).resolved(),
                None => self,
            },
            None => self,
        }
    }

    /// The alternatives that a value may follow, absence apart.
    pub(crate) fn branches(self) -> Vec<Node<'a>> {
        let node = self.resolved();
        let alternatives = ["anyOf", "oneOf"]
            .iter()
            .find_map(|keyword| node.value.get(*keyword).and_then(Value::as_array));
        match alternatives {
            Some(alternatives) => alternatives
                .iter()
                .flat_map(|alternative| self.at(alternative).branches())
                .collect(),
            None if node.text("type") == Some("null") => Vec::new(),
            None => vec![node],
        }
    }

    /// Whether this branch is of the JSON type `name`.
    pub(crate) fn is(self, name: &str) -> bool {
        match self.value.get("type") {
            Some(Value::Array(names)) => names.iter().any(|listed| listed == name),
            Some(listed) => listed == name,
            None => false,
        }
    }

    /// The words that this branch allows, if it allows only certain words.
    pub(crate) fn words(self) -> Option<Vec<&'a str>> {
        if let Some(word) = self.text("const") {
            return Some(vec![word]);
        }
        let words = self.value.get("enum")?.as_array()?;
        Some(words.iter().filter_map(Value::as_str).collect())
    }

    /// The keys of this branch, in the order of their declaration.
    pub(crate) fn properties(self) -> Option<&'a Map<String, Value>> {
        self.value.get("properties").and_then(Value::as_object)
    }

    /// The keys of this branch, each with its schema, in the order of their declaration.
    pub(crate) fn entries(self) -> impl Iterator<Item = (&'a str, Node<'a>)> {
        let properties = self.properties().into_iter().flatten();
        properties.map(move |(key, value)| (key.as_str(), self.at(value)))
    }

    /// A keyword's text on one line; empty if it has none.
    pub(crate) fn sentence(self, keyword: &str) -> String {
        self.text(keyword).unwrap_or_default().replace('\n', " ")
    }

    /// Whether a keyword is true.
    pub(crate) fn flag(self, keyword: &str) -> bool {
        self.value.get(keyword) == Some(&Value::Bool(true))
    }

    /// The keys that this branch requires.
    pub(crate) fn required(self) -> impl Iterator<Item = &'a str> {
        let required = self.value.get("required").and_then(Value::as_array);
        required.into_iter().flatten().filter_map(Value::as_str)
    }

    /// The schema of `key` in this branch.
    pub(crate) fn property(self, key: &str) -> Option<Node<'a>> {
        match self.properties().and_then(|properties| properties.get(key)) {
            Some(value) => Some(self.at(value)),
            None if self.numbers_items() => {
                let is_number = key.parse::<usize>().is_ok();
                let patterns = self.value.get("patternProperties")?.as_object()?;
                patterns
                    .values()
                    .next()
                    .filter(|_| is_number)
                    .map(|value| self.at(value))
            }
            None => match self.value.get("additionalProperties") {
                Some(value) if *value != Value::Bool(false) => Some(self.at(value)),
                Some(_) | None => None,
            },
        }
    }

    /// Whether the keys of this branch are numbers of a list's items, as in `campaign.0.bid`.
    pub(crate) fn numbers_items(self) -> bool {
        self.value.get("patternProperties").is_some()
    }

    /// The schema of the item `index` of a list.
    pub(crate) fn item(self, index: usize) -> Option<Node<'a>> {
        let prefix = self.value.get("prefixItems").and_then(|items| items.get(index));
        prefix.or(self.value.get("items")).map(|value| self.at(value))
    }

    /// The branch for a table with these keys: the only branch for tables, or the first that has one of
    /// the keys.
    pub(crate) fn table_with<'k>(self, mut keys: impl Iterator<Item = &'k str>) -> Option<Node<'a>> {
        let tables: Vec<Node<'a>> = self
            .branches()
            .into_iter()
            .filter(|branch| branch.is("object"))
            .collect();
        match tables.as_slice() {
            [only] => Some(*only),
            _ => keys.find_map(|key| tables.iter().copied().find(|table| table.property(key).is_some())),
        }
    }

    /// The schema at `path` below this one.
    pub(crate) fn below(self, path: &[String]) -> Option<Node<'a>> {
        let Some((key, rest)) = path.split_first() else {
            return Some(self);
        };
        let within = match self.table_with(std::iter::once(key.as_str())) {
            Some(table) => table.property(key)?,
            None => {
                let list = self.branches().into_iter().find(|branch| branch.is("array"))?;
                list.item(key.parse().ok()?)?
            }
        };
        within.below(rest)
    }
}
