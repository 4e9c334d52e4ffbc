//! Where reports go: every command has a folder of its own, and none replaces the report of another.

use crate::chappe::{Bench, SCENARIO};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const CALM: &str = "--rate 500 --duration 200ms --warm-up 0s --workers 1 -q";

/// What each command that writes a report needs beside its output folder, with the name of its folder.
fn commands() -> [(String, &'static str); 8] {
    [
        ("run town.toml -q --until 10m".to_string(), "town"),
        (format!("load town.toml {CALM}"), "town-load"),
        (
            format!("load town.toml {CALM} --compare design.lanes=fifo,priority --rounds 3"),
            "town-comparison",
        ),
        (
            format!("capacity town.toml {CALM} --cap 500 --trials 4"),
            "town-capacity",
        ),
        (format!("calibrate town.toml {CALM}"), "town-calibration"),
        (
            "whatif town.toml -q --set horizon=10m --replications 2".to_string(),
            "town-whatif",
        ),
        (
            "sweep town.toml -q --set horizon=10m --vary scale=1,2 --replications 1".to_string(),
            "town-sweep",
        ),
        ("fit trace.txt -q --tries 1".to_string(), "fit-trace"),
    ]
}

/// Every file below `folder` with its content.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => {
                found.insert(path.display().to_string(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// A folder in which every command has written its report where it does if nobody says where.
fn reported() -> Bench {
    let bench = Bench::new();
    let thresholds = "[thresholds]\n\"delivery.friend\" = [\"p(50) < 1h\"]\n\n[[campaign]]";
    bench.write("town.toml", SCENARIO.replacen("[[campaign]]", thresholds, 1));
    let lines = (0..200).map(|line| format!("{} {} {}\n", line % 7, (line + 1) % 7, line * 900));
    bench.write("trace.txt", lines.collect::<String>());
    for (arguments, folder) in commands() {
        let before = match bench.path("reports/out").exists() {
            true => bench.list("reports/out"),
            false => Vec::new(),
        };
        let ran = bench.chappe(&arguments);
        // The machine may be so busy that a generator falls behind.
        assert!([0, 5].contains(&ran.code), "{arguments}: {}", ran.err);
        let after = bench.list("reports/out");
        let new: Vec<&String> = after.iter().filter(|name| !before.contains(name)).collect();
        assert_eq!(new, [folder], "{arguments}");
    }
    bench
}

#[test]
fn every_command_has_a_folder_of_its_own_and_touches_no_other() {
    let bench = reported();
    assert_eq!(bench.list("reports/out").len(), commands().len());
    let before = files(bench.folder());
    for (arguments, own) in commands() {
        for (_, other) in commands() {
            // A fit writes files of its own, and no report.
            if own == other || own == "fit-trace" || other == "fit-trace" {
                continue;
            }
            let words = format!("`reports/out/{other}` exists and holds a report of `chappe ");
            bench.refused(&format!("{arguments} --out reports/out/{other}"), &words);
        }
    }
    let after = files(bench.folder());
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&before), names(&after));
    assert!(before == after, "a refused command changed a file");
}
