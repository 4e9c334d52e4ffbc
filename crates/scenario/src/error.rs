//! What is wrong with a scenario, and where.

use miette::{Diagnostic, NamedSource, SourceSpan};
use std::ops::Range;
use std::sync::Arc;

/// The one thing that is wrong with a scenario: where it stands, and what to change.
///
/// Points into the file, or into the `--set` argument that is to blame.
#[derive(Clone, Debug, thiserror::Error, Diagnostic)]
#[error("{message}")]
pub struct Error {
    message: String,
    #[help]
    help: Option<String>,
    #[source_code]
    source_code: Option<Arc<NamedSource<String>>>,
    #[label]
    span: Option<SourceSpan>,
}

impl Error {
    /// An error about `place` in `text`, which goes by the name `source`.
    pub(crate) fn at(source: &str, text: &str, place: Option<Range<usize>>, problem: Problem) -> Error {
        Error {
            message: problem.message,
            help: problem.help,
            // Without a place there is nothing of the source to show.
            source_code: place
                .as_ref()
                .map(|_| Arc::new(NamedSource::new(source, text.to_string()))),
            span: place.map(SourceSpan::from),
        }
    }
}

/// Something wrong at a path of keys, before it is known where that was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Problem {
    /// The keys that lead to it; list items by number.
    pub(crate) path: Vec<String>,
    /// Whether the last key itself is wrong, and not its value.
    pub(crate) on_key: bool,
    /// What is wrong, in a sentence.
    pub(crate) message: String,
    /// What to change, where the message doesn't say it.
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

    /// The same with advice.
    pub(crate) fn help(self, help: impl Into<String>) -> Problem {
        Problem {
            help: Some(help.into()),
            ..self
        }
    }
}

/// Path and key names as they are written: `campaign.0.bid`, `thresholds."delivery.friend"`.
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

/// The one of `known` that `word` was probably meant to be.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Jaro-Winkler forgives slips of the pen and favours a common beginning.
    const ALIKE: f64 = 0.75;
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// Advice on the unknown name `word`: the nearest known one, and all there are.
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
