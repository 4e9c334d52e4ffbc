//! What each command does where all is well.

use crate::chappe::Bench;
use serde_json::Value;
use std::path::Path;

/// The first line of a log that has all of `words`.
fn line(log: &str, words: &[&str]) -> Value {
    let has_all = |line: &&str| words.iter().all(|word| line.contains(word));
    let found = log.lines().skip(1).find(has_all);
    serde_json::from_str(found.unwrap_or_else(|| panic!("the log has {words:?}"))).unwrap()
}

#[test]
fn run_writes_a_folder_and_says_what_came_of_it() {
    let bench = Bench::new();
    let said = bench.chappe("run town.toml").out();
    assert!(said.starts_with("Over 2 hours of simulated time, "), "{said}");
    assert!(said.contains("Report: reports/out/town/index.html"), "{said}");

    let folder = "reports/out/town";
    let files = [
        "index.html",
        "junit.xml",
        "latency.hlog",
        "plots",
        "run.json",
        "scenario.toml",
        "series.csv",
        "summary.md",
    ];
    assert_eq!(bench.list(folder), files);
    assert_eq!(bench.list("reports/out"), ["town"], "nothing is left beside it");
    assert_eq!(
        bench.read("reports/out/town/scenario.toml"),
        crate::chappe::SCENARIO
    );
    let plots = bench.list("reports/out/town/plots");
    let ending = |wanted: &str| plots.iter().filter(|plot| plot.ends_with(wanted)).count();
    let png_count = if cfg!(feature = "png") { ending(".svg") } else { 0 };
    assert!(ending(".svg") >= 4 && ending(".png") == png_count, "{plots:?}");
    assert_eq!(ending(".svg") + ending(".png"), plots.len());
    let document = bench.read("reports/out/town/index.html");
    assert!(document.contains("A small town") && document.contains("Does everything work?"));
    assert!(document.contains("virtual time"));
    assert!(bench.read("reports/out/town/series.csv").lines().count() > 10);
    let histograms = bench.read("reports/out/town/latency.hlog");
    assert!(histograms.contains("\nTag=delivery.friend,"), "{histograms}");
    let record = bench.json("reports/out/town/run.json");
    assert_eq!(record["scenario"]["name"], "town");
    assert_eq!(record["interrupted"], false);
    for metric in [
        "ads.delivered",
        "orders.placed",
        "payments.posted",
        "hotline.asked",
    ] {
        let value = record["result"]["metrics"][metric]["value"].as_i64();
        assert!(value > Some(0), "{metric}: {value:?}");
    }
}

#[test]
fn a_run_replaces_an_earlier_one_and_quiet_says_nothing() {
    let bench = Bench::new();
    assert_eq!(
        bench.chappe("run town.toml --quiet --until 10m --out mine").out(),
        ""
    );
    let first = bench.json("mine/run.json");
    assert_eq!(
        bench
            .chappe("run town.toml -q --until 10m --out mine --seed 4")
            .out(),
        ""
    );
    let second = bench.json("mine/run.json");
    assert_eq!((&first["seed"], &second["seed"]), (&3.into(), &4.into()));
    assert_ne!(first["digest"], second["digest"]);
    assert_eq!(bench.list("."), ["mine", "town.toml"]);
}

#[test]
fn json_is_the_record_and_nothing_else() {
    let bench = Bench::new();
    let said = bench.chappe("run town.toml --json --until 10m --arm no\u{a0}ads");
    assert_eq!(said.code, 2, "the arm is `no ads`");
    let arguments = ["run", "town.toml", "--json", "--until", "10m", "--arm", "no ads"];
    let said = bench.chappe_with(&arguments).out();
    let record: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(record["scenario"]["arm"], "no ads");
    assert_eq!(record, bench.json("reports/out/town/run.json"));
    assert_eq!(record["result"]["metrics"]["ads.delivered"]["value"], 0);
}

