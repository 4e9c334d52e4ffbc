//! What is wrong with a scenario, and where.
//!
//! An error is plain data, because a terminal, a web page and an editor each draw it in their own way.

use std::ops::Range;

/// What is wrong with a scenario. Only the first fault is reported.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What is wrong, on one line.
    pub message: String,
    /// What to change, if the message does not say it.
    pub help: Option<String>,
    /// The key that the error is about, dotted as for `--set`, items of lists by number, such as
    /// `campaign.0.bid`. None if the error is not about a key.
    pub key: Option<String>,
    /// Where the fault was written. None if it was not written anywhere, such as an unknown arm.
    pub place: Option<Box<Place>>,
}

/// A place in the text of a scenario file or of a command-line argument.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The file's name, or the argument's: `--set`, `--scale`.
    pub source: String,
    /// Number of the line, from 1.
    pub line: usize,
    /// Number of the character in the line, from 1.
    pub column: usize,
    /// The whole line, without its end.
    pub text: String,
    /// The faulty part of `text` [bytes], up to the end of the line. It is empty if something is missing.
    pub span: Range<usize>,
}

impl Place {
    /// The place of `range` [bytes] in `text`, which is called `source`.
    fn of(source: &str, text: &str, range: Range<usize>) -> Place {
        let start = text.floor_char_boundary(range.start);
        let line_start = text[..start].rfind('\n').map_or(0, |end| end + 1);
        let line_end = text[start..]
            .find('\n')
            .map_or(text.len(), |length| start + length);
        let line = text[line_start..line_end].trim_end_matches('\r');
        let within = |offset: usize| line.floor_char_boundary(offset.saturating_sub(line_start));
        let span = within(start)..within(range.end.max(start));
        Place {
            source: source.to_string(),
            line: text[..line_start].matches('\n').count() + 1,
            column: line[..span.start].chars().count() + 1,
            text: line.to_string(),
            span,
        }
    }
}

impl Error {
    /// The error of `problem` without a place.
    pub(crate) fn nowhere(problem: Problem) -> Error {
        Error {
            message: problem.message,
            help: problem.help,
            key: (!problem.path.is_empty()).then(|| dotted(&problem.path)),
            place: None,
        }
    }

    /// The error of `problem` at `range` [bytes] of `text`, which is called `source`.
    pub(crate) fn at(source: &str, text: &str, range: Range<usize>, problem: Problem) -> Error {
        Error {
            place: Some(Box::new(Place::of(source, text, range))),
            ..Error::nowhere(problem)
        }
    }
}

/// A fault at a path of keys, before it is looked up where that was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Problem {
    /// The keys that lead to it; items of lists by number.
    pub(crate) path: Vec<String>,
    /// Whether the last key is wrong, not its value.
    pub(crate) on_key: bool,
    /// What is wrong, on one line.
    pub(crate) message: String,
    /// What to change, if the message does not say it.
    pub(crate) help: Option<String>,
}

impl Problem {
    /// A wrong value at `path`.
    pub(crate) fn value(path: &[String], message: String) -> Problem {
        Problem {
            path: path.to_vec(),
            on_key: false,
            message,
            help: None,
        }
    }

    /// A wrong key at `path`.
    pub(crate) fn key(path: &[String], message: String) -> Problem {
        Problem {
            on_key: true,
            ..Problem::value(path, message)
        }
    }

    /// Adds advice.
    pub(crate) fn help(self, help: impl Into<String>) -> Problem {
        Problem {
            help: Some(help.into()),
            ..self
        }
    }
}

/// A path as it is written in TOML: `campaign.0.bid`, `thresholds."delivery.friend"`.
pub(crate) fn dotted(path: &[String]) -> String {
    let bare = |key: &str| {
        !key.is_empty()
            && key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    let keys: Vec<String> = path
        .iter()
        .map(|key| {
            if bare(key) {
                key.clone()
            } else {
                format!("{key:?}")
            }
        })
        .collect();
    keys.join(".")
}

/// The one of `known` that `word` probably stands for.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Jaro-Winkler similarity tolerates typing errors and favours a common beginning.
    const ALIKE: f64 = 0.75;
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// Advice on the unknown name `word`: the most similar known name, and all known names.
pub(crate) fn advice<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    let all: Vec<String> = known
        .clone()
        .into_iter()
        .map(|name| format!("`{name}`"))
        .collect();
    let all = all.join(", ");
    match nearest(word, known) {
        Some(near) => format!("did you mean `{near}`? Known here: {all}"),
        None => format!("known here: {all}"),
    }
}
