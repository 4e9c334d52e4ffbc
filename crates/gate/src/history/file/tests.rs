//! What is recorded stays complete, and no other file is taken for a history.

use super::*;
use crate::record::{FigureKind, RecordedFigure};
use chappe_metrics::{Better, Unit};
use std::path::PathBuf;

fn figure(metric: &str, value: f64) -> RecordedFigure {
    RecordedFigure {
        kind: FigureKind::Cost,
        metric: metric.to_string(),
        unit: Unit::Count,
        value,
        better: Better::Lower,
    }
}

fn run(name: &str, figures: Vec<RecordedFigure>) -> RecordedRun {
    RecordedRun {
        schema: RECORDED_RUN_SCHEMA.to_string(),
        at: "2026-11-23T10:00:00Z".to_string(),
        commit: None,
        version: "0.1.0".to_string(),
        machine: "eight cores".to_string(),
        scenario: name.to_string(),
        scenario_hash: "5a1e".to_string(),
        seed: u64::MAX,
        figures,
    }
}

/// A folder, and the path of a history in it.
fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/history.jsonl");
    (folder, path)
}

/// A folder, and the path of a history in it that holds two runs.
fn with_two_runs() -> (tempfile::TempDir, PathBuf) {
    let (folder, path) = place();
    let runs = ["first-ads", "hot-line"].map(|name| run(name, vec![figure("instructions", 7.5e9)]));
    assert_eq!(append(&path, &runs).unwrap(), None);
    (folder, path)
}

fn names(path: &Path) -> Vec<String> {
    let (runs, _) = read(path).unwrap();
    runs.into_iter().map(|run| run.scenario).collect()
}

/// Reading and writing are both refused with these words, and change nothing.
fn assert_refused(path: &Path, words: &str) {
    let before = fs::read(path).ok();
    let refusals = [
        read(path).map(drop),
        append(path, &[run("more", vec![])]).map(drop),
        check(path),
    ];
    for refusal in refusals {
        let Err(Error::Usage {
            problem,
            help: Some(help),
        }) = refusal
        else {
            panic!("{refusal:?}");
        };
        assert!(problem.contains(words), "{problem}");
        assert!(!help.is_empty());
    }
    assert_eq!(fs::read(path).ok(), before);
}

#[test]
fn what_is_added_reads_back_to_the_bit_and_in_order() {
    let (_folder, path) = place();
    let runs = [
        run(
            "Ünïcode \"quoted\"\n",
            vec![figure("b", 0.1 + 0.2), figure("a", -0.0)],
        ),
        RecordedRun {
            commit: Some("3f2a9c1".to_string()),
            seed: 0,
            ..run("empty", vec![])
        },
        run(
            "kinds",
            vec![
                RecordedFigure {
                    kind: FigureKind::Behaviour,
                    better: Better::None,
                    ..figure("a", f64::MAX)
                },
                RecordedFigure {
                    kind: FigureKind::Wall,
                    better: Better::Higher,
                    ..figure("b", 5e-324)
                },
            ],
        ),
    ];
    append(&path, &runs[..1]).unwrap();
    append(&path, &runs[1..]).unwrap();
    let (read, notice) = read(&path).unwrap();
    assert_eq!((read.as_slice(), notice), (&runs[..], None));
    assert_eq!(
        read[0].figures[1].value.to_bits(),
        (-0.0_f64).to_bits(),
        "the sign of zero too"
    );
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), runs.len(), "a line for each run");
}

#[test]
fn reading_makes_no_file() {
    let (folder, path) = place();
    for is_empty_file in [false, true] {
        if is_empty_file {
            fs::create_dir(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
        }
        let Err(Error::Usage { help: Some(help), .. }) = read(&path) else {
            panic!("there is none");
        };
        assert!(help.contains("chappe gate record"), "{help}");
        check(&path).unwrap();
    }
    assert_eq!(fs::read(&path).unwrap(), b"");
    assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 1);
    append(&path, &[run("first-ads", vec![])]).unwrap();
    assert_eq!(names(&path), ["first-ads"]);
}

