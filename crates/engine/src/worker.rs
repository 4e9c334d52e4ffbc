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
//! Events arrive in any order; the calendar's total order undoes that.

use crate::calendar::Scheduled;
use crate::cluster::{EVENTS_PER_REPORT, Progress, RunOptions};
use crate::kernel::{Kernel, LogicalProcess};
use crate::stop::StopFlag;
use chappe_base::{SimTime, Span};
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;
use timely::container::CapacityContainerBuilder;
use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::generic::operator::Operator;
use timely::dataflow::operators::{ConnectLoop, Feedback};
use timely::worker::Worker;

/// How long a worker sleeps at most before it looks whether another one failed. Work and
/// messages wake it at once.
const NAP: Duration = Duration::from_millis(50);

/// What the workers of a run share.
pub(crate) struct Ensemble<L: LogicalProcess> {
    /// Each worker takes its own.
    kernels: Vec<Mutex<Option<Kernel<L>>>>,
    horizon: SimTime,
    windows: Windows,
    agreement: Agreement,
    /// Events run by all workers, as far as reported.
    events_count: AtomicU64,
    report: mpsc::Sender<Progress>,
}

/// How the workers come to an end that isn't the horizon.
#[derive(Clone)]
pub(crate) struct Agreement {
    request: StopFlag,
    /// First window that doesn't run.
    end: Arc<AtomicU64>,
    /// The first panic among the workers, to be raised again where the run was asked for.
    failure: Arc<Mutex<Option<Box<dyn Any + Send>>>>,
}

impl Agreement {
    fn new(request: &StopFlag) -> Agreement {
        Agreement {
            request: request.clone(),
            end: Arc::new(AtomicU64::new(u64::MAX)),
            failure: Arc::default(),
        }
    }

    /// Whether `window` may run, asked by a worker that holds a capability for it and knows that
    /// the frontier has passed it.
    ///
    /// A worker that sees the request proposes that `window` be the last to run; the earliest
    /// proposal counts. No window after it can have run: that needs a frontier past it, which the
    /// capability held here prevents. And none will: a worker learns that this capability is gone
    /// by a message sent after the proposal, so it sees the proposal first.
    fn allows(&self, window: u64) -> bool {
        if self.request.is_raised() {
            self.end.fetch_min(window + 1, Ordering::SeqCst);
        }
        window < self.end.load(Ordering::SeqCst)
    }

    /// The window at whose start the run was stopped, if all workers are done and it was.
    pub(crate) fn end(&self) -> Option<u64> {
        Some(self.end.load(Ordering::SeqCst)).filter(|&window| window != u64::MAX)
    }

    pub(crate) fn failure(&self) -> MutexGuard<'_, Option<Box<dyn Any + Send>>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
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

impl<L: LogicalProcess> Ensemble<L> {
    pub(crate) fn new(
        lps: Vec<L>,
        shared: Vec<L::Shared>,
        options: &RunOptions<'_>,
        report: mpsc::Sender<Progress>,
    ) -> Ensemble<L> {
        let (lookahead, shards_count, workers_count) = (options.lookahead, lps.len(), shared.len());
        let mut parts: Vec<Vec<L>> = (0..workers_count).map(|_| Vec::new()).collect();
        for (shard, lp) in lps.into_iter().enumerate() {
            parts[shard % workers_count].push(lp);
        }
        let kernels = parts
            .into_iter()
            .zip(shared)
            .enumerate()
            .map(|(worker, (lps, shared))| {
                let kernel = Kernel::part(lps, shared, lookahead, worker, workers_count, shards_count);
                Mutex::new(Some(kernel))
            });
        Ensemble {
            kernels: kernels.collect(),
            horizon: options.horizon,
            windows: Windows(lookahead),
            agreement: Agreement::new(options.stop),
            events_count: AtomicU64::new(0),
            report,
        }
    }

    pub(crate) fn agreement(&self) -> Agreement {
        self.agreement.clone()
    }

