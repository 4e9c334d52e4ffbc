//! What is recorded stays, whole; and nothing else is taken for it.

use super::*;

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
    let path = folder.path().join("deep/history.sqlite");
    (folder, path)
}

/// What a history with one run holds, and its path.
fn with_one_run() -> (tempfile::TempDir, PathBuf) {
    let (folder, path) = place();
    let one = run("first-ads", vec![figure("instructions", 7.5e9)]);
    History::open(&path).unwrap().add(&[one]).unwrap();
    (folder, path)
}

fn names(path: &Path) -> Vec<String> {
    let runs = History::open_existing(path).unwrap().runs().unwrap();
    runs.into_iter().map(|run| run.scenario).collect()
}

/// Both ways to open it are refused with these words.
fn assert_refused(path: &Path, words: &str) {
    for refused in [History::open(path), History::open_existing(path)] {
        let Err(Failure::Usage {
            problem,
            help: Some(help),
        }) = refused
        else {
            panic!("{refused:?}");
        };
        assert!(problem.contains(words), "{problem}");
        assert!(!help.is_empty());
    }
}

#[test]
fn what_is_added_reads_back_to_the_bit_and_in_order() {
    let (_folder, path) = place();
    let runs = [
        run(
            "Ünïcode 'quoted'",
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
    let mut history = History::open(&path).unwrap();
    assert_eq!(history.runs().unwrap(), []);
    history.add(&runs[..1]).unwrap();
    drop(history);
    History::open(&path).unwrap().add(&runs[1..]).unwrap();
    assert_eq!(History::open_existing(&path).unwrap().runs().unwrap(), runs);
}

#[test]
fn where_there_is_none_nothing_is_made_by_looking() {
    let (folder, path) = place();
    for make_empty in [false, true] {
        if make_empty {
            fs::create_dir(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
        }
        let Err(Failure::Usage { help: Some(help), .. }) = History::open_existing(&path) else {
            panic!("there is none");
        };
        assert!(help.contains("chappe gate record"), "{help}");
    }
    assert_eq!(fs::read(&path).unwrap(), b"");
    assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 1);
    History::open(&path).unwrap();
    assert_eq!(names(&path), [""; 0]);
}

#[test]
fn something_else_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("thesis.txt");
    fs::write(&path, "years of work, and more than a page of it\n".repeat(200)).unwrap();
    let foreign = folder.path().join("foreign.sqlite");
    let others = Connection::open(&foreign).unwrap();
    others.execute_batch("CREATE TABLE run (name TEXT)").unwrap();
    drop(others);
    for path in [path, foreign] {
        let before = fs::read(&path).unwrap();
        assert_refused(&path, "something else than a history");
        assert_eq!(fs::read(&path).unwrap(), before);
    }
    assert_refused(folder.path(), "can't be read or written");
}

#[test]
fn a_later_version_is_refused() {
    let (_folder, path) = with_one_run();
    let connection = Connection::open(&path).unwrap();
    connection
        .pragma_update(None, "user_version", VERSION + 1)
        .unwrap();
    drop(connection);
    assert_refused(&path, "a later version");
}

#[test]
fn a_damaged_history_is_refused() {
    let (_folder, path) = with_one_run();
    let figures = (0..2_000).map(|number| figure("instructions", f64::from(number)));
    let large = run("large", figures.collect());
    History::open(&path).unwrap().add(&[large]).unwrap();
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert_refused(&path, "is damaged");
    let mut holed = whole.clone();
    holed[4096..3 * 4096].fill(0x5a);
    fs::write(&path, &holed).unwrap();
    assert_refused(&path, "is damaged");
    fs::write(&path, &whole).unwrap();
    assert_eq!(names(&path), ["first-ads", "large"]);
}

#[test]
fn runs_are_added_together_or_not_at_all() {
    let (_folder, path) = with_one_run();
    let mut history = History::open(&path).unwrap();
    let not_a_number = [run("good", vec![]), run("bad", vec![figure("a", f64::NAN)])];
    assert!(matches!(history.add(&not_a_number), Err(Failure::Internal(_))));
    let trigger = "CREATE TRIGGER refuse BEFORE INSERT ON figure WHEN NEW.place = 1 \
                   BEGIN SELECT RAISE(ABORT, 'no'); END";
    history.connection.execute_batch(trigger).unwrap();
    let half = [
        run("good", vec![figure("a", 1.0)]),
        run("bad", vec![figure("a", 1.0), figure("b", 2.0)]),
    ];
    assert!(history.add(&half).is_err());
    assert_eq!(names(&path), ["first-ads"]);
}

/// What a process killed in the middle of writing leaves: tables half written, and the journal to undo it.
#[test]
fn a_killed_writer_leaves_the_history_as_it_was() {
    let (folder, path) = place();
    let runs = vec![run("calm", vec![]); 2_000];
    History::open(&path).unwrap().add(&runs).unwrap();
    let writer = Connection::open(&path).unwrap();
    // Hardly any memory, so that what is not committed is in the file already.
    let begin = "PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE run SET scenario = 'half';";
    writer.execute_batch(begin).unwrap();
    let left = folder.path().join("left.sqlite");
    let journal = |path: &Path| path.with_extension("sqlite-journal");
    fs::copy(&path, &left).unwrap();
    let halves = || fs::read(&left).unwrap().windows(4).any(|word| word == b"half");
    assert!(halves(), "nothing is written yet");
    fs::copy(journal(&path), journal(&left)).unwrap();
    assert_eq!(names(&left), ["calm"; 2_000]);
    assert!(!halves() && !journal(&left).exists(), "it is undone for good");
    drop(writer);
    assert_eq!(names(&path), ["calm"; 2_000]);
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
                    History::open(path).unwrap().add(&[one]).unwrap();
                }
            });
        }
    });
    let mut names = names(&path);
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 40);
}
