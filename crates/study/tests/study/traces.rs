//! Runs that replay a trace, which travels with them.

use crate::play_with;
use chappe_base::{Fact, MessageId, RunSpec};
use chappe_engine::FactSink;
use chappe_metrics::RunRecord;
use chappe_report::Report;
use chappe_study::{
    Context, Error, Opened, RunOptions, RunsInMemory, StopFlag, TRACE_FILE, TraceRead, Traces, Unobserved,
    VERSION, run, why,
};
use chappe_workload::TraceOptions;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// People who write as in a trace.
const REPLAY: &str = r#"
seed    = 5
horizon = "2h"

[population]
users = 4
pages = 0

[platform]
shards = 2

[traffic]
replay = "letters/trace.txt"

[agents]
page_visits_per_day = 0.0

[history]
page_conversations = 0.0
conversations_under_way = false
"#;

const LETTERS: &str = "1 2 0\n2 1 60\n1 2 90\n3 1 1800\n1 3 3600\n";

fn replay() -> RunSpec {
    RunSpec::new(VERSION, "replay.toml", REPLAY.to_string())
}

/// A trace at hand, whatever the scenario calls it.
struct Given(&'static str);

impl Traces for Given {
    fn find(&self, path: &str) -> Result<TraceRead, Error> {
        TraceRead::of(path, self.0.as_bytes(), &TraceOptions::default())
    }
}

/// Writes what `chappe run` leaves in the folder of a run that replayed `trace`.
fn write_folder(folder: &Path, record: &RunRecord, trace: &str) {
    fs::write(folder.join(record.record_file()), record.json().unwrap()).unwrap();
    fs::write(folder.join(TRACE_FILE), trace).unwrap();
}

fn play_folder(folder: &Path) -> Result<RunRecord, Error> {
    let opened = Opened::folder(folder)?;
    Ok(play_with(&opened.spec, &*opened.traces)?.record)
}

#[test]
fn the_folder_of_a_run_plays_again_with_its_trace() {
    let record = play_with(&replay(), &Given(LETTERS)).unwrap().record;
    let trace = record.spec.trace.as_ref().expect("the record names its trace");
    assert_eq!(trace.path, "letters/trace.txt");
    let folder = tempfile::tempdir().unwrap();
    write_folder(folder.path(), &record, LETTERS);
    assert_eq!(play_folder(folder.path()).unwrap().digest, record.digest);

    // Questions are answered from the folder as well.
    let opened = Opened::folder(folder.path()).unwrap();
    let message = first_message(&opened.spec);
    let (stop, runs) = (StopFlag::new(), RunsInMemory::default());
    let context = Context::new(&stop, &Unobserved, &*opened.traces, &runs);
    let story = why(&opened.spec, message, &context).unwrap();
    assert!(!story.chapters[0].entries.is_empty());
}

/// The number of the first message that is accepted.
fn first_message(spec: &RunSpec) -> MessageId {
    let accepted: Arc<Mutex<Option<MessageId>>> = Arc::default();
    let mut sink = |_: usize| -> FactSink {
        let accepted = Arc::clone(&accepted);
        Box::new(move |record| {
            if let Fact::Accepted { message, .. } = record.fact {
                accepted.lock().unwrap().get_or_insert(message);
            }
        })
    };
    let options = RunOptions {
        facts: Some(&mut sink),
        ..RunOptions::default()
    };
    let (stop, runs) = (StopFlag::new(), RunsInMemory::default());
    let context = Context::new(&stop, &Unobserved, &Given(LETTERS), &runs);
    run(spec, options, &context).unwrap();
    let accepted = accepted.lock().unwrap();
    accepted.expect("a message is accepted")
}

#[test]
fn a_missing_or_different_trace_is_refused_with_what_differs() {
    let record = play_with(&replay(), &Given(LETTERS)).unwrap().record;
    let hash = record.spec.trace.as_ref().unwrap().hash.clone();
    let folder = tempfile::tempdir().unwrap();
    write_folder(folder.path(), &record, LETTERS);

    fs::remove_file(folder.path().join(TRACE_FILE)).unwrap();
    let missing = play_folder(folder.path()).unwrap_err();
    assert!(missing.to_string().contains(&hash), "{missing}");
    assert!(missing.help().unwrap().contains(TRACE_FILE), "{missing}");

    fs::write(folder.path().join(TRACE_FILE), "1 2 0\n2 1 61\n").unwrap();
    let different = play_folder(folder.path()).unwrap_err();
    assert!(
        different
            .to_string()
            .contains("is not the one that the run replayed")
    );
    assert!(different.to_string().contains(&hash), "{different}");
    assert!(different.help().is_some());
}
