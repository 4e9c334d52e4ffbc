//! A run's messages as a trace, and traces compared.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn chappe(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chappe"));
    command.current_dir(root()).args(arguments);
    command.output().expect("the command starts")
}

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("chappe-trace-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("it speaks UTF-8")
}

#[test]
fn a_replayed_trace_leaves_the_run_as_it_came_whatever_the_workers() {
    let folder = folder("replayed");
    let traces = ["1", "2"].map(|workers| {
        let (trace, out) = (folder.join(workers), folder.join("out"));
        let run = chappe(&[
            "run",
            "scenarios/replay.toml",
            "--quiet",
            "--workers",
            workers,
            "--trace",
            trace.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ]);
        assert!(run.status.success(), "{}", text(&run.stderr));
        fs::read_to_string(trace).unwrap()
    });
    assert!(traces[0] == traces[1], "the workers change the trace");
    // People and times are numbered from nought; what is said of them stays.
    let sample = fs::read_to_string(root().join("scenarios/sample-trace.txt")).unwrap();
    let seconds = |text: &str| -> Vec<i64> {
        let last = |line: &str| line.split(' ').next_back().and_then(|time| time.parse().ok());
        text.lines().map(|line| last(line).unwrap()).collect()
    };
    let (recorded, played) = (seconds(&sample), seconds(&traces[0]));
    assert_eq!(recorded.len(), played.len());
    let origin = recorded[0];
    assert!(
        recorded
            .iter()
            .zip(&played)
            .all(|(one, other)| one - origin == *other)
    );
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn two_traces_are_compared_in_a_table_and_in_plots() {
    let folder = folder("compared");
    let sample = "scenarios/sample-trace.txt";
    let compared = chappe(&[
        "trace",
        sample,
        "--against",
        sample,
        "--zone",
        "-420",
        "--out",
        folder.to_str().unwrap(),
    ]);
    assert!(compared.status.success(), "{}", text(&compared.stderr));
    let table = fs::read_to_string(folder.join("figures.md")).unwrap();
    assert!(table.contains("| messages | 2000 | 2000 | 0% | yes |"), "{table}");
    assert!(
        table.contains("| reply times: Kolmogorov–Smirnov distance |  |  | 0.000 | yes |"),
        "{table}"
    );
    for plot in ["replies", "contacts", "senders", "hours"] {
        let svg = fs::read_to_string(folder.join(format!("plots/{plot}.svg"))).unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("sample-trace"), "{plot}");
        assert!(folder.join(format!("plots/{plot}.png")).exists(), "{plot}");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_is_no_trace_and_what_can_not_be_written_is_said_at_once() {
    for (arguments, said) in [
        (&["trace", "README.md"][..], "README.md: line 1: "),
        (&["trace", "no-such-file"], "can't read no-such-file"),
        (
            &[
                "run",
                "scenarios/queue.toml",
                "--trace",
                "no/such/folder/trace.txt",
            ],
            "can't write no/such/folder",
        ),
    ] {
        let done = chappe(arguments);
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        assert!(text(&done.stderr).contains(said), "{}", text(&done.stderr));
        assert!(done.stdout.is_empty());
    }
}
