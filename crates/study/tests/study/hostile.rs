//! Logs, records and traces that nobody would write: each is read, or refused with a message. Files that once were
//! troublesome are in `corpus`, and every test begins with them.

use crate::{TOWN, VERSION};
use chappe_base::RunSpec;
use chappe_report::Report;
use chappe_study::files::LogWriter;
use chappe_study::{
    Context, Error, NoTraces, Opened, RunOptions, RunsInMemory, StopFlag, Unobserved, audit_log, read_trace,
    run,
};
use chappe_workload::TraceOptions;
use proptest::prelude::*;
use proptest::sample::Index;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A record and a log of a small run.
struct Whole {
    record: Vec<u8>,
    log: Vec<u8>,
}

fn whole() -> &'static Whole {
    static WHOLE: OnceLock<Whole> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facts.jsonl");
        let town = TOWN
            .replace("users = 300", "users = 20")
            .replace("\"2h\"", "\"20m\"");
        let spec = RunSpec::new(VERSION, "town.toml", town);
        let (stop, runs) = (StopFlag::new(), RunsInMemory::default());
        let context = Context::new(&stop, &Unobserved, &NoTraces, &runs);
        let mut log = LogWriter::prepare(&path).unwrap();
        let mut sink = |_: usize| log.sink();
        let options = RunOptions {
            facts: Some(&mut sink),
            ..RunOptions::default()
        };
        let record = run(&spec, options, &context).unwrap().record;
        log.finish(&record.spec).unwrap();
        Whole {
            record: record.json().unwrap(),
            log: fs::read(path).unwrap(),
        }
    })
}

/// A small trace in each form.
const FORMS: [&[u8]; 5] = [
    b"1 2 0\n2 1 60\n1 2 90\n3 1 1800\n1 3 3600\n",
    b"% asym positive\n% 3 3 3\n1 2\t1\t60\n2 1\t1\t0\n",
    b"timestamp,sender,recipient,text\n2014-05-01T09:30:00Z,a,b,\"one, \"\"two\"\"\"\n2014-05-01 09:31,b,a,\n",
    b"from\tto\tdate\na\tb\t1082040961.5\nb\ta\t1082040962\n",
    b"{\"from\":\"a\",\"to\":[\"b\",3],\"time\":1082040961000}\n{\"from\":\"b\",\"to\":\"a\",\"time\":1082040962000}\n",
];
/// The first of them, compressed by gzip.
const COMPRESSED: &[u8] = include_bytes!("trace.txt.gz");

/// The files of the corpus.
fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(paths.len() >= 10, "the corpus is there");
    paths.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

/// `bytes` with some replaced, some inserted, and the end cut off.
fn spoiled(bytes: &[u8], changes: &[(Index, u8, bool)], cut: Option<Index>) -> Vec<u8> {
    let mut spoiled = bytes.to_vec();
    for (place, byte, inserts) in changes {
        let place = place.index(spoiled.len().max(1)).min(spoiled.len());
        let end = if *inserts {
            place
        } else {
            (place + 1).min(spoiled.len())
        };
        spoiled.splice(place..end, [*byte]);
    }
    if let Some(cut) = cut {
        spoiled.truncate(cut.index(spoiled.len() + 1));
    }
    spoiled
}

fn changes() -> impl Strategy<Value = (Vec<(Index, u8, bool)>, Option<Index>)> {
    let byte = prop_oneof![
        any::<u8>(),
        prop::sample::select(&b"0123456789-.eE{}[]\",:\n\t\0"[..])
    ];
    let change = (any::<Index>(), byte, any::<bool>());
    (prop::collection::vec(change, 0..5), any::<Option<Index>>())
}

/// Makes sure that a reader takes `bytes`, or refuses them with a message that names the file.
fn take(bytes: &[u8], file: &str, read: &dyn Fn(&Path) -> Result<(), Error>) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file);
    fs::write(&path, bytes).unwrap();
    if let Err(error) = read(&path) {
        let message = error.to_string();
        prop_assert!(!matches!(error, Error::Internal(_)), "{message}");
        prop_assert!(!message.is_empty() && message.len() < 2_000, "{message}");
    }
    Ok(())
}

fn log(path: &Path) -> Result<(), Error> {
    audit_log(path).map(drop)
}

fn record(path: &Path) -> Result<(), Error> {
    Opened::folder(path.parent().unwrap()).map(drop)
}

fn trace(path: &Path) -> Result<(), Error> {
    read_trace(path, &TraceOptions::default()).map(drop)
}

#[test]
fn the_corpus_is_read_or_refused() {
    let Whole {
        record: whole_record,
        log: whole_log,
    } = whole();
    let must = |read: &dyn Fn(&Path) -> Result<(), Error>, path: &Path| {
        read(path).unwrap();
        Ok(())
    };
    take(whole_log, "facts.jsonl", &|path| must(&log, path)).unwrap();
    take(whole_record, "run.json", &|path| must(&record, path)).unwrap();
    for bytes in corpus() {
        take(&bytes, "facts.jsonl", &log).unwrap();
        take(&bytes, "run.json", &record).unwrap();
        take(&bytes, "trace.txt", &trace).unwrap();
        // What follows a right first line is read by other code.
        let first = whole_log.split_inclusive(|byte| *byte == b'\n').next().unwrap();
        take(&[first, &bytes].concat(), "facts.jsonl", &log).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_log_is_judged_or_refused((changes, cut) in changes()) {
        take(&spoiled(&whole().log, &changes, cut), "facts.jsonl", &log)?;
    }

    #[test]
    fn any_record_is_opened_or_refused((changes, cut) in changes()) {
        take(&spoiled(&whole().record, &changes, cut), "run.json", &record)?;
    }

    #[test]
    fn any_trace_is_read_or_refused(form in prop::sample::select(&FORMS[..]), (changes, cut) in changes()) {
        take(&spoiled(form, &changes, cut), "trace.txt", &trace)?;
    }

    #[test]
    fn any_compressed_trace_is_read_or_refused((changes, cut) in changes()) {
        take(&spoiled(COMPRESSED, &changes, cut), "trace.txt", &trace)?;
    }
}
