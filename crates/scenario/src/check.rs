//! Checks values against the schema before they are deserialised, so that errors use the scenario's own
//! words and name the key. A deserialiser would speak of Rust types.

use crate::error::{self, Problem, advice};
use crate::policy::ClockTime;
use crate::schema::Node;
use crate::text;
use chappe_base::{Amount, Duration, Money, Span};
use std::collections::BTreeSet;
use toml::{Table, Value};

/// Longest duration in a scenario: a century, so that the sum of a few stays in range.
const LONGEST: Span = Span(36_525 * Span::DAY.0);

/// The key at `path` as it is written where it stands: within an arm, without the arm.
fn dotted(path: &[String]) -> String {
    match path {
        [arm, _, within @ ..] if arm == "arm" && !within.is_empty() => error::dotted(within),
        path => error::dotted(path),
    }
}

/// Checks `value` at `path` against `schema`. A whole number that is written as a decimal, such as `1e6`, becomes one.
///
/// # Errors
/// The first thing that is wrong.
pub(crate) fn check(schema: Node<'_>, value: &mut Value, path: &mut Vec<String>) -> Result<(), Problem> {
    match value {
        Value::Table(table) => check_table(schema, table, path),
        Value::Array(items) => check_list(schema, items, path),
        Value::String(text) => check_text(schema, text, path),
        Value::Integer(number) => {
            let number = *number as f64;
            check_number(schema, value, number, path).map(drop)
        }
        Value::Float(number) => {
            let number = *number;
            let branch = check_number(schema, value, number, path)?;
            if !branch.is("number") {
                *value = Value::Integer(number as i64);
            }
            Ok(())
        }
        Value::Boolean(truth) => {
            let fits = |branch: &Node<'_>| {
                branch.is("boolean") || branch.value.get("const") == Some(&(*truth).into())
            };
            match schema.branches().iter().any(fits) {
                true => Ok(()),
                false => Err(mismatch(schema, value, path)),
            }
        }
        Value::Datetime(_) => Err(mismatch(schema, value, path)),
    }
}

/// Checks the table at `path` against `schema`.
///
/// # Errors
/// The first thing that is wrong.
pub(crate) fn check_table(
    schema: Node<'_>,
    table: &mut Table,
    path: &mut Vec<String>,
) -> Result<(), Problem> {
    let tables: Vec<Node<'_>> = schema
        .branches()
        .into_iter()
        .filter(|branch| branch.is("object"))
        .collect();
    let Some(first) = tables.first() else {
        return Err(mismatch(schema, &Value::Table(table.clone()), path));
    };
    if tables.len() > 1 && table.len() != 1 {
        let message = format!("`{}` takes exactly one of {}", dotted(path), words(schema));
        return Err(Problem::value(path, message));
    }
    check_count(*first, "Properties", "key", table.len(), path)?;
    for (key, value) in table.iter_mut() {
        path.push(key.clone());
        let Some(within) = tables.iter().find_map(|table| table.property(key)) else {
            let known = tables
                .iter()
                .filter_map(|table| table.properties())
                .flat_map(|properties| properties.keys().map(String::as_str));
            let message = format!("unknown key `{}`", dotted(path));
            let help = match first.numbers_items() {
                true => "an arm changes items by number, from 0, or replaces the whole list".to_string(),
                false => advice(key, known),
            };
            return Err(Problem::key(path, message).help(help));
        };
        if first.properties().is_none() {
            text::check(key)
                .map_err(|message| Problem::key(path, format!("`{}`: {message}", dotted(path))))?;
        }
        check(within, value, path)?;
        path.pop();
    }
    if tables.len() == 1 {
        for key in first.required() {
            if !table.contains_key(key) {
                let message = format!("`{}` lacks the key `{key}`", dotted(path));
                return Err(Problem::value(path, message));
            }
        }
    }
    Ok(())
}

