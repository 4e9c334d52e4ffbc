//! Loads on the wall clock. What depends on how busy the machine is, is not asserted.

use crate::chappe::{Bench, CHAPPE, SCENARIO};
use std::process::Command;
use std::time::Duration;

/// A load that any machine can offer, short enough for a test.
const CALM: &str = "--rate 2000 --duration 1s --warm-up 200ms --workers 1";

/// The same for tests with many loads.
const BRIEF: &str = "--rate 2000 --duration 200ms --warm-up 100ms --workers 1";

/// The machine may be so busy that the generator can't keep up; then the code says so.
fn went(code: i32) -> bool {
    [0, 5].contains(&code)
}

#[test]
fn a_load_writes_a_record_of_the_wall_clock_and_its_report() {
    let bench = Bench::new();
    let ran = bench.chappe(&format!("load town.toml {CALM} --out it"));
    assert!(went(ran.code), "{}", ran.err);
    assert!(ran.out.contains("Report: it/index.html"), "{}", ran.out);
    let files = [
        "index.html",
        "junit.xml",
        "latency.hlog",
        "plots",
        "run.json",
        "scenario.toml",
    ];
    let files: Vec<&str> = files.into_iter().chain(["series.csv", "summary.md"]).collect();
    assert_eq!(bench.list("it"), files);
    let record = bench.json("it/run.json");
    assert_eq!(record["clock"], "wall");
    assert_eq!(record["load"]["outcome"]["sent_count"], 2_000);
    assert_eq!(record["load"]["plan"]["threads"], 1);
    assert!(record["result"]["audit"]["passed"].as_bool().unwrap());
    let metrics = &record["result"]["metrics"];
    for name in [
        "delivery.friend",
        "uncorrected.friend",
        "ack.friend",
        "wait.message",
        "service.message",
    ] {
        assert!(metrics[name]["count"].as_u64().unwrap() > 0, "{name}");
    }
    assert_eq!(metrics["load.lag"]["count"], 2_000);
    assert_eq!(metrics["load.blocked"]["count"], 2_000);
    assert!(metrics.get("reach.friend").is_none(), "that is virtual time's");
}

#[test]
fn every_shape_and_design_can_be_offered() {
    let bench = Bench::new();
    for arguments in [
        "--shape ramp --to 4000",
        "--shape stairs --to 4000 --steps 2",
        "--shape spike --to 5000",
        "--shape soak",
        "--shape closed --clients 20 --think 10ms",
        "--set design.mailbox=flume --set design.runtime=thread-per-shard",
        "--set design.mailbox=async-channel --set design.lanes=priority --set design.shards=2",
        "--set design.overload=reject --set design.capacity=100 --set design.batch=1",
        "--set design.overload=shed-ads --set design.broadcast=push --injectors 2",
    ] {
        // A closed model has clients in place of a rate.
        let calm = match arguments.contains("closed") {
            true => BRIEF.trim_start_matches("--rate 2000 "),
            false => BRIEF,
        };
        let ran = bench.chappe(&format!("load town.toml {calm} {arguments} --out it -q"));
        assert!(went(ran.code), "{arguments}: {}", ran.err);
        let record = bench.json("it/run.json");
        assert!(
            record["load"]["outcome"]["sent_count"].as_u64().unwrap() > 0,
            "{arguments}"
        );
        assert!(
            record["result"]["audit"]["passed"].as_bool().unwrap(),
            "{arguments}"
        );
    }
}

#[test]
fn a_load_longer_than_the_scenario_goes_on_into_the_next_day() {
    let bench = Bench::new();
    let ran = bench.chappe("load town.toml --rate 20000 --duration 1s --warm-up 0s --out it");
    assert!(went(ran.code), "{}", ran.err);
    assert!(ran.err.contains("the tape continues into day"), "{}", ran.err);
}

