//! One of several workers: an operator in a feedback loop of timely dataflow.
//!
//! Simulated time is cut into **windows** as long as the lookahead. Whatever a shard sends to another shard
//! while window `w` runs, happens in window `w + 1` or later. So events travel with timestamp `w` around a
//! loop that adds one, and a worker may run window `w` as soon as the frontier of the loop has passed `w`:
//! then no event of that window can be on its way any more.
//!
//! A worker keeps a capability only for the next window in which it has events, and none if it has no
//! events. An arriving event brings a capability for its own window, which is not before its timestamp. So
//! empty windows cost nothing, and the run ends when no worker has anything left to run.
//!
//! All events from one worker to another in one window travel as one list. Lists arrive in any order, and
//! the total order of the calendar restores the order of their events.
//!
//! A request to **stop** travels like an event. The worker that sees it first, while it holds the capability
//! for window `w` and is about to run it, tells all workers at timestamp `w` to run no window from `w + 1`
//! on. No worker can have run such a window: its frontier would have to be past `w + 1`, and the message
//! arrives before that. So all workers of all processes stop at one time, and a run that nobody stops pays
//! nothing for it.
//!
//! Why timely dataflow: its progress tracking is the agreement on finished windows, over threads and over
//! sockets alike, without a barrier in every window.

use crate::kernel::{Kernel, LogicalProcess};
use crate::options::{EVENTS_PER_REPORT, Progress, RunOptions};
use crate::peers::WorkerAssignment;
use crate::scheduled::Scheduled;
use crate::stop::StopFlag;
use chappe_base::{SimTime, Span};
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;
use timely::container::CapacityContainerBuilder;
use timely::dataflow::channels::pact::Exchange as ExchangePact;
use timely::dataflow::operators::generic::operator::Operator;
use timely::dataflow::operators::{ConnectLoop, Feedback};
use timely::worker::Worker;

/// Steps without a window to run that a worker takes before it sleeps. Timely needs some steps to pass
/// on what the worker has sent.
const TURNS_AT_ONCE: u32 = 8;
/// The longest that a worker sleeps before it checks whether another one failed. Messages wake it at once.
const SLEEP_MAX: Duration = Duration::from_millis(50);
/// Steps without any message after which a worker that waits for other processes gives up: ten minutes, as nothing wakes
/// it. A process that is alive and does nothing would keep all others waiting for ever.
const STANDSTILL_TURNS: u32 = 12_000;

/// What the workers of a process share.
pub(crate) struct WorkerGroup<L: LogicalProcess> {
    /// Each worker takes its own from here.
    kernels: Vec<Mutex<Option<Kernel<L>>>>,
    /// Which workers are those of this process.
    assignment: WorkerAssignment,
    horizon: SimTime,
    windows: Windows,
    stop: StopFlag,
    failure: Failure,
    /// Events that all workers of this process have reported.
    events_count: AtomicU64,
    report: mpsc::Sender<Progress>,
}

/// What a run among several processes ends with, as if by a panic, when an event came that none of them sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ImpossibleEvent {
    /// The process that the event says it comes from.
    pub process: usize,
}

/// What a run among several processes ends with, as if by a panic, when nothing came from the others for ten minutes that
/// this process could go on with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standstill;

/// The first panic of a worker. It is raised again on the thread that asked for the run.
#[derive(Clone, Default)]
pub(crate) struct Failure(Arc<Mutex<Option<Box<dyn Any + Send>>>>);

impl Failure {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Option<Box<dyn Any + Send>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A message between workers.
#[derive(Clone, Serialize, Deserialize)]
enum Exchange<E> {
    /// Events for the logical processes of `worker`.
    Events { worker: u64, events: Vec<Scheduled<E>> },
    /// Tells `worker` to run no window from `end` on.
    Stop { worker: u64, end: u64 },
}

impl<E> Exchange<E> {
    /// The worker to which timely sends it.
    fn route(&self) -> u64 {
        match self {
            Exchange::Events { worker, .. } | Exchange::Stop { worker, .. } => *worker,
        }
    }
}

/// Windows of this length.
#[derive(Clone, Copy)]
pub(crate) struct Windows(pub(crate) Span);

impl Windows {
    fn of(self, time: SimTime) -> u64 {
        time.0 as u64 / self.0.0 as u64
    }

