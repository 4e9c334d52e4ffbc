//! One load from start to end: the history, the measured part, and the drain.

use crate::envelope::{Batch, Envelope, Payload};
use crate::handler::Handler;
use crate::injector::{Injector, StopAt};
use crate::monitor::{LoadMonitor, LoadProgress};
use crate::pacing::{ClosedModel, OpenModel, Unpaced};
use crate::plan::{LoadError, LoadOptions, Plan};
use crate::shape::Schedule;
use crate::shard::{CompletionSender, ShardTask};
use crate::shared::LoadShared;
use crate::threads::ShardThreads;
use crate::usage::Usage;
use chappe_base::{ShardId, SimTime, Span};
use chappe_engine::StopFlag;
use chappe_metrics::{LoadEnd, LoadOutcome, Meter, Rows};
use chappe_workload::{Request, Tape};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;
use tracing::{debug, info, warn};

/// From setting a load's time zero to reaching it [ns]: the injectors need that long to start.
const START_DELAY_NS: u64 = 5_000_000;
/// How long the monitor sleeps between two looks.
const MONITOR_INTERVAL: Duration = Duration::from_millis(5);
/// A load that drains within this time after its planned end still counts as on time [ns].
const OVERRUN_NS: u64 = 20_000_000;
const SECOND_NS: u64 = 1_000_000_000;

/// The result of a load.
pub(crate) struct LoadRun<H> {
    /// The shards' handlers, in shard order.
    pub(crate) handlers: Vec<H>,
    pub(crate) meter: Meter,
    pub(crate) rows: Rows,
    pub(crate) outcome: LoadOutcome,
    /// Logical time of the last command that was sent.
    pub(crate) until: SimTime,
}

/// When the parts of a load begin and end on the wall clock [ns].
#[derive(Clone, Copy)]
struct LoadTimes {
    begins: u64,
    measured_from: u64,
    ends: u64,
}

impl LoadTimes {
    fn starting_soon(now: u64, options: &LoadOptions<'_>) -> LoadTimes {
        let begins = now + START_DELAY_NS;
        let measured_from = begins + options.warm_up.as_nanos() as u64;
        LoadTimes {
            begins,
            measured_from,
            ends: measured_from + options.duration.as_nanos() as u64,
        }
    }

    /// Corrects the end of a load that ended in this way at `ended_at`.
    fn correct_end(&mut self, end: LoadEnd, ended_at: u64) {
        match end {
            // The platform was late. Its throughput counts over the time that it really needed.
            LoadEnd::Planned if ended_at > self.ends + OVERRUN_NS => self.ends = ended_at,
            LoadEnd::Planned => {}
            LoadEnd::Interrupted | LoadEnd::Threshold | LoadEnd::TapeEnded => {
                self.ends = self.ends.min(ended_at).max(self.measured_from);
            }
        }
    }
}

/// What the injectors' threads need.
struct SendContext<'a> {
    shared: &'a Arc<LoadShared>,
    requests: &'a [Request],
    times: LoadTimes,
    /// Raised by the caller, and by the monitor.
    stop_flags: [&'a StopFlag; 2],
    injectors_count: u16,
    plan: Plan,
    warm_up: Duration,
    duration: Duration,
}

