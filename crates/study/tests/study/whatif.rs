//! What-if studies: watched, stopped, and gone on with.

use crate::{asked, town};
use chappe_base::RunSpec;
use chappe_metrics::{ReplicationsEnd, Warning, WhatIfRecord};
use chappe_report::Report;
use chappe_study::verdict::{self, Verdict};
use chappe_study::{
    Context, Error, NoTraces, Note, Observer, Progress, RunsInMemory, StopFlag, Threads, Unobserved, VERSION,
    WhatIf, whatif,
};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// Collects partial records; what else happens when one arrives is `then`'s.
struct Partials<F> {
    records: Mutex<Vec<WhatIfRecord>>,
    then: F,
}

impl<F: Fn(usize) + Sync> Partials<F> {
    fn new(then: F) -> Partials<F> {
        Partials {
            records: Mutex::default(),
            then,
        }
    }

    fn into_records(self) -> Vec<WhatIfRecord> {
        self.records.into_inner().unwrap()
    }
}

impl<F: Fn(usize) + Sync> Observer for Partials<F> {
    fn progress(&self, _progress: Progress<'_>) {}

    fn note(&self, _note: Note) {}

    fn partial(&self, record: &WhatIfRecord) {
        let mut records = self.records.lock().unwrap();
        records.push(record.clone());
        let count = records.len();
        drop(records);
        (self.then)(count);
    }
}

/// A what-if study on one thread, with this flag, observer and store.
fn study(stop: &StopFlag, observer: &dyn Observer, runs: &RunsInMemory) -> Result<WhatIfRecord, Error> {
    let context = Context {
        threads: Threads::Number(1),
        ..Context::new(stop, observer, &NoTraces, runs)
    };
    whatif(&town(), &asked(), &context)
}

/// Half the width of the interval by which the first arm changes what ads earn.
fn half_width(record: &WhatIfRecord) -> f64 {
    let revenue = record
        .metrics
        .iter()
        .find(|metric| metric.metric == "revenue.total")
        .expect("the town has ads");
    revenue.against_baseline[0].difference.half_width()
}

#[test]
fn partial_results_of_a_whatif_narrow_until_the_last_is_the_answer() {
    let (stop, runs) = (StopFlag::new(), RunsInMemory::default());
    let observer = Partials::new(|_| {});
    let finished = study(&stop, &observer, &runs).unwrap();
    assert_eq!(
        finished.arms.len(),
        3,
        "the baseline, an arm of the file, an arm by code"
    );
    let partials = observer.into_records();
    let replications: Vec<usize> = partials.iter().map(|partial| partial.seeds.len()).collect();
    assert_eq!(replications, (2..=finished.seeds.len()).collect::<Vec<_>>());
    assert!(finished.seeds.len() > 3, "more than the pilot");
    for partial in &partials {
        assert_eq!(partial.stopping.ended, ReplicationsEnd::Running);
        assert_eq!(partial.seeds, finished.seeds[..partial.seeds.len()]);
    }
    let (first, last) = (&partials[0], &partials[partials.len() - 1]);
    assert!(half_width(last) < half_width(first));
    assert_eq!(last.metrics, finished.metrics);
    assert_eq!(last.users, finished.users);
    assert_eq!(last.series, finished.series);
}

fn wait(receiver: &Mutex<Receiver<()>>) {
    let patience = std::time::Duration::from_secs(60);
    receiver.lock().unwrap().recv_timeout(patience).unwrap();
}

fn signal() -> (Sender<()>, Mutex<Receiver<()>>) {
    let (sender, receiver) = channel();
    (sender, Mutex::new(receiver))
}

#[test]
fn one_of_two_studies_at_once_is_stopped_and_the_other_is_complete() {
    let alone = study(&StopFlag::new(), &Unobserved, &RunsInMemory::default()).unwrap();
    // Both are under way when the first is stopped, and the second goes on only after the first has ended.
    let (second_begins, second_has_begun) = signal();
    let (first_ends, first_has_ended) = signal();
    let (stop_first, stop_second) = (StopFlag::new(), StopFlag::new());
    let (runs_first, runs_second) = (RunsInMemory::default(), RunsInMemory::default());
    let (first, second) = thread::scope(|scope| {
        let (stop, runs) = (&stop_first, &runs_first);
        let first = scope.spawn(move || {
            let observer = Partials::new(|count| {
                if count == 1 {
                    wait(&second_has_begun);
                    stop.raise();
                }
            });
            let stopped = study(stop, &observer, runs);
            first_ends.send(()).unwrap();
            (stopped.unwrap(), observer.into_records())
        });
        let observer = Partials::new(|count| {
            if count == 1 {
                second_begins.send(()).unwrap();
                wait(&first_has_ended);
            }
        });
        let second = study(&stop_second, &observer, &runs_second).unwrap();
        (first.join().unwrap(), second)
    });
    let (first, partials) = first;
    assert!(stop_first.is_raised() && !stop_second.is_raised());

    assert_eq!(first.stopping.ended, ReplicationsEnd::Interrupted);
    assert_eq!(first.seeds.len(), 2);
    assert_eq!(partials.len(), 1);
    assert_eq!(first.metrics, partials[0].metrics, "it keeps what it has");
    let incomplete = first.incomplete().unwrap();
    assert!(
        incomplete.contains("stopped after 2 of 3 replications"),
        "{incomplete}"
    );
    let verdict = verdict::of_whatif(&first);
    assert_eq!(verdict.code(), 130);
    let Verdict::Interrupted(told) = verdict else {
        panic!("{verdict:?}");
    };
    assert!(
        told.starts_with(&incomplete) && told.contains("are kept"),
        "{told}"
    );

    assert_eq!(second.stopping.ended, ReplicationsEnd::Replications);
    assert_eq!(second.incomplete(), None);
    assert_eq!(second.metrics, alone.metrics, "nobody disturbed it");

    // The runs that ended are kept, so the stopped study goes on from there.
    let resumed = study(&StopFlag::new(), &Unobserved, &runs_first).unwrap();
    assert_eq!(resumed.metrics, alone.metrics);
}

#[test]
fn a_study_that_is_stopped_before_two_replications_concludes_nothing() {
    let stop = StopFlag::new();
    stop.raise();
    let error = study(&stop, &Unobserved, &RunsInMemory::default()).err().unwrap();
    assert!(matches!(error, Error::Interrupted(_)), "{error}");
    assert!(
        error.to_string().contains("0 of at least 2 replications"),
        "{error}"
    );
}

/// A campaign whose control traffic overloads the shard of its page.
const HOT: &str = r#"
horizon = "1 day"
[population]
users = 5000
pages = 8
[platform]
shards = 64
stretch_to = 0.7
[agents]
page_visits_per_day = 1.0
[[campaign]]
format = "new-product"
page = 0
topic = "shoes/trail"
bid = "0.01"
budget = "2.00"
"#;

#[test]
fn an_overloaded_shard_is_a_doubt_of_the_whole_study() {
    let (stop, runs) = (StopFlag::new(), RunsInMemory::default());
    let context = Context::new(&stop, &Unobserved, &NoTraces, &runs);
    let spec = RunSpec::new(VERSION, "hot.toml", HOT.to_string());
    let asked = WhatIf {
        replications: Some(2),
        ..asked()
    };
    let record = whatif(&spec, &asked, &context).unwrap();
    let is_told = |warning: &Warning| {
        warning
            .problem
            .contains("runs shards are overloaded; at worst, in arm `")
            && warning.problem.contains(" hours")
    };
    assert!(record.warnings.iter().any(is_told), "{:?}", record.warnings);
}
