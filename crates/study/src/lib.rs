//! Everything that a face of chappe (terminal, page, library) can ask for, as plain calls.
//!
//! A face (the terminal, a page, a program of yours) says *what* is run with a [`RunSpec`](chappe_base::RunSpec) and *how
//! it is watched* with a [`Context`], and gets a record back. Nothing here prints, reads arguments or the environment,
//! or stops on a flag of the whole process, so any number of studies may run side by side.
//!
//! | to understand | start at |
//! |---|---|
//! | a run in virtual time | [`run`] |
//! | arms side by side, sweeps | [`whatif`], [`sweep`] |
//! | loads on the wall clock | [`live`] |
//! | what happened to one message or user | [`why`], [`explain`] |
//! | people who write like those of a trace | [`fit`] |
//! | the statistics behind all this | [`stats`] |
//!
//! ```
//! use chappe_base::RunSpec;
//! use chappe_study::{Context, NoTraces, RunOptions, RunsInMemory, StopFlag, Unobserved, VERSION, run};
//!
//! let text = "horizon = \"1h\"\n[population]\nusers = 100\npages = 2".to_string();
//! let spec = RunSpec::new(VERSION, "tiny.toml", text);
//! let (stop, runs) = (StopFlag::new(), RunsInMemory::default());
//! let context = Context::new(&stop, &Unobserved, &NoTraces, &runs);
//! let finished = run(&spec, RunOptions::default(), &context)?;
//! assert!(finished.record.result.audit.passed);
//! # Ok::<(), chappe_study::Error>(())
//! ```

mod arms;
mod audit;
mod context;
mod error;
mod execution;
pub mod files;
mod fit;
pub mod live;
pub mod machine;
mod note;
mod opened;
mod prepared;
mod progress;
mod run;
pub mod stats;
mod story;
mod traces;
mod validation;
pub mod verdict;

pub use arms::{
    CachedRun, CachedRuns, Changes, FinishedSweep, NewArm, Over, Part, RunKey, RunsInFolder, RunsInMemory,
    Sweep, Vary, WhatIf, sweep, whatif,
};
pub use audit::audit_log;
pub use chappe_engine::StopFlag;
pub use context::{Context, Observer, Threads, Unobserved};
pub use error::Error;
pub use execution::Stopwatch;
pub use fit::{
    Agreement, COMPARED, FITTED, FitOptions, Fitted, Holdout, Side, check_trace, compare, figures, fit, rows,
    write_comparison,
};
pub use note::{Note, Severity};
pub use opened::Opened;
pub use prepared::Prepared;
pub use progress::{Bar, Progress};
pub use run::{FinishedRun, ReadyRun, RunOptions, run};
pub use story::{Chapter, DecisionRules, Entry, RuleVerdict, STORY_SCHEMA, Story, explain, time, why};
pub use traces::{NoTraces, TRACE_FILE, TraceOfRun, TraceRead, Traces, TracesIn, read_trace, trace_hash};
pub use validation::{ValidScenario, validate};

/// The version of the program: what runs come to may differ between versions.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
