//! What is run, as one value: a folder or a log is enough to play its run again, whatever became of the files.

use crate::chappe::{Bench, Ran, SCENARIO};
use serde_json::{Value, json};
use std::fs;

const REPLAY: &str = include_str!("../../../../scenarios/replay.toml");
const SAMPLE: &str = include_str!("../../../../scenarios/sample-trace.txt");

/// The number of the first friends' message in a log.
fn first_message(log: &str) -> String {
    let mut facts = log.lines().skip(1).filter(|line| line.contains("\"friend\""));
    let accepted = facts.find(|line| line.contains("\"accepted\"")).unwrap();
    let accepted: Value = serde_json::from_str(accepted).unwrap();
    accepted["fact"]["accepted"]["message"]
        .as_str()
        .unwrap()
        .to_string()
}

/// Changes the record in a folder.
fn edit(bench: &Bench, file: &str, change: impl FnOnce(&mut Value)) {
    let mut record = bench.json(file);
    change(&mut record);
    bench.write(file, serde_json::to_vec(&record).unwrap());
}

fn moved(bench: &Bench) {
    fs::create_dir_all(bench.path("elsewhere")).unwrap();
    fs::rename(bench.path("it"), bench.path("elsewhere/moved")).unwrap();
}

#[test]
fn a_run_folder_is_enough_to_play_the_run_again() {
    let bench = Bench::new();
    bench
        .chappe(
            "run town.toml -q --set agents.ads.buy=0.2 --seed 9 --scale 2 --until 40m --out it --log f.jsonl",
        )
        .out();
    let message = first_message(&bench.read("f.jsonl"));
    let story = bench.chappe(&format!("why it --message {message}")).out();
    let valid = bench.chappe("validate it --json").out();
    let first = bench.json("it/run.json");
    moved(&bench);

    let is_the_same = |state: &str| {
        let why = format!("why elsewhere/moved --message {message}");
        assert_eq!(bench.chappe(&why).out(), story, "{state}");
        assert_eq!(
            bench.chappe("validate elsewhere/moved --json").out(),
            valid,
            "{state}"
        );
        bench.chappe("run elsewhere/moved -q --out again").code_is(0);
        let again = bench.json("again/run.json");
        for part in ["digest", "result", "spec", "scenario", "seed"] {
            assert_eq!(again[part], first[part], "{state}: {part}");
        }
        assert_eq!(bench.chappe("audit f.jsonl").code, 0, "{state}");
    };
    bench.write("town.toml", SCENARIO.replace("users = 400", "users = 300"));
    is_the_same("the scenario file was edited");
    fs::remove_file(bench.path("town.toml")).unwrap();
    is_the_same("the scenario file was deleted");
    fs::remove_file(bench.path("elsewhere/moved/scenario.toml")).unwrap();
    is_the_same("its copy was deleted too");

    bench
        .chappe("run elsewhere/moved -q --seed 10 --until 30m --out other")
        .out();
    let other = bench.json("other/run.json");
    assert_eq!(other["spec"]["seed"], 10);
    assert_eq!(other["spec"]["until"], "30m");
    assert_eq!(other["spec"]["set"], first["spec"]["set"]);
    assert_ne!(other["digest"], first["digest"]);
}

#[test]
fn a_replayed_trace_travels_with_the_run_and_another_is_refused() {
    let bench = Bench::new();
    bench.write("replay.toml", REPLAY);
    bench.write("sample-trace.txt", SAMPLE);
    bench
        .chappe("run replay.toml -q --until 1d --out it --log f.jsonl")
        .code_is(0);
    let message = first_message(&bench.read("f.jsonl"));
    let why = format!("why elsewhere/moved --message {message}");
    let story = bench.chappe(&format!("why it --message {message}")).out();
    let first = bench.json("it/run.json");
    bench
        .chappe("whatif replay.toml -q --set horizon=6h --replications 2 --out study")
        .code_is(0);
    for file in ["replay.toml", "sample-trace.txt"] {
        fs::remove_file(bench.path(file)).unwrap();
    }
    moved(&bench);
    assert_eq!(bench.chappe(&why).out(), story);
    bench.chappe("run elsewhere/moved -q --out again").code_is(0);
    let again = bench.json("again/run.json");
    assert_eq!(
        (&again["digest"], &again["spec"]),
        (&first["digest"], &first["spec"])
    );
    assert_eq!(
        bench.read("again/trace.txt"),
        bench.read("elsewhere/moved/trace.txt")
    );

    let hash = first["spec"]["trace"]["hash"].as_str().unwrap();
    bench.write("elsewhere/moved/trace.txt", "1 2 10\n2 1 70\n");
    let commands = ["run elsewhere/moved", "validate elsewhere/moved", why.as_str()];
    for command in commands {
        let words = "the trace `sample-trace.txt` is not the one that the run replayed: its hash is ";
        bench.refused(command, words);
        bench.refused(command, &format!("and that had {hash}"));
    }
    fs::remove_file(bench.path("elsewhere/moved/trace.txt")).unwrap();
    let missing = format!("the run replayed `sample-trace.txt`, a trace with the hash {hash}");
    for command in commands {
        bench.refused(command, &missing);
        bench.refused(command, "can't read elsewhere/moved/trace.txt");
    }
    // A study's folder keeps the trace too.
    bench.chappe("run study -q --out of-study").code_is(0);
}

