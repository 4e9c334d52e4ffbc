//! House rules of the whole workspace, run as tests: what the documents say is so, and what must be
//! absent is.

#![expect(clippy::unwrap_used, reason = "a file that can't be read fails the test")]
#![expect(clippy::disallowed_methods, reason = "the documents are files")]

#[path = "tidy/code_map.rs"]
mod code_map;
#[path = "tidy/dependencies.rs"]
mod dependencies;
#[path = "tidy/documents.rs"]
mod documents;
#[path = "tidy/event_log.rs"]
mod event_log;
#[path = "tidy/functions.rs"]
mod functions;
#[path = "tidy/sources.rs"]
mod sources;
#[path = "tidy/workspace.rs"]
mod workspace;