fn check_list(schema: Node<'_>, items: &mut [Value], path: &mut Vec<String>) -> Result<(), Problem> {
    let branches = schema.branches();
    let Some(list) = branches.iter().find(|branch| branch.is("array")) else {
        return Err(mismatch(schema, &Value::Array(items.to_vec()), path));
    };
    check_count(*list, "Items", "item", items.len(), path)?;
    for (index, item) in items.iter_mut().enumerate() {
        if let Some(within) = list.item(index) {
            path.push(index.to_string());
            check(within, item, path)?;
            path.pop();
        }
    }
    if let Some(wanted) = list.value.get("contains")
        && !items.iter().any(|item| is_above_zero(wanted, item))
    {
        let message = format!("`{}` needs a number above zero", dotted(path));
        return Err(Problem::value(path, message));
    }
    if !list.flag("uniqueItems") {
        return Ok(());
    }
    let mut earlier = BTreeSet::new();
    match items.iter().position(|item| !earlier.insert(item.to_string())) {
        Some(index) => {
            let twice = items[index].to_string().replace('"', "`");
            let message = format!("`{}` names {twice} twice", dotted(path));
            path.push(index.to_string());
            Err(Problem::value(path, message))
        }
        None => Ok(()),
    }
}

/// Checks how many keys or items there are; `of` is the ending of the keywords for it, and `thing` one of them.
fn check_count(
    schema: Node<'_>,
    of: &str,
    thing: &str,
    count: usize,
    path: &[String],
) -> Result<(), Problem> {
    let bound = |which: &str| schema.number(&format!("{which}{of}")).map(|bound| bound as usize);
    let (least, most) = (bound("min"), bound("max"));
    let (word, wanted) = match (least, most) {
        (Some(least), Some(most)) if least == most && count != least => ("", least),
        (Some(least), _) if count < least => ("at least ", least),
        (_, Some(most)) if count > most => ("at most ", most),
        (_, _) => return Ok(()),
    };
    let ending = if wanted == 1 { "" } else { "s" };
    let message = format!(
        "`{}` needs {word}{wanted} {thing}{ending}, not {count}",
        dotted(path)
    );
    Err(Problem::value(path, message))
}

/// Whether the number in `value` that `wanted`, a schema, is about is above its bound.
fn is_above_zero(wanted: &serde_json::Value, value: &Value) -> bool {
    let number = match value {
        Value::Integer(number) => *number as f64,
        Value::Float(number) => *number,
        Value::Table(table) => {
            let keys = wanted.get("properties").and_then(serde_json::Value::as_object);
            return keys
                .into_iter()
                .flatten()
                .all(|(key, wanted)| table.get(key).is_some_and(|value| is_above_zero(wanted, value)));
        }
        Value::String(_) | Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) => return false,
    };
    let bound = wanted.get("exclusiveMinimum").and_then(serde_json::Value::as_f64);
    bound.is_some_and(|bound| number > bound)
}

fn check_text(schema: Node<'_>, text: &str, path: &[String]) -> Result<(), Problem> {
    let branches = schema.branches();
    let known: Vec<&str> = branches
        .iter()
        .filter_map(|branch| branch.words())
        .flatten()
        .collect();
    if known.contains(&text) {
        return Ok(());
    }
    let free = branches
        .iter()
        .find(|branch| branch.is("string") && branch.words().is_none());
    if let Some(free) = free {
        let name = dotted(path);
        let wrong = |message: String| Problem::value(path, message);
        if text.is_empty() && schema.number("minLength").or(free.number("minLength")).is_some() {
            return Err(wrong(format!("`{name}` must not be empty")));
        }
        return match quantity(free.text("x-type"), text) {
            Err(message) => Err(wrong(format!("`{name}`: {message}"))),
            Ok(true) if schema.flag("x-above-zero") => Err(wrong(format!("`{name}` must be above zero"))),
            Ok(_) => Ok(()),
        };
    }
    if known.is_empty() {
        return Err(mismatch(schema, &Value::String(text.to_string()), path));
    }
    let message = format!("`{text}` is not known for `{}`", dotted(path));
    let tables = branches
        .iter()
        .filter_map(|branch| branch.properties())
        .flat_map(|properties| properties.keys().map(String::as_str));
    let known = known.into_iter().chain(tables);
    Err(Problem::value(path, message).help(advice(text, known)))
}

