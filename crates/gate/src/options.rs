//! What the gate is asked for.

use crate::program::Bench;
use std::path::PathBuf;

/// What is played.
#[derive(Clone, Debug)]
pub struct CaseOptions {
    /// Scenario files, or names of baselines; none for all that have a baseline.
    pub scenarios: Vec<PathBuf>,
    /// What is changed in them.
    pub changes: Changes,
    /// The folder of baselines.
    pub baselines: PathBuf,
    /// Whether instructions are counted, which takes valgrind and a checkout.
    pub instructions: bool,
}

/// What is changed in scenarios.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Values that replace the file's, as pairs of dotted key and value.
    pub set: Vec<(String, String)>,
    /// What the population is multiplied by.
    pub scale: Option<f64>,
    /// Seed of all random draws.
    pub seed: Option<u64>,
    /// The rate of short live loads [commands per second].
    pub rate: Option<f64>,
}

/// What is checked, and against what.
#[derive(Clone, Debug)]
pub struct CheckOptions {
    /// What is played.
    pub cases: CaseOptions,
    /// A git revision or a chappe program; none for the recorded baselines.
    pub baseline: Option<String>,
    /// What is compared with it: a git revision or a program; none for this program.
    pub candidate: Option<String>,
    /// Criterion benches to time.
    pub benches: Vec<Bench>,
    /// Rounds of timings; many timings take more.
    pub rounds_count: u32,
    /// The smallest slowdown that matters, as a share: 0.03 is 3%.
    pub smallest_effect: f64,
    /// The only kind of evidence to look at.
    pub only: Option<EvidenceKind>,
    /// Check even if the baseline is of another scenario, seed or version.
    pub force: bool,
    /// The history that the candidate's figures are added to.
    pub history: Option<PathBuf>,
}

/// Kinds of evidence that can be looked at alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EvidenceKind {
    /// Behaviour and deterministic cost.
    Exact,
    /// Wall time, which takes another program to compare with.
    Wall,
}

/// What is timed of a scenario.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Clocked {
    /// An event of a simulation.
    Simulation,
    /// A live load.
    Load,
}
