//! chappe as a library: simulate a business-messaging platform, compare designs and policies, and ask why.
//!
//! A scenario describes a platform, its people and its ad policy in TOML. You say *what* is run with a [`RunSpec`], and
//! *how it is watched* with a [`Context`]. A study gives back a [`record`], which holds every figure; reports are
//! made from records alone. The `chappe` command is one face of these calls and uses nothing else.
//!
//! # A first run
//!
//! ```
//! use chappe::record::Metric;
//! use chappe::{Context, Opened, RunOptions, RunsInMemory, StopFlag, Unobserved, run};
//!
//! // What is run: a scenario of chappe's own, at a two-hundredth of its size.
//! let mut opened = Opened::shipped("first-ads").expect("chappe has a scenario of this name");
//! opened.spec.scale = Some(0.005);
//! for (key, value) in [("platform.shards", "1"), ("horizon", "12h")] {
//!     opened.spec.set.push((key.to_string(), value.to_string()));
//! }
//!
//! // How it is carried out: stopped by this flag, watched by nobody.
//! let (stop, runs) = (StopFlag::new(), RunsInMemory::default());
//! let context = Context::new(&stop, &Unobserved, &*opened.traces, &runs);
//! let finished = run(&opened.spec, RunOptions::default(), &context)?;
//!
//! let result = &finished.record.result;
//! assert!(result.audit.passed);
//! let Metric::Histogram(delivery) = &result.metrics["delivery.friend"] else {
//!     panic!("latencies are histograms");
//! };
//! println!("half of the messages between friends arrive within {} ns", delivery.p50);
//! # Ok::<(), chappe::Error>(())
//! ```
//!
//! # Where to start
//!
//! | to … | start at |
//! |---|---|
//! | open a scenario file, a shipped scenario or the folder of a run | [`Opened`] |
//! | describe a run by code | [`RunSpec::new`] with [`VERSION`] |
//! | check a scenario without playing it | [`validate`] |
//! | play one run in virtual time | [`run`] |
//! | compare arms: what would change, and how sure is that? | [`whatif`] |
//! | play a scenario at many points of its parameters | [`sweep`] |
//! | measure the platform under load, on the wall clock | [`live`] |
//! | find people who write like those of a trace | [`trace::fit`] |
//! | learn what happened to a message, an ad or a user | [`why`], [`explain`] |
//! | watch a study, read partial results, show notes | [`Observer`] |
//! | stop one study of several | [`StopFlag`], one for each [`Context`] |
//! | read metrics and other figures | [`record`] |
//! | write a report, or say the answer in sentences | [`report::Report`] |
//! | know how a study ended, as an exit code | [`verdict`] |
//! | ask a policy about one ad | [`policy`] |
//! | make a form or a document of all keys of a scenario | [`scenario::keys`] |
//! | read or write event logs and report folders | [`files`] |
//! | audit a saved event log | [`audit_log`] |
//! | play one run in several processes | [`cluster`] |
//! | use the statistics alone | [`stats`] |
//!
//! Whole programs are in the folder `examples` of this crate: `run_and_read`, `two_arms`, `policy_decision` and
//! `service_law`.
//!
//! # What holds everywhere
//!
//! - The same [`RunSpec`] gives the same result to the bit, on any machine and with any number of threads. A record holds
//!   its spec, so whoever has the record can play the run again.
//! - Nothing here prints, reads arguments or the environment, or keeps state of the whole process. Two studies at once
//!   are watched and stopped apart.
//! - What a user can cause is an [`Error`] with a message and mostly a remedy. A panic is a defect of chappe.
//! - Studies, loads and processes emit [`tracing`](https://docs.rs/tracing) events; install a subscriber to see them.

#[doc(inline)]
pub use chappe_base::RunSpec;
#[doc(inline)]
pub use chappe_study::{
    CachedRuns, Context, Error, FinishedRun, FinishedSweep, NewArm, NoTraces, Note, Observer, Opened, Over,
    Part, Progress, RunOptions, RunsInFolder, RunsInMemory, Severity, StopFlag, Story, Sweep, Threads,
    Traces, TracesIn, Unobserved, VERSION, ValidScenario, Vary, WhatIf, audit_log, explain, run, sweep,
    validate, whatif, why,
};
#[doc(inline)]
pub use chappe_study::{files, stats, verdict};