    pub(crate) fn start(self, window: u64) -> SimTime {
        SimTime((window as i64).saturating_mul(self.0.0))
    }
}

impl<L: LogicalProcess> WorkerGroup<L> {
    pub(crate) fn new(
        kernels: Vec<Kernel<L>>,
        assignment: WorkerAssignment,
        options: &RunOptions<'_>,
        report: mpsc::Sender<Progress>,
    ) -> WorkerGroup<L> {
        WorkerGroup {
            kernels: kernels
                .into_iter()
                .map(|kernel| Mutex::new(Some(kernel)))
                .collect(),
            assignment,
            horizon: options.horizon,
            windows: Windows(options.lookahead),
            stop: options.stop.clone(),
            failure: Failure::default(),
            events_count: AtomicU64::new(0),
            report,
        }
    }

    pub(crate) fn failure(&self) -> Failure {
        self.failure.clone()
    }

    /// Whether `events` can be handled by `kernel`; if not, ends the run. Workers of one process trust each other.
    fn admits(&self, kernel: &Kernel<L>, events: &[Scheduled<L::Event>]) -> bool {
        if !self.assignment.has_peers() {
            return true;
        }
        let checked = kernel.check(events);
        if let Err(source) = checked {
            let process = self.assignment.process_of(source);
            self.failure
                .lock()
                .get_or_insert_with(|| Box::new(ImpossibleEvent { process }));
        }
        checked.is_ok()
    }

    fn take_kernel(&self, worker: usize) -> Kernel<L> {
        let mut slot = self.kernels[worker - self.assignment.first_worker]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        slot.take().expect("a worker takes its kernel once")
    }
}

/// The state of a worker; at the end of the run, its result.
pub(crate) struct WorkerState<L: LogicalProcess> {
    pub(crate) kernel: Kernel<L>,
    /// The first window that does not run, if the run was stopped. The same for all workers.
    pub(crate) end: Option<u64>,
    /// Windows in which it ran events.
    pub(crate) windows_count: u64,
    /// Times at which it had events or learned how far others are.
    news_count: u64,
    /// Events that it has already reported.
    reported_count: u64,
}

/// How long a worker has been idle.
#[derive(Default)]
struct Idle {
    turns: u32,
    windows_count: u64,
    /// Steps in which nothing came from any other worker.
    quiet_turns: u32,
    news_count: u64,
}

impl Idle {
    /// How long it may sleep in its next step, if no message arrives.
    fn sleep(&self) -> Duration {
        if self.turns < TURNS_AT_ONCE {
            Duration::ZERO
        } else {
            SLEEP_MAX
        }
    }

    /// Whether the others do nothing any more.
    fn is_standstill(&self) -> bool {
        self.quiet_turns >= STANDSTILL_TURNS
    }

    /// Counts a step after which so many windows have run, and so many times there was news of others.
    fn turn(&mut self, windows_count: u64, news_count: u64) {
        let count = |turns: u32, is_same: bool| if is_same { turns.saturating_add(1) } else { 0 };
        *self = Idle {
            turns: count(self.turns, windows_count == self.windows_count),
            windows_count,
            quiet_turns: count(self.quiet_turns, news_count == self.news_count),
            news_count,
        };
    }
}

/// Runs one worker. If it panics, it leaves the panic in the group, and all workers end.
pub(crate) fn run_worker<L: LogicalProcess>(
    worker: &mut Worker,
    group: &Arc<WorkerGroup<L>>,
) -> Option<WorkerState<L>> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let state = Rc::new(RefCell::new(WorkerState {
            kernel: group.take_kernel(worker.index()),
            end: None,
            windows_count: 0,
            news_count: 0,
            reported_count: 0,
        }));
        build_loop(worker, Rc::clone(&state), Arc::clone(group));
        let mut idle = Idle::default();
        while worker.step_or_park(Some(idle.sleep())) {
            if group.failure.lock().is_some() {
                return None;
            }
            let (windows_count, news_count) = (state.borrow().windows_count, state.borrow().news_count);
            idle.turn(windows_count, news_count);
            if idle.is_standstill() && group.assignment.has_peers() {
                group.failure.lock().get_or_insert_with(|| Box::new(Standstill));
            }
        }
        Rc::into_inner(state).map(RefCell::into_inner)
    }));
    let state = outcome.unwrap_or_else(|payload| {
        group.failure.lock().get_or_insert(payload);
        None
    });
    for dataflow in worker.installed_dataflows() {
        worker.drop_dataflow(dataflow);
    }
    state
}

