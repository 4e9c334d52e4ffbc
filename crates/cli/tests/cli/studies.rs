//! What-if studies and sweeps: the same tables however their runs came about.

use crate::chappe::{Bench, CHAPPE};
use serde_json::Value;
use std::fs;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const SWEEP: &str = "sweep town.toml --vary agents.ads.buy=0.01,0.1 --vary policy.preset=leak-2016,no-ads \
                     --replications 2 --set horizon=30m";

pub(crate) fn whatif(bench: &Bench, more: &str) -> String {
    let ran = bench.chappe(&format!("whatif town.toml --set horizon=1h --out w {more}"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out
}

/// A study without what depends on the machine.
fn deterministic(bench: &Bench, file: &str) -> Value {
    let mut record = bench.json(file);
    record.as_object_mut().unwrap().remove("execution");
    record
}

fn metric<'a>(record: &'a Value, name: &str) -> &'a Value {
    let metrics = record["metrics"].as_array().unwrap();
    metrics.iter().find(|metric| metric["metric"] == name).unwrap()
}

#[test]
fn a_whatif_says_what_arms_change_and_an_arm_that_changes_nothing_changes_no_figure() {
    let bench = Bench::new();
    let said = whatif(&bench, "--replications 3 --arm twin population.users=400");
    assert!(
        said.starts_with("Does everything work?\n")
            && said.contains("\nWith no ads instead of base: revenue −100%"),
        "{said}"
    );
    assert!(
        said.contains("With twin instead of base: revenue unchanged;"),
        "{said}"
    );
    let files = [
        "cells",
        "differences.csv",
        "figures.csv",
        "index.html",
        "junit.xml",
        "plots",
        "scenario.toml",
        "summary.md",
        "whatif.json",
    ];
    assert!(
        files
            .iter()
            .all(|file| bench.list("w").contains(&file.to_string()))
    );
    let record = bench.json("w/whatif.json");
    assert_eq!(record["seeds"].as_array().unwrap().len(), 3);
    assert_eq!(record["seeds"][0], 3, "the first is the scenario's own");
    assert!(record["metrics"].as_array().unwrap().len() > 30);
    for metric in record["metrics"].as_array().unwrap() {
        let against = metric["against_baseline"].as_array().unwrap();
        for twin in against.iter().filter(|against| against["arm"] == "twin") {
            for end in ["value", "low", "high"] {
                assert_eq!(twin["difference"][end], 0.0, "{metric}");
            }
            assert_eq!(twin["verdict"], "unchanged", "{metric}");
        }
    }
    let users = record["users"].as_array().unwrap();
    let of = |arm: &str| users.iter().find(|users| users["arm"] == arm).unwrap();
    let ads = &of("no ads")["quantities"][0];
    assert!(
        ads["less_count"].as_u64() > Some(10) && ads["more_count"] == 0,
        "{ads}"
    );
    for quantity in of("twin")["quantities"].as_array().unwrap() {
        assert_eq!(quantity["same_count"], 400, "{quantity}");
    }
    assert!(
        record["warnings"][0]["problem"]
            .as_str()
            .unwrap()
            .contains("`twin` changes nothing")
    );
}

#[test]
fn a_run_is_played_once_and_again_if_its_cell_is_damaged() {
    let bench = Bench::new();
    whatif(&bench, "--replications 2");
    let first = deterministic(&bench, "w/whatif.json");
    let cells = bench.list("w/cells");
    assert_eq!(cells.len(), 4);
    let path = |cell: &String| format!("w/cells/{cell}");
    let written: Vec<_> = cells
        .iter()
        .map(|cell| fs::metadata(bench.path(&path(cell))).unwrap().modified().unwrap())
        .collect();
    let half = bench.read(&path(&cells[0]));
    bench.write(&path(&cells[0]), &half[..half.len() / 2]);
    let ran = bench.chappe("whatif town.toml --set horizon=1h --out w --replications 2");
    assert!(
        ran.err.contains("is damaged; its run is played again"),
        "{}",
        ran.err
    );
    assert_eq!(deterministic(&bench, "w/whatif.json"), first);
    assert_eq!(bench.read(&path(&cells[0])), half);
    for (cell, written) in cells.iter().zip(written).skip(1) {
        assert_eq!(
            fs::metadata(bench.path(&path(cell))).unwrap().modified().unwrap(),
            written
        );
    }
}

