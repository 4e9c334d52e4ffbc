//! Checks values against the schema before they are deserialised, so that errors use the scenario's own
//! words and name the key. A deserialiser would speak of Rust types.

use crate::error::{self, Problem, advice};
use crate::policy::ClockTime;
use crate::schema::Node;
use chappe_base::{Amount, Duration, Money, Span};
use toml::{Table, Value};

/// Longest duration in a scenario: a century, so that the sum of a few stays in range.
const LONGEST: Span = Span(36_525 * Span::DAY.0);
/// Largest amount in a scenario, so that sums over all campaigns stay in range.
const MOST: Money = Money(1_000_000_000 * Money::UNIT.0);

/// The key at `path` as it is written where it stands: within an arm, without the arm.
fn dotted(path: &[String]) -> String {
    match path {
        [arm, _, within @ ..] if arm == "arm" && !within.is_empty() => error::dotted(within),
        path => error::dotted(path),
    }
}

/// Checks `value` at `path` against `schema`.
///
/// # Errors
/// The first thing that is wrong.
pub(crate) fn check(schema: Node<'_>, value: &Value, path: &mut Vec<String>) -> Result<(), Problem> {
    match value {
        Value::Table(table) => check_table(schema, table, path),
        Value::Array(items) => check_list(schema, items, path),
        Value::String(text) => check_text(schema, text, path),
        Value::Integer(number) => check_number(schema, value, *number as f64, path),
        Value::Float(number) => check_number(schema, value, *number, path),
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
pub(crate) fn check_table(schema: Node<'_>, table: &Table, path: &mut Vec<String>) -> Result<(), Problem> {
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
    for (key, value) in table {
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

fn check_list(schema: Node<'_>, items: &[Value], path: &mut Vec<String>) -> Result<(), Problem> {
    let branches = schema.branches();
    let Some(list) = branches.iter().find(|branch| branch.is("array")) else {
        return Err(mismatch(schema, &Value::Array(items.to_vec()), path));
    };
    let (least, most) = (list.number("minItems"), list.number("maxItems"));
    let count = items.len() as f64;
    if let Some(wanted) = least
        .filter(|least| count < *least)
        .or(most.filter(|most| count > *most))
    {
        let message = format!("`{}` has {wanted} items, not {count}", dotted(path));
        return Err(Problem::value(path, message));
    }
    for (index, item) in items.iter().enumerate() {
        if let Some(within) = list.item(index) {
            path.push(index.to_string());
            check(within, item, path)?;
            path.pop();
        }
    }
    Ok(())
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
        return quantity(free.text("x-type"), text)
            .map_err(|message| Problem::value(path, format!("`{}`: {message}", dotted(path))));
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

/// Checks that `text` stands for a quantity of the given kind.
fn quantity(kind: Option<&str>, text: &str) -> Result<(), String> {
    match kind {
        Some("duration") => match Duration::parse(text)? {
            Duration(span) if span > LONGEST => Err(format!("`{text}` is too long; at most 100 years")),
            Duration(_) => Ok(()),
        },
        Some("money") => match Amount::parse(text)? {
            Amount(money) if money > MOST => Err(format!("`{text}` is too much; at most a billion")),
            Amount(_) => Ok(()),
        },
        Some("time") => ClockTime::parse(text).map(|_| ()),
        Some(_) | None => Ok(()),
    }
}

fn check_number(schema: Node<'_>, value: &Value, number: f64, path: &[String]) -> Result<(), Problem> {
    let branches = schema.branches();
    let fits = |branch: &&Node<'_>| {
        branch.is("number") || branch.is("integer") && matches!(value, Value::Integer(_))
    };
    let Some(branch) = branches.iter().find(fits) else {
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
    if let Some(most) = bound("maximum")
        .or(branch.greatest())
        .filter(|most| number > *most)
    {
        return wrong(format!("`{name}` must be at most {most}{unit}, not {value}"));
    }
    Ok(())
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
