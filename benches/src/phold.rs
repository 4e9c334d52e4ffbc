//! PHOLD (R. M. Fujimoto, "Performance of Time Warp under synthetic workloads", 1990): as many
//! events as processes; each makes one new event at a random process, after an exponential delay on
//! top of a lookahead.
//!
//! What an event does is the same for every engine: it reads and writes the 64 bytes of its process
//! and draws from them, by the process and how often it was visited. Two events of one process at
//! the same instant are alike, so an engine's order of ties shows nowhere: engines that visit the
//! same processes at the same times leave the same states, to the bit.

use chappe_base::{Chain, Keyed, Purpose, SimTime, Span, unit};

/// Least delay of an event. A twentieth of the mean delay: with 1,000,000 processes a window of
/// this length holds 50,000 events.
pub const LOOKAHEAD: Span = Span(50_000_000);

/// Mean of the exponential delay on top of the lookahead.
pub const MEAN: Span = Span(950_000_000);

/// What one process remembers: a cache line.
#[derive(Clone, Debug, Default)]
#[repr(align(64))]
pub struct State([u64; 8]);

impl State {
    /// A word of the state, for reading it ahead.
    #[must_use]
    #[inline]
    pub fn touch(&self) -> u64 {
        self.0[0]
    }
}

/// The model, apart from the states of its processes.
#[derive(Clone, Copy, Debug)]
pub struct Phold {
    keyed: Keyed,
    processes_count: u32,
}

impl Phold {
    /// A model of so many processes.
    #[must_use]
    pub fn new(processes_count: u32) -> Phold {
        Phold {
            keyed: Keyed::new(2016, Purpose::Test),
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

    /// States of all processes before the first event.
    #[must_use]
    pub fn states(&self) -> Vec<State> {
        vec![State::default(); self.processes_count as usize]
    }

    /// When the first event of `process` happens.
    #[must_use]
    pub fn first(&self, process: u32) -> SimTime {
        SimTime::ZERO + delay(self.keyed.word(u64::from(process), 0))
    }

    /// An event of `process` at `now`. Returns the process of the event that it makes, and how long
    /// after it that happens.
    #[inline]
    pub fn visit(&self, process: u32, now: SimTime, state: &mut State) -> (u32, Span) {
        let [visits_count, seen @ ..] = &mut state.0;
        *visits_count += 1;
        for (turn, word) in (1..).zip(seen) {
            *word = word.rotate_left(turn) ^ now.0 as u64;
        }
        let [place, length] = self.keyed.words(u64::from(process), *visits_count);
        let target = ((place >> 32) * u64::from(self.processes_count)) >> 32;
        (target as u32, delay(length))
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
    let mut chain = Chain::default();
    for state in states {
        chain.push(&state.0);
    }
    chain.value()
}

fn delay(word: u64) -> Span {
    LOOKAHEAD + Span((-unit(word).ln() * MEAN.0 as f64) as i64)
}
