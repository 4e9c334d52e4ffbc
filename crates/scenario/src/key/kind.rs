//! What values a key takes.

use crate::schema::Node;
use serde_json::Value;
use std::fmt;

/// What values a key takes.
#[derive(Clone, PartialEq, Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// One of these texts.
    Choice(Vec<String>),
    /// A whole number.
    WholeNumber,
    /// A number.
    Number,
    /// A number from 0 to 1.
    Probability,
    /// True or false.
    Boolean,
    /// False only: it takes a rule away.
    False,
    /// A text such as `"2h 30m"`.
    Duration,
    /// A text such as `"0.02"`.
    Money,
    /// A text such as `"22:00"`.
    TimeOfDay,
    /// A law of durations, such as `{ exponential = "1s" }`.
    Law,
    /// A list.
    List(Box<Kind>),
    /// A table whose keys are keys of the scenario.
    Table,
    /// A table whose keys are names that the scenario chooses.
    Names(Box<Kind>),
    /// A table with this one key, such as `{ ramp = … }`.
    Alternative(String),
    /// Any of these kinds.
    OneOf(Vec<Kind>),
}

impl Kind {
    /// Whether it takes a number, perhaps beside something else.
    #[must_use]
    pub fn is_number(&self) -> bool {
        match self {
            Kind::WholeNumber | Kind::Number | Kind::Probability => true,
            Kind::OneOf(kinds) => kinds.iter().any(Kind::is_number),
            Kind::Text
            | Kind::Choice(_)
            | Kind::Boolean
            | Kind::False
            | Kind::Duration
            | Kind::Money
            | Kind::TimeOfDay
            | Kind::Law
            | Kind::List(_)
            | Kind::Table
            | Kind::Names(_)
            | Kind::Alternative(_) => false,
        }
    }

    pub(super) fn of(schema: Node<'_>) -> Kind {
        let branches = schema.branches();
        let keys = branches.iter().filter_map(|branch| branch.properties());
        if keys.clone().any(|keys| keys.contains_key("log-normal")) {
            return Kind::Law;
        }
        let mut kinds: Vec<Kind> = Vec::new();
        for branch in branches {
            match (Kind::of_branch(branch), kinds.last_mut()) {
                (Kind::Choice(words), Some(Kind::Choice(known))) => known.extend(words),
                (kind, _) => kinds.push(kind),
            }
        }
        match <[Kind; 1]>::try_from(kinds) {
            Ok([only]) => only,
            Err(kinds) => Kind::OneOf(kinds),
        }
    }

    fn of_branch(branch: Node<'_>) -> Kind {
        if let Some(words) = branch.words() {
            return Kind::Choice(words.into_iter().map(str::to_string).collect());
        }
        if branch.value.get("const") == Some(&Value::Bool(false)) {
            return Kind::False;
        }
        match branch.text("x-type") {
            Some("duration") => return Kind::Duration,
            Some("money") => return Kind::Money,
            Some("time") => return Kind::TimeOfDay,
            Some("probability") => return Kind::Probability,
            Some(_) | None => {}
        }
        if branch.is("array") {
            let item = branch.item(0).map_or(Kind::Text, Kind::of);
            return Kind::List(Box::new(item));
        }
        if branch.is("object") {
            return Kind::of_table(branch);
        }
        match () {
            () if branch.is("integer") => Kind::WholeNumber,
            () if branch.is("number") => Kind::Number,
            () if branch.is("boolean") => Kind::Boolean,
            () => Kind::Text,
        }
    }

    fn of_table(branch: Node<'_>) -> Kind {
        let Some(keys) = branch.properties() else {
            let values = branch.property("").map_or(Kind::Text, Kind::of);
            return Kind::Names(Box::new(values));
        };
        let only = keys.keys().next().filter(|_| keys.len() == 1);
        match (only, branch.required().next()) {
            (Some(key), Some(_)) => Kind::Alternative(key.clone()),
            (_, _) => Kind::Table,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Text => out.write_str("text"),
            Kind::Choice(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
                out.write_str(&words.join(", "))
            }
            Kind::WholeNumber => out.write_str("whole number"),
            Kind::Number => out.write_str("number"),
            Kind::Probability => out.write_str("probability"),
            Kind::Boolean => out.write_str("`true`, `false`"),
            Kind::False => out.write_str("`false`"),
            Kind::Duration => out.write_str("duration"),
            Kind::Money => out.write_str("money"),
            Kind::TimeOfDay => out.write_str("time"),
            Kind::Law => out.write_str("law"),
            Kind::List(item) => write!(out, "list of {item}"),
            Kind::Table => out.write_str("table"),
            Kind::Names(value) => write!(out, "table of {value}"),
            Kind::Alternative(key) => write!(out, "`{{ {key} = … }}`"),
            Kind::OneOf(kinds) => {
                let kinds: Vec<String> = kinds.iter().map(ToString::to_string).collect();
                out.write_str(&kinds.join(", "))
            }
        }
    }
}
