//! What is wrong with a scenario, and where.

use miette::{Diagnostic, NamedSource, SourceSpan};

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
    source_code: NamedSource<String>,
    #[label("{label}")]
    span: Option<SourceSpan>,
    label: String,
}
