//! One of several workers: an operator in a feedback loop of timely dataflow.
//!
//! Time is cut into **windows** as long as the lookahead. Whatever a shard sends to another while
//! window `w` runs happens in window `w + 1` or later. So events travel with timestamp `w` around
//! a loop that adds one, and a worker may run window `w` as soon as the frontier of the loop has
//! passed `w`: nothing that could happen in it is still on its way.
//!
//! A worker keeps a capability only for the next window in which it has events; one with nothing
//! to do keeps none. An event that arrives brings a capability for its own window, which is not
//! before its timestamp. So empty windows cost nothing, and a run ends when nobody has anything
//! left to run.
//!
//! What a worker sends to another from one window travels as one list. Events arrive in any order; the
//! calendar's total order undoes that.
//!
//! A request to **stop** travels like an event. A worker that sees it while it holds the capability
//! for window `w`, which it is about to run, tells all workers, at timestamp `w`, that no window
//! from `w + 1` on is to run. None can have run: that takes a frontier past `w + 1`, and what was
//! told arrives before. So all stop at one time, in this process and in all others, and a run that
//! nobody stops pays nothing for it.

use crate::calendar::Scheduled;
use crate::kernel::{Kernel, LogicalProcess};
use crate::run::{EVENTS_PER_REPORT, Progress, RunOptions};
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

/// Turns without a window to run that a worker takes before it waits for news: what it has sent
/// goes around by them.
const TURNS_AT_ONCE: u32 = 8;
/// How long a worker sleeps at most before it looks whether another one failed. Work and
/// messages wake it at once.
const NAP: Duration = Duration::from_millis(50);

/// What the workers of a process share.
pub(crate) struct WorkerGroup<L: LogicalProcess> {
    /// Each worker takes its own.
    kernels: Vec<Mutex<Option<Kernel<L>>>>,
    /// Number of the first of them among the workers of all processes.
    first_worker: usize,
    horizon: SimTime,
    windows: Windows,
    request: StopFlag,
    failure: Failure,
    /// Events run by all workers of this process, as far as reported.
    events_count: AtomicU64,
    report: mpsc::Sender<Progress>,
}

/// The first panic among the workers, to be raised again where the run was asked for.
#[derive(Clone, Default)]
pub(crate) struct Failure(Arc<Mutex<Option<Box<dyn Any + Send>>>>);

impl Failure {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Option<Box<dyn Any + Send>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What travels around the loop.
#[derive(Clone, Serialize, Deserialize)]
enum Exchange<E> {
    /// For the processes of `worker`.
    Events { worker: u64, events: Vec<Scheduled<E>> },
    /// For `worker`: no window from `end` on is to run.
    Stop { worker: u64, end: u64 },
}

impl<E> Exchange<E> {
    /// The worker that it is for.
    fn route(&self) -> u64 {
        match self {
            Exchange::Events { worker, .. } | Exchange::Stop { worker, .. } => *worker,
        }
    }
}

/// Time cut into windows of one length.
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
        first_worker: usize,
        options: &RunOptions<'_>,
        report: mpsc::Sender<Progress>,
    ) -> WorkerGroup<L> {
        WorkerGroup {
            kernels: kernels
                .into_iter()
                .map(|kernel| Mutex::new(Some(kernel)))
                .collect(),
            first_worker,
            horizon: options.horizon,
            windows: Windows(options.lookahead),
            request: options.stop.clone(),
            failure: Failure::default(),
            events_count: AtomicU64::new(0),
            report,
        }
    }

    pub(crate) fn failure(&self) -> Failure {
        self.failure.clone()
    }

    fn take_kernel(&self, worker: usize) -> Kernel<L> {
        let mut slot = self.kernels[worker - self.first_worker]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        slot.take().expect("a worker takes its kernel once")
    }
}

/// What a worker leaves behind.
pub(crate) struct WorkerState<L: LogicalProcess> {
    pub(crate) kernel: Kernel<L>,
    /// First window that is not to run, if somebody asked to stop; the same for all workers.
    pub(crate) end: Option<u64>,
    /// Windows in which it had events.
    pub(crate) windows_count: u64,
    /// Events already added to the shared count.
    reported_count: u64,
}

/// How long a worker has had nothing to do.
#[derive(Default)]
struct Idle {
    turns: u32,
    windows_count: u64,
}

