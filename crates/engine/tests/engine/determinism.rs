//! The same events for any number of workers.

use crate::phold::{LOOKAHEAD, Phold, Visit};
use chappe_base::{ShardId, SimTime, Span};
use chappe_engine::{
    Emitter, Kernel, LogicalProcess, Progress, RunOptions, RunOutcome, StopFlag, Traced, first_divergence,
    run,
};

const SHARDS_COUNT: u16 = 6;
const HORIZON: SimTime = SimTime(20 * Span::SECOND.0);

fn phold() -> Vec<Traced<Phold>> {
    let shards = Phold::shards(SHARDS_COUNT, 50, Span(300_000_000));
    shards.into_iter().map(Traced::new).collect()
}

fn run_to<L: LogicalProcess<Shared = ()>>(lps: Vec<L>, workers: usize, horizon: SimTime) -> RunOutcome<L> {
    run_watched(lps, workers, horizon, &StopFlag::new(), &mut |_| {})
}

fn run_watched<L: LogicalProcess<Shared = ()>>(
    lps: Vec<L>,
    workers: usize,
    horizon: SimTime,
    stop: &StopFlag,
    progress: &mut dyn FnMut(Progress),
) -> RunOutcome<L> {
    let options = RunOptions {
        workers,
        horizon,
        lookahead: LOOKAHEAD,
        stop,
        progress,
    };
    run(lps, &mut |_| (), options).expect("threads for the workers")
}

/// Fails with the first event in which two runs differ.
fn assert_same(left: &RunOutcome<Traced<Phold>>, right: &RunOutcome<Traced<Phold>>) {
    if let Some(divergence) = first_divergence(&left.lps, &right.lps) {
        panic!("the runs part {divergence}");
    }
    for (left, right) in left.lps.iter().zip(&right.lps) {
        assert_eq!(left.process.digests, right.process.digests);
    }
    assert_eq!(left.events_count, right.events_count);
}

#[test]
fn any_number_of_workers_runs_the_same_events() {
    let alone = run_to(phold(), 1, HORIZON);
    assert!(alone.events_count > 10_000, "{}", alone.events_count);
    for workers in [2, 3, 4] {
        let together = run_to(phold(), workers, HORIZON);
        assert_eq!(together.workers_count, workers);
        assert!(together.windows_count > 0);
        assert_same(&alone, &together);
    }
}

#[test]
fn a_divergence_names_the_first_event_that_differs() {
    let left = run_to(phold(), 1, HORIZON);
    let mut right = run_to(phold(), 1, HORIZON);
    right.lps[4].handled.remove(100);
    right.lps[2].handled.truncate(7);
    let expected = |shard: usize, index: usize| left.lps[shard].handled[index].0;
    let first = expected(2, 7).min(expected(4, 100));
    let found = first_divergence(&left.lps, &right.lps).expect("they differ");
    assert_eq!(found.left.map(|(key, _)| key), Some(first));
    let text = found.to_string();
    assert!(
        text.contains(&format!("at {} ns on shard", first.time().0)),
        "{text}"
    );
}

#[test]
fn more_workers_than_shards_are_not_used() {
    let outcome = run_to(phold(), 64, SimTime(Span::SECOND.0));
    assert_eq!(outcome.workers_count, SHARDS_COUNT as usize);
    assert_same(&outcome, &run_to(phold(), 1, SimTime(Span::SECOND.0)));
}

#[test]
fn a_run_in_two_halves_equals_a_whole_one() {
    let whole = run_to(phold(), 1, HORIZON);
    let half = SimTime(HORIZON.0 / 2 + 12_345);
    let mut kernel = Kernel::single(phold(), (), LOOKAHEAD);
    kernel.start();
    kernel.run_until(half, u64::MAX);
    assert!(kernel.now() < half);
    kernel.run_until(HORIZON, u64::MAX);
    let events_count = kernel.events_count();
    assert_eq!(events_count, whole.events_count);
    let halves = RunOutcome {
        lps: kernel.into_parts().0,
        shared: vec![()],
        events_count,
        ..whole
    };
    assert_same(&halves, &run_to(phold(), 1, HORIZON));
}

#[test]
fn the_horizon_itself_is_not_reached() {
    let first = run_to(phold(), 1, HORIZON).lps[0].handled[3].0;
    for workers in [1, 2] {
        for (horizon, runs) in [(first.time(), false), (first.time() + Span(1), true)] {
            let outcome = run_to(phold(), workers, horizon);
            let ran = outcome.lps[0].handled.iter().any(|(key, _)| *key == first);
            assert_eq!(ran, runs, "{workers} workers");
        }
    }
}

#[test]
fn a_stopped_run_equals_one_with_that_horizon() {
    let horizon = SimTime(1_000_000 * Span::SECOND.0);
    for workers in [1, 2, 4] {
        let stop = StopFlag::new();
        let mut reports_count = 0;
        let mut progress = |progress: Progress| {
            reports_count += 1;
            assert!(progress.events_count > 0);
            if reports_count == 3 {
                stop.raise();
            }
        };
        let stopped = run_watched(phold(), workers, horizon, &stop, &mut progress);
        let stopped_at = stopped.stopped_at.expect("the run was stopped");
        for workers in [1, 2] {
            assert_same(&stopped, &run_to(phold(), workers, stopped_at));
        }
    }
}

#[test]
fn a_flag_raised_beforehand_stops_at_once_and_a_finished_run_was_not_stopped() {
    let stop = StopFlag::new();
    stop.raise();
    let outcome = run_watched(phold(), 2, HORIZON, &stop, &mut |_| {});
    assert!(outcome.stopped_at.is_some_and(|at| at < HORIZON));
    assert_eq!(run_to(phold(), 2, HORIZON).stopped_at, None);
}

/// Sends an event earlier than the lookahead allows.
struct Hasty;

impl LogicalProcess for Hasty {
    type Event = Visit;
    type Shared = ();

    fn start(&mut self, (): &mut (), out: &mut Emitter<'_, Visit>) {
        let visit = Visit {
            entity: 0,
            hop: 0,
            ballast: [0; 5],
        };
        out.schedule(SimTime(Span::SECOND.0), visit);
    }

    fn handle(&mut self, (): &mut (), now: SimTime, visit: &Visit, out: &mut Emitter<'_, Visit>) {
        if out.shard() == ShardId(1) {
            out.send(ShardId(0), now + (LOOKAHEAD - Span(1)), *visit);
        }
        out.schedule(now + LOOKAHEAD, *visit);
    }
}

#[test]
#[should_panic(expected = "lookahead violated: shard 1 at 1000000000 ns sends to shard 0")]
fn a_violated_lookahead_crashes_alone() {
    run_to(vec![Hasty, Hasty], 1, HORIZON);
}

#[test]
#[should_panic(expected = "lookahead violated: shard 1 at 1000000000 ns sends to shard 0")]
fn a_violated_lookahead_crashes_all_workers() {
    run_to(vec![Hasty, Hasty, Hasty], 3, SimTime::NEVER);
}
