//! Recording a tape: what clients ask of the platform in virtual time.

use crate::observers::CommandSink;
use crate::run::Progress;
use crate::simulate::{SimulateOptions, simulate};
use crate::stop::StopFlag;
use chappe_base::{Act, SimTime, Span};
use chappe_scenario::Scenario;
use chappe_workload::{Tape, Trace};
use std::sync::{Arc, Mutex, PoisonError};

/// What is recorded of a scenario.
pub struct RecordOptions<'a> {
    /// From when on requests are counted.
    pub from: SimTime,
    /// Requests from then on, after which the tape ends.
    pub requests_count: usize,
    /// The trace that the scenario replays.
    pub trace: Option<Arc<Trace>>,
    /// Ends the recording on request.
    pub stop: &'a StopFlag,
    /// Told now and then how many of the requests there are.
    pub progress: &'a mut dyn FnMut(usize),
}

/// Plays `scenario` in virtual time and keeps what clients ask of the platform, until there is as much
/// as was asked for. Where the scenario's horizon comes first, the days after it are recorded as well:
/// people go on as they did, and campaigns as far as their budgets and ends allow.
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
        let found = tape.requests().len() - tape.count_before(options.from);
        (options.progress)(found);
        // Who has asked for nothing by then never will.
        let hopeless = found == 0 && progress.now > horizon;
        if options.stop.is_raised() || hopeless {
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

/// Keeps requests until there are enough.
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
