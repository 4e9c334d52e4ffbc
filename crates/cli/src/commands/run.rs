//! `chappe run`.

use crate::args::RunArgs;
use crate::commands::predict::last_error;
use crate::effort::{advise, effort};
use crate::failure::Failure;
use crate::log::{Header, LogWriter};
use crate::machine;
use crate::output::Output;
use crate::recording::TraceWriter;
use crate::results::{self, default_folder, say, thresholds, verdict, write_folder};
use crate::several::{Seat, Unfinished};
use crate::sources::{Loaded, load};
use crate::terminal::{Gauge, stop_on_interrupt};
use chappe_base::SimTime;
use chappe_engine::{Effort, FactSink, SimulateOptions, Simulated, run_record, simulate};
use chappe_metrics::{Clock, Execution, FullSize, Memory, MemoryPart};
use chappe_scenario::Scenario;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// Runs a scenario, or this process's part of it, and writes what it comes to.
pub(crate) fn run(args: &RunArgs) -> Result<(), Failure> {
    let loaded = load(&args.source)?;
    let until = args
        .until
        .as_deref()
        .map(|text| until(text, &loaded.scenario))
        .transpose()?;
    let seat = Seat::find(args, &loaded)?;
    let asked = args.effort.workers;
    let effort = effort(asked, seat.as_ref().map_or(1, Seat::count), &loaded.scenario);
    if !args.effort.quiet {
        advise(effort, asked, &loaded.scenario);
    }
    let run = Run {
        args,
        loaded: &loaded,
        until,
        effort,
    };
    match seat {
        Some(seat) if seat.me.process > 0 => run.follow(seat),
        seat => run.lead(seat),
    }
}

/// What is to be run.
struct Run<'a> {
    args: &'a RunArgs,
    loaded: &'a Loaded,
    until: Option<SimTime>,
    effort: Effort,
}

impl Run<'_> {
    /// Runs the part of a process that is not the first, and writes nothing.
    fn follow(&self, seat: Seat) -> Result<(), Failure> {
        let plan = (self.effort, self.until);
        let mut crew = seat.meet(self.args, self.loaded, plan, &Unfinished::default())?;
        let result = self.with_options(None, |options| crew.simulate(&self.loaded.scenario, options))?;
        Ok(crew.hand_over(result)?)
    }

    /// Runs the scenario alone or as the first of several processes, and writes what it comes to.
    fn lead(&self, seat: Option<Seat>) -> Result<(), Failure> {
        let (args, loaded) = (self.args, self.loaded);
        let thresholds = thresholds(&loaded.scenario, Clock::Virtual)?;
        let target = args
            .out
            .clone()
            .unwrap_or_else(|| default_folder(&loaded.scenario));
        let output = Output::prepare(&target)?;
        let mut watchers = Watchers::prepare(args, loaded)?;

        let started = SystemTime::now();
        let unfinished = Unfinished::new(Mutex::new(Some(output)));
        let plan = (self.effort, self.until);
        let mut crew = seat
            .map(|seat| seat.meet(args, loaded, plan, &unfinished))
            .transpose()?;
        let clock = Instant::now();
        let (simulated, peaks) = match &mut crew {
            None => {
                let play = |options: SimulateOptions<'_>| simulate(&loaded.scenario, options);
                let simulated = self.with_options(Some(&mut watchers), play);
                (simulated, vec![machine::peak_bytes().unwrap_or(0)])
            }
            Some(crew) => {
                let result = self.with_options(None, |options| crew.simulate(&loaded.scenario, options))?;
                crew.combine(result)?
            }
        };
        let common = results::execution(&target, peaks, (started, clock.elapsed()));
        let execution = execution(&simulated, &loaded.scenario, common);
        let record = run_record(
            &loaded.scenario,
            simulated.output(),
            &thresholds,
            &replay_command(args),
            execution,
        );

        watchers.finish()?;
        // Nobody can be lost any more: all have said what they found out.
        let output = unfinished.lock().unwrap_or_else(PoisonError::into_inner).take();
        let output = output.expect("it goes only with the process");
        write_folder(&output, &record, &simulated.parts, &loaded.text).map_err(|error| Failure::Write {
            path: target.clone(),
            error,
        })?;
        let folder = output.finish()?;
        let said = say(args.json, args.effort.quiet, &record, &folder);
        let verdict = verdict(&record);
        if let Some(crew) = crew {
            crew.dismiss(verdict.as_ref().err().map_or(0, Failure::code));
        }
        said.and(verdict)
    }

    /// Plays with this run's options, showing how far it has come.
    fn with_options<T>(
        &self,
        watchers: Option<&mut Watchers>,
        play: impl FnOnce(SimulateOptions<'_>) -> T,
    ) -> T {
        let gauge = Gauge::new(
            self.until.unwrap_or(self.loaded.scenario.horizon),
            self.args.effort.quiet || self.args.json,
        );
        let mut watchers = watchers.filter(|watchers| watchers.log.is_some() || watchers.trace.is_some());
        let mut sinks = watchers.as_mut().map(|watchers| |_: usize| watchers.sink());
        let mut progress = |progress| gauge.show(progress);
        let mut options = SimulateOptions::new(stop_on_interrupt())
            .workers(self.effort.workers)
            .until(self.until)
            .progress(&mut progress)
            .trace(self.loaded.trace.clone());
        if let Some(sinks) = &mut sinks {
            options = options.log(sinks);
        }
        let played = play(options);
        gauge.finish();
        played
    }
}

