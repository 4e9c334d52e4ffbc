//! The order in which variants run.

use crate::stats::draws::{Draws, Use};

/// One run of a plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PlannedRun {
    /// Its round, from 0.
    pub round: usize,
    /// The variant that runs, from 0.
    pub variant: usize,
}

/// The order of the runs of some variants, in rounds in which each runs once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    rounds: Vec<Vec<usize>>,
}

impl Plan {
    /// Rounds in pairs: the first of a pair in random order, the second in the opposite one, as in
    /// A B B A. So a steady drift of the machine falls on all variants alike, and with an even
    /// number of rounds it cancels. The order depends on `seed` alone.
    #[must_use]
    pub fn abba(variants_count: usize, rounds_count: usize, seed: u64) -> Plan {
        let draws = Draws::new(seed, Use::Order);
        let mut rounds: Vec<Vec<usize>> = Vec::with_capacity(rounds_count);
        for round in 0..rounds_count {
            let order = match rounds.last() {
                Some(last) if round % 2 == 1 => last.iter().rev().copied().collect(),
                _ => draws.shuffled(variants_count, round),
            };
            rounds.push(order);
        }
        Plan { rounds }
    }

    /// The variants of each round, in the order in which they run.
    #[must_use]
    pub fn rounds(&self) -> &[Vec<usize>] {
        &self.rounds
    }

    /// All runs, in order.
    pub fn runs(&self) -> impl Iterator<Item = PlannedRun> + '_ {
        let rounds = self.rounds.iter().enumerate();
        rounds.flat_map(|(round, order)| order.iter().map(move |&variant| PlannedRun { round, variant }))
    }
}