#[test]
fn a_spec_of_another_version_is_refused_with_what_differs() {
    let bench = Bench::new();
    bench
        .chappe("run town.toml -q --until 10m --out it --log f.jsonl")
        .out();
    let refused = |words: &str| {
        for command in [
            "run it",
            "validate it",
            "why it --message 1",
            "explain it --user 1",
            "whatif it",
            "load it",
        ] {
            bench.refused(command, words);
        }
    };
    let (record, log) = (bench.read("it/run.json"), bench.read("f.jsonl"));
    let newer = "the run is described in the format `chappe/spec/3`, and this version reads `chappe/spec/2`";
    edit(&bench, "it/run.json", |record| {
        // Nobody knows what fields a newer format has.
        record["spec"] = json!({ "schema": "chappe/spec/3", "program": "0.1.0", "plan": [] });
    });
    refused(newer);
    bench.write("it/run.json", &record);
    edit(&bench, "it/run.json", |record| {
        record["spec"]["program"] = "9.9.9".into();
    });
    let version = env!("CARGO_PKG_VERSION");
    let other = format!("the run was made by chappe 9.9.9, and this is chappe {version}");
    refused(&other);
    edit(&bench, "it/run.json", |record| {
        record["spec"]["program"] = version.into();
        record["spec"].as_object_mut().unwrap().remove("scenario");
    });
    refused("it/run.json: its `spec` can't be read: missing field `scenario`");
    edit(&bench, "it/run.json", |record| {
        record.as_object_mut().unwrap().remove("spec");
    });
    refused("this is no record of a run that says what was run");

    let program = format!("\"program\":\"{version}\"");
    bench.write("o.jsonl", log.replacen(&program, "\"program\":\"9.9.9\"", 1));
    bench.refused("audit o.jsonl", &other);
    bench.write("n.jsonl", log.replacen("chappe/spec/2", "chappe/spec/3", 1));
    bench.refused("audit n.jsonl", newer);
}

#[test]
fn every_record_of_a_study_says_what_was_run() {
    let bench = Bench::new();
    let thresholds = "[thresholds]\n\"delivery.friend\" = [\"p(50) < 1h\"]\n\n[[campaign]]";
    let town = SCENARIO.replacen("[[campaign]]", thresholds, 1);
    bench.write("town.toml", &town);
    let shared = "town.toml -q --set horizon=20m --seed 5";
    let calm = "--rate 500 --duration 150ms --warm-up 0s --workers 1";
    bench.chappe(&format!("run {shared} --out plain")).out();
    let digest = bench.json("plain/run.json")["digest"].clone();
    for (command, record) in [
        ("whatif SHARED --replications 2", "whatif.json"),
        (
            "sweep SHARED --vary scale=1,2 --replications 1 --only base",
            "sweep.json",
        ),
        ("capacity SHARED CALM --cap 500 --trials 4", "capacity.json"),
        (
            "load SHARED CALM --compare design.lanes=fifo,priority --rounds 3",
            "comparison.json",
        ),
        ("load SHARED CALM", "run.json"),
    ] {
        let arguments = command.replace("SHARED", shared).replace("CALM", calm);
        let folder = record.trim_end_matches(".json");
        let ran = bench.chappe(&format!("{arguments} --out {folder}"));
        assert!([0, 5].contains(&ran.code), "{arguments}: {}", ran.err);
        let spec = &bench.json(&format!("{folder}/{record}"))["spec"];
        assert_eq!(
            spec["scenario"],
            json!({ "name": "town.toml", "text": town }),
            "{record}"
        );
        assert_eq!(spec["set"], json!([["horizon", "20m"]]), "{record}");
        assert_eq!(
            (&spec["seed"], &spec["arm"]),
            (&5.into(), &Value::Null),
            "{record}"
        );
        bench.chappe(&format!("run ./{folder} -q --out again")).out();
        assert_eq!(bench.json("again/run.json")["digest"], digest, "{record}");
    }
}

#[test]
fn a_study_of_a_part_of_a_run_is_refused() {
    let bench = Bench::new();
    bench
        .chappe_with(&["run", "town.toml", "-q", "--arm", "no ads", "--out", "arm"])
        .out();
    bench.chappe("run town.toml -q --until 10m --out part").out();
    for command in ["whatif", "sweep --vary scale=1,2"] {
        bench.refused(
            &format!("{command} arm"),
            "this is a run of the arm `no ads` alone",
        );
        bench.refused(&format!("{command} part"), "this is a run that ended at 10m");
    }
}

#[test]
fn processes_need_no_file() {
    let bench = Bench::new();
    let slow = ["client_to_platform", "platform_to_client", "server_to_server"];
    let slow = slow.map(|link| format!("{link}.floor = \"1s\"\n"));
    let town = format!("{SCENARIO}\n[network]\n{}", slow.concat());
    fs::remove_file(bench.path("town.toml")).unwrap();
    let run = |more: &str| {
        let arguments = format!("run - -q --until 1h {more}");
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        Ran::of(bench.command(&arguments).write_stdin(town.as_str())).out();
    };
    run("--out one");
    run("--out two --processes 2 --workers 1");
    let shipped = "run replay -q --until 20m --set platform.shards=4";
    bench.chappe(&format!("{shipped} --out three")).code_is(0);
    bench
        .chappe(&format!("{shipped} --out four --processes 2 --workers 1"))
        .code_is(0);
    for (alone, together) in [("one", "two"), ("three", "four")] {
        let [alone, together] = [alone, together].map(|folder| bench.json(&format!("{folder}/run.json")));
        assert_eq!(together["execution"]["processes"], 2);
        for part in ["digest", "result", "spec"] {
            assert_eq!(alone[part], together[part], "{part}");
        }
    }
    assert_eq!(bench.list("."), ["four", "one", "three", "two"]);
}
