//! `docs/scenario.md`: every key of a scenario file, from the schema.

use crate::assumed::inline;
use crate::presets;
use crate::schema::{Node, schema};
use serde_json::Value;
use std::fmt::Write;

const HEAD: &str = "# The scenario file

*Generated from the schema (`chappe schema`); `UPDATE_DOCS=1 cargo test -p chappe-scenario` writes it anew.*

A scenario is one TOML file. Every key has a default, so a file says only what it is about. Any
value can be replaced on the command line: `--set population.users=1000000`,
`--set campaign.0.budget=500`. Relative paths are relative to the scenario file.

Grades tell how good a figure's source is: **A** official or primary, **B** press, **C** one vendor
or case, **D** derived by arithmetic, **assumed** where there is no usable source: such a figure is
to be swept, and reports list it. A key without a grade is the scenario's own choice.

Durations are texts such as `\"90s\"`, `\"2h 30m\"` or `\"1 day\"`; amounts of money are texts such as
`\"0.02\"`, in the scenario's one currency. A *law* of durations is one of
`{ constant = \"1s\" }`, `{ exponential = \"1s\" }` (its mean), `{ uniform = [\"1s\", \"2s\"] }` and
`{ log-normal = { median = \"1s\", sigma = 0.5 } }` (sigma: standard deviation of the logarithm).
";

/// The text of `docs/scenario.md`: every key with its type, unit, default, grade and source.
#[must_use]
pub fn document() -> String {
    let root = schema();
    let node = Node::root(&root);
    let mut text = HEAD.to_string();
    let mut sections = Vec::new();
    text.push_str("\n## Top level\n\n");
    let keys = node.properties().into_iter().flatten();
    let plain: Vec<Row<'_>> = keys
        .filter_map(|(key, _)| node.property(key).map(|within| (key.as_str(), within)))
        .filter_map(|(key, within)| match section(key, within) {
            Some(section) => {
                sections.push(section);
                None
            }
            None => Some(Row::new(key.to_string(), within)),
        })
        .collect();
    table(&mut text, &plain);
    for section in sections {
        let _ = write!(text, "\n## `{}`\n\n{}\n\n", section.header, section.description);
        let mut rows = Vec::new();
        rows_of("", section.table, &mut rows);
        table(&mut text, &rows);
        if section.header == "[policy]" {
            text.push_str("\nThe presets, each rule with its grade and source:\n\n```text\n");
            let presets: Vec<String> = presets::all().iter().map(|p| p.describe()).collect();
            text.push_str(&presets.join("\n"));
            text.push_str("```\n");
        }
    }
    text
}

/// A table or a list of tables at the top level.
struct Section<'a> {
    header: String,
    description: String,
    table: Node<'a>,
}

fn section<'a>(key: &str, schema: Node<'a>) -> Option<Section<'a>> {
    let branches = schema.branches();
    let [branch] = branches.as_slice() else {
        return None;
    };
    let (header, table) = match branch.item(0) {
        Some(item) => (format!("[[{key}]]"), item.resolved()),
        None => (format!("[{key}]"), *branch),
    };
    table.properties()?;
    // What a list is of says more than the list.
    let described = if branch.item(0).is_some() { table } else { schema };
    let description = described
        .text("description")
        .unwrap_or_default()
        .replace('\n', " ");
    Some(Section {
        header,
        description,
        table,
    })
}

/// One key of a table.
struct Row<'a> {
    key: String,
    schema: Node<'a>,
}