#[test]
fn results_do_not_depend_on_workers_and_neither_does_the_log() {
    let bench = Bench::new();
    let run = |workers: u32| {
        bench
            .chappe(&format!(
                "run town.toml -q --until 1h --workers {workers} --out w{workers} --log w{workers}.jsonl"
            ))
            .out();
        let record = bench.json(&format!("w{workers}/run.json"));
        assert_eq!(record["execution"]["workers"], workers);
        let log = bench.read(&format!("w{workers}.jsonl"));
        (record["digest"].clone(), record["result"].clone(), log)
    };
    let (alone, together) = (run(1), run(2));
    assert_eq!(alone.0, together.0);
    assert_eq!(alone.1, together.1);
    let (one, two) = (alone.2.lines(), together.2.lines());
    for (number, (one, two)) in one.zip(two).enumerate() {
        assert_eq!(one, two, "line {}", number + 1);
    }
    assert_eq!(alone.2.len(), together.2.len());
    assert_eq!(bench.list("."), ["town.toml", "w1", "w1.jsonl", "w2", "w2.jsonl"]);
}

#[test]
fn a_log_can_be_audited_and_a_tampered_one_is_found_out() {
    let bench = Bench::new();
    bench.chappe("run town.toml -q --log facts.jsonl").out();
    let verdict = bench.chappe("audit facts.jsonl").out();
    assert!(
        verdict.contains("kept") && !verdict.contains("BROKEN"),
        "{verdict}"
    );

    let log = bench.read("facts.jsonl");
    let delivered = |line: &&str| line.contains("\"delivered\"") && line.contains("\"friend\"");
    let victim = log.lines().find(delivered).expect("friends write");
    let delivered = serde_json::from_str::<Value>(victim).unwrap()["fact"]["delivered"].clone();
    let message = delivered["message"].as_str().unwrap();
    let rest = log.replacen(&format!("{victim}\n"), "", 1);
    bench.write("incomplete.jsonl", &rest);
    bench.refused("audit incomplete.jsonl", "incomplete.jsonl is incomplete after");
    // The line that ends the log agrees: then the message is lost.
    let end = |facts_count: usize| format!("{{\"end\":{{\"facts_count\":{facts_count}}}}}\n");
    let facts_count = log.lines().count() - 2;
    let lost = rest.replacen(&end(facts_count), &end(facts_count - 1), 1);
    bench.write("lost.jsonl", lost);
    let ran = bench.chappe("audit lost.jsonl");
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.out.contains("BROKEN"), "{}", ran.out);
    let named = format!("message {message} was accepted and never ended");
    assert!(ran.err.contains(&named), "{}", ran.err);
    assert!(ran.err.contains("delivered at most once"), "{}", ran.err);

    let ad = log
        .lines()
        .find(|line| line.contains("\"ad_delivered\""))
        .expect("ads are shown");
    let price = serde_json::from_str::<Value>(ad).unwrap()["fact"]["ad_delivered"]["price"].clone();
    let (told, dear) = (format!("\"price\":{price}"), format!("\"price\":{price}1"));
    bench.write("dear.jsonl", log.replacen(ad, &ad.replace(&told, &dear), 1));
    let ran = bench.chappe("audit dear.jsonl");
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("budgets kept"), "{}", ran.err);
}

#[test]
fn explain_tells_a_day_with_every_rule() {
    let bench = Bench::new();
    bench.chappe("run town.toml -q --log facts.jsonl").out();
    let decided = line(
        &bench.read("facts.jsonl"),
        &["\"decided\"", "\"refused\":\"opened_by\""],
    );
    let user = &decided["fact"]["decided"]["user"];
    let day = bench.chappe(&format!("explain town.toml --user {user}")).out();
    assert!(
        day.starts_with(&format!("User {user} in \"A small town\", policy leak-2016:")),
        "{day}"
    );
    assert!(day.contains("came on line"), "{day}");
    assert!(day.contains("refused by `opened_by`"), "{day}");
    assert!(
        day.contains("REFUSES  opened_by") && day.contains("passes   block"),
        "{day}"
    );
    assert!(day.contains("decisions on ads; times are UTC"), "{day}");
    let again = bench
        .chappe(&format!("explain town.toml --user {user} --workers 2"))
        .out();
    assert_eq!(day, again);
}

