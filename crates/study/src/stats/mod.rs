//! Statistics of studies: what to run next, and what the figures of runs say. It runs nothing itself, so that
//! each method can be tested on figures whose truth is known.
//!
//! - [`statistics`]: estimates and their intervals.
//! - [`compare`]: variants in interleaved rounds.
//! - [`capacity`]: the highest rate within thresholds; [`search`]: the parameters with the least loss.
//! - [`replications`], [`effect`], [`users`]: how many runs of an arm it takes, what the arm changes, and for
//!   which users.
//! - [`points`], [`indices`], [`frontier`]: which points of a sweep to run, which parameters matter, and which
//!   points no other beats.
//!
//! Runs are passed as closures, or only their figures are. Results are types of `chappe_metrics` if a record
//! holds them.
//!
//! ```
//! use chappe_study::stats::compare::{Comparison, Plan};
//! use chappe_metrics::{Better, Verdict};
//!
//! // A figure that drifts while the machine warms up; variant 1 takes a third less than variant 0.
//! let mut figures = [vec![], vec![]];
//! for (position, run) in Plan::abba(2, 6, 2016).runs().enumerate() {
//!     let drift = 1.0 + 0.01 * position as f64;
//!     figures[run.variant].push([90.0, 60.0][run.variant] * drift);
//! }
//! let comparison = Comparison::of(&figures[0], &figures[1], Better::Lower, 0.05)?;
//! assert_eq!(comparison.verdict, Verdict::Improved);
//! assert!(comparison.sentence("p99 of a message").starts_with("p99 of a message: 33% lower"));
//! # Ok::<(), chappe_study::stats::compare::CompareError>(())
//! ```

pub mod capacity;
pub mod compare;
pub mod draws;
pub mod effect;
pub mod frontier;
pub mod indices;
pub mod points;
pub mod replications;
pub mod search;
pub mod statistics;
pub mod users;
