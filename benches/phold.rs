//! PHOLD on chappe's kernel, beside a binary heap and, with `--features peers`, other engines.
//!
//! Elements are events. Before anything is timed, every engine runs the same stretch of virtual time
//! as the heap and must leave the same states after the same number of events. Each iteration then
//! carries the same simulation on by a stretch in which [`EVENTS_PER_ITERATION`] events are expected,
//! and its time is divided by the events that there were; so engines are timed in their steady state.
//!
//! What each engine calls a process is not the same. chappe's logical processes are shards, of which
//! there are 65,536 at most: PHOLD's processes live on [`SHARDS`] of them, and an event names its
//! process, as those of a platform name their user. The heap has no processes, but an array.
//!
//! `workers` times whole runs from the first event on, with one worker and with two, for the same
//! million processes: two workers need windows, and those hold 25,000 events for each of them.

use chappe_base::{ShardId, SimTime, prefetch};
use chappe_benches::phold::{LOOKAHEAD, Phold, State, digest};
use chappe_engine::{Emitter, Kernel, LogicalProcess, RunOptions, StopFlag, run};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput};
#[cfg(feature = "peers")]
use peers::{NeXosim, SimCore};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

#[cfg(feature = "peers")]
#[path = "phold/peers.rs"]
mod peers;

const EVENTS_PER_ITERATION: u64 = 1_000_000;
/// Events of a whole run, with the workers that `run` starts.
const EVENTS_PER_RUN: u64 = 10_000_000;
const SHARDS: u32 = 64;

/// What runs PHOLD.
trait Engine {
    /// Ready for the first event.
    fn new(model: Phold) -> Self;

    /// Runs all events before `horizon`. Returns how many there were.
    fn advance(&mut self, horizon: SimTime) -> u64;

    /// What the processes remember.
    fn digest(&mut self) -> u64;
}

/// A shard, with every [`SHARDS`]-th process on it.
struct Shard {
    model: Phold,
    number: u32,
    states: Vec<State>,
}

impl Shard {
    fn all(model: Phold) -> Vec<Shard> {
        (0..SHARDS)
            .map(|number| Shard {
                model,
                number,
                states: model.states(Shard::processes(model, number)),
            })
            .collect()
    }

    fn processes(model: Phold, number: u32) -> impl Iterator<Item = u32> {
        (number..model.processes_count()).step_by(SHARDS as usize)
    }

    fn digest(shards: &[Shard], model: Phold) -> u64 {
        let state = |process| shards[(process % SHARDS) as usize].states[(process / SHARDS) as usize].clone();
        digest(model.processes().map(state))
    }
}

/// An event of one process.
#[derive(Default, Clone, Copy, Serialize, Deserialize)]
struct Visit(u32);

impl LogicalProcess for Shard {
    type Event = Visit;
    type Shared = ();

    fn start(&mut self, (): &mut (), out: &mut Emitter<'_, Visit>) {
        for process in Shard::processes(self.model, self.number) {
            out.schedule(self.model.first(process), Visit(process));
        }
    }

    #[inline]
    fn handle(&mut self, (): &mut (), now: SimTime, &Visit(process): &Visit, out: &mut Emitter<'_, Visit>) {
        let state = &mut self.states[(process / SHARDS) as usize];
        let (target, delay) = self.model.visit(now, state);
        out.send(ShardId((target % SHARDS) as u16), now + delay, Visit(target));
    }

    #[inline]
    fn prefetch(&self, &Visit(process): &Visit) {
        prefetch(&self.states[(process / SHARDS) as usize]);
    }
}

/// chappe's kernel, alone.
struct Chappe {
    model: Phold,
    kernel: Kernel<Shard>,
}

impl Engine for Chappe {
    fn new(model: Phold) -> Chappe {
        let mut kernel = Kernel::single(Shard::all(model), (), LOOKAHEAD);
        kernel.start();
        Chappe { model, kernel }
    }

