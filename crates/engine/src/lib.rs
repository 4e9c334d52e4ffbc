//! Virtual time: the kernel that runs logical processes in one total order of events.
//!
//! A [`LogicalProcess`] is a shard with all that lives on it. The [`Kernel`] holds the processes
//! of one worker and their [`Calendar`]; [`run`] runs them alone or, with several workers, in
//! windows as long as the lookahead, exchanged on timely dataflow. A [`Station`] is the service
//! queue of a shard. Results never depend on the number of workers.

mod bucket;
mod calendar;
mod cluster;
mod contribution;
mod kernel;
mod peers;
mod pool;
mod process;
mod promises;
mod record;
mod ring;
mod setting;
mod simulate;
mod station;
mod stop;
mod tape;
mod trace;
mod ways;
mod witness;
mod worker;

pub use calendar::{Calendar, Place, Scheduled};
pub use cluster::{Progress, RunOptions, RunOutcome, run, run_among};
pub use contribution::Contribution;
pub use kernel::{Emitter, Kernel, LogicalProcess};
pub use peers::Peers;
pub use promises::promises_of;
pub use record::{Played, assumption, audit_summary, run_record, scenario_id};
pub use setting::Setting;
pub use simulate::{SimulateOptions, Simulated, simulate, simulate_among};
pub use station::{Arrival, Completion, Discipline, Started, Station, Ticket};
pub use stop::StopFlag;
pub use tape::{RecordOptions, record_tape};
pub use trace::{Divergence, Traced, first_divergence};
pub use ways::events_per_window;
pub use witness::{CommandSink, FactSink};
