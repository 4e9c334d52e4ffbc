//! A scenario made ready for loads: its tape, its threads, and what is said of each load.

use crate::args::{Offer, Workers};
use crate::failure::Failure;
use crate::machine;
use crate::results::thresholds;
use crate::sources::{Loaded, load};
use crate::terminal::{LoadGauge, Steps, stop_on_interrupt};
use chappe_base::{SimTime, Span};
use chappe_engine::{RecordOptions, record_tape};
use chappe_load::{LiveRun, LoadError, LoadOptions, Plan};
use chappe_metrics::{Choice, Clock, LoadEnd, LoadPlan, LoadRecord, Threshold};
use chappe_scenario::Scenario;
use chappe_workload::{Request, Tape};
use std::sync::Arc;
use std::time::Duration;

/// A load without a plan of its own takes at most so many commands per second.
const CLOSED_RATE: f64 = 1_000_000.0;

/// A scenario, ready for loads.
pub(crate) struct Session {
    pub(crate) loaded: Loaded,
    pub(crate) thresholds: Vec<Threshold>,
    pub(crate) threads: usize,
    offer: Offer,
    from: SimTime,
    tape: Arc<Tape>,
}

impl Session {
    /// Reads the scenario; nothing is recorded yet.
    pub(crate) fn new(offer: &Offer) -> Result<Session, Failure> {
        let loaded = load(&offer.source)?;
        let scenario = &loaded.scenario;
        let from = match &offer.from {
            None => scenario.warm_up,
            Some(text) => from(text, scenario)?,
        };
        let threads = match offer.workers {
            Workers::Auto => machine::cores(),
            Workers::Number(count) => count,
        };
        Ok(Session {
            thresholds: thresholds(scenario, Clock::Wall)?,
            threads,
            offer: offer.clone(),
            from,
            tape: Arc::default(),
            loaded,
        })
    }

    pub(crate) fn scenario(&self) -> &Scenario {
        &self.loaded.scenario
    }

    /// Uses the tape of another session, whose scenario differs in its live design alone.
    pub(crate) fn share_tape(&mut self, other: &Session) {
        if other.scenario().hash == self.scenario().hash {
            self.tape = Arc::clone(&other.tape);
        }
    }

    /// Makes sure that the tape is long enough for such a load.
    pub(crate) fn record_for(&mut self, plan: Plan, duration: Duration) -> Result<(), Failure> {
        let warm_up = self.offer.warm_up;
        plan.check(warm_up, duration)?;
        let wanted = match plan {
            Plan::Closed { clients, think } => {
                let rate = (f64::from(clients) / think.as_secs_f64()).min(CLOSED_RATE);
                ((warm_up + duration).as_secs_f64() * rate) as u64 + u64::from(clients)
            }
            Plan::Open(_) => plan.commands_count(warm_up, duration).unwrap_or(0),
        };
        let there = self.tape.requests().len() - self.tape.count_before(self.from);
        if there as u64 >= wanted {
            return Ok(());
        }
        check_memory(wanted)?;
        let gauge = Steps::new("recording the tape", wanted, self.is_quiet());
        let tape = record_tape(
            self.scenario(),
            RecordOptions {
                from: self.from,
                requests_count: wanted as usize,
                trace: self.loaded.trace.clone(),
                stop: stop_on_interrupt(),
                progress: &mut |count| gauge.show(count),
            },
        );
        gauge.finish();
        if tape.requests().last().is_none_or(|last| last.at < self.from) {
            return Err(match stop_on_interrupt().is_raised() {
                true => Failure::Abandoned,
                false => Failure::usage_with(
                    "nobody asks the platform for anything after that time",
                    "begin earlier with --from, or take a scenario with people in it",
                ),
            });
        }
        if tape.until > self.scenario().horizon && !self.is_quiet() {
            let days = (tape.until - SimTime::ZERO).as_secs_f64() / Span::DAY.as_secs_f64();
            eprintln!(
                "note: the load is longer than the scenario, so the tape goes on into day {:.0}",
                days.ceil()
            );
        }
        self.tape = Arc::new(tape);
        Ok(())
    }