    fn advance(&mut self, horizon: SimTime) -> u64 {
        self.kernel.run_until(horizon, u64::MAX)
    }

    fn digest(&mut self) -> u64 {
        Shard::digest(self.kernel.lps(), self.model)
    }
}

/// What most would write first: a binary heap of times and processes.
struct Heap {
    model: Phold,
    pending: BinaryHeap<Reverse<(SimTime, u32)>>,
    states: Vec<State>,
}

impl Engine for Heap {
    fn new(model: Phold) -> Heap {
        let first = |process| Reverse((model.first(process), process));
        Heap {
            model,
            pending: model.processes().map(first).collect(),
            states: model.states(model.processes()),
        }
    }

    fn advance(&mut self, horizon: SimTime) -> u64 {
        let mut events_count = 0;
        while let Some(mut next) = self.pending.peek_mut()
            && let Reverse((now, process)) = *next
            && now < horizon
        {
            let (target, delay) = self.model.visit(now, &mut self.states[process as usize]);
            // In place of the event that ran: one way through the heap, where pop and push go two.
            *next = Reverse((now + delay, target));
            events_count += 1;
        }
        events_count
    }

    fn digest(&mut self) -> u64 {
        digest(self.states.iter().cloned())
    }
}

/// Times one engine, which must do as the heap does.
fn time<E: Engine>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, model: Phold) {
    let stretch = model.span_of(EVENTS_PER_ITERATION);
    let checked = SimTime::ZERO + model.span_of(2 * u64::from(model.processes_count()));
    let (mut engine, mut heap) = (E::new(model), Heap::new(model));
    assert_eq!(engine.advance(checked), heap.advance(checked), "{name}: events");
    assert_eq!(engine.digest(), heap.digest(), "{name}: states");
    drop(heap);
    let mut horizon = checked;
    let id = BenchmarkId::new(name, model.processes_count());
    group.bench_function(id, |bencher| {
        bencher.iter_custom(|iterations| {
            let clock = Instant::now();
            let mut events_count = 0;
            for _ in 0..iterations {
                horizon += stretch;
                events_count += engine.advance(horizon);
            }
            let took = clock.elapsed();
            took.mul_f64((iterations * EVENTS_PER_ITERATION) as f64 / events_count as f64)
        });
    });
}

/// Times whole runs of chappe with so many workers.
fn time_workers(group: &mut BenchmarkGroup<'_, WallTime>, workers: usize, model: Phold) {
    group.bench_function(BenchmarkId::new("workers", workers), |bencher| {
        bencher.iter_custom(|iterations| {
            let mut took = Duration::ZERO;
            for _ in 0..iterations {
                let shards = Shard::all(model);
                let clock = Instant::now();
                let outcome = run(
                    shards,
                    &mut |_| (),
                    RunOptions {
                        workers,
                        horizon: SimTime::ZERO + model.span_of(EVENTS_PER_RUN),
                        lookahead: LOOKAHEAD,
                        stop: &StopFlag::new(),
                        progress: &mut |_| (),
                    },
                )
                .expect("threads for the workers");
                let ran = clock.elapsed();
                assert_eq!(outcome.workers_count, workers);
                took += ran.mul_f64(EVENTS_PER_RUN as f64 / outcome.events_count as f64);
            }
            took
        });
    });
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("phold");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.throughput(Throughput::Elements(EVENTS_PER_ITERATION));
    for processes_count in [1_024, 1_000_000] {
        let model = Phold::new(processes_count);
        time::<Chappe>(&mut group, "chappe", model);
        time::<Heap>(&mut group, "binary-heap", model);
        #[cfg(feature = "peers")]
        {
            time::<NeXosim>(&mut group, "nexosim", model);
            time::<SimCore>(&mut group, "simcore", model);
        }
    }
    group.throughput(Throughput::Elements(EVENTS_PER_RUN));
    for workers in [1, 2] {
        time_workers(&mut group, workers, Phold::new(1_000_000));
    }
    group.finish();
    criterion.final_summary();
}