/// Studies of the live platform, on the wall clock: loads, the search for capacity, comparisons of designs.
pub mod live {
    #[doc(inline)]
    pub use chappe_load::{LoadProgress, Plan, Shape};
    #[doc(inline)]
    pub use chappe_study::live::{
        CapacityOptions, FinishedLoad, Offer, Variants, calibrate, capacity, compare, load, read_calibration,
        read_prediction_error, service_model,
    };
}

/// Scenario files: parsed and checked once, then resolved as often as needed.
pub mod scenario {
    #[doc(inline)]
    pub use chappe_base::{RUN_SPEC_SCHEMA, RunSpecMismatch, ScenarioText, TraceId};
    #[doc(inline)]
    pub use chappe_scenario::{
        Audience, Bounds, Error, Grade, Key, Kind, Overrides, Place, Scenario, ScenarioFile, document, keys,
        schema, shipped,
    };
    #[doc(inline)]
    pub use chappe_study::Prepared;
}

/// Records and their metrics: every figure of a run or a study.
pub mod record {
    #[doc(inline)]
    pub use chappe_metrics::{
        ArmDifference, ArmFigures, ArmsMetric, Better, Calibration, CapacityEnd, CapacityRecord,
        CapacityTrial, Clock, ComparedMetric, ComparisonRecord, Definition, Estimate, Execution, Funnel,
        HARM, LoadEnd, LoadRecord, Metric, Movement, PredictionError, Quantile, REVENUE, RecordError,
        ReplicationsEnd, ResultParts, RunRecord, RunResult, Sensitivity, SeriesTable, Stopping, Summary,
        SweepPoint, SweepRecord, Threshold, ThresholdError, ThresholdOutcome, ThresholdVerdict, Unit,
        Verdict, Violations, Warning, WhatIfRecord, Window, definitions, find, schema, write_csv, write_hlog,
    };
}

/// Records as documents, plots, tables and sentences.
pub mod report {
    #[doc(inline)]
    pub use chappe_report::{
        Report, ReportError, RunReport, Sink, chart, document, key_figures, summary, words,
    };
}

/// Policies as data: judge one ad or message, and explain each rule. [`presets`] has the published policies.
///
/// ```
/// use chappe::policy::presets::{self, Preset};
///
/// let preset = Preset::named("leak-2016").expect("it is published");
/// for rule in &preset.policy().user_rules {
///     println!("{}", presets::words(rule));
/// }
/// ```
pub mod policy {
    #[doc(inline)]
    pub use chappe_platform::policy::{
        AdContext, Basis, BasisRule, Case, FormatSet, MessageContext, MessagePrices, MessageRule, OnRed,
        OpenedBy, OptIn, OptInRequest, OptInScope, OptInTerms, PageRule, Policy, QualityRule, Quota, Tiers,
        TopicMatch, UserHistory, UserRule, Verdict,
    };
    #[doc(inline)]
    pub use chappe_scenario::presets;
}

/// What the platform records: facts, with the numbers, times and names that stand in them.
pub mod facts {
    #[doc(inline)]
    pub use chappe_base::{
        Act, ActKind, CampaignId, CommandClass, Decision, Duration, Fact, Format, Law, MessageClass,
        MessageId, Money, OptInSource, PageId, Party, Permit, Record, RefusalReason, RuleKind, Seconds,
        ShardId, SimTime, Span, Topic, UserId,
    };
    #[doc(inline)]
    pub use chappe_engine::FactSink;
    #[doc(inline)]
    pub use chappe_study::{Chapter, DecisionRules, Entry, RuleVerdict, time};
}

/// Recorded traces: their statistics, comparisons, and people who write like those of a trace.
pub mod trace {
    #[doc(inline)]
    pub use chappe_report::TraceComparison;
    #[doc(inline)]
    pub use chappe_study::{
        Agreement, FitOptions, Fitted, Holdout, Side, TRACE_FILE, TraceOfRun, TraceRead, compare, fit,
        read_trace, trace_hash, write_comparison,
    };
    #[doc(inline)]
    pub use chappe_workload::{
        Column, Reading, Role, TimeUnit, Trace, TraceError, TraceMessage, TraceOptions, TraceStatistics,
    };
}

/// One run in several processes: join with [`DistributedRun`](cluster::DistributedRun), play with
/// [`ReadyRun`](cluster::ReadyRun).
pub mod cluster {
    #[doc(inline)]
    pub use chappe_cluster::{ClusterError, DistributedRun, Hosts, HostsError, Loss, Peer};
    #[doc(inline)]
    pub use chappe_study::ReadyRun;
}