#[test]
fn a_missed_threshold_that_aborts_ends_the_load_with_99() {
    let bench = Bench::new();
    let threshold = "[thresholds]\n\"delivery.friend\" = [\"p(99) < 1us or abort\"]\n";
    bench.write(
        "strict.toml",
        SCENARIO.replace("[[campaign]]", &format!("{threshold}\n[[campaign]]")),
    );
    let ran = bench.chappe("load strict.toml --rate 2000 --duration 1m --warm-up 0s --workers 1 --out it");
    assert!([99, 5].contains(&ran.code), "{} {}", ran.code, ran.err);
    let record = bench.json("it/run.json");
    assert_eq!(record["load"]["outcome"]["end"], "threshold");
    assert!(record["load"]["outcome"]["measured_ns"].as_u64().unwrap() < 30_000_000_000);
    assert!(bench.read("it/junit.xml").contains("<failure"));
}

#[test]
fn capacity_ends_at_its_cap_and_below_what_a_threshold_allows() {
    let bench = Bench::new();
    let with = |condition: &str| {
        let thresholds = format!("[thresholds]\n\"delivery.friend\" = [\"{condition}\"]\n");
        SCENARIO.replace("[[campaign]]", &format!("{thresholds}\n[[campaign]]"))
    };
    let calm = "--rate 500 --cap 1000 --duration 300ms --warm-up 0s --workers 1 --trials 12 --out it";
    bench.write("generous.toml", with("p(50) < 10s"));
    let ran = bench.chappe(&format!("capacity generous.toml {calm}"));
    assert!(went(ran.code), "{}", ran.err);
    let record = bench.json("it/capacity.json");
    assert!(
        ["cap", "generator"].contains(&record["ended"].as_str().unwrap()),
        "{}",
        record["ended"]
    );
    bench.write("strict.toml", with("p(99) < 1ns"));
    let ran = bench.chappe(&format!("capacity strict.toml {calm}"));
    let record = bench.json("it/capacity.json");
    assert!(record["kept_rate"].is_null(), "{record}");
    assert_ne!(ran.code, 0);
}

#[test]
fn variants_are_compared_and_a_calibration_predicts() {
    let bench = Bench::new();
    let ran = bench.chappe(&format!(
        "load town.toml {BRIEF} --compare design.lanes=fifo,priority --rounds 3 --out it"
    ));
    let record = bench.json("it/comparison.json");
    let behind_count = record["generator_limited_count"].as_u64().unwrap();
    assert_eq!(ran.code, if behind_count > 0 { 5 } else { 0 }, "{}", ran.err);
    assert_eq!(record["order"].as_array().unwrap().len(), 6);
    assert_eq!(record["variants"][1], "priority");
    assert!(bench.list("it").contains(&"index.html".to_string()));

    let ran = bench
        .chappe("calibrate town.toml --rate 1000 --duration 500ms --warm-up 0s --workers 1 --out measured");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let told = "note: the whole calibration takes about ";
    let (time, loads) = ran
        .err
        .split_once(told)
        .expect(told)
        .1
        .split_once(": its two loads take ")
        .unwrap();
    // Half a second and a quarter.
    assert!(time.ends_with(" s") || time.ends_with(" min"), "{time}");
    assert!(
        loads.starts_with("1 s, and commands are recorded for about "),
        "{loads}"
    );
    let model = bench.read("measured/service.toml");
    bench.write("modelled.toml", format!("{SCENARIO}\n{model}"));
    bench.chappe("validate modelled.toml").out();
    let ran = bench.chappe(&format!(
        "load town.toml {BRIEF} --predict measured/calibration.json --out it2"
    ));
    assert!(went(ran.code), "{}", ran.err);
    let record = bench.json("it2/run.json");
    assert_eq!(
        record["load"]["prediction"]["points"].as_array().unwrap().len(),
        8
    );
}

