//! A run's messages as a trace, and traces compared.

use crate::chappe::{Bench, Ran};

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
    let plots = [
        "replies",
        "again",
        "conversations",
        "contacts",
        "pairs",
        "senders",
        "hours",
        "week",
    ];
    for plot in plots {
        let svg = bench.read(&format!("fit/plots/{plot}.svg"));
        assert!(
            svg.starts_with("<svg") && svg.contains("sample-trace"),
            "{plot}: {svg}"
        );
    }
    assert!(bench.read("fit/comparison.md").contains("(plots/week.svg)"));
    assert_eq!(bench.list("fit"), ["comparison.md", "figures.md", "plots"]);
}

/// A study's own export, and a network of mails, compressed and on standard input.
#[test]
fn traces_are_read_as_people_have_them() {
    let bench = bench();
    bench.write(
        "sms.csv",
        "timestamp,sender,recipient\n18,370,512\n37,512,370\n126,370,512\n",
    );
    bench.write(
        "out.mails",
        "% asym positive\n% 3 2 2\n1 2\t1\t1082155839\n2 1\t1\t1082040961\n1 2\t1\t1082155839\n",
    );
    bench.write(
        "odd.csv",
        "when;who;whom\n2014-05-01 09:30;a;b\n2014-05-01 09:31;b;a\n",
    );
    let csv = bench.chappe("trace sms.csv").out();
    assert!(
        csv.starts_with(
            "sms.csv: 3 messages between 2 people over 0.0 days, read from CSV: sender `sender`, receiver `recipient`, \
             time `timestamp`\nleft out: nothing; assumed: times are seconds since 1970, UTC\n\nmessages "
        ),
        "{csv}"
    );
    let mails = bench.chappe("trace out.mails").out();
    assert!(
        mails.contains("\nleft out: 1 exact duplicate; assumed:"),
        "{mails}"
    );
    let odd = bench
        .chappe("trace odd.csv --time when --sender 2 --receiver whom --zone 120")
        .out();
    assert!(odd.contains("times without an offset are UTC+02:00"), "{odd}");
    bench.refused(
        "trace odd.csv",
        "name its columns with --sender, --receiver and --time",
    );
    bench.refused(
        "trace odd.csv --time then",
        "no column `then` for the time; there are `when`, `who`, `whom`",
    );

    let mut piped = bench.command(&["trace", "-", "--json"]);
    let ran = Ran::of(piped.write_stdin(bench.read("out.mails")));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let rows: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(rows[0][1], "2");
    // JSON has no place for what was left out.
    assert!(
        ran.err.contains("note: left out: 1 exact duplicate"),
        "{}",
        ran.err
    );
}

#[test]
fn a_trace_without_replies_says_so_and_milliseconds_raise_a_question() {
    let bench = bench();
    bench.write("silent.txt", "1 2 0\n1 2 60\n");
    let silent = bench
        .chappe("trace silent.txt --against silent.txt --out silent")
        .out();
    let row = silent
        .lines()
        .find(|line| line.starts_with("reply time, 50%"))
        .unwrap();
    assert_eq!(
        row.split_whitespace().skip(3).collect::<Vec<_>>(),
        ["not", "seen", "not", "seen"]
    );
    let said = |word: &str| silent.lines().filter(|line| line.ends_with(word)).count();
    assert!(
        silent.ends_with(&format!("{0} of {0} rows are within 10%.\n", said(" yes"))),
        "{silent}"
    );
    bench.write("ms.txt", "1 2 5000\n2 1 604800000\n");
    let ran = bench.chappe("trace ms.txt");
    assert!(
        ran.err.contains("are these milliseconds?"),
        "{}{}",
        ran.out,
        ran.err
    );
    let read = bench.chappe("trace ms.txt --unit ms").out();
    assert!(read.contains("over 7.0 days"), "{read}");
    bench.refused("fit ms.txt --tries 0", "--tries");
    bench.refused("fit ms.txt", "ms has 2 messages");
}

#[test]
fn what_is_no_trace_or_can_not_be_written_is_said_before_anything_is_done() {
    let bench = bench();
    bench.refused("trace town.toml", "town.toml: line 2: no column for the sender");
    bench.refused("trace no-such-file", "can't read no-such-file");
    bench.refused(
        "run town.toml --out out --trace no/such/trace.txt",
        "can't write no/such/trace.txt",
    );
}
