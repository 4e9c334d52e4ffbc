//! A scenario made ready for live loads: its tape and its threads.

use crate::context::{Context, Threads};
use crate::error::Error;
use crate::machine;
use crate::note::Note;
use crate::prepared::{Prepared, thresholds};
use crate::progress::Progress;
use chappe_base::{RunSpec, SimTime, Span};
use chappe_engine::{RecordOptions, record_tape};
use chappe_load::{LiveRun, LoadOptions, Plan};
use chappe_metrics::{Choice, Clock, LoadEnd, LoadPlan, LoadRecord, Threshold, Violations};
use chappe_scenario::Scenario;
use chappe_workload::{Request, Tape};
use std::sync::Arc;
use std::time::Duration;
use tracing::{debug, info};

/// The rate of a closed model isn't known in advance; its tape is recorded for at most this one [commands per second].
const CLOSED_RATE_MAX: f64 = 1_000_000.0;

/// How loads are offered, whatever their rate.
#[derive(Clone, Debug)]
pub struct Offer {
    /// How long to send before anything is measured.
    pub warm_up: Duration,
    /// Where in the scenario's time the load begins; after the scenario's warm-up if left out.
    pub from: Option<chappe_base::Duration>,
    /// Threads that send.
    pub injectors: u16,
}

/// A scenario, ready for loads.
pub(crate) struct Session<'a> {
    pub(crate) prepared: Prepared,
    pub(crate) thresholds: Vec<Threshold>,
    /// Threads that run shards.
    pub(crate) threads: usize,
    pub(crate) context: Context<'a>,
    offer: Offer,
    from: SimTime,
    tape: Arc<Tape>,
    /// Promises that were broken in its loads.
    violations: Violations,
}

impl<'a> Session<'a> {
    /// Makes a scenario ready; its tape is recorded with the first load.
    pub(crate) fn new(spec: &RunSpec, offer: &Offer, context: &Context<'a>) -> Result<Session<'a>, Error> {
        let prepared = Prepared::new(spec, context)?;
        let scenario = &prepared.scenario;
        let from = match offer.from {
            None => scenario.warm_up,
            Some(from) => start(from, scenario)?,
        };
        let threads = match context.threads {
            Threads::Auto => machine::cores(),
            Threads::Number(count) => count,
        };
        let shards = usize::from(scenario.design.shards_count(threads));
        if shards < threads {
            context.observer.note(Note::Notice(format!(
                "{} of {threads} threads have no shard to run and stay idle; raise design.shards",
                threads - shards
            )));
        }
        Ok(Session {
            thresholds: thresholds(scenario, Clock::Wall)?,
            threads,
            context: *context,
            offer: offer.clone(),
            from,
            tape: Arc::default(),
            violations: Violations::default(),
            prepared,
        })
    }

    /// How long loads run before anything is measured.
    pub(crate) fn warm_up(&self) -> Duration {
        self.offer.warm_up
    }

    /// Makes the warm-up of further loads no longer than `most`.
    pub(crate) fn shorten_warm_up(&mut self, most: Duration) {
        self.offer.warm_up = self.offer.warm_up.min(most);
    }

    pub(crate) fn scenario(&self) -> &Scenario {
        &self.prepared.scenario
    }

    /// Uses the tape of another session, whose scenario differs in its live design alone.
    pub(crate) fn share_tape(&mut self, other: &Session<'_>) {
        if other.scenario().hash == self.scenario().hash {
            self.tape = Arc::clone(&other.tape);
        }
    }

    /// Makes sure that the tape is long enough for such a load.
    pub(crate) fn record_for(&mut self, plan: Plan, duration: Duration) -> Result<(), Error> {
        let warm_up = self.offer.warm_up;
        plan.check(warm_up, duration)?;
        let wanted = match plan {
            Plan::Closed { clients, think } => {
                let rate = (f64::from(clients) / think.as_secs_f64()).min(CLOSED_RATE_MAX);
                ((warm_up + duration).as_secs_f64() * rate) as u64 + u64::from(clients)
            }
            Plan::Open(_) => plan.commands_count(warm_up, duration).unwrap_or(0),
        };
        let recorded = self.tape.requests().len() - self.tape.count_before(self.from);
        if recorded as u64 >= wanted {
            debug!(wanted, recorded, "tape is long enough");
            return Ok(());
        }
        let threads_count = self.threads as u64 + u64::from(self.offer.injectors);
        check_memory(self.scenario(), threads_count, wanted)?;
        let observer = self.context.observer;
        let mut progress = |count: usize| {
            observer.progress(Progress::Tape {
                done: count as u64,
                total: wanted,
            });
        };
        let tape = record_tape(
            self.scenario(),
            RecordOptions {
                from: self.from,
                requests_count: wanted as usize,
                trace: self.prepared.trace.clone(),
                stop: self.context.stop,
                progress: &mut progress,
            },
        );
        observer.progress(Progress::Ended);
        if tape.requests().last().is_none_or(|last| last.at < self.from) {
            return Err(match self.context.stop.is_raised() {
                true => Error::Interrupted("nothing was measured yet".to_string()),
                false => Error::usage_with(
                    "no client sends a command after that time",
                    "begin earlier with --from, or take a scenario with people in it",
                ),
            });
        }
        if tape.until > self.scenario().horizon {
            let days = (tape.until - SimTime::ZERO).as_secs_f64() / Span::DAY.as_secs_f64();
            let day = days.ceil() as u32;
            observer.note(Note::TapeGoesOn { day });
        }
        info!(
            scenario = self.scenario().name,
            commands_count = tape.requests().len(),
            from_ns = self.from.0,
            until_ns = tape.until.0,
            "tape recorded"
        );
        self.tape = Arc::new(tape);
        Ok(())
    }

    /// Offers a load.
    pub(crate) fn play(&mut self, plan: Plan, duration: Duration) -> Result<LiveRun, Error> {
        self.record_for(plan, duration)?;
        let observer = self.context.observer;
        let live = chappe_load::load(
            self.scenario(),
            &self.tape,
            self.prepared.trace.clone(),
            LoadOptions {
                plan,
                warm_up: self.offer.warm_up,
                duration,
                threads: self.threads,
                injectors: self.offer.injectors,
                from: self.from,
                stop: self.context.stop,
                progress: &mut |progress| observer.progress(Progress::Load(progress)),
                thresholds: &self.thresholds,
                stall: None,
                keep_applied: false,
            },
        );
        observer.progress(Progress::Ended);
        let live = live?;
        let first = live.verdict.violations.first();
        let first = first.map_or(String::new(), |violation| format!(": {violation}"));
        let load = format!("a load of {plan}{first}");
        self.violations.add(live.verdict.violation_count(), &load);
        if live.outcome.end == LoadEnd::TapeEnded {
            observer.note(Note::TapeEnded);
        }
        Ok(live)
    }

    /// Takes the promises that were broken in its loads so far.
    pub(crate) fn take_violations(&mut self) -> Violations {
        std::mem::take(&mut self.violations)
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
            design: choices(self.scenario(), self.threads),
            outcome: live.outcome.clone(),
            prediction: None,
        }
    }

