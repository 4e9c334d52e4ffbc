//! Commands that are interrupted: what they have, what is missing, and what they did not conclude.

use crate::chappe::{Bench, CHAPPE, Ran, SCENARIO};
use crate::interrupted::signal;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::Duration;

const SAMPLE: &str = include_str!("../../../../scenarios/sample-trace.txt");

/// Starts a command that logs what it does, and interrupts it a moment after so many lines with `words`.
fn interrupted(bench: &Bench, arguments: &str, words: &str, count: usize) -> Ran {
    let mut child = Command::new(CHAPPE)
        .args(arguments.split_whitespace())
        .env("CHAPPE_LOG", "debug")
        .current_dir(bench.folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let (mut err, mut seen_count) = (String::new(), 0);
    while seen_count < count {
        let start = err.len();
        assert!(lines.read_line(&mut err).unwrap() > 0, "{arguments} ended: {err}");
        seen_count += usize::from(err[start..].contains(words));
    }
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "INT");
    lines.read_to_string(&mut err).unwrap();
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err,
    }
}

/// What an interrupted command says that it has and has not.
fn sentence(ran: &Ran) -> String {
    ran.code_is(130);
    let mut lines = ran.err.lines();
    let line = lines.find_map(|line| line.strip_prefix("error: interrupted"));
    let line = line.unwrap_or_else(|| panic!("{}", ran.err));
    let line = line.trim_start_matches([';', '.', ':', ' ']);
    // What to do about it is said on the terminal alone.
    line.trim_end_matches(" The runs that ended are kept, and the same command goes on from there.")
        .to_string()
}

/// Makes sure that the report in `it` says what the command said on the terminal, and gives it.
fn told_everywhere(bench: &Bench, ran: &Ran) -> String {
    let sentence = sentence(ran);
    assert!(ran.out.contains(&format!("Beware: {sentence}")), "{}", ran.out);
    for file in ["index.html", "summary.md"] {
        let text = bench.read(&format!("it/{file}"));
        assert!(text.contains(&sentence), "{file} doesn't say: {sentence}");
    }
    let junit = bench.read("it/junit.xml");
    assert!(
        junit.contains(&format!("<error message=\"{sentence}\"")),
        "{junit}"
    );
    sentence
}

fn assert_says(sentence: &str, words: &[&str]) {
    for word in words {
        assert!(sentence.contains(word), "`{word}` is not in: {sentence}");
    }
}

#[test]
fn a_load_says_how_much_was_measured() {
    let bench = Bench::new();
    let load = "load town.toml --rate 300 --duration 1m --workers 1 --out it --warm-up";
    let ran = interrupted(&bench, &format!("{load} 0s"), "warm-up done", 1);
    let sentence = told_everywhere(&bench, &ran);
    assert_says(
        &sentence,
        &[
            "The load was stopped after",
            "of the 60 seconds planned",
            "are missing",
        ],
    );
    let ran = interrupted(&bench, &format!("{load} 50s"), "load started", 1);
    let sentence = told_everywhere(&bench, &ran);
    assert_says(
        &sentence,
        &[
            "stopped before anything was measured",
            "no threshold says anything",
        ],
    );
    assert!(ran.out.contains("Nothing was measured."), "{}", ran.out);
}

#[test]
fn a_search_for_capacity_says_that_no_rate_was_confirmed() {
    let bench = Bench::new();
    let thresholds = "[thresholds]\n\"delivery.friend\" = [\"p(50) < 1h\"]\n\n[[campaign]]";
    bench.write("town.toml", SCENARIO.replacen("[[campaign]]", thresholds, 1));
    let capacity = "capacity town.toml --rate 300 --warm-up 0s --workers 1 --trials 12 --out it --duration";
    let ran = interrupted(&bench, &format!("{capacity} 700ms"), "load ended", 1);
    let sentence = told_everywhere(&bench, &ran);
    assert_says(
        &sentence,
        &[
            "The search was stopped after",
            "of at most 12 trials",
            "no rate was confirmed yet",
        ],
    );
    let ran = interrupted(&bench, &format!("{capacity} 1m"), "load started", 1);
    let sentence = told_everywhere(&bench, &ran);
    assert_says(&sentence, &["stopped after 0 of at most 12 trials"]);
    assert!(ran.out.contains("No trial came to its end."), "{}", ran.out);
    let record = bench.json("it/capacity.json");
    assert_eq!(
        (&record["ended"], &record["trials"]),
        (&"interrupted".into(), &Value::Array(vec![]))
    );
}

#[test]
fn a_comparison_says_on_how_many_rounds_it_rests() {
    let bench = Bench::new();
    let compare = "load town.toml --rate 300 --warm-up 0s --workers 1 --compare design.lanes=fifo,priority \
                   --rounds 50 --out it --duration";
    let ran = interrupted(&bench, &format!("{compare} 30s"), "load started", 1);
    assert_says(&sentence(&ran), &["no round has ended, so nothing was compared"]);
    assert_eq!(bench.list("."), ["town.toml"], "nothing is written of nothing");

    let ran = interrupted(&bench, &format!("{compare} 400ms"), "load ended", 3);
    let sentence = told_everywhere(&bench, &ran);
    assert_says(
        &sentence,
        &[
            "The comparison was stopped after",
            "of 100 runs",
            "verdicts rest on",
            "of 50 rounds",
        ],
    );
    assert_eq!(bench.json("it/comparison.json")["interrupted"], true);
}

