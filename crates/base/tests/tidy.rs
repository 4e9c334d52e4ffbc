//! House rules of the whole workspace, run as tests: what the documents say is so, and what must be
//! absent is.

#[path = "tidy/documents.rs"]
mod documents;
#[path = "tidy/event_log.rs"]
mod event_log;
#[path = "tidy/sources.rs"]
mod sources;
#[path = "tidy/workspace.rs"]
mod workspace;
