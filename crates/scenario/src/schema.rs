//! The schema of a scenario file, read to check values before they are taken over.

use crate::file::File;
use serde_json::{Map, Value};

/// JSON Schema of a scenario file. Beside the standard keywords, `x-unit`, `x-grade` and `x-source`
/// tell what a figure is counted in, how good its source is, and which that is; `x-type` names a
/// text that stands for a quantity (`duration`, `money`, `time`).
#[must_use]
pub fn schema() -> Value {
    schemars::schema_for!(File).to_value()
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

    /// Whether any value will do.
    pub(crate) fn allows_anything(self) -> bool {
        *self.value == Value::Bool(true)
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

    /// The words that this branch allows, where it allows only certain words.
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

    /// The keys that this branch requires.
    pub(crate) fn required(self) -> impl Iterator<Item = &'a str> {
        let required = self.value.get("required").and_then(Value::as_array);
        required.into_iter().flatten().filter_map(Value::as_str)
    }

    /// The schema of `key`, of this very branch.
    pub(crate) fn property(self, key: &str) -> Option<Node<'a>> {
        match self.properties().and_then(|properties| properties.get(key)) {
            Some(value) => Some(self.at(value)),
            None => match self.value.get("additionalProperties") {
                Some(value) if *value != Value::Bool(false) => Some(self.at(value)),
                Some(_) | None => None,
            },
        }
    }

    /// The schema of the item `index` of a list.
    pub(crate) fn item(self, index: usize) -> Option<Node<'a>> {
        let prefix = self.value.get("prefixItems").and_then(|items| items.get(index));
        prefix.or(self.value.get("items")).map(|value| self.at(value))
    }

    /// The branch that a table with these keys follows: the only table there is, or the one that
    /// has the keys.
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
