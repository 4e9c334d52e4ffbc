//! A command-line argument that replaces one value, kept as text so that errors can point into it.

use crate::document::Document;
use crate::error::{Error, Problem};
use crate::schema::{Node, shared};
use toml::{Table, Value};

/// An argument `KEY=VALUE`.
pub(crate) struct Argument {
    /// The argument's name, such as `--set`.
    pub(crate) flag: &'static str,
    /// The argument written as TOML.
    pub(crate) text: String,
    /// What it sets: one key.
    pub(crate) document: Document,
}

impl Argument {
    /// Reads an argument, which has the number `source` among the texts that values come from.
    ///
    /// # Errors
    /// `key` is not a key, or `value` a number that takes too many bits.
    pub(crate) fn read(source: usize, flag: &'static str, key: &str, value: &str) -> Result<Argument, Error> {
        let read = |text: String| {
            let document = Document::parse(&text, source).ok()?;
            // A value with a line break could set other keys as well.
            let sets_one_key = document.table.len() == 1;
            sets_one_key.then_some(Argument { flag, text, document })
        };
        // A text may be given without quotes, even if it looks like a number: `--set horizon=5h`.
        let text = format!("{key} = {value}");
        let plain = read(text.clone()).filter(|argument| fits(&argument.document.table));
        let quoted = || read(format!("{key} = {}", Value::String(value.to_string())));
        if let Err((problem, Some(range))) = Document::parse(&text, source)
            && is_beyond_all(value)
            && !quoted().is_some_and(|argument| takes_text(&argument.document.table))
        {
            return Err(Error::at(flag, &text, range, problem));
        }
        plain.or_else(quoted).ok_or_else(|| {
            let message = format!("{flag} `{key}={value}`: `{key}` is no key");
            let help = "write for example --set population.users=1000000";
            Error::nowhere(Problem::value(&[], message).help(help))
        })
    }
}

/// Whether `value` is a whole number that no scenario can hold.
fn is_beyond_all(value: &str) -> bool {
    let number = value.replace('_', "");
    let digits = number.strip_prefix(['+', '-']).unwrap_or(&number);
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_whole && number.parse::<i64>().is_err()
}

/// Whether the key of the one value in `table` may be a text.
fn takes_text(table: &Table) -> bool {
    let schema = Node::root(shared()).below(&leaf(table).0);
    schema.is_some_and(|schema| schema.branches().iter().any(|branch| branch.is("string")))
}

/// Whether the one value of `table` has a type that its key may take, as far as texts are concerned.
fn fits(table: &Table) -> bool {
    let value = leaf(table).1;
    !takes_text(table) || matches!(value, Value::String(_) | Value::Table(_) | Value::Boolean(_))
}

/// The one key that an argument sets, and its value.
fn leaf(table: &Table) -> (Vec<String>, Value) {
    let mut path = Vec::new();
    let mut value = Value::Table(table.clone());
    while let Value::Table(table) = &value {
        let mut entries = table.iter();
        let (Some((key, within)), None) = (entries.next(), entries.next()) else {
            break;
        };
        path.push(key.clone());
        value = within.clone();
    }
    (path, value)
}