#[test]
fn loads_that_cannot_be() {
    let bench = Bench::new();
    for (arguments, words) in [
        ("load town.toml --rate 0", "a rate of 0 commands per second"),
        ("load town.toml --rate=-5", "a rate of -5"),
        ("load town.toml --rate nan", "a rate of NaN"),
        ("load town.toml --rate 1e300", "per second can't be offered"),
        (
            "load town.toml --rate 1e9 --duration 1h",
            "more than one load can have",
        ),
        ("load town.toml --duration 0s", "duration above zero"),
        ("load town.toml --shape ramp", "--to"),
        (
            "load town.toml --shape closed --rate 100",
            "--rate means nothing for --shape closed",
        ),
        (
            "load town.toml --to 100",
            "leave it out, or give --shape ramp, or stairs, or spike",
        ),
        (
            "load town.toml --shape ramp --to 100 --steps 3",
            "--steps means nothing for --shape ramp",
        ),
        ("load town.toml --clients 5", "--clients means nothing"),
        ("load town.toml --shape soak --think 1s", "--think means nothing"),
        ("load town.toml --rounds 4", "--compare"),
        (
            "load town.toml --rate 0.1 --duration 1s",
            "no command is due within the measured time",
        ),
        (
            "load town.toml --shape wave",
            "[possible values: constant, ramp, stairs, spike, soak, closed]",
        ),
        (
            "load town.toml --shape closed --clients 0",
            "1 to 16777216 clients",
        ),
        ("load town.toml --from 3h", "not before the scenario's horizon"),
        ("load town.toml --set design.mailbox=pigeon", "tokio"),
        ("load town.toml --set design.lanes=express", "priority"),
        (
            "load town.toml --set design.mailboxes=flume",
            "did you mean `mailbox`?",
        ),
        ("load town.toml --set design.shards=0", "design.shards"),
        ("load town.toml --set design.capacity=0", "design.capacity"),
        (
            "load town.toml --compare design.lanes=fifo",
            "two or more different values",
        ),
        (
            "load town.toml --compare design.lanes=fifo,fifo",
            "two or more different values",
        ),
        (
            "load town.toml --compare design.lane=fifo,priority",
            "did you mean `lanes`?",
        ),
        ("load town.toml --predict town.toml", "is no calibration"),
        ("load town.toml --predict none.json", "can't read none.json"),
        ("capacity town.toml", "the scenario has no thresholds"),
    ] {
        bench.refused(arguments, words);
    }
    bench.write(
        "bare.toml",
        "horizon = \"2s\"\npopulation = { users = 8, pages = 0 }\nplatform.shards = 1\n\
         traffic = { conversations_per_day = 0.0, probe = { rate = 100.0 } }\n\
         sessions.check_ins_per_day = 0.0\nagents = { page_visits_per_day = 0.0, payments_per_day = 0.0 }\n\
         history = { page_conversations = 0.0, conversations_under_way = false }\n",
    );
    bench.refused("load bare.toml", "no client sends a command after that time");
    let only_virtual = SCENARIO.replace(
        "[[arm]]",
        "[thresholds]\n\"reach.friend\" = [\"p(99) < 1h\"]\n\n[[arm]]",
    );
    bench.write("virtual.toml", only_virtual);
    bench.refused("load virtual.toml", "a load has no `reach.friend`");
    let only_wall = SCENARIO.replace(
        "[[arm]]",
        "[thresholds]\n\"load.lost\" = [\"rate < 0.01\"]\n\n[[arm]]",
    );
    bench.write("wall.toml", only_wall);
    bench.refused("run wall.toml", "a simulation has no `load.lost`");
    bench.chappe("validate wall.toml").out();
}

/// Starts a load, and interrupts it when it has run for four seconds.
fn interrupt_after_seconds(bench: &Bench, arguments: &str) {
    let mut child = Command::new(CHAPPE)
        .args(arguments.split_whitespace())
        .current_dir(bench.folder())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_secs(4));
    let interrupt = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn an_interrupt_in_the_warm_up_leaves_no_figures() {
    let bench = Bench::new();
    interrupt_after_seconds(
        &bench,
        "load town.toml --rate 300 --duration 1m --warm-up 1m --workers 1 --out it -q",
    );
    let record = bench.json("it/run.json");
    assert_eq!(record["load"]["outcome"]["measured_ns"], 0);
    let summary = bench.read("it/summary.md");
    for absent in ["cores busy", "1 ns", "Offered", "/s"] {
        assert!(!summary.contains(absent), "{absent}: {summary}");
    }
    assert!(summary.starts_with("- **Warning:** The load was stopped before anything was measured"));
    assert!(bench.read("it/junit.xml").contains("errors=\"1\""));
}