/// Checks that `text` stands for a quantity of the given kind; whether it is zero.
fn quantity(kind: Option<&str>, text: &str) -> Result<bool, String> {
    match kind {
        Some("duration") => match Duration::parse(text)? {
            Duration(span) if span > LONGEST => Err(format!("`{text}` is too long; at most 100 years")),
            Duration(span) => Ok(span == Span::ZERO),
        },
        Some("money") => Amount::parse(text).map(|Amount(money)| money == Money::ZERO),
        Some("time") => ClockTime::parse(text).map(|_| false),
        Some(_) | None => text::check(text).map(|()| false),
    }
}

/// Checks a number; returns the branch of the schema that it follows.
fn check_number<'a>(
    schema: Node<'a>,
    value: &Value,
    number: f64,
    path: &[String],
) -> Result<Node<'a>, Problem> {
    let is_whole = number == libm::trunc(number);
    let fits = |branch: &Node<'_>| branch.is("number") || branch.is("integer") && is_whole;
    let Some(branch) = schema.branches().into_iter().find(fits) else {
        return Err(mismatch(schema, value, path));
    };
    let wrong = |message: String| Err(Problem::value(path, message));
    let name = dotted(path);
    if branch.text("x-type") == Some("probability") && !(0.0..=1.0).contains(&number) {
        return wrong(format!(
            "`{name}` is a probability or share, from 0 to 1, not {value}"
        ));
    }
    if !number.is_finite() {
        return wrong(format!("`{name}` must be a finite number, not {value}"));
    }
    // Bounds stand beside the reference as well as in what it refers to.
    let bound = |keyword| schema.number(keyword).or(branch.number(keyword));
    let unit = schema
        .text("x-unit")
        .map(|unit| format!(" [{unit}]"))
        .unwrap_or_default();
    if let Some(least) = bound("minimum").filter(|least| number < *least) {
        return wrong(format!("`{name}` must be at least {least}{unit}, not {value}"));
    }
    if let Some(most) = bound("maximum").filter(|most| number > *most) {
        return wrong(format!("`{name}` must be at most {most}{unit}, not {value}"));
    }
    Ok(branch)
}

/// A value of the wrong type.
fn mismatch(schema: Node<'_>, value: &Value, path: &[String]) -> Problem {
    let found = match value {
        Value::String(_) => "a text",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a decimal number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    };
    let name = match path {
        [] => "the file".to_string(),
        path => format!("`{}`", dotted(path)),
    };
    Problem::value(path, format!("{name} must be {}, not {found}", words(schema)))
}

/// What `schema` demands, in words.
fn words(schema: Node<'_>) -> String {
    let branches = schema.branches();
    let alternatives = branches.iter().filter(|branch| branch.is("object")).count() > 1;
    let mut words: Vec<String> = Vec::new();
    for branch in branches {
        if let Some(known) = branch.words() {
            words.extend(known.into_iter().map(|word| format!("\"{word}\"")));
            continue;
        }
        if let (true, Some(properties)) = (alternatives, branch.properties()) {
            words.extend(properties.keys().map(|key| format!("{{ {key} = … }}")));
            continue;
        }
        let word = match branch.text("x-type") {
            Some("duration") => "a duration such as \"90s\"",
            Some("money") => "an amount such as \"2.00\"",
            Some("time") => "a time of day such as \"22:00\"",
            Some(_) | None if branch.is("string") => "a text",
            Some(_) | None if branch.is("integer") => "a whole number",
            Some(_) | None if branch.is("number") => "a number",
            Some(_) | None if branch.is("boolean") => "true or false",
            Some(_) | None if branch.is("array") => "a list",
            Some(_) | None if branch.numbers_items() => "a table of its items by number",
            Some(_) | None if branch.is("object") => "a table",
            Some(_) | None => "false",
        };
        words.push(word.to_string());
    }
    match words.as_slice() {
        [most @ .., last] if !most.is_empty() => format!("{} or {last}", most.join(", ")),
        _ => words.concat(),
    }
}
