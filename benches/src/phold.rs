//! PHOLD (R. M. Fujimoto, "Performance of Time Warp under synthetic workloads", 1990): as many
//! events as processes; each makes one new event at a random process, after an exponential delay on
//! top of a lookahead.
//!
//! What an event does is the same for every engine: it reads and writes the 64 bytes of its process,
//! among them the generator that the process draws from, as is usual for this model. Two events of one
//! process at the same instant are alike, so an engine's order of ties shows nowhere: engines that
//! visit the same processes at the same times leave the same states, to the bit.

use chappe_base::{Digest, Duration, Keyed, Law, Purpose, Sampler, SimTime, Span};
use rand_xoshiro::Xoroshiro128PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use std::sync::LazyLock;

/// Least delay of an event. A twentieth of the mean delay: with 1,000,000 processes a window of
/// this length holds 50,000 events.
pub const LOOKAHEAD: Span = Span(50_000_000);

/// Mean of the exponential delay on top of the lookahead.
pub const MEAN: Span = Span(950_000_000);

static DELAY: LazyLock<Sampler> = LazyLock::new(|| Sampler::new(Law::Exponential(Duration(MEAN))));

/// What one process remembers: a cache line.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub struct State {
    draws: Xoroshiro128PlusPlus,
    seen: [u64; 6],
}

/// The model, apart from the states of its processes.
#[derive(Clone, Copy, Debug)]
pub struct Phold {
    keyed: Keyed,
    delay: &'static Sampler,
    processes_count: u32,
}

impl Phold {
    /// A model of so many processes.
    #[must_use]
    pub fn new(processes_count: u32) -> Phold {
        Phold {
            keyed: Keyed::new(2016, Purpose::Test),
            delay: &DELAY,
            processes_count,
        }
    }

    /// How many processes there are.
    #[must_use]
    pub fn processes_count(&self) -> u32 {
        self.processes_count
    }

    /// The processes.
    pub fn processes(&self) -> impl Iterator<Item = u32> + use<> {
        0..self.processes_count
    }

    /// The state of `process` before the first event.
    #[must_use]
    pub fn state(&self, process: u32) -> State {
        State {
            draws: Xoroshiro128PlusPlus::seed_from_u64(u64::from(process)),
            seen: [0; 6],
        }
    }

    /// The states of `processes` before the first event.
    #[must_use]
    pub fn states(&self, processes: impl Iterator<Item = u32>) -> Vec<State> {
        processes.map(|process| self.state(process)).collect()
    }

    /// When the first event of `process` happens.
    #[must_use]
    pub fn first(&self, process: u32) -> SimTime {
        SimTime::ZERO + LOOKAHEAD + self.delay.sample(self.keyed.word(u64::from(process), 0))
    }

    /// An event at `now` of the process in `state`. Returns the process of the event that it makes, and
    /// how long after it that happens.
    #[inline]
    pub fn visit(&self, now: SimTime, state: &mut State) -> (u32, Span) {
        for (turn, word) in (1..).zip(&mut state.seen) {
            *word = word.rotate_left(turn) ^ now.0 as u64;
        }
        let [place, length] = [state.draws.next_u64(), state.draws.next_u64()];
        let target = ((place >> 32) * u64::from(self.processes_count)) >> 32;
        (target as u32, LOOKAHEAD + self.delay.sample(length))
    }

    /// The virtual time in which about `events_count` events happen.
    #[must_use]
    pub fn span_of(&self, events_count: u64) -> Span {
        let rounds = events_count as f64 / f64::from(self.processes_count);
        Span((rounds * (LOOKAHEAD + MEAN).0 as f64) as i64)
    }
}

/// A digest over the states of all processes, in their order.
#[must_use]
pub fn digest(states: impl Iterator<Item = State>) -> u64 {
    let mut chain = Digest::default();
    for mut state in states {
        chain.push(&state.seen);
        chain.push(&state.draws.next_u64());
    }
    chain.value()
}
