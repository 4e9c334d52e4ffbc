//! Simulation in virtual time: a kernel that runs logical processes in one total order of events, and
//! scenarios that run on it.
//!
//! A [`LogicalProcess`] is a shard with everything that lives on it. A [`Kernel`] runs the events of one
//! worker's shards from a [`Calendar`]. [`run()`] runs all shards on one worker, or on several in windows as
//! long as the lookahead. The result never depends on the number of workers. A [`Station`] is a shard's
//! service queue. [`simulate()`] runs a whole scenario.
//!
//! Two processes that send a ball back and forth, 10 ns each way, and count its arrivals:
//!
//! ```
//! use chappe_base::{ShardId, SimTime, Span};
//! use chappe_engine::{Emitter, LogicalProcess, RunOptions, StopFlag, run};
//!
//! const FLIGHT: Span = Span(10);
//!
//! #[derive(Default)]
//! struct Player {
//!     arrivals_count: u32,
//! }
//!
//! impl LogicalProcess for Player {
//!     type Event = ();
//!     type Shared = ();
//!
//!     fn start(&mut self, (): &mut (), out: &mut Emitter<'_, ()>) {
//!         if out.shard() == ShardId(0) {
//!             out.send(ShardId(1), SimTime::ZERO + FLIGHT, ());
//!         }
//!     }
//!
//!     fn handle(&mut self, (): &mut (), now: SimTime, (): &(), out: &mut Emitter<'_, ()>) {
//!         self.arrivals_count += 1;
//!         let other = ShardId(1 - out.shard().0);
//!         out.send(other, now + FLIGHT, ());
//!     }
//! }
//!
//! let outcome = run(
//!     vec![Player::default(), Player::default()],
//!     &mut |_worker| (),
//!     RunOptions {
//!         workers: 2,
//!         horizon: SimTime(1_000),
//!         lookahead: FLIGHT,
//!         stop: &StopFlag::new(),
//!         progress: &mut |_| {},
//!     },
//! )?;
//! // At 10, 20, ... 990 ns, in turn.
//! assert_eq!(outcome.events_count, 99);
//! assert_eq!(outcome.lps[1].arrivals_count, 50);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! A scenario, of which a metric is read:
//!
//! ```
//! use chappe_engine::{SimulateOptions, StopFlag, simulate};
//! use chappe_metrics::Metric;
//!
//! let text = include_str!("../../../scenarios/first-ads.toml");
//! let changes = [("population.users", "500"), ("horizon", "2h"), ("warm_up", "0s"), ("campaign", "[]")];
//! let overrides = chappe_scenario::Overrides {
//!     set: changes.map(|(key, value)| (key.to_string(), value.to_string())).into(),
//!     ..chappe_scenario::Overrides::default()
//! };
//! let scenario = chappe_scenario::ScenarioFile::parse("first-ads.toml", text)?.resolve(&overrides)?;
//! let simulated = simulate(&scenario, SimulateOptions::new(&StopFlag::new()));
//! assert_eq!(simulated.verdict.violation_count(), 0);
//! let Metric::Histogram(delivery) = &simulated.parts.metrics["delivery.friend"] else {
//!     panic!("latencies are histograms");
//! };
//! println!("half of the messages are delivered within {} ns", delivery.p50);
//! # Ok::<(), chappe_scenario::Error>(())
//! ```

mod bucket;
mod calendar;
mod connection;
mod delays;
mod effort;
mod kernel;
mod observers;
mod options;
mod peers;
mod pool;
mod process;
mod promises;
mod record;
mod result;
mod ring;
mod run;
mod scheduled;
mod setup;
mod simulate;
mod station;
mod stop;
mod tape;
mod threads;
mod trace;
mod worker;

pub use calendar::{Calendar, EventIndex};
pub use effort::{Advice, Effort, estimated_run_time};
pub use kernel::{Emitter, Kernel, LogicalProcess};
pub use observers::{CommandSink, FactSink};
pub use options::{Progress, RunOptions};
pub use peers::{FrameHeader, PeerStream, Peers};
pub use promises::promises_of;
pub use record::{RunOutput, assumption, audit_summary, doubts, run_record, scenario_id};
pub use result::{PartialResult, Simulated};
pub use run::{RunOutcome, run, run_distributed};
pub use scheduled::Scheduled;
pub use setup::SimulationSetup;
pub use simulate::{SimulateOptions, simulate, simulate_distributed, try_simulate};
pub use station::{Arrival, Completion, Discipline, Started, Station, Ticket};
pub use stop::StopFlag;
pub use tape::{RecordOptions, record_tape};
pub use threads::check_threads;
pub use trace::{Divergence, Traced, first_divergence};
pub use worker::{ImpossibleEvent, Standstill};