#[test]
fn common_random_numbers_pay() {
    let bench = Bench::new();
    bench.write("caps.toml", CAPS);
    bench.chappe("whatif caps.toml --replications 20 --out w").out();
    let record = bench.json("w/whatif.json");
    let opt_outs = metric(&record, "opt_ins.revoked");
    let figures = |arm: usize| -> Vec<f64> {
        let figures = opt_outs["arms"][arm]["figures"].as_array().unwrap();
        figures.iter().map(|figure| figure.as_f64().unwrap()).collect()
    };
    let variance = |figures: &[f64]| {
        let mean = figures.iter().sum::<f64>() / figures.len() as f64;
        figures.iter().map(|figure| (figure - mean).powi(2)).sum::<f64>() / (figures.len() - 1) as f64
    };
    let (two, one) = (figures(0), figures(1));
    assert_eq!(two.len(), 20);
    let differences: Vec<f64> = two.iter().zip(&one).map(|(two, one)| one - two).collect();
    let (paired, unpaired) = (
        variance(&differences).sqrt(),
        (variance(&two) + variance(&one)).sqrt(),
    );
    assert!(paired <= unpaired / 2.0, "{paired} of {unpaired}");
}

/// Ads once or twice a day, to people of whom some talk to more than one of the pages.
const CAPS: &str = r#"
question = "What does a second ad a day cost?"
seed     = 3
horizon  = "1 day"
[study]
pilot = 20
[population]
users = 2500
pages = 8
[platform]
shards = 4
[agents]
page_visits_per_day = 0.2
[agents.ads]
refusal_base = -1.0
[history]
page_conversations = 1.5
[policy]
frequency_cap = { per_user = 2, every = "1 day" }
[[campaign]]
format = "new-product"
page   = 1
topic  = "books/travel"
bid    = "0.01"
budget = "20.00"
pacing = "asap"
[[campaign]]
format = "new-product"
page   = 2
topic  = "flowers/roses"
bid    = "0.01"
budget = "20.00"
pacing = "asap"
[[campaign]]
format = "new-product"
page   = 3
topic  = "phones/covers"
bid    = "0.01"
budget = "20.00"
pacing = "asap"
[[arm]]
name = "one a day"
policy.frequency_cap = { per_user = 1, every = "1 day" }
"#;

#[test]
fn a_sweep_in_parts_comes_to_the_same_as_a_whole_one() {
    let bench = Bench::new();
    let said = bench.chappe(&format!("{SWEEP} --out whole"));
    said.code_is(0);
    let said = said.out;
    assert!(
        said.starts_with("Does everything work?\n") && said.contains("\nOf 4 points, "),
        "{said}"
    );
    assert!(said.contains(" the platform earns "), "{said}");
    assert_eq!(bench.list("whole/cells").len(), 8);
    fs::create_dir_all(bench.path("merged/cells")).unwrap();
    for part in ["1/3", "2/3", "3/3"] {
        let folder = format!("part-{}", &part[..1]);
        bench
            .chappe(&format!("{SWEEP} --out {folder} --part {part}"))
            .out();
        assert_eq!(bench.list(&folder), ["cells"]);
        for cell in bench.list(&format!("{folder}/cells")) {
            let text = bench.read(&format!("{folder}/cells/{cell}"));
            bench.write(&format!("merged/cells/{cell}"), text);
        }
    }
    bench.chappe(&format!("{SWEEP} --out merged")).code_is(0);
    assert_eq!(bench.list("merged/cells"), bench.list("whole/cells"));
    assert_eq!(bench.read("merged/points.csv"), bench.read("whole/points.csv"));
    assert_eq!(
        deterministic(&bench, "merged/sweep.json"),
        deterministic(&bench, "whole/sweep.json")
    );
}

/// A study into `folder` that gets a signal as soon as there are so many cells.
pub(crate) fn stopped(
    bench: &Bench,
    arguments: &str,
    folder: &str,
    cells_count: usize,
    signal: &str,
) -> Output {
    let child = Command::new(CHAPPE)
        .args(arguments.split_whitespace())
        .current_dir(bench.folder())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let cells = bench.path(folder).join("cells");
    while fs::read_dir(&cells).map_or(0, Iterator::count) < cells_count {
        assert!(began.elapsed() < Duration::from_secs(60), "it never simulates");
        std::thread::sleep(Duration::from_millis(2));
    }
    let kill = format!("kill -{signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    child.wait_with_output().unwrap()
}

#[test]
fn a_sweep_killed_half_way_goes_on_to_the_same_table() {
    let bench = Bench::new();
    let sweep = "sweep town.toml --vary agents.ads.buy=0.01..0.1 --points 12 --replications 1 --set horizon=2h \
                 --workers 1";
    for (name, folder) in [("INT", "polite"), ("KILL", "rude")] {
        let output = stopped(&bench, &format!("{sweep} --out {folder}"), folder, 3, name);
        if name == "INT" {
            let err = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(130), "{err}");
            assert!(
                err.contains("are kept, and the same command goes on from there"),
                "{err}"
            );
        }
        let there = bench.list(&format!("{folder}/cells")).len();
        assert!(there < 12, "it ended before it was stopped");
        bench.chappe(&format!("{sweep} --out {folder}")).out();
    }
    bench.chappe(&format!("{sweep} --out calm")).out();
    for folder in ["polite", "rude"] {
        assert_eq!(
            bench.read(&format!("{folder}/points.csv")),
            bench.read("calm/points.csv")
        );
        assert_eq!(
            deterministic(&bench, &format!("{folder}/sweep.json")),
            deterministic(&bench, "calm/sweep.json")
        );
    }
}

