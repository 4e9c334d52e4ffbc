//! A run's messages as a trace, and traces compared.

use crate::chappe::Bench;

const REPLAY: &str = include_str!("../../../../scenarios/replay.toml");
const SAMPLE: &str = include_str!("../../../../scenarios/sample-trace.txt");

fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("replay.toml", REPLAY);
    bench.write("sample-trace.txt", SAMPLE);
    bench
}

#[test]
fn a_replayed_trace_leaves_the_run_as_it_came_whatever_the_workers() {
    let bench = bench();
    for workers in [1, 2] {
        let run = "run replay.toml --quiet --out out";
        let ran = bench.chappe(&format!("{run} --workers {workers} --trace {workers}.txt"));
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    let played = bench.read("1.txt");
    assert!(played == bench.read("2.txt"), "the workers change the trace");
    // People and times are numbered from nought; how they follow each other stays.
    let seconds = |text: &str| -> Vec<i64> {
        let last = |line: &str| line.split(' ').next_back().and_then(|time| time.parse().ok());
        text.lines().map(|line| last(line).unwrap()).collect()
    };
    let (recorded, played) = (seconds(SAMPLE), seconds(&played));
    let shifted: Vec<i64> = recorded.iter().map(|time| time - recorded[0]).collect();
    assert_eq!(shifted, played);
}

#[test]
fn a_trace_and_the_event_log_go_together() {
    let bench = bench();
    bench
        .chappe("run town.toml --quiet --out out --workers 2 --trace trace.txt --log facts.jsonl")
        .out();
    let accepted = |line: &&str| line.contains("accepted") && line.contains("\"friend\"");
    let logged = bench.read("facts.jsonl").lines().filter(accepted).count();
    let traced = bench.read("trace.txt").lines().count();
    assert!(traced > 100, "{traced}");
    assert_eq!(logged, traced);
}

#[test]
fn two_traces_are_compared_in_a_table_and_in_plots() {
    let bench = bench();
    let alone = bench.chappe("trace sample-trace.txt").out();
    assert!(alone.contains("contacts, mean"), "{alone}");
    let sample = "sample-trace.txt";
    bench
        .chappe(&format!(
            "trace {sample} --against {sample} --zone -420 --out fit"
        ))
        .out();
    let table = bench.read("fit/figures.md");
    for row in [
        "| messages | 2000 | 2000 | 0% | yes |",
        "| reply times: Kolmogorov–Smirnov distance |  |  | 0.000 | yes |",
    ] {
        assert!(table.contains(row), "{table}");
    }
    for plot in ["replies", "contacts", "senders", "hours"] {
        let svg = bench.read(&format!("fit/plots/{plot}.svg"));
        assert!(
            svg.starts_with("<svg") && svg.contains("sample-trace"),
            "{plot}: {svg}"
        );
    }
    assert_eq!(bench.list("fit"), ["figures.md", "plots"]);
}

#[test]
fn what_is_no_trace_or_can_not_be_written_is_said_before_anything_is_done() {
    let bench = bench();
    bench.refused("trace town.toml", "town.toml: line 1: ");
    bench.refused("trace no-such-file", "can't read no-such-file");
    bench.refused(
        "run town.toml --out out --trace no/such/trace.txt",
        "can't write no/such/trace.txt",
    );
}