/// Plays `tape` to `tasks`, the tasks of all shards.
pub(crate) fn drive<H: Handler>(
    shared: &Arc<LoadShared>,
    mut tasks: Vec<ShardTask<H>>,
    tape: &Tape,
    options: &mut LoadOptions<'_>,
) -> Result<LoadRun<H>, LoadError> {
    // An injector without a shard of its own would have nothing to send.
    let injectors_count = options.injectors.min(shared.homes.shards());
    let (senders, completions): (Vec<CompletionSender>, Vec<Receiver<u32>>) =
        (0..injectors_count).map(|_| channel()).unzip();
    let is_closed = options.plan.is_closed();
    for (shard, task) in tasks.iter_mut().enumerate() {
        task.stall(options.stall);
        let injector = shard % usize::from(injectors_count);
        task.report_completions(is_closed.then(|| senders[injector].clone()));
    }
    drop(senders);
    // Those that have started would wait for ever.
    let threads = ShardThreads::start(shared.design.runtime, options.threads, tasks)
        .inspect_err(|_| send_to_all(shared, Payload::End, SimTime::ZERO))?;
    let (history, requests) = tape.requests().split_at(tape.count_before(options.from));
    play_history(shared, history, options.stop).inspect_err(|_| end_shards(shared, SimTime::ZERO))?;
    debug!(
        commands_count = history.len(),
        "commands before the load carried out"
    );
    info!(
        plan = %options.plan,
        warm_up_ms = options.warm_up.as_millis() as u64,
        duration_ms = options.duration.as_millis() as u64,
        shards = shared.homes.shards(),
        threads = options.threads,
        injectors = injectors_count,
        "load started"
    );
    let measured =
        measure(shared, requests, completions, options).inspect_err(|_| end_shards(shared, SimTime::ZERO))?;
    let until = requests[..measured.passed_count]
        .last()
        .or(history.last())
        .map_or(SimTime::ZERO, |last| last.at);
    end_shards(shared, until);
    let handlers = threads.join()?;
    let (meter, times) = (measured.meter, measured.times);
    let (sent_count, late_count) = (meter.counts().measured, meter.counts().late);
    info!(ended = ?measured.end, sent_count, late_count, "load ended");
    Ok(LoadRun {
        handlers,
        outcome: LoadOutcome {
            end: measured.end,
            sent_count,
            late_count,
            valid: LoadOutcome::is_valid(sent_count, late_count),
            measured_ns: times.ends.saturating_sub(times.measured_from),
            cpu_ns: measured.cpu_ns,
        },
        meter,
        rows: measured.rows,
        until,
    })
}

/// Carries out the commands before the load, as fast as possible and unmeasured.
fn play_history(shared: &Arc<LoadShared>, history: &[Request], stop: &StopFlag) -> Result<(), LoadError> {
    let stop = StopAt {
        at_ns: u64::MAX,
        flags: [stop, stop],
    };
    Injector::new(Arc::clone(shared), 0, 1)?.play(history, &mut Unpaced, &stop, u64::MAX);
    wait_until_idle(shared);
    Ok(())
}

fn wait_until_idle(shared: &LoadShared) {
    while shared.backlog() > 0 {
        thread::sleep(Duration::from_micros(200));
    }
}

/// The result of the measured part.
struct Measured {
    meter: Meter,
    rows: Rows,
    end: LoadEnd,
    times: LoadTimes,
    /// Requests that the injectors passed, sent or dropped.
    passed_count: usize,
    /// Processor time from the end of the warm-up on.
    cpu_ns: u64,
}

/// Runs the injectors on threads of their own, and the monitor on this one.
fn measure(
    shared: &Arc<LoadShared>,
    requests: &[Request],
    completions: Vec<Receiver<u32>>,
    options: &mut LoadOptions<'_>,
) -> Result<Measured, LoadError> {
    let mut monitor = LoadMonitor::new(shared, options.thresholds);
    let mut times = LoadTimes::starting_soon(shared.clock.now(), options);
    shared.begin_at(times.begins);
    let aborted = StopFlag::new();
    let context = SendContext {
        shared,
        requests,
        times,
        stop_flags: [options.stop, &aborted],
        injectors_count: completions.len() as u16,
        plan: options.plan,
        warm_up: options.warm_up,
        duration: options.duration,
    };
    let (passed_count, cpu_ns) = thread::scope(|scope| {
        let context = &context;
        let start = |(injector, completions): (usize, Receiver<u32>)| {
            thread::Builder::new()
                .name("injector".to_string())
                .spawn_scoped(scope, move || context.send(injector as u16, completions))
        };
        let threads = completions.into_iter().enumerate().map(start);
        // Those that have started need not go on alone.
        let threads = threads
            .collect::<io::Result<Vec<_>>>()
            .inspect_err(|_| aborted.raise())?;
        let usage_before = watch(&mut monitor, context, options, &aborted, || {
            threads.iter().all(thread::ScopedJoinHandle::is_finished)
        });
        let cpu_ns = Usage::now().cpu_ns.saturating_sub(usage_before.cpu_ns);
        let join =
            |thread: thread::ScopedJoinHandle<'_, _>| thread.join().expect("an injector doesn't panic");
        let passed_counts: Result<Vec<usize>, LoadError> = threads.into_iter().map(join).collect();
        passed_counts.map(|counts| (counts.into_iter().max().unwrap_or(0), cpu_ns))
    })?;
    let is_tape_over = options.plan.is_closed() && passed_count == requests.len();
    let end = match (options.stop.is_raised(), aborted.is_raised()) {
        (true, _) => LoadEnd::Interrupted,
        (false, true) => LoadEnd::Threshold,
        (false, false) if is_tape_over => LoadEnd::TapeEnded,
        (false, false) => LoadEnd::Planned,
    };
    times.correct_end(end, shared.clock.now());
    let (meter, rows) = monitor.finish();
    Ok(Measured {
        meter,
        rows,
        end,
        times,
        passed_count,
        cpu_ns,
    })
}

