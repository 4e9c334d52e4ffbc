//! The regression gate: a tool for developers of chappe, and of designs and scenarios that are played with it.
//!
//! A check looks at three kinds of evidence and keeps them apart. *Behaviour* (digest and metrics of a run in virtual
//! time) is exact. *Cost* (events, allocations, instructions) is deterministic, within a small tolerance. *Wall time* is
//! noisy: it is compared with another program in interleaved rounds, never with a recorded figure. A program is called
//! slower only if the slowdown exceeds the machine's noise, is statistically significant, is larger than 3%, and
//! repeats:
//!
//! ```
//! use chappe_gate::slowdown::{Timings, slowdowns};
//! use chappe_metrics::Verdict;
//!
//! // Milliseconds of eight rounds: the baseline twice, and a candidate that takes a tenth longer.
//! let baseline = [100.0, 101.0, 99.0, 100.5, 102.0, 98.5, 100.0, 99.5];
//! let timings = Timings {
//!     baseline: baseline.to_vec(),
//!     again: baseline.iter().rev().copied().collect(),
//!     candidate: baseline.map(|ms| 1.1 * ms).to_vec(),
//! };
//! let [Some(slowdown)] = slowdowns(&[timings], 2016)[..] else { panic!("eight rounds are enough") };
//! assert_eq!(slowdown.suspicion(0.03), Some(Verdict::Regressed));
//!
//! // A suspicion becomes a verdict when a fresh repetition confirms it.
//! assert_eq!(slowdown.judge(Some(&slowdown), 0.03).verdict, Verdict::Regressed);
//! assert_eq!(slowdown.judge(None, 0.03).verdict, Verdict::Inconclusive);
//! ```
//!
//! Start with [`check::Check`], which plays and judges; [`record::GateRecord`] is what it finds, and [`answer`] and [`ci`] say
//! it. [`history`] keeps every recorded run and says since when a figure changed.

pub mod accept;
pub mod answer;
pub mod baselines;
pub mod changes;
pub mod check;
pub mod ci;
pub mod context;
pub mod exact;
mod files;
mod findings;
pub mod history;
pub mod measure;
pub mod options;
mod play;
pub mod program;
pub mod record;
pub mod recording;
pub mod slowdown;
mod wall;

pub use context::{Context, Environment};