impl Idle {
    /// How long it may sleep if nothing is there for it.
    fn sleep(&self) -> Duration {
        if self.turns < TURNS_AT_ONCE {
            Duration::ZERO
        } else {
            NAP
        }
    }

    /// Ends a turn after which so many windows have run.
    fn turn(&mut self, windows_count: u64) {
        if windows_count > self.windows_count {
            *self = Idle {
                turns: 0,
                windows_count,
            };
            return;
        }
        self.turns = self.turns.saturating_add(1);
    }
}

/// The life of one worker. A panic in it ends all of them, and is left in the group.
pub(crate) fn run_worker<L: LogicalProcess>(
    worker: &mut Worker,
    group: &Arc<WorkerGroup<L>>,
) -> Option<WorkerState<L>> {
    let life = catch_unwind(AssertUnwindSafe(|| {
        let part = Rc::new(RefCell::new(WorkerState {
            kernel: group.take_kernel(worker.index()),
            end: None,
            windows_count: 0,
            reported_count: 0,
        }));
        build_loop(worker, Rc::clone(&part), Arc::clone(group));
        let mut idle = Idle::default();
        while worker.step_or_park(Some(idle.sleep())) {
            if group.failure.lock().is_some() {
                return None;
            }
            idle.turn(part.borrow().windows_count);
        }
        Rc::into_inner(part).map(RefCell::into_inner)
    }));
    let part = life.unwrap_or_else(|payload| {
        group.failure.lock().get_or_insert(payload);
        None
    });
    for dataflow in worker.installed_dataflows() {
        worker.drop_dataflow(dataflow);
    }
    part
}

/// Ties the worker's part into the feedback loop.
fn build_loop<L: LogicalProcess>(
    worker: &mut Worker,
    part: Rc<RefCell<WorkerState<L>>>,
    group: Arc<WorkerGroup<L>>,
) {
    let workers_count = worker.peers() as u64;
    worker.dataflow::<u64, _, _>(move |scope| {
        let (handle, cycle) = scope.feedback::<Vec<Exchange<L::Event>>>(1);
        let route = ExchangePact::new(Exchange::<L::Event>::route);
        type Builder<E> = CapacityContainerBuilder<Vec<Exchange<E>>>;
        let sent = cycle.unary_frontier::<Builder<L::Event>, _, _, _>(route, "windows", move |at_zero, _| {
            part.borrow_mut().kernel.start();
            let mut held = Some(at_zero);
            move |(input, frontier), output| {
                let part = &mut *part.borrow_mut();
                input.for_each(|arrived, batch| {
                    if let Some(window) = part.receive(batch, &group)
                        && held.as_ref().is_none_or(|held| window < *held.time())
                    {
                        held = Some(arrived.delayed(&window, 0));
                    }
                });
                while let Some(capability) = &mut held
                    && !frontier.less_equal(capability.time())
                {
                    let window = *capability.time();
                    let stops = part.stops_after(window, &group.request, workers_count);
                    let next = part.run_window(window, &group);
                    let outbound = part.kernel.take_outbound();
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
    /// Takes what other workers sent. Returns the first window to run for it, if any.
    fn receive(&mut self, batch: &mut Vec<Exchange<L::Event>>, group: &WorkerGroup<L>) -> Option<u64> {
        let mut first = SimTime::NEVER;
        for exchange in batch.drain(..) {
            match exchange {
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

    /// If this worker is the one to obey the request, after `window`, which it may run: what it
    /// tells all workers. Otherwise nothing.
    fn stops_after(
        &mut self,
        window: u64,
        request: &StopFlag,
        workers_count: u64,
    ) -> impl Iterator<Item = Exchange<L::Event>> + use<L> {
        let is_first = request.is_raised() && self.end.is_none();
        let end = window + 1;
        if is_first {
            self.stop_at(end);
        }
        let told = if is_first { workers_count } else { 0 };
        (0..told).map(move |worker| Exchange::Stop { worker, end })
    }

    /// Runs the events of `window`, if it is to run. Returns the next one in which there are some.
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
            // Nobody listens any more if the run is being torn down; then nothing is lost.
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
        idle.turn(1);
        for _ in 0..TURNS_AT_ONCE {
            assert_eq!(idle.sleep(), Duration::ZERO);
            idle.turn(1);
        }
        assert_eq!(idle.sleep(), NAP);
        idle.turn(2);
        assert_eq!(idle.sleep(), Duration::ZERO);
    }
}
