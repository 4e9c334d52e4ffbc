//! Runs that are played again from their records, and runs at once.

use crate::{asked, play, town};
use chappe_base::{Duration, MessageId, RunSpec, RunSpecMismatch, SimTime, UserId};
use chappe_metrics::RunRecord;
use chappe_report::Report;
use chappe_study::verdict::{self, Verdict};
use chappe_study::{
    Context, Error, NoTraces, Note, Observer, Opened, Progress, RunOptions, RunsInMemory, StopFlag, Threads,
    Unobserved, VERSION, explain, run, validate, whatif, why,
};
use std::fs;
use std::sync::Mutex;
use std::thread;

/// The record as somebody else reads it from its file.
fn read_back(record: &RunRecord) -> RunRecord {
    RunRecord::read(std::str::from_utf8(&record.json().unwrap()).unwrap()).unwrap()
}

#[test]
fn the_spec_in_a_record_plays_the_same_run_again() {
    let spec = RunSpec {
        arm: Some("no ads".to_string()),
        set: vec![("population.pages".to_string(), "6".to_string())],
        seed: Some(chappe_base::SEED_MAX),
        scale: Some(1.5),
        until: Duration::parse("90m").ok(),
        ..town()
    };
    let record = play(&spec);
    let again = play(&read_back(&record).spec);
    assert_eq!(again.digest, record.digest);
    assert_eq!(again.result, record.result);
    assert_ne!(play(&town()).digest, record.digest);
}

/// Stops the run at its first sign of progress.
struct StopsAtOnce<'a>(&'a StopFlag);

impl Observer for StopsAtOnce<'_> {
    fn progress(&self, _progress: Progress<'_>) {
        self.0.raise();
    }

    fn note(&self, _note: Note) {}
}

#[test]
fn a_run_that_was_stopped_plays_again_until_there() {
    let spec = RunSpec {
        set: [("population.users", "3000"), ("horizon", "12h")]
            .map(|(key, value)| (key.to_string(), value.to_string()))
            .to_vec(),
        ..town()
    };
    let (stop, runs) = (StopFlag::new(), RunsInMemory::default());
    let observer = StopsAtOnce(&stop);
    let context = Context {
        threads: Threads::Number(1),
        ..Context::new(&stop, &observer, &NoTraces, &runs)
    };
    let stopped = run(&spec, RunOptions::default(), &context).unwrap().record;
    assert!(stopped.interrupted && matches!(verdict::of_run(&stopped), Verdict::Interrupted(_)));
    let again = play(&read_back(&stopped).spec);
    assert_eq!(again.digest, stopped.digest);
    assert!(!again.interrupted);
}

#[test]
fn a_spec_of_another_format_or_version_is_refused_with_what_differs() {
    let newer = RunSpec {
        schema: "chappe/spec/9".to_string(),
        ..town()
    };
    let foreign = RunSpec {
        program: "99.0.0".to_string(),
        ..town()
    };
    let (stop, runs) = (StopFlag::new(), RunsInMemory::default());
    let context = Context::new(&stop, &Unobserved, &NoTraces, &runs);
    for (spec, differs) in [(newer, "chappe/spec/9"), (foreign, "99.0.0")] {
        let errors = [
            run(&spec, RunOptions::default(), &context).err(),
            whatif(&spec, &asked(), &context).err(),
            why(&spec, MessageId(0), &context).err(),
            validate(&spec, &context).err(),
        ];
        for error in errors.map(Option::unwrap) {
            let (message, help) = (error.to_string(), error.help().map(str::to_string));
            assert!(message.contains(differs), "{message}");
            assert!(help.is_some(), "{message} has no remedy");
            assert!(matches!(
                error,
                Error::Mismatch(RunSpecMismatch::Format { .. } | RunSpecMismatch::Program { .. })
            ));
        }
    }
}

#[test]
fn nothing_has_the_number_that_stands_for_none() {
    let (stop, runs) = (StopFlag::new(), RunsInMemory::default());
    let context = Context::new(&stop, &Unobserved, &NoTraces, &runs);
    let error = why(&town(), MessageId(0), &context).unwrap_err();
    assert!(error.to_string().contains("stands for none"), "{error}");
}

#[test]
fn a_users_day_is_told_in_order_of_time() {
    let (stop, runs) = (StopFlag::new(), RunsInMemory::default());
    let context = Context::new(&stop, &Unobserved, &NoTraces, &runs);
    let mut past_count = 0;
    for user in 0..40 {
        let story = explain(&town(), UserId(user), &context).unwrap();
        let times: Vec<i64> = story.chapters[0]
            .entries
            .iter()
            .map(|entry| entry.at_ns)
            .collect();
        assert!(times.is_sorted(), "user {user}: {times:?}");
        past_count = past_count.max(times.iter().filter(|at| **at < 0).count());
    }
    assert!(past_count > 1, "somebody has a history of several acts");
}

#[test]
fn a_folder_whose_record_another_version_wrote_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let record = play(&town());
    for (ours, theirs) in [
        ("chappe/spec/2", "chappe/spec/9"),
        (&*format!("\"program\": \"{VERSION}\""), "\"program\": \"99.0.0\""),
    ] {
        let json = String::from_utf8(record.json().unwrap()).unwrap();
        assert!(json.contains(ours), "{ours}");
        fs::write(folder.path().join("run.json"), json.replace(ours, theirs)).unwrap();
        let error = Opened::folder(folder.path()).err().unwrap();
        assert!(matches!(error, Error::Mismatch(_)), "{error}");
    }
    fs::write(folder.path().join("run.json"), "{}").unwrap();
    let error = Opened::folder(folder.path()).err().unwrap().to_string();
    assert!(error.contains("no record of a run"), "{error}");
}

/// Collects how far a run is, and where it says that it ends.
#[derive(Default)]
struct Steps(Mutex<Vec<(SimTime, SimTime)>>);

impl Observer for Steps {
    fn progress(&self, progress: Progress<'_>) {
        if let Progress::Simulation { now, until, .. } = progress {
            self.0.lock().unwrap().push((now, until));
        }
    }

    fn note(&self, _note: Note) {}
}

#[test]
fn two_runs_at_once_are_watched_apart() {
    let users = |count: &str| vec![("population.users".to_string(), count.to_string())];
    let specs = [("3000", "2h"), ("4000", "1h 40m")].map(|(count, until)| RunSpec {
        set: users(count),
        until: Duration::parse(until).ok(),
        ..town()
    });
    let watched = thread::scope(|scope| {
        let threads = specs.each_ref().map(|spec| {
            scope.spawn(move || {
                let (stop, runs, steps) = (StopFlag::new(), RunsInMemory::default(), Steps::default());
                let command = [spec.set[0].1.clone()];
                let context = Context {
                    command: &command,
                    ..Context::new(&stop, &steps, &NoTraces, &runs)
                };
                let record = run(spec, RunOptions::default(), &context).unwrap().record;
                (record, steps.0.into_inner().unwrap())
            })
        });
        threads.map(|thread| thread.join().unwrap())
    });
    for (spec, (record, steps)) in specs.iter().zip(watched) {
        let end = SimTime::ZERO + spec.until.unwrap().0;
        assert!(!steps.is_empty(), "nobody was told anything");
        assert!(steps.iter().all(|(_, until)| *until == end), "{steps:?}");
        assert!(steps.is_sorted(), "{steps:?}");
        assert_eq!(record.execution.command, [spec.set[0].1.as_str()]);
        assert_eq!(record.digest, play(spec).digest);
    }
}
