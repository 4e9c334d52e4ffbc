//! Virtual time: the kernel that runs logical processes in one total order of events.
//!
//! A [`LogicalProcess`] is a shard with all that lives on it. The [`Kernel`] holds the processes
//! of one worker and their [`Calendar`]; [`run`] runs them alone or, with several workers, in
//! windows as long as the lookahead, exchanged on timely dataflow. A [`Station`] is the service
//! queue of a shard. Results never depend on the number of workers.

mod bucket;
mod calendar;
mod delays;
mod kernel;
mod observers;
mod partial_result;
mod peers;
mod pool;
mod process;
mod promises;
mod record;
mod ring;
mod run;
mod setup;
mod simulate;
mod station;
mod stop;
mod tape;
mod trace;
mod worker;

pub use calendar::{Calendar, EventIndex, Scheduled};
pub use delays::events_per_window;
pub use kernel::{Emitter, Kernel, LogicalProcess};
pub use observers::{CommandSink, FactSink};
pub use partial_result::PartialResult;
pub use peers::Peers;
pub use promises::promises_of;
pub use record::{RunOutput, assumption, audit_summary, run_record, scenario_id};
pub use run::{Progress, RunOptions, RunOutcome, run, run_distributed};
pub use setup::SimulationSetup;
pub use simulate::{SimulateOptions, Simulated, simulate, simulate_distributed};
pub use station::{Arrival, Completion, Discipline, Started, Station, Ticket};
pub use stop::StopFlag;
pub use tape::{RecordOptions, record_tape};
pub use trace::{Divergence, Traced, first_divergence};
