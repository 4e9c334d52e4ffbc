//! Recording a tape: the clients' commands of a run in virtual time, to be played again at another pace.

use crate::observers::CommandSink;
use crate::options::Progress;
use crate::simulate::{SimulateOptions, simulate};
use crate::stop::StopFlag;
use chappe_base::{Act, SimTime, Span};
use chappe_scenario::Scenario;
use chappe_workload::{Tape, Trace};
use std::sync::{Arc, Mutex, PoisonError};

/// How a tape is recorded.
pub struct RecordOptions<'a> {
    /// Requests count from this time on.
    pub from: SimTime,
    /// The tape ends after this many requests.
    pub requests_count: usize,
    /// The trace that the scenario replays.
    pub trace: Option<Arc<Trace>>,
    /// Ends the recording on request.
    pub stop: &'a StopFlag,
    /// Called from time to time with the number of requests so far.
    pub progress: &'a mut dyn FnMut(usize),
}

/// Simulates `scenario` and records the clients' commands, until there are as many as were asked for.
///
/// If the scenario's horizon comes first, the recording goes on beyond it: people behave as before, and
/// campaigns run until their budgets or end times.
#[must_use]
pub fn record_tape(scenario: &Scenario, options: RecordOptions<'_>) -> Tape {
    const DAYS: i64 = (Act::DAYS - Act::HISTORY_DAYS) as i64;
    let mut scenario = scenario.clone();
    let horizon = scenario.horizon;
    scenario.horizon = SimTime::ZERO + Span(DAYS * Span::DAY.0);
    let (tape, full) = (Arc::new(Mutex::new(Tape::default())), StopFlag::new());
    let recorder = Recorder {
        tape: Arc::clone(&tape),
        full: full.clone(),
        from: options.from,
        left: options.requests_count,
    };
    let mut recorder = Some(recorder);
    let mut sink = |_: usize| {
        let recorder = recorder.take().expect("one worker records");
        recorder.into_sink()
    };
    let mut progress = |progress: Progress| {
        let tape = tape.lock().unwrap_or_else(PoisonError::into_inner);
        let requests_count = tape.requests().len() - tape.count_before(options.from);
        (options.progress)(requests_count);
        // If there is no request before the horizon, there will be none after it.
        let is_in_vain = requests_count == 0 && progress.now > horizon;
        if options.stop.is_raised() || is_in_vain {
            full.raise();
        }
    };
    let simulate_options = SimulateOptions::new(&full)
        .progress(&mut progress)
        .commands(&mut sink)
        .trace(options.trace);
    // The tape is all that is needed of this run.
    let _ = simulate(&scenario, simulate_options);
    let mut tape = tape.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut *tape)
}

/// Records requests until there are enough.
struct Recorder {
    tape: Arc<Mutex<Tape>>,
    full: StopFlag,
    from: SimTime,
    left: usize,
}

impl Recorder {
    fn into_sink(mut self) -> CommandSink {
        Box::new(move |at, command| {
            if self.left == 0 {
                return self.full.raise();
            }
            let mut tape = self.tape.lock().unwrap_or_else(PoisonError::into_inner);
            tape.push(at, *command);
            self.left -= usize::from(at >= self.from);
        })
    }
}