#[test]
fn why_tells_a_message_and_what_permitted_an_ad() {
    let bench = Bench::new();
    bench.chappe("run town.toml -q --out it --log facts.jsonl").out();
    let log = bench.read("facts.jsonl");
    let acknowledged = &line(&log, &["\"acknowledged\""])["fact"]["acknowledged"];
    let message = acknowledged["message"].as_str().unwrap();
    let story = bench.chappe(&format!("why it --message {message}")).out();
    for words in ["accepted for user", "handed to the device"] {
        assert!(story.contains(words), "{words}: {story}");
    }
    assert!(!story.contains("because of:"), "{story}");

    let ad = &line(&log, &["\"ad_delivered\""])["fact"]["ad_delivered"];
    let message = ad["message"].as_str().unwrap();
    let story = bench.chappe(&format!("why it --message {message}")).out();
    let permit = format!("conversation opened by act {}", ad["permit"]["conversation"]);
    assert!(story.contains(&permit), "{story}");
    let grounds = format!("Page 1 may send user {} an ad because of:", ad["user"]);
    let (_, grounds) = story.split_once(&grounds).unwrap_or_else(|| panic!("{story}"));
    assert!(grounds.contains("opened a conversation with page 1"), "{story}");
    assert!(grounds.contains("campaign 0 of page 1: allowed"), "{story}");
}

#[test]
fn presets_schemas_and_validation() {
    let bench = Bench::new();
    let presets = bench.chappe("presets").out();
    assert!(
        presets.contains("leak-2016") && presets.contains("no-ads"),
        "{presets}"
    );
    let leak = bench.chappe("presets leak-2016").out();
    assert!(
        leak.contains("only in conversations that the user opened"),
        "{leak}"
    );

    let json = |arguments: &str| -> Value { serde_json::from_str(&bench.chappe(arguments).out()).unwrap() };
    let scenario = json("schema");
    assert!(scenario["properties"]["population"].is_object(), "{scenario}");
    bench.chappe("run town.toml -q --until 10m --out it").out();
    let validator = jsonschema::validator_for(&json("schema --record")).unwrap();
    let record = bench.json("it/run.json");
    assert!(validator.is_valid(&record), "{:?}", validator.validate(&record));
    let metrics = json("schema --metrics");
    let names: Vec<&str> = metrics
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|m| m["name"].as_str())
        .collect();
    assert!(
        names.contains(&"delivery.friend") && names.len() > 100,
        "{names:?}"
    );

    let valid = bench.chappe("validate town.toml --scale 2").out();
    assert!(
        valid.starts_with("town.toml is valid: 800 users, 4 pages, 8 shards, 1 campaign,"),
        "{valid}"
    );
    assert_eq!(bench.list("."), ["it", "town.toml"]);
}

#[test]
fn a_missed_threshold_has_its_own_exit_code_and_its_report() {
    let bench = Bench::new();
    let condition = "thresholds.\"messages.accepted.friend\"=[\"count > 1000000\"]";
    let ran = bench.chappe_with(&["run", "town.toml", "-q", "--until", "10m", "--set", condition]);
    assert_eq!((ran.code, ran.out.as_str()), (99, ""));
    assert!(
        ran.err
            .contains("threshold not met: messages.accepted.friend count > 1000000"),
        "{}",
        ran.err
    );
    let record = bench.json("reports/out/town/run.json");
    assert_eq!(record["result"]["thresholds"][0]["passed"], false);
}

#[test]
fn what_the_help_shows_as_an_example_can_be_run() {
    let bench = Bench::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let help = bench.chappe("help").out();
    let commands = [
        "run", "load", "capacity", "whatif", "sweep", "validate", "explain", "why", "audit", "presets",
        "schema",
    ];
    for command in commands {
        assert!(help.contains(&format!("  {command} ")), "{help}");
        let text = bench.chappe(&format!("help {command}")).out();
        let is_example = |line: &&str| line.starts_with("  chappe ") || line.starts_with("Example: chappe ");
        let examples: Vec<&str> = text.lines().filter(is_example).collect();
        assert!(!examples.is_empty(), "{text}");
        for example in examples {
            for word in example
                .split_whitespace()
                .filter(|word| word.starts_with("scenarios/"))
            {
                assert!(root.join(word).is_file(), "{example}");
            }
        }
    }
}