impl<'a> Row<'a> {
    fn new(key: String, schema: Node<'a>) -> Row<'a> {
        Row { key, schema }
    }

    fn cells(&self) -> [String; 6] {
        let text = |keyword| {
            let text = self.schema.text(keyword);
            text.unwrap_or_default().replace('\n', " ").replace('|', "\\|")
        };
        let default = self.schema.value.get("default");
        let default = match default {
            None => String::new(),
            Some(Value::Null) => "unset".to_string(),
            Some(value) => format!("`{}`", inline(value)),
        };
        let grade = match (text("x-grade"), text("x-source")) {
            (grade, source) if source.is_empty() => grade,
            (grade, source) => format!("{grade}: {source}"),
        };
        [
            format!("`{}`", self.key),
            text("description"),
            kind(self.schema),
            text("x-unit"),
            default,
            grade,
        ]
    }
}

/// The keys of `table`, those of the tables within it dotted.
fn rows_of<'a>(prefix: &str, table: Node<'a>, rows: &mut Vec<Row<'a>>) {
    for key in table.properties().into_iter().flat_map(|keys| keys.keys()) {
        let Some(schema) = table.property(key) else {
            continue;
        };
        let dotted = format!("{prefix}{key}");
        let tables = schema.branches();
        let mut tables = tables.iter().filter(|branch| branch.is("object"));
        let (first, second) = (tables.next(), tables.next());
        match (first, second) {
            (Some(only), None) if only.properties().is_some() => {
                rows.push(Row::new(dotted.clone(), schema));
                rows_of(&format!("{dotted}."), *only, rows);
            }
            _ => rows.push(Row::new(dotted, schema)),
        }
    }
}

/// What a key takes, in a few words.
fn kind(schema: Node<'_>) -> String {
    let branches = schema.branches();
    let is_law = branches
        .iter()
        .filter_map(|branch| branch.properties())
        .any(|keys| keys.contains_key("log-normal"));
    if is_law {
        return "law".to_string();
    }
    let mut kinds: Vec<String> = Vec::new();
    for branch in branches {
        if let Some(words) = branch.words() {
            kinds.extend(words.into_iter().map(|word| format!("`\"{word}\"`")));
            continue;
        }
        let alternative = branch
            .properties()
            .filter(|keys| keys.len() == 1 && branch.required().next().is_some());
        let kind = match (alternative, branch.text("x-type"), branch.value.get("const")) {
            (_, Some(kind), _) => kind.to_string(),
            (_, None, Some(constant)) => format!("`{constant}`"),
            (Some(keys), None, None) => keys.keys().map(|key| format!("`{{ {key} = … }}`")).collect(),
            (None, None, None) => plain_kind(branch),
        };
        kinds.push(kind);
    }
    kinds.join(", ") + &range(schema)
}

fn plain_kind(branch: Node<'_>) -> String {
    let kinds = [
        ("string", "text"),
        ("integer", "whole number"),
        ("number", "number"),
        ("boolean", "`true`, `false`"),
        ("object", "table"),
    ];
    if branch.is("array") {
        let items = branch.item(0).map(kind).unwrap_or_default();
        return format!("list of {items}");
    }
    if let (None, Some(values)) = (branch.properties(), branch.property("")) {
        return format!("table of {}", kind(values));
    }
    let known = kinds.iter().find(|(name, _)| branch.is(name));
    known.map(|(_, kind)| kind.to_string()).unwrap_or_default()
}

/// The bounds of a number, where they say anything beyond its type.
fn range(schema: Node<'_>) -> String {
    if schema.text("x-type").is_some() {
        return String::new();
    }
    let bound = |keyword, trivial: &[f64]| schema.number(keyword).filter(|number| !trivial.contains(number));
    let (least, most) = (bound("minimum", &[]), bound("maximum", &[65_535.0]));
    match (least, most) {
        (Some(least), Some(most)) => format!(", {least} to {most}"),
        (Some(least), None) => format!(", at least {least}"),
        (None, Some(most)) => format!(", at most {most}"),
        (None, None) => String::new(),
    }
}

fn table(text: &mut String, rows: &[Row<'_>]) {
    text.push_str("| key | meaning | type | unit | default | grade and source |\n");
    text.push_str("|---|---|---|---|---|---|\n");
    for row in rows {
        let _ = writeln!(text, "| {} |", row.cells().join(" | "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_says_what_it_means() {
        fn walk(schema: Node<'_>, path: &str) {
            for branch in schema.branches() {
                for key in branch.properties().into_iter().flat_map(|keys| keys.keys()) {
                    let within = branch.property(key).unwrap();
                    let alternative = schema.branches().len() > 1;
                    assert!(
                        alternative || within.text("description").is_some(),
                        "{path}.{key}"
                    );
                    walk(within, &format!("{path}.{key}"));
                }
            }
        }
        walk(Node::root(&schema()), "");
    }
}
