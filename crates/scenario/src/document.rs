//! A scenario's values before they are checked, each with the place where it was written.
//!
//! The deserialiser forgets places, and an error must point into the file even after arms and arguments
//! were merged into it. So values and places are kept side by side until the scenario is resolved.

use crate::error::{Problem, dotted};
use crate::schema::{Node, shared};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

/// Where a key and its value were written.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// Number of the text: 0 for the file, n for the n-th argument.
    pub(crate) source: usize,
    /// Number of the arm that it was written in.
    pub(crate) arm: Option<usize>,
    /// The key within the text [bytes].
    pub(crate) key: Range<usize>,
    /// The value within the text [bytes].
    pub(crate) value: Range<usize>,
}

/// Values by key, and where they come from.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// The values.
    pub(crate) table: Table,
    origins: BTreeMap<Vec<String>, Origin>,
}

impl Document {
    /// Values without a place, such as defaults.
    pub(crate) fn of(table: Table) -> Document {
        Document {
            table,
            origins: BTreeMap::new(),
        }
    }

    /// Reads `text`, which has the number `source`.
    ///
    /// # Errors
    /// What is wrong with the text as TOML, and where [bytes].
    pub(crate) fn parse(text: &str, source: usize) -> Result<Document, (Problem, Option<Range<usize>>)> {
        let spanned = DeTable::parse(text).map_err(|error| {
            let message = error.message().replace('\n', ", ");
            let problem = Problem::value(&[], format!("this is not TOML: {message}"));
            (problem, error.span())
        })?;
        let mut origins = BTreeMap::new();
        note_table(spanned.get_ref(), source, &mut Vec::new(), &mut origins);
        // The reader that keeps places does not check that numbers fit; the plain one does.
        let table = toml::from_str(text).map_err(|error| {
            let span = error.span();
            (
                out_of_range(text, span.clone().unwrap_or_default(), &origins),
                span,
            )
        })?;
        Ok(Document { table, origins })
    }

    /// Where `path` was written, or the nearest table or list around it.
    pub(crate) fn origin(&self, path: &[String]) -> Option<&Origin> {
        (1..=path.len())
            .rev()
            .find_map(|length| self.origins.get(&path[..length]))
    }

    /// Whether `path` itself was written.
    pub(crate) fn has(&self, path: &[String]) -> bool {
        self.origins.contains_key(path)
    }

    /// Takes the arms out. Each becomes a document of its own without its name, with paths that begin in
    /// the arm.
    pub(crate) fn take_arms(&mut self) -> Vec<Document> {
        let items = match self.table.remove("arm") {
            Some(Value::Array(items)) => items,
            Some(_) | None => Vec::new(),
        };
        let arms = items.into_iter().enumerate().map(|(number, item)| {
            let mut origins = self.origins_below(&["arm".to_string(), number.to_string()]);
            for origin in origins.values_mut() {
                origin.arm = Some(number);
            }
            let table = item.as_table().cloned().unwrap_or_default();
            let mut arm = Document { table, origins };
            arm.remove("name");
            arm
        });
        let arms = arms.collect();
        self.remove("arm");
        arms
    }

    /// Takes the top-level `key` out.
    fn remove(&mut self, key: &str) {
        self.table.remove(key);
        self.origins.retain(|path, _| path[0] != key);
    }

    fn origins_below(&self, prefix: &[String]) -> BTreeMap<Vec<String>, Origin> {
        self.origins
            .range(prefix.to_vec()..)
            .take_while(|(path, _)| path.starts_with(prefix))
            .filter(|(path, _)| path.len() > prefix.len())
            .map(|(path, origin)| (path[prefix.len()..].to_vec(), origin.clone()))
            .collect()
    }

    /// Merges `over` into this document. Tables are merged key by key, numbered keys change items of
    /// lists, and every other value is replaced. A table of one alternative, such as a law, replaces a
    /// table of another.
    ///
    /// # Errors
    /// A number that a list does not have; the path is that of `over`.
    pub(crate) fn overlay(&mut self, schema: Node<'_>, over: &Document) -> Result<(), Problem> {
        let mut replaced = Vec::new();
        merge(
            schema,
            &mut self.table,
            &over.table,
            &mut Vec::new(),
            &mut replaced,
        )?;
        for path in replaced {
            self.origins.retain(|known, _| !known.starts_with(&path));
        }
        self.origins.extend(
            over.origins
                .iter()
                .map(|(path, origin)| (path.clone(), origin.clone())),
        );
        Ok(())
    }
}