#[test]
fn ranges_fill_the_space_and_indices_say_what_matters() {
    let bench = Bench::new();
    let vary = "--set horizon=20m --vary agents.ads.buy=0.01..0.1 --vary agents.ads.mute_share=0..0.5";
    bench
        .chappe(&format!("sweep town.toml {vary} --points 5 --out s"))
        .out();
    let record = bench.json("s/sweep.json");
    assert_eq!(
        (&record["design"], record["points"].as_array().unwrap().len()),
        (&"latin_hypercube".into(), 5)
    );
    let ran = bench.chappe(&format!("sweep town.toml {vary} --points 3 --indices --out i"));
    ran.code_is(0);
    let unexplained = "shares of variance are told of what is the same at every point: `revenue.total`";
    assert_eq!(ran.out.matches(unexplained).count(), 1, "{}", ran.out);
    let record = bench.json("i/sweep.json");
    assert_eq!(
        (&record["design"], record["points"].as_array().unwrap().len()),
        (&"saltelli".into(), 12)
    );
}

#[test]
fn an_arm_without_a_headline_figure_is_told_to_lack_it() {
    let bench = Bench::new();
    let said = whatif(
        &bench,
        "--replications 2 --set study.headline=[\"ads.return\"] --arm twin population.users=400",
    );
    assert!(said.contains("With no ads instead of base: "), "{said}");
    assert!(said.contains("is missing in too many runs to tell"), "{said}");
    assert!(said.contains("With twin instead of base: "), "{said}");
}

#[test]
fn a_sweep_warns_of_arms_and_keys_that_change_nothing() {
    let bench = Bench::new();
    let vary = "--vary study.width=0.1,0.2 --vary agents.ads.buy=0.01,0.1 --vary agents.ads.mute_share=0.5";
    let arm = "--arm twin population.users=400 --only twin";
    let sweep = format!("sweep town.toml --set horizon=20m --replications 1 --out s {vary} {arm}");
    let ran = bench.chappe(&sweep);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let record = bench.json("s/sweep.json");
    let warnings = record["warnings"].as_array().unwrap().iter();
    let problems: Vec<&str> = warnings
        .map(|warning| warning["problem"].as_str().unwrap())
        .collect();
    assert_eq!(
        problems,
        [
            "`twin` changes nothing against `base`",
            "`study.width` is varied and changes nothing",
            "`agents.ads.buy` changes no figure at any point"
        ]
    );
    assert!(
        problems.iter().all(|problem| ran.err.contains(problem)),
        "{}",
        ran.err
    );
}

#[test]
fn studies_that_are_wrong_are_refused() {
    let bench = Bench::new();
    for (arguments, words) in [
        ("sweep town.toml", "nothing is varied"),
        (
            "sweep town.toml --vary policy.prest=a,b",
            "did you mean `preset`?",
        ),
        (
            "sweep town.toml --vary scale=1,2 --vary scale=3,4",
            "`scale` is varied twice",
        ),
        (
            "sweep town.toml --vary scale=1,2 --budget 1ms",
            "longer than the budget",
        ),
        (
            "sweep town.toml --vary scale=1,2 --part 3/2",
            "write I/N with I from 1 to N",
        ),
        ("whatif town.toml --only nobody", "there is no arm `nobody`"),
        (
            "whatif town.toml --only base",
            "there is no arm beside the baseline",
        ),
        ("whatif town.toml --arm seed=4 scale=1", "has no name"),
        (
            "whatif town.toml --set study.baseline=nobody",
            "there is no arm `nobody`",
        ),
        ("whatif town.toml --set study.headline=[\"blocs\"]", "blocs"),
        (
            "whatif town.toml --sensitivity agents.ads.byu=0.1,0.2",
            "unknown key `agents.ads.byu`",
        ),
        (
            "whatif town.toml --sensitivity agents.ads.buy=0.1..7",
            "agents.ads.buy",
        ),
    ] {
        bench.refused(arguments, words);
    }
    bench.refused_with(
        &["whatif", "town.toml", "--arm", "no ads", "seed=4"],
        "two arms are called `no ads`",
    );
}