#[test]
fn a_whatif_says_how_many_replications_it_has() {
    let bench = Bench::new();
    let whatif =
        "whatif town.toml --set study.replications=1000 --set study.pilot=1000 --workers 1 --out it --set";
    let ran = interrupted(&bench, &format!("{whatif} horizon=300d"), "run started", 1);
    assert_says(
        &sentence(&ran),
        &["0 of at least 2 replications", "nothing was concluded"],
    );
    assert!(!bench.path("it/whatif.json").exists());

    let ran = interrupted(&bench, &format!("{whatif} horizon=1h"), "run ended", 6);
    let sentence = told_everywhere(&bench, &ran);
    assert_says(
        &sentence,
        &[
            "The study was stopped after",
            "of 1,000 replications of its pilot",
            "were not decided",
        ],
    );
    let record = bench.json("it/whatif.json");
    assert_eq!(record["stopping"]["ended"], "interrupted");
    assert!(record["seeds"].as_array().unwrap().len() >= 2);
}

#[test]
fn a_sweep_stopped_half_way_reports_on_whole_points() {
    let bench = Bench::new();
    let sweep = "sweep town.toml --vary agents.ads.buy=0.01..0.1 --points 400 --replications 2 --workers 1 --yes \
                 --out it";
    let ran = interrupted(&bench, sweep, "run ended", 5);
    let sentence = told_everywhere(&bench, &ran);
    assert_says(
        &sentence,
        &[
            "The sweep was stopped after",
            "of 800 runs",
            "left out",
            "not final",
        ],
    );
    let record = bench.json("it/sweep.json");
    let missing_count = record["missing_count"].as_u64().unwrap() as usize;
    let played_count = 800 - missing_count;
    assert_eq!(bench.list("it/cells").len(), played_count);
    let points = record["points"].as_array().unwrap();
    assert_eq!(
        points.len(),
        played_count / 2,
        "only points with both replications"
    );
    assert_eq!(bench.read("it/points.csv").lines().count(), points.len() + 1);
}

#[test]
fn a_fit_says_how_many_populations_it_tried() {
    let bench = Bench::new();
    bench.write("sample.txt", SAMPLE);
    let ran = interrupted(&bench, "fit sample.txt --tries 20000 --out it", "fit started", 1);
    assert_says(
        &sentence(&ran),
        &["stopped after", "of 20000 tries", "was not concluded"],
    );
    bench.chappe("validate it/workload.toml").out();
}

/// The facts of a log that are about a message.
fn facts_of(log: &str, message: &str) -> usize {
    let named = format!("\"message\":\"{message}\"");
    let facts = log.lines().skip(1);
    facts.filter(|line| line.contains(&named)).count()
}

/// The friends' messages of a log that were accepted and carry no payment, whose story is longer, in order.
fn accepted(log: &str) -> Vec<String> {
    let named = |line: &str, field: &str| -> Option<String> {
        let (_, rest) = line.split_once(&format!("\"{field}\":\""))?;
        rest.split('"').next().map(str::to_string)
    };
    let facts = || log.lines().skip(1);
    let paid: BTreeSet<String> = facts().filter_map(|line| named(line, "transfer")).collect();
    let accepted = facts().filter(|line| line.contains("{\"accepted\"") && line.contains("\"friend\""));
    accepted
        .filter_map(|line| named(line, "message"))
        .filter(|message| !paid.contains(message))
        .collect()
}

/// What a story tells.
fn entries_of(bench: &Bench, command: &str) -> Vec<Value> {
    let story = bench.chappe(&format!("{command} --json")).out();
    let story: Value = serde_json::from_str(&story).unwrap();
    story["chapters"][0]["entries"].as_array().unwrap().clone()
}

#[test]
fn why_tells_of_an_interrupted_run_what_was_played_and_no_more() {
    let bench = Bench::new();
    for warm_up in ["0s", "299d"] {
        let run = format!("run town.toml -q --set horizon=300d --set warm_up={warm_up}");
        let ran = interrupted(
            &bench,
            &format!("{run} --out it --log cut.jsonl"),
            "run started",
            1,
        );
        assert_says(&sentence(&ran), &["The run was stopped at", "are missing"]);
        let until = bench.json("it/run.json")["result"]["window"]["until_ns"]
            .as_i64()
            .unwrap();
        let cut = bench.read("cut.jsonl");
        let last = accepted(&cut).pop().unwrap();
        let entries = entries_of(&bench, &format!("why it --message {last}"));
        assert_eq!(entries.len(), facts_of(&cut, &last), "{entries:?}");
        assert!(entries.iter().all(|entry| entry["at_ns"].as_i64() <= Some(until)));

        // What the same people do later is no part of this run.
        let longer = run.replace(&format!("warm_up={warm_up}"), "warm_up=0s");
        let later = until + 86_400_000_000_000;
        bench
            .chappe(&format!(
                "{longer} --until {later}ns --out longer --log longer.jsonl"
            ))
            .code_is(0);
        let after = accepted(&bench.read("longer.jsonl"));
        // A message whose command still waited when the run ended is part of it.
        let after = after
            .iter()
            .rev()
            .find(|message| facts_of(&cut, message) == 0)
            .unwrap();
        bench.chappe(&format!("why longer --message {after}")).out();
        bench.refused(
            &format!("why it --message {after}"),
            &format!("nothing in this run has the number {after}"),
        );
        // The story can end earlier still.
        let early = accepted(&cut).swap_remove(0);
        let story = entries_of(&bench, &format!("why it --message {early}"));
        let last_ns = story.last().unwrap()["at_ns"].as_i64().unwrap();
        let mut shorter = entries_of(&bench, &format!("why it --message {early} --until {last_ns}ns"));
        // At its end it may say that the message is under way.
        shorter.retain(|entry| entry["at_ns"].as_i64() < Some(last_ns));
        let before = story
            .iter()
            .filter(|entry| entry["at_ns"].as_i64() < Some(last_ns));
        assert!(!shorter.is_empty() && shorter.iter().eq(before), "{shorter:?}");
        assert!(shorter.len() < story.len());
    }
}
