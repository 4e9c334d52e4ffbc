//! What people get wrong: one message, exit code 2, and nothing written.

use crate::chappe::{Bench, SCENARIO};
use std::fs;

#[test]
fn scenarios_that_are_wrong() {
    let bench = Bench::new();
    for (line, words) in [
        ("[population]\nuser = 5", "unknown key `population.user`"),
        ("[population]\nusers = \"many\"", "population.users"),
        ("[population]\nusers = 0", "population.users"),
        ("[policy]\npreset = \"leak-2017\"", "leak-2016"),
        (
            "[agents]\npurchase_share = 1.5",
            "is a probability or share, from 0 to 1",
        ),
        (
            "horizon = \"1h\"\nwarm_up = \"2h\"",
            "must be longer than the warm-up",
        ),
        (
            "[[campaign]]\nformat = \"new-product\"\npage = 100\ntopic = \"books/travel\"\nbid = \"0.01\"\nbudget = \"1\"",
            "there is no page 100",
        ),
        (
            "[thresholds]\n\"delivery.freind\" = [\"count > 0\"]",
            "`delivery.friend`",
        ),
        ("[thresholds]\n\"delivery.friend\" = [\"p(99) < soon\"]", "soon"),
        ("title = ", "string values must be quoted"),
    ] {
        bench.write("wrong.toml", line);
        for command in ["run", "validate"] {
            bench.refused(&format!("{command} wrong.toml"), words);
        }
    }
    bench.write("large.toml", "[population]\nusers = 2_000_000_000\n");
    bench.refused("run large.toml", "MiB of memory");
    bench.write("latin.toml", b"title = \"caf\xe9\"\n");
    bench.refused(
        "run latin.toml",
        "`latin.toml` is not UTF-8 text: line 1, byte 13",
    );
    bench.refused("run none.toml", "can't read none.toml");
    bench.refused("run .", "can't read .");
}

#[test]
fn arguments_that_are_wrong() {
    let bench = Bench::new();
    for (arguments, words) in [
        ("run town.toml --set population.user=5", "did you mean `users`?"),
        ("run town.toml --set population", "has no `=`"),
        ("run town.toml --arm ads", "no ads"),
        ("run town.toml --scale 0", "scale"),
        ("run town.toml --scale nan", "scale"),
        ("run town.toml --seed=-1", "--seed"),
        ("run town.toml --workers 0", "give a number from 1 to 1024"),
        ("run town.toml --until 3h", "outside the run"),
        ("run town.toml --until soon", "`soon` is not a duration"),
        ("run town.toml --until", "--until"),
        ("simulate town.toml", "unrecognized subcommand"),
        ("explain town.toml --user 400", "there is no user 400"),
        ("explain town.toml", "--user"),
        ("presets leak", "there is no preset `leak`"),
        ("schema --record --metrics", "cannot be used with"),
        ("why nowhere --message 1", "can't read nowhere/run.json"),
        ("audit nothing.jsonl", "can't read nothing.jsonl"),
    ] {
        bench.refused(arguments, words);
    }
}

#[test]
fn output_that_cannot_be_written_is_refused_before_simulating() {
    let bench = Bench::new();
    // So long a run that it would be noticed.
    let run = "run town.toml --set horizon=300d --set population.users=20000";
    bench.write("file", "years of work");
    bench.refused(&format!("{run} --out file/run"), "can't write file/run");
    bench.refused(
        &format!("{run} --out file"),
        "`file` exists and is not the folder of a run",
    );
    bench.refused(&format!("{run} --out /"), "is no name for an output folder");
    bench.refused(
        &format!("{run} --log nowhere/facts.jsonl"),
        "can't write nowhere/facts.jsonl",
    );
    fs::create_dir(bench.path("thesis")).unwrap();
    bench.write("thesis/chapter1.txt", "years of work");
    bench.refused(
        &format!("{run} --out thesis"),
        "`thesis` exists and is not the folder of a run",
    );
    bench.chappe("run town.toml -q --until 10m --out mine").out();
    bench.write("mine/notes.txt", "what I think of it");
    bench.refused(&format!("{run} --out mine"), "notes.txt");
    assert_eq!(bench.read("mine/notes.txt"), "what I think of it");
}