    fn is_quiet(&self) -> bool {
        self.offer.quiet || self.offer.json
    }

    /// Offers a load.
    pub(crate) fn play(&mut self, plan: Plan, duration: Duration) -> Result<LiveRun, Failure> {
        self.record_for(plan, duration)?;
        let gauge = LoadGauge::new(self.is_quiet());
        let live = chappe_load::load(
            self.scenario(),
            &self.tape,
            self.loaded.trace.clone(),
            LoadOptions {
                plan,
                warm_up: self.offer.warm_up,
                duration,
                threads: self.threads,
                injectors: self.offer.injectors,
                from: self.from,
                stop: stop_on_interrupt(),
                progress: &mut |progress| gauge.show(progress),
                thresholds: &self.thresholds,
                stall: None,
                keep_applied: false,
            },
        );
        gauge.finish();
        let live = live?;
        if live.outcome.end == LoadEnd::TapeEnded && !self.is_quiet() {
            eprintln!(
                "note: the load ended with its tape; a closed model can't tell beforehand how much it needs"
            );
        }
        Ok(live)
    }

    /// What the record says of how the load was offered.
    pub(crate) fn load_record(&self, plan: Plan, duration: Duration, live: &LiveRun) -> LoadRecord {
        LoadRecord {
            plan: LoadPlan {
                pacing: plan.to_string(),
                peak_rate: plan.peak_rate(),
                duration_ns: duration.as_nanos() as i64,
                warm_up_ns: self.offer.warm_up.as_nanos() as i64,
                injectors: u32::from(self.offer.injectors),
                threads: self.threads as u32,
                tape_from_ns: self.from.0,
                tape_until_ns: live.until.0,
                tape_commands_count: self.tape.requests().len() as u64,
            },
            design: choices(self.scenario()),
            outcome: live.outcome.clone(),
            prediction: None,
        }
    }

    /// The tape from where loads begin.
    pub(crate) fn requests(&self) -> &[Request] {
        &self.tape.requests()[self.tape.count_before(self.from)..]
    }
}

/// The choices of the scenario's live design, by key.
pub(crate) fn choices(scenario: &Scenario) -> Vec<Choice> {
    let mut design = scenario.design.clone();
    design.shards = design.shards.or(Some(scenario.platform.homes.shards()));
    let values = serde_json::to_value(&design).expect("a design has a text");
    let entries = values.as_object().into_iter().flatten();
    let choice = |(key, value): (&String, &serde_json::Value)| Choice {
        key: format!("design.{key}"),
        value: value.as_str().map_or_else(|| value.to_string(), str::to_string),
    };
    entries.map(choice).collect()
}

fn from(text: &str, scenario: &Scenario) -> Result<SimTime, Failure> {
    let wrong = |problem: String| Failure::usage(format!("--from: {problem}"));
    let from = SimTime::ZERO + chappe_base::Duration::parse(text).map_err(wrong)?.0;
    if from >= scenario.horizon {
        let horizon = chappe_base::Duration(scenario.horizon - SimTime::ZERO);
        return Err(wrong(format!(
            "`{text}` is not before the scenario's horizon, {horizon}"
        )));
    }
    Ok(from)
}

/// A tape may take half of the machine's memory.
fn check_memory(wanted: u64) -> Result<(), Failure> {
    let bytes = wanted * size_of::<Request>() as u64;
    match machine::memory_bytes() {
        Some(memory) if bytes > memory / 2 => {
            const GIB: u64 = 1 << 30;
            let (needed, half) = (bytes / GIB, memory / 2 / GIB);
            Err(Failure::usage_with(
                format!(
                    "a tape of {wanted} commands takes {needed} GiB of memory; there are {half} to spare"
                ),
                "lower --rate or --duration",
            ))
        }
        Some(_) | None => Ok(()),
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Failure {
        match error {
            LoadError::System(error) => Failure::Internal(format!("the system gives no threads: {error}")),
            LoadError::Rate(_)
            | LoadError::Duration
            | LoadError::Commands(_)
            | LoadError::Clients(_)
            | LoadError::Threads => Failure::usage(error.to_string()),
        }
    }
}
