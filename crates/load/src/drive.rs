//! One load from start to end: what came before, the measured part, and letting everything run dry.

use crate::crew::Crew;
use crate::injector::{Injector, Until};
use crate::observer::{LoadProgress, Observer};
use crate::pacing::{AtOnce, Closed, Open};
use crate::parcel::{Batch, Parcel, What};
use crate::plan::{LoadError, LoadOptions, Plan};
use crate::shard::{Served, Task};
use crate::town::Town;
use crate::usage::Usage;
use crate::work::Work;
use chappe_base::{ShardId, SimTime, Span};
use chappe_engine::StopFlag;
use chappe_metrics::{LoadEnd, LoadOutcome, Meter, Rows};
use chappe_workload::{Request, Tape};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// Between setting the time zero of a load and reaching it [ns]: for the injectors to get ready.
const READY_NS: u64 = 5_000_000;
/// How long the observer sleeps between two looks.
const LOOK: Duration = Duration::from_millis(5);
/// How long after its planned end a load may run dry and still count as on time [ns].
const OVERRUN_NS: u64 = 20_000_000;
const SECOND_NS: u64 = 1_000_000_000;

/// What a load came to.
pub(crate) struct Driven<W> {
    /// What the shards were, in order.
    pub(crate) works: Vec<W>,
    pub(crate) meter: Meter,
    pub(crate) rows: Rows,
    pub(crate) outcome: LoadOutcome,
    /// Logical time at which the tape was left.
    pub(crate) until: SimTime,
}

/// Where in the wall clock's time the measured part lies [ns].
#[derive(Clone, Copy)]
struct Times {
    begins: u64,
    measured_from: u64,
    ends: u64,
}

impl Times {
    /// Notes that the load came to this end at `over`.
    fn ended(&mut self, end: LoadEnd, over: u64) {
        match end {
            // What the platform could not take in time was sent later, and that is not faster.
            LoadEnd::Planned if over > self.ends + OVERRUN_NS => self.ends = over,
            LoadEnd::Planned => {}
            LoadEnd::Interrupted | LoadEnd::Threshold | LoadEnd::TapeEnded => {
                self.ends = self.ends.min(over).max(self.measured_from);
            }
        }
    }
}

/// What the threads that send need to know.
struct Sending<'a> {
    town: &'a Arc<Town>,
    requests: &'a [Request],
    times: Times,
    /// Whoever asked, and the observer.
    flags: [&'a StopFlag; 2],
}

/// Plays `tape` to `tasks`, the shards of `town`.
pub(crate) fn drive<W: Work>(
    town: &Arc<Town>,
    mut tasks: Vec<Task<W>>,
    tape: &Tape,
    options: &mut LoadOptions<'_>,
) -> Result<Driven<W>, LoadError> {
    let injectors = options.injectors.min(town.homes.shards());
    let (served, ears): (Vec<Served>, Vec<Receiver<u32>>) = (0..injectors).map(|_| channel()).unzip();
    let waits = options.plan.is_closed();
    for (number, task) in tasks.iter_mut().enumerate() {
        task.stall(options.stall);
        let ear = number % usize::from(injectors);
        task.tell_served(waits.then(|| served[ear].clone()));
    }
    drop(served);
    let crew = Crew::start(town.design.runtime, options.threads, tasks)?;
    let (past, requests) = tape.requests().split_at(tape.count_before(options.from));
    bring_up(town, past, options.stop)?;
    let Measured {
        meter,
        rows,
        end,
        times,
        gone,
        cpu_ns,
    } = measure(town, requests, ears, options)?;
    let until = requests[..gone]
        .last()
        .or(past.last())
        .map_or(SimTime::ZERO, |last| last.at);
    dismiss(town, until);
    let works = crew.join()?;
    let (sent_count, late_count) = (meter.counts().measured, meter.counts().late);
    let measured_ns = times.ends.saturating_sub(times.measured_from).max(1);
    Ok(Driven {
        works,
        outcome: LoadOutcome {
            end,
            sent_count,
            late_count,
            valid: late_count * 20 <= sent_count,
            measured_ns,
            cpu_ns,
        },
        meter,
        rows,
        until,
    })
}

/// Carries out what came before the load, as fast as it goes.
fn bring_up(town: &Arc<Town>, past: &[Request], stop: &StopFlag) -> Result<(), LoadError> {
    let until = Until {
        at_ns: u64::MAX,
        flags: [stop, stop],
    };
    Injector::new(Arc::clone(town), 0, 1)?.play(past, &mut AtOnce, &until, u64::MAX);
    run_dry(town);
    Ok(())
}

fn run_dry(town: &Town) {
    while town.backlog() > 0 {
        thread::sleep(Duration::from_micros(200));
    }
}

/// What came of the part that is measured.
struct Measured {
    meter: Meter,
    rows: Rows,
    end: LoadEnd,
    times: Times,
    /// Requests gone through.
    gone: usize,
    /// Processor time, from the end of the warm-up on.
    cpu_ns: u64,
}