    fn take_kernel(&self, worker: usize) -> Kernel<L> {
        let mut slot = self.kernels[worker]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        slot.take().expect("a worker takes its kernel once")
    }
}

/// What a worker leaves behind.
pub(crate) struct Part<L: LogicalProcess> {
    pub(crate) kernel: Kernel<L>,
    /// Windows in which it had events.
    pub(crate) windows_count: u64,
    /// Events already added to the shared count.
    reported_count: u64,
}

/// The life of one worker. A panic in it ends all of them, and is left in the agreement.
pub(crate) fn run_worker<L: LogicalProcess>(
    worker: &mut Worker,
    ensemble: &Arc<Ensemble<L>>,
) -> Option<Part<L>> {
    let life = catch_unwind(AssertUnwindSafe(|| {
        let part = Rc::new(RefCell::new(Part {
            kernel: ensemble.take_kernel(worker.index()),
            windows_count: 0,
            reported_count: 0,
        }));
        build_loop(worker, Rc::clone(&part), Arc::clone(ensemble));
        while worker.step_or_park(Some(NAP)) {
            if ensemble.agreement.failure().is_some() {
                return None;
            }
        }
        Rc::into_inner(part).map(RefCell::into_inner)
    }));
    let part = life.unwrap_or_else(|payload| {
        ensemble.agreement.failure().get_or_insert(payload);
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
    part: Rc<RefCell<Part<L>>>,
    ensemble: Arc<Ensemble<L>>,
) {
    worker.dataflow::<u64, _, _>(move |scope| {
        let (handle, cycle) = scope.feedback::<Vec<Scheduled<L::Event>>>(1);
        let route = Exchange::new(|s: &Scheduled<L::Event>| s.key.target().0 as u64);
        type Builder<E> = CapacityContainerBuilder<Vec<Scheduled<E>>>;
        let sent = cycle.unary_frontier::<Builder<L::Event>, _, _, _>(route, "windows", move |at_zero, _| {
            part.borrow_mut().kernel.start();
            let mut held = Some(at_zero);
            move |(input, frontier), output| {
                let part = &mut *part.borrow_mut();
                input.for_each(|arrived, batch| {
                    if let Some(window) = part.receive(batch, &ensemble)
                        && held.as_ref().is_none_or(|held| window < *held.time())
                    {
                        held = Some(arrived.delayed(&window, 0));
                    }
                });
                while let Some(capability) = &mut held
                    && !frontier.less_equal(capability.time())
                {
                    let window = *capability.time();
                    let next = part.run_window(window, &ensemble);
                    output
                        .session(capability)
                        .give_iterator(part.kernel.drain_outbox());
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

impl<L: LogicalProcess> Part<L> {
    /// Takes events from other workers. Returns the first window to run for them, if any.
    fn receive(&mut self, batch: &mut Vec<Scheduled<L::Event>>, ensemble: &Ensemble<L>) -> Option<u64> {
        let first = batch.iter().map(|scheduled| scheduled.key.time()).min()?;
        for scheduled in batch.drain(..) {
            self.kernel.receive(scheduled);
        }
        (first < ensemble.horizon).then(|| ensemble.windows.of(first))
    }

    /// Runs the events of `window`, if it is to run. Returns the next one in which there are some.
    fn run_window(&mut self, window: u64, ensemble: &Ensemble<L>) -> Option<u64> {
        if !ensemble.agreement.allows(window) {
            return None;
        }
        let end = ensemble.windows.start(window + 1).min(ensemble.horizon);
        if self.kernel.run_until(end, u64::MAX) > 0 {
            self.windows_count += 1;
        }
        let unreported = self.kernel.events_count() - self.reported_count;
        if unreported >= EVENTS_PER_REPORT {
            self.reported_count += unreported;
            let before = ensemble.events_count.fetch_add(unreported, Ordering::Relaxed);
            // Nobody listens any more if the run is being torn down; then nothing is lost.
            let _ = ensemble.report.send(Progress {
                now: ensemble.windows.start(window),
                events_count: before + unreported,
            });
        }
        let next = self.kernel.next_time_bound()?;
        (next < ensemble.horizon).then(|| ensemble.windows.of(next).max(window + 1))
    }
}