/// Who else wants to see the facts.
struct Watchers {
    log: Option<LogWriter>,
    trace: Option<TraceWriter>,
}

impl Watchers {
    fn prepare(args: &RunArgs, loaded: &Loaded) -> Result<Watchers, Failure> {
        let log = match &args.log {
            Some(path) => Some(LogWriter::prepare(
                path,
                Header::new(&args.source, &loaded.text)?,
            )?),
            None => None,
        };
        let trace = args.trace.as_deref().map(TraceWriter::prepare).transpose()?;
        Ok(Watchers { log, trace })
    }

    /// Takes the facts of one more worker.
    fn sink(&mut self) -> FactSink {
        let log = self.log.as_mut().map(LogWriter::sink);
        let trace = self.trace.as_ref().map(TraceWriter::sink);
        let mut sinks: Vec<FactSink> = log.into_iter().chain(trace).collect();
        Box::new(move |record| sinks.iter_mut().for_each(|sink| sink(record)))
    }

    fn finish(self) -> Result<(), Failure> {
        if let Some(log) = self.log {
            log.finish()?;
        }
        if let Some(trace) = self.trace {
            trace.finish()?;
        }
        Ok(())
    }
}

fn until(text: &str, scenario: &Scenario) -> Result<SimTime, Failure> {
    let wrong = |problem: String| Failure::usage(format!("--until: {problem}"));
    let until = SimTime::ZERO + chappe_base::Duration::parse(text).map_err(wrong)?.0;
    if until <= scenario.warm_up || until > scenario.horizon {
        let (from, to) = (scenario.warm_up - SimTime::ZERO, scenario.horizon - SimTime::ZERO);
        let range = format!(
            "it must lie after the warm-up of {} and not after {}",
            chappe_base::Duration(from),
            chappe_base::Duration(to)
        );
        return Err(wrong(format!("`{text}` is outside the run; {range}")));
    }
    Ok(until)
}

/// What a simulation took: the common part, and what its events and its state cost.
fn execution(simulated: &Simulated, scenario: &Scenario, common: Execution) -> Execution {
    let users = f64::from(scenario.population.users);
    let part = |(part, bytes): &(String, usize)| MemoryPart {
        part: part.clone(),
        bytes_total: *bytes as u64,
        bytes_per_user: *bytes as f64 / users,
    };
    let seconds = Duration::from_nanos(common.wall_ns).as_secs_f64().max(1e-9);
    let mut execution = Execution {
        workers: simulated.workers_count as u32,
        events_count: simulated.events_count,
        events_per_second: (simulated.events_count as f64 / seconds) as u64,
        memory: Memory {
            per_user: simulated.bytes.iter().map(part).collect(),
            ..common.memory
        },
        prediction_error: last_error(),
        ..common
    };
    let (played, in_full) = (scenario.population.users, scenario.users_in_full);
    execution.full_size = FullSize::of(&execution, u64::from(played), u64::from(in_full));
    execution
}

/// The command that shows the facts of this run again.
fn replay_command(args: &RunArgs) -> String {
    let mut words = vec![
        "chappe".to_string(),
        "run".to_string(),
        args.source.scenario.display().to_string(),
    ];
    words.extend(args.source.set.iter().map(|set| format!("--set '{set}'")));
    words.extend(args.source.arm.iter().map(|arm| format!("--arm '{arm}'")));
    words.extend(args.source.seed.iter().map(|seed| format!("--seed {seed}")));
    words.extend(args.source.scale.iter().map(|scale| format!("--scale {scale}")));
    words.extend(args.until.iter().map(|until| format!("--until '{until}'")));
    words.push("--log facts.jsonl".to_string());
    words.join(" ")
}