#[test]
fn a_load_of_less_than_one_command_a_second_is_told_and_judged_by_what_it_can_tell() {
    let bench = Bench::new();
    let thresholds =
        "[thresholds]\n\"load.sent\" = [\"count > 1 or abort\"]\n\"ack.friend\" = [\"p(99.9) < 1h\"]\n";
    bench.write(
        "slow.toml",
        SCENARIO.replace("[[campaign]]", &format!("{thresholds}\n[[campaign]]")),
    );
    let ran = bench.chappe("load slow.toml --rate 0.5 --duration 4s --warm-up 0s --workers 1 --out it");
    assert_eq!(ran.code, 98, "{} {}", ran.out, ran.err);
    assert!(
        ran.err.contains("threshold not judged: ack.friend p(99.9) < 1h"),
        "{}",
        ran.err
    );
    assert!(ran.out.contains("0.5 commands per second"), "{}", ran.out);
    let record = bench.json("it/run.json");
    assert_eq!(
        record["load"]["outcome"]["end"], "planned",
        "a count that grows aborts nothing"
    );
    assert_eq!(record["load"]["outcome"]["sent_count"], 2);
    assert_eq!(record["load"]["plan"]["pacing"], "open, 0.5 per second");
}

#[test]
fn capacity_says_when_nothing_was_measured_and_when_the_rate_does_not_matter() {
    let bench = Bench::new();
    let with = |metric: &str, condition: &str| {
        let thresholds = format!("[thresholds]\n\"{metric}\" = [\"{condition}\"]\n");
        SCENARIO.replace("[[campaign]]", &format!("{thresholds}\n[[campaign]]"))
    };
    bench.write("empty.toml", with("decision.refused.no_ads", "p(99) < 1ns"));
    let ran =
        bench.chappe("capacity empty.toml --rate 500 --duration 500ms --warm-up 0s --workers 1 --out it");
    assert_eq!(ran.code, 98, "{} {}", ran.out, ran.err);
    assert!(
        ran.out
            .contains("too little was observed to judge decision.refused.no_ads p(99) < 1ns"),
        "{}",
        ran.out
    );
    assert_eq!(bench.json("it/capacity.json")["ended"], "unmeasured");
    assert!(bench.read("it/junit.xml").contains("errors=\"1\""));

    bench.write("rising.toml", with("load.sent", "count > 1_000_000"));
    let ran =
        bench.chappe("capacity rising.toml --rate 6400 --duration 100ms --warm-up 0s --workers 1 --out it2");
    let record = bench.json("it2/capacity.json");
    if record["ended"] != "generator" {
        assert_eq!(ran.code, 99, "{} {}", ran.out, ran.err);
        assert_eq!(record["ended"], "not_by_rate", "{record}");
        assert!(
            ran.out
                .contains("they do not depend on the rate (load.sent count > 1_000_000: "),
            "{}",
            ran.out
        );
    }
}

#[test]
fn an_interrupt_leaves_a_record_of_what_was_measured() {
    let bench = Bench::new();
    interrupt_after_seconds(
        &bench,
        "load town.toml --rate 300 --duration 1m --warm-up 0s --workers 1 --out it -q",
    );
    let record = bench.json("it/run.json");
    assert_eq!(record["interrupted"], true);
    assert_eq!(record["load"]["outcome"]["end"], "interrupted");
    assert!(record["load"]["outcome"]["measured_ns"].as_u64().unwrap() < 30_000_000_000);
}