/// A number at `span` of `text` that takes more than 64 bits.
fn out_of_range(text: &str, span: Range<usize>, origins: &BTreeMap<Vec<String>, Origin>) -> Problem {
    let path = origins.iter().find(|(_, origin)| origin.value == span);
    let path = path.map(|(path, _)| path.clone()).unwrap_or_default();
    let number = text.get(span).unwrap_or_default();
    let schema = Node::root(shared()).below(&path);
    let most = schema.and_then(|schema| {
        schema
            .branches()
            .iter()
            .find_map(|branch| branch.number("maximum"))
    });
    let message = match most.filter(|_| !number.starts_with('-')) {
        Some(most) => format!("`{}` must be at most {most}, not {number}", dotted(&path)),
        None => format!("the number {number} is out of range"),
    };
    Problem::value(&path, message)
}

fn note_table(
    table: &DeTable<'_>,
    source: usize,
    path: &mut Vec<String>,
    origins: &mut BTreeMap<Vec<String>, Origin>,
) {
    for (key, value) in table {
        path.push(key.get_ref().to_string());
        note(key.span(), value, source, path, origins);
        path.pop();
    }
}

fn note(
    key: Range<usize>,
    value: &Spanned<DeValue<'_>>,
    source: usize,
    path: &mut Vec<String>,
    origins: &mut BTreeMap<Vec<String>, Origin>,
) {
    let origin = Origin {
        source,
        arm: None,
        key,
        value: value.span(),
    };
    origins.insert(path.clone(), origin);
    match value.get_ref() {
        DeValue::Table(table) => note_table(table, source, path, origins),
        DeValue::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                note(item.span(), item, source, path, origins);
                path.pop();
            }
        }
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => {}
    }
}

fn merge(
    schema: Node<'_>,
    target: &mut Table,
    over: &Table,
    path: &mut Vec<String>,
    replaced: &mut Vec<Vec<String>>,
) -> Result<(), Problem> {
    for (key, value) in over {
        path.push(key.clone());
        let table = schema.table_with(std::iter::once(key.as_str()));
        let within = table.and_then(|table| table.property(key));
        match target.get_mut(key) {
            Some(old) => merge_value(within, old, value, path, replaced)?,
            None => {
                target.insert(key.clone(), value.clone());
            }
        }
        path.pop();
    }
    Ok(())
}

fn merge_value(
    schema: Option<Node<'_>>,
    target: &mut Value,
    over: &Value,
    path: &mut Vec<String>,
    replaced: &mut Vec<Vec<String>>,
) -> Result<(), Problem> {
    match (schema, target, over) {
        (Some(schema), Value::Table(target), Value::Table(over))
            if same_alternative(schema, target, over) =>
        {
            merge(schema, target, over, path, replaced)
        }
        (Some(schema), Value::Array(items), Value::Table(over))
            if !over.is_empty() && over.keys().all(|key| key.parse::<usize>().is_ok()) =>
        {
            for (key, value) in over {
                path.push(key.clone());
                let index: usize = key.parse().unwrap_or(usize::MAX);
                let (count, list) = (items.len(), dotted(&path[..path.len() - 1]));
                let Some(item) = items.get_mut(index) else {
                    let message = format!("there is no `{}`", dotted(path));
                    return Err(Problem::key(path, message).help(match count {
                        0 => format!("`{list}` is empty"),
                        1 => format!("`{list}` has one item, `{list}.0`"),
                        _ => format!("`{list}` is numbered from 0 to {}", count - 1),
                    }));
                };
                let within = schema
                    .branches()
                    .into_iter()
                    .find_map(|branch| branch.item(index));
                merge_value(within, item, value, path, replaced)?;
                path.pop();
            }
            Ok(())
        }
        (_, target, over) => {
            replaced.push(path.clone());
            *target = over.clone();
            Ok(())
        }
    }
}

/// Whether both tables can be merged: only one kind of table is possible here, or both are of the same
/// kind.
fn same_alternative(schema: Node<'_>, target: &Table, over: &Table) -> bool {
    let tables = schema
        .branches()
        .into_iter()
        .filter(|branch| branch.is("object"))
        .count();
    tables == 1 || target.keys().eq(over.keys())
}