/// The load itself, watched from this thread.
fn measure(
    town: &Arc<Town>,
    requests: &[Request],
    ears: Vec<Receiver<u32>>,
    options: &mut LoadOptions<'_>,
) -> Result<Measured, LoadError> {
    let mut observer = Observer::new(town, options.thresholds);
    let begins = town.clock.now() + READY_NS;
    let measured_from = begins + options.warm_up.as_nanos() as u64;
    let mut times = Times {
        begins,
        measured_from,
        ends: measured_from + options.duration.as_nanos() as u64,
    };
    town.begin_at(begins);
    let aborted = StopFlag::new();
    let sending = Sending {
        town,
        requests,
        times,
        flags: [options.stop, &aborted],
    };
    let plan = (options.plan, options.warm_up, options.duration);
    let injectors_count = ears.len() as u16;
    let (gone, cpu_ns) = thread::scope(|scope| {
        let sending = &sending;
        let start = |(number, ear): (usize, Receiver<u32>)| {
            thread::Builder::new()
                .name("injector".to_string())
                .spawn_scoped(scope, move || {
                    sending.send(number as u16, injectors_count, plan, ear)
                })
        };
        let threads = ears.into_iter().enumerate().map(start);
        let threads = threads.collect::<io::Result<Vec<_>>>()?;
        let before = watch(&mut observer, sending, options, &aborted, || {
            threads.iter().all(thread::ScopedJoinHandle::is_finished)
        });
        let cpu_ns = Usage::now().cpu_ns.saturating_sub(before.cpu_ns);
        let ended =
            |thread: thread::ScopedJoinHandle<'_, _>| thread.join().expect("an injector doesn't panic");
        let gone: Result<Vec<usize>, LoadError> = threads.into_iter().map(ended).collect();
        gone.map(|gone| (gone.into_iter().max().unwrap_or(0), cpu_ns))
    })?;
    let end = match (options.stop.is_raised(), aborted.is_raised()) {
        (true, _) => LoadEnd::Interrupted,
        (false, true) => LoadEnd::Threshold,
        (false, false) if gone == requests.len() && options.plan.is_closed() => LoadEnd::TapeEnded,
        (false, false) => LoadEnd::Planned,
    };
    times.ended(end, town.clock.now());
    let (meter, rows) = observer.finish();
    Ok(Measured {
        meter,
        rows,
        end,
        times,
        gone,
        cpu_ns,
    })
}

impl Sending<'_> {
    /// Sends as one of `count` injectors; how many requests it went through.
    fn send(
        &self,
        number: u16,
        count: u16,
        (plan, warm_up, duration): (Plan, Duration, Duration),
        ear: Receiver<u32>,
    ) -> Result<usize, LoadError> {
        let Times {
            begins,
            measured_from,
            ends,
        } = self.times;
        let mut injector = Injector::new(Arc::clone(self.town), number, count)?;
        let until = Until {
            at_ns: ends,
            flags: self.flags,
        };
        let gone = match (plan, plan.schedule(warm_up, duration)) {
            (Plan::Closed { clients, think }, _) => {
                let share = |number: u16| (u64::from(clients) * u64::from(number) / u64::from(count)) as u32;
                let slots = share(number)..share(number + 1);
                let mut pacing = Closed::new(slots, think, ear, self.town.clock.clone());
                injector.play(self.requests, &mut pacing, &until, measured_from)
            }
            (Plan::Open(_), schedule) => {
                let schedule = schedule.expect("an open model has a schedule");
                let mut pacing = Open {
                    schedule,
                    begins_ns: begins,
                };
                injector.play(self.requests, &mut pacing, &until, measured_from)
            }
        };
        Ok(gone)
    }
}

/// Closes second after second until all injectors have ended and all mailboxes are empty. Returns what
/// the process had taken by the end of the warm-up.
fn watch(
    observer: &mut Observer<'_>,
    sending: &Sending<'_>,
    options: &mut LoadOptions<'_>,
    aborted: &StopFlag,
    have_ended: impl Fn() -> bool,
) -> Usage {
    let Times {
        begins,
        measured_from,
        ends,
    } = sending.times;
    let mut next = begins + SECOND_NS;
    let mut warm = None;
    loop {
        let over = have_ended() && sending.town.backlog() == 0;
        let now = sending.town.clock.now();
        if warm.is_none() && now >= measured_from {
            warm = Some(Usage::now());
        }
        if now >= next {
            let second = observer.close_second();
            (options.progress)(&LoadProgress {
                elapsed_ns: now - begins,
                planned_ns: ends - begins,
                second,
            });
            if observer.is_to_abort(Span(now.saturating_sub(measured_from) as i64)) {
                aborted.raise();
            }
            next += SECOND_NS;
        } else if over {
            return warm.unwrap_or_else(Usage::now);
        } else {
            thread::sleep(LOOK.min(Duration::from_nanos(next - now)));
        }
    }
}

/// Lets timers run up to where the tape was left, then ends all shards.
fn dismiss(town: &Town, until: SimTime) {
    for what in [What::Advance, What::End] {
        for shard in 0..town.homes.shards() {
            let posted_ns = town.clock.now();
            let parcels = vec![Parcel::from_harness(what, until, posted_ns)];
            town.post(ShardId(shard), Batch { posted_ns, parcels });
        }
        run_dry(town);
    }
}