/// Builds the feedback loop, with the worker's kernel as its operator.
fn build_loop<L: LogicalProcess>(
    worker: &mut Worker,
    state: Rc<RefCell<WorkerState<L>>>,
    group: Arc<WorkerGroup<L>>,
) {
    let workers_count = worker.peers() as u64;
    worker.dataflow::<u64, _, _>(move |scope| {
        let (handle, cycle) = scope.feedback::<Vec<Exchange<L::Event>>>(1);
        let route = ExchangePact::new(Exchange::<L::Event>::route);
        type Builder<E> = CapacityContainerBuilder<Vec<Exchange<E>>>;
        let sent = cycle.unary_frontier::<Builder<L::Event>, _, _, _>(route, "windows", move |at_zero, _| {
            state.borrow_mut().kernel.start();
            let mut held = Some(at_zero);
            move |(input, frontier), output| {
                let state = &mut *state.borrow_mut();
                state.news_count += 1;
                input.for_each(|arrived, batch| {
                    if let Some(window) = state.receive(batch, &group)
                        && held.as_ref().is_none_or(|held| window < *held.time())
                    {
                        held = Some(arrived.delayed(&window, 0));
                    }
                });
                while let Some(capability) = &mut held
                    && !frontier.less_equal(capability.time())
                {
                    let window = *capability.time();
                    let stops = state.stops_after(window, &group.stop, workers_count);
                    let next = state.run_window(window, &group);
                    let outbound = state.kernel.take_outbound();
                    let events = outbound.map(|(worker, events)| Exchange::Events { worker, events });
                    output.session(capability).give_iterator(events.chain(stops));
                    match next {
                        Some(next) => capability.downgrade(&next),
                        None => held = None,
                    }
                }
            }
        });
        sent.connect_loop(handle);
    });
}

impl<L: LogicalProcess> WorkerState<L> {
    /// Takes messages of other workers. Returns the first window in which their events happen, if any.
    fn receive(&mut self, batch: &mut Vec<Exchange<L::Event>>, group: &WorkerGroup<L>) -> Option<u64> {
        let mut first = SimTime::NEVER;
        for exchange in batch.drain(..) {
            match exchange {
                Exchange::Events { events, .. } if !group.admits(&self.kernel, &events) => {}
                Exchange::Events { events, .. } => first = first.min(self.kernel.receive(events)),
                Exchange::Stop { end, .. } => self.stop_at(end),
            }
        }
        (first < group.horizon).then(|| group.windows.of(first))
    }

    fn stop_at(&mut self, end: u64) {
        self.end = Some(self.end.map_or(end, |earlier| earlier.min(end)));
    }

    fn may_run(&self, window: u64) -> bool {
        self.end.is_none_or(|end| window < end)
    }

    /// Messages that stop all workers after `window`, if somebody raised the flag and no other worker has
    /// stopped the run. Otherwise none.
    fn stops_after(
        &mut self,
        window: u64,
        flag: &StopFlag,
        workers_count: u64,
    ) -> impl Iterator<Item = Exchange<L::Event>> + use<L> {
        let is_first = flag.is_raised() && self.end.is_none();
        let end = window + 1;
        if is_first {
            self.stop_at(end);
        }
        let receivers = if is_first { workers_count } else { 0 };
        (0..receivers).map(move |worker| Exchange::Stop { worker, end })
    }

    /// Runs the events of `window`, unless the run stops before it. Returns the next window with events.
    fn run_window(&mut self, window: u64, group: &WorkerGroup<L>) -> Option<u64> {
        if !self.may_run(window) {
            return None;
        }
        let end = group.windows.start(window + 1).min(group.horizon);
        if self.kernel.run_until(end, u64::MAX) > 0 {
            self.windows_count += 1;
        }
        let unreported = self.kernel.events_count() - self.reported_count;
        if unreported >= EVENTS_PER_REPORT {
            self.reported_count += unreported;
            let before = group.events_count.fetch_add(unreported, Ordering::Relaxed);
            // After a panic nobody receives progress any more.
            let _ = group.report.send(Progress {
                now: group.windows.start(window),
                events_count: before + unreported,
            });
        }
        let next = self.kernel.next_time_bound()?;
        (next < group.horizon).then(|| group.windows.of(next).max(window + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_takes_some_turns_before_it_waits() {
        let mut idle = Idle::default();
        idle.turn(1, 0);
        for _ in 0..TURNS_AT_ONCE {
            assert_eq!(idle.sleep(), Duration::ZERO);
            idle.turn(1, 0);
        }
        assert_eq!(idle.sleep(), SLEEP_MAX);
        idle.turn(2, 0);
        assert_eq!(idle.sleep(), Duration::ZERO);
    }

    #[test]
    fn a_worker_that_hears_nothing_does_not_wait_for_ever() {
        let mut idle = Idle::default();
        // It has nothing to run itself, and the others go on.
        for news_count in 0..2 * u64::from(STANDSTILL_TURNS) {
            idle.turn(1, news_count);
        }
        assert!(!idle.is_standstill());
        let mut waited = Duration::ZERO;
        while !idle.is_standstill() {
            waited += SLEEP_MAX;
            idle.turn(1, idle.news_count);
        }
        assert_eq!(waited, Duration::from_secs(600));
    }
}