impl SendContext<'_> {
    /// Sends as injector `index`. Returns the number of requests that it passed.
    fn send(&self, index: u16, completions: Receiver<u32>) -> Result<usize, LoadError> {
        let count = self.injectors_count;
        let mut injector = Injector::new(Arc::clone(self.shared), index, count)?;
        let stop = StopAt {
            at_ns: self.times.ends,
            flags: self.stop_flags,
        };
        let measured_from_ns = self.times.measured_from;
        let passed_count = match self.plan {
            Plan::Closed { clients, think } => {
                let first_slot =
                    |index: u16| (u64::from(clients) * u64::from(index) / u64::from(count)) as u32;
                let slots = first_slot(index)..first_slot(index + 1);
                let mut pacing = ClosedModel::new(slots, think, completions, self.shared.clock.clone());
                injector.play(self.requests, &mut pacing, &stop, measured_from_ns)
            }
            Plan::Open(shape) => {
                let mut pacing = OpenModel {
                    schedule: Schedule::new(shape, self.warm_up.as_secs_f64(), self.duration.as_secs_f64()),
                    begins_ns: self.times.begins,
                };
                injector.play(self.requests, &mut pacing, &stop, measured_from_ns)
            }
        };
        Ok(passed_count)
    }
}

/// Closes one second after the other until all injectors have ended and all mailboxes are empty. Returns
/// what the process had used by the end of the warm-up.
fn watch(
    monitor: &mut LoadMonitor<'_>,
    context: &SendContext<'_>,
    options: &mut LoadOptions<'_>,
    aborted: &StopFlag,
    have_ended: impl Fn() -> bool,
) -> Usage {
    let LoadTimes {
        begins,
        measured_from,
        ends,
    } = context.times;
    let mut next_second = begins + SECOND_NS;
    let mut usage_after_warm_up = None;
    loop {
        // In this order: an injector that has ended adds nothing to the backlog any more.
        let is_over = have_ended() && context.shared.backlog() == 0;
        if context.shared.is_lost() {
            aborted.raise();
        }
        let now = context.shared.clock.now();
        if usage_after_warm_up.is_none() && now >= measured_from {
            usage_after_warm_up = Some(Usage::now());
            info!("warm-up done");
        }
        if now >= next_second {
            let second = monitor.close_second();
            (options.progress)(&LoadProgress {
                elapsed_ns: now - begins,
                planned_ns: ends - begins,
                second,
            });
            if monitor.is_to_abort(Span(now.saturating_sub(measured_from) as i64)) {
                aborted.raise();
                warn!("a threshold ends the load");
            }
            next_second += SECOND_NS;
        } else if is_over {
            return usage_after_warm_up.unwrap_or_else(Usage::now);
        } else {
            thread::sleep(MONITOR_INTERVAL.min(Duration::from_nanos(next_second - now)));
        }
    }
}

/// Runs the timers up to `until`, then ends all shards. The two steps are apart, because a timer may send
/// something to a shard that would have ended already.
fn end_shards(shared: &LoadShared, until: SimTime) {
    for payload in [Payload::Advance, Payload::End] {
        send_to_all(shared, payload, until);
        wait_until_idle(shared);
    }
}

fn send_to_all(shared: &LoadShared, payload: Payload, at: SimTime) {
    for shard in 0..shared.homes.shards() {
        let posted_ns = shared.clock.now();
        let envelopes = vec![Envelope::internal(payload, at, posted_ns)];
        shared.send(ShardId(shard), Batch { posted_ns, envelopes });
    }
}