#[test]
fn traces_that_are_wrong() {
    let bench = Bench::new();
    bench.write(
        "again.toml",
        "[population]\nusers = 3\npages = 0\n[traffic]\nreplay = \"trace.txt\"\n",
    );
    bench.refused("run again.toml", "can't read trace.txt");
    for (trace, words) in [
        (
            &b"1 2 10\n2 1 soon\n"[..],
            "trace.txt: line 2: `soon` is not a time; a time is a number of seconds",
        ),
        (b"1 2 10\n2 1\n", "trace.txt: line 2: 2 fields"),
        (
            b"1 2 10\n2 1 9999999999\n",
            "trace.txt: line 2: 317 years after line 1",
        ),
        (
            b"from,at\n1,2\n",
            "trace.txt: line 1: no column for the receiver among `from`, `at`",
        ),
        (
            b"4 4 10\n4 4 11\n",
            "the trace is empty, since 2 lines to oneself",
        ),
        (
            b"\x1f\x8b\x08\x00\x00",
            "trace.txt: line 1: the compressed file ends in the middle",
        ),
        (b"PK\x03\x04\x00\x00", "trace.txt: line 1: a binary file"),
        (b"1 2 10\n\xff\n", "trace.txt: line 2: not text"),
        (b"", "the trace is empty"),
        (
            b"1 2 10\n3 4 11\n",
            "trace.txt has 4 people, but the scenario has 3 users",
        ),
    ] {
        bench.write("trace.txt", trace);
        bench.refused("run again.toml", words);
        bench.refused("validate again.toml", words);
    }
    for (trace, said) in [
        ("7 9 10\n9 7 70\n", ""),
        (
            "time,from,to\n70,you,me\n10,me,you\n70,you,me\n20,me,me\n15,m",
            "note: left out: 1 to oneself, 1 exact duplicate, the last line, which is cut off",
        ),
    ] {
        bench.write("trace.txt", trace);
        let ran = bench.chappe("run again.toml");
        assert_eq!(ran.code, 0, "{}", ran.err);
        let note = ran.err.lines().find(|line| line.starts_with("note: left out"));
        assert!(note.unwrap_or_default().starts_with(said), "{}", ran.err);
        assert_eq!(
            note.is_some(),
            !said.is_empty(),
            "a plain trace needs no remark: {}",
            ran.err
        );
        let record = bench.json("reports/out/again/run.json");
        assert_eq!(
            record["result"]["metrics"]["messages.accepted.friend"]["value"],
            2
        );
    }
    // The folder plays again what it played, though its trace has no names and no header any more.
    let digest = bench.json("reports/out/again/run.json")["digest"].clone();
    assert_eq!(bench.chappe("run reports/out/again -q --out twice").code, 0);
    assert_eq!(bench.json("twice/run.json")["digest"], digest);
}

#[test]
fn logs_that_are_wrong() {
    let bench = Bench::new();
    bench
        .chappe("run town.toml -q --until 10m --out it --log facts.jsonl")
        .out();
    let log = bench.read("facts.jsonl");
    bench.write("cut.jsonl", &log[..log.len() - 20]);
    bench.refused("audit cut.jsonl", "cut.jsonl is incomplete after");
    bench.write("header.jsonl", log.split_inclusive('\n').next().unwrap());
    bench.refused("audit header.jsonl", "header.jsonl is incomplete after 0 facts");
    bench.write("empty.jsonl", "");
    bench.refused("audit empty.jsonl", "it is empty");
    bench.refused("audit town.toml", "town.toml, line 1: ");
    bench.write("binary.jsonl", b"\xff\xfe\n");
    bench.refused("audit binary.jsonl", "it is not UTF-8 text");
    bench.write("old.jsonl", log.replacen("chappe/log/3", "chappe/log/1", 1));
    bench.refused("audit old.jsonl", "its format is `chappe/log/1`");
    let (header, facts) = log.split_once('\n').unwrap();
    let fewer = SCENARIO.replace("shards = 4", "shards = 2");
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let header = header.replace(&quoted(SCENARIO), &quoted(&fewer));
    bench.write("other.jsonl", format!("{header}\n{facts}"));
    bench.refused("audit other.jsonl", "the scenario has shards 0 to 1");
}

#[test]
fn runs_that_why_cannot_tell_about() {
    let bench = Bench::new();
    bench.chappe("run town.toml -q --until 10m --out it").out();
    bench.refused("why it --message 1", "nothing in this run has the number 1");
    bench.refused("why it --message one", "--message");
    bench.write("it/run.json", "{}");
    bench.refused("why it --message 1", "this is no record of a run");
}