    /// The tape from where loads begin.
    pub(crate) fn requests(&self) -> &[Request] {
        &self.tape.requests()[self.tape.count_before(self.from)..]
    }
}

/// The choices of the scenario's live design, on so many threads, by key.
pub(crate) fn choices(scenario: &Scenario, threads: usize) -> Vec<Choice> {
    let mut design = scenario.design.clone();
    design.shards = Some(design.shards_count(threads));
    let values = serde_json::to_value(&design).expect("a design has a text");
    let entries = values.as_object().into_iter().flatten();
    let choice = |(key, value): (&String, &serde_json::Value)| Choice {
        key: format!("design.{key}"),
        value: value.as_str().map_or_else(|| value.to_string(), str::to_string),
    };
    entries.map(choice).collect()
}

fn start(from: chappe_base::Duration, scenario: &Scenario) -> Result<SimTime, Error> {
    let start = SimTime::ZERO + from.0;
    if start < scenario.horizon {
        return Ok(start);
    }
    let horizon = chappe_base::Duration(scenario.horizon - SimTime::ZERO);
    Err(Error::usage(format!(
        "--from: `{from}` is not before the scenario's horizon, {horizon}"
    )))
}

/// What a load takes beside its platform, its tape and its threads' histograms [bytes].
const HARNESS_BYTES: u64 = 100 << 20;

/// There must be memory for the tape beside the platform and the threads that measure it. A list that grows has room for
/// twice what is in it.
fn check_memory(scenario: &Scenario, threads_count: u64, wanted: u64) -> Result<(), Error> {
    const MIB: u64 = 1 << 20;
    let tape_bytes = 2 * wanted * size_of::<Request>() as u64;
    let measured_bytes = HARNESS_BYTES + threads_count * machine::HISTOGRAM_BYTES;
    let needed = scenario.state_bytes + tape_bytes + measured_bytes;
    match machine::free_bytes(threads_count as usize) {
        Some(free) if needed > free => Err(Error::usage_with(
            format!(
                "{wanted} commands, the platform and {threads_count} threads take about {} MiB of memory; there are {} MiB",
                needed / MIB,
                free / MIB
            ),
            "lower --rate, --duration or --workers, or take fewer users",
        )),
        Some(_) | None => Ok(()),
    }
}