#[test]
fn something_else_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let other = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    };
    assert_refused(
        &other("thesis.txt", b"years of work\n"),
        "something else than a history",
    );
    assert_refused(&other("short.txt", b"hm"), "something else than a history");
    let record = br#"{"schema":"chappe/gate/1"}"#;
    assert_refused(&other("gate.json", record), "something else than a history");
    let database = [SQLITE_START, &[0x10, 0, 1, 1, b'\n', 0x5a]].concat();
    assert_refused(&other("history.sqlite", &database), "is an SQLite database");
    assert_refused(folder.path(), "is no regular file");
}

#[test]
fn a_later_version_is_refused() {
    let (_folder, path) = with_two_runs();
    let text = fs::read_to_string(&path).unwrap();
    let (first, second) = text.split_once('\n').unwrap();
    let later = second.replace("recorded-run/1", "recorded-run/2");
    fs::write(&path, format!("{first}\n{later}")).unwrap();
    assert_refused(&path, "line 2 of the history");
    // A later version may lack fields of this one.
    fs::write(&path, "{\"schema\":\"chappe/recorded-run/2\"}\n").unwrap();
    assert_refused(&path, "chappe/recorded-run/2, which this version can't read");
}

#[test]
fn a_damaged_line_is_named() {
    let (_folder, path) = with_two_runs();
    let whole = fs::read_to_string(&path).unwrap();
    for (damaged, number) in [
        (whole.replacen("0.1.0\",", "0.1.0", 1), 1),
        (whole.replacen("\"seed\"", "\"sead\"", 1), 1),
        (format!("{whole}years of work"), 3),
        (format!("{whole}\n"), 3),
        (whole.replace("7500000000.0", "1e999"), 1),
    ] {
        fs::write(&path, damaged).unwrap();
        assert_refused(&path, &format!("is damaged: line {number} "));
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(names(&path), ["first-ads", "hot-line"]);
}

#[test]
fn figures_that_are_no_numbers_are_never_written() {
    let (_folder, path) = with_two_runs();
    for value in [f64::NAN, f64::INFINITY] {
        let runs = [run("good", vec![]), run("bad", vec![figure("a", value)])];
        assert!(matches!(append(&path, &runs), Err(Error::Internal(_))));
    }
    assert_eq!(names(&path), ["first-ads", "hot-line"]);
}

/// What a process leaves that is killed while it writes, wherever in its line that was.
#[test]
fn an_incomplete_last_line_is_left_out_then_removed_and_told() {
    let (_folder, path) = with_two_runs();
    let whole = fs::read(&path).unwrap();
    let start = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for end in [start + 1, start + 20, start + 60, whole.len() - 2] {
        fs::write(&path, &whole[..end]).unwrap();
        let (runs, notice) = read(&path).unwrap();
        assert_eq!(runs.len(), 1, "{end}");
        assert!(notice.unwrap().contains("is incomplete"), "{end}");
        assert_eq!(fs::read(&path).unwrap().len(), end, "reading changes nothing");
        let notice = append(&path, &[run("next", vec![])]).unwrap();
        assert!(notice.unwrap().contains("was removed"), "{end}");
        assert_eq!(names(&path), ["first-ads", "next"], "{end}");
        assert_eq!(read(&path).unwrap().1, None, "{end}");
    }
    fs::write(&path, &whole[..start - 20]).unwrap();
    assert!(read(&path).is_err(), "no run of it is complete");
    append(&path, &[run("next", vec![])]).unwrap();
    assert_eq!(names(&path), ["next"]);
}

#[test]
fn a_last_line_without_its_line_feed_is_a_run() {
    let (_folder, path) = with_two_runs();
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    assert_eq!(names(&path), ["first-ads", "hot-line"]);
    assert_eq!(append(&path, &[run("next", vec![])]).unwrap(), None);
    assert_eq!(names(&path), ["first-ads", "hot-line", "next"]);
}

#[test]
fn several_may_begin_it_and_write_at_once() {
    let (_folder, path) = place();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || {
                for number in 0..10 {
                    let one = run(&format!("{writer} {number}"), vec![figure("a", 1.0)]);
                    append(path, &[one]).unwrap();
                    assert!(names(path).len() > number, "a reader sees complete lines");
                }
            });
        }
    });
    let mut names = names(&path);
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 40);
}
