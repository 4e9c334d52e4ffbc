//! What people expect of a command: completions, pages of a manual, shipped scenarios, JSON, variables, colours.

use crate::chappe::{Bench, CHAPPE, Ran, SCENARIO};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const SAMPLE: &str = include_str!("../../../../scenarios/sample-trace.txt");

/// The names of the scenarios in the project's folder.
fn scenario_files() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let names = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    names
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_string))
        .collect()
}

/// The commands that the help lists.
fn commands(bench: &Bench) -> Vec<String> {
    let help = bench.chappe("--help").out();
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let (list, _) = list.split_once("\n\n").unwrap();
    let names = list
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_string).collect()
}

fn json(ran: Ran) -> Value {
    serde_json::from_str(&ran.out()).unwrap()
}

#[test]
fn completions_for_every_shell_know_every_command() {
    let bench = Bench::new();
    let commands = commands(&bench);
    assert!(commands.len() > 15, "{commands:?}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = bench.chappe(&format!("completions {shell}")).out();
        for command in &commands {
            assert!(script.contains(command.as_str()), "{shell}: {command}");
        }
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        bench.refused("completions nu", shell);
    }
    bench.refused("completions nu", "invalid value 'nu'");
}

#[test]
fn there_is_a_page_of_the_manual_for_every_command() {
    let bench = Bench::new();
    let page = bench.chappe("man").out();
    assert!(page.contains(".TH chappe 1"), "{page}");
    assert!(
        page.contains("Options on the command line win over CHAPPE_"),
        "{page}"
    );
    assert_eq!(bench.chappe("man --out deep/man1").out(), "");
    let pages = bench.list("deep/man1");
    for command in commands(&bench) {
        let name = format!("chappe-{command}.1");
        assert!(pages.contains(&name), "{name}: {pages:?}");
        assert!(bench.read(&format!("deep/man1/{name}")).contains(".SH SYNOPSIS"));
    }
    bench.write("file", "");
    bench.refused("man --out file/man1", "can't write file/man1");
}

#[test]
fn the_list_of_scenarios_has_all_of_them() {
    let bench = Bench::new();
    let files = scenario_files();
    let list = bench.chappe("scenarios").out();
    let first = |line: &str| line.split_whitespace().next().unwrap().to_string();
    assert_eq!(list.lines().map(first).collect::<BTreeSet<_>>(), files);
    assert_eq!(list.lines().count(), files.len());
    let listed = json(bench.chappe("scenarios --json"));
    let listed = listed.as_array().unwrap();
    let names = listed.iter().map(|one| one["name"].as_str().unwrap().to_string());
    assert_eq!(names.collect::<BTreeSet<_>>(), files);
    assert!(
        listed
            .iter()
            .all(|one| one["question"].as_str().unwrap().ends_with('?'))
    );
}

#[test]
fn a_bare_name_is_a_shipped_scenario_and_a_path_is_a_file() {
    let bench = Bench::new();
    fs::remove_file(bench.path("town.toml")).unwrap();
    bench
        .chappe("run first-ads --scale 0.01 --until 70m -q")
        .code_is(0);
    let record = bench.json("reports/out/first-ads/run.json");
    assert_eq!(record["scenario"]["name"], "first-ads");
    assert_eq!(record["result"]["size"]["users_count"], 2000);
    // A trace that a shipped scenario replays is shipped as well.
    bench.chappe("validate replay").out();
    bench.refused(
        "run first-adds",
        "there is no shipped scenario, file or folder `first-adds`",
    );

    let note =
        "note: `queue` means the shipped scenario; write ./queue for the file or folder of that name\n";
    bench.write("queue", SCENARIO);
    let ran = bench.chappe("validate queue");
    assert_eq!((ran.code, ran.err.as_str()), (0, note));
    assert!(ran.out.starts_with("queue.toml is valid: 8 users"), "{}", ran.out);
    let file = bench.chappe("validate ./queue").out();
    assert!(file.starts_with("./queue is valid: 400 users"), "{file}");
    fs::remove_file(bench.path("queue")).unwrap();
    bench.chappe("run ./first-ads.toml").code_is(2);
    bench.write("queue.toml", SCENARIO);
    let file = bench.chappe("validate queue.toml").out();
    assert!(file.starts_with("queue.toml is valid: 400 users"), "{file}");
    assert_eq!(
        bench.chappe("validate queue").err,
        "",
        "queue.toml is another name"
    );

    bench.chappe("run queue.toml -q --until 10m --out queue").out();
    let ran = bench.chappe("validate queue");
    assert_eq!((ran.code, ran.err.as_str()), (0, note));
    assert!(ran.out.contains("is valid: 8 users"), "{}", ran.out);
    let folder = bench.chappe("validate ./queue").out();
    assert!(folder.contains("is valid: 400 users"), "{folder}");
}

#[test]
fn a_dash_is_standard_input() {
    let bench = Bench::new();
    bench.chappe("run town.toml -q --until 10m --out file").out();
    let from_input =
        |arguments: &[&str], text: &'static [u8]| Ran::of(bench.command(arguments).write_stdin(text));
    from_input(
        &["run", "-", "-q", "--until", "10m", "--out", "input"],
        SCENARIO.as_bytes(),
    )
    .out();
    let [file, input] = ["file", "input"].map(|folder| bench.json(&format!("{folder}/run.json")));
    assert_eq!(file["digest"], input["digest"]);
    assert_eq!(bench.read("input/scenario.toml"), SCENARIO);
    let ran = from_input(&["validate", "-"], b"horizon = 24");
    assert!(
        ran.code == 2 && ran.err.contains("--> stdin.toml:1:11"),
        "{}",
        ran.err
    );
    let ran = from_input(&["run", "-"], b"title = \"caf\xe9\"");
    assert!(ran.code == 2 && ran.err.contains("UTF-8"), "{}", ran.err);
    assert!(!bench.path("reports").exists());
}

#[test]
fn a_new_scenario_is_valid_and_never_replaces_a_file() {
    let bench = Bench::new();
    bench.chappe("new mine.toml").out();
    let valid = bench.chappe("validate mine.toml").out();
    assert!(valid.starts_with("mine.toml is valid"), "{valid}");
    let text = bench.read("mine.toml");
    assert!(!text.contains("#:schema"), "the schema isn't here");
    let hash = |name: &str| json(bench.chappe(&format!("validate {name} --json")))["hash"].clone();
    assert_eq!(hash("mine.toml"), hash("first-ads"));
    bench.refused("new mine.toml --from queue", "mine.toml exists already");
    assert_eq!(bench.read("mine.toml"), text);
    bench.chappe("new other.toml --from queue").out();
    assert_eq!(hash("other.toml"), hash("queue"));
    bench.refused(
        "new third.toml --from nobody",
        "there is no shipped scenario `nobody`",
    );
    bench.refused("new nowhere/third.toml", "can't write nowhere/third.toml");
}

#[test]
fn answers_are_printed_as_json_if_asked_for() {
    let bench = Bench::new();
    bench.write("sample.txt", SAMPLE);
    bench
        .chappe("run town.toml -q --until 30m --out it --log f.jsonl")
        .out();
    let valid = json(bench.chappe("validate town.toml --json"));
    assert_eq!(
        (&valid["users_count"], &valid["arms"][0]),
        (&400.into(), &"no ads".into())
    );
    let schema = json(bench.chappe("schema --study story"));
    let is_story = jsonschema::validator_for(&schema).unwrap();
    let log = bench.read("f.jsonl");
    let delivered = log
        .lines()
        .find(|line| line.contains("\"ad_delivered\""))
        .unwrap();
    let delivered = serde_json::from_str::<Value>(delivered).unwrap()["fact"]["ad_delivered"].clone();
    for command in [
        format!(
            "why it --message {} --json",
            delivered["message"].as_str().unwrap()
        ),
        format!("explain it --user {} --json", delivered["user"]),
    ] {
        let story = json(bench.chappe(&command));
        assert!(
            is_story.is_valid(&story),
            "{command}: {:?}",
            is_story.validate(&story)
        );
        assert!(!story["chapters"][0]["entries"].as_array().unwrap().is_empty());
    }
    let audit = json(bench.chappe("audit f.jsonl --json"));
    assert_eq!(audit["passed"], true);
    assert_eq!(
        audit["facts_count"].as_u64().unwrap() as usize,
        log.lines().count() - 2
    );
    let presets = json(bench.chappe("presets --json"));
    let plain = bench.chappe("presets").out();
    assert_eq!(presets.as_array().unwrap().len(), plain.lines().count());
    let one = json(bench.chappe("presets leak-2016 --json"));
    assert_eq!(
        (one.as_array().unwrap().len(), &one[0]["name"]),
        (1, &"leak-2016".into())
    );
    let trace = json(bench.chappe("trace sample.txt --json"));
    assert_eq!(trace[0].as_array().unwrap().len(), 2, "{trace}");
    let two = json(bench.chappe("trace sample.txt --against sample.txt --json"));
    assert_eq!(two[0].as_array().unwrap().len(), 5, "{two}");
}

#[test]
fn an_option_wins_over_its_variable_and_neither_changes_the_result() {
    let bench = Bench::new();
    let run = "run town.toml -q --until 10m --out";
    let unknown = "run town.toml --set population.user=5";
    bench.chappe(&format!("{run} plain")).out();
    let plain = bench.json("plain/run.json");
    let result_of = |folder: &str| {
        let record = bench.json(&format!("{folder}/run.json"));
        for part in ["digest", "result", "spec"] {
            assert_eq!(record[part], plain[part], "{folder}: {part}");
        }
        record["execution"]["workers"].clone()
    };
    let workers = [("CHAPPE_WORKERS", "2")];
    assert_eq!(bench.chappe_in(&workers, &format!("{run} two")).code, 0);
    assert_eq!(result_of("two"), 2);
    bench
        .chappe_in(&workers, &format!("{run} one --workers 1"))
        .code_is(0);
    assert_eq!(result_of("one"), 1);
    let ran = bench.chappe_in(&[("CHAPPE_WORKERS", "many")], &format!("{run} none"));
    assert!(
        ran.code == 2 && ran.err.contains("a number from 1 to 1024"),
        "{}",
        ran.err
    );

    let log = [("CHAPPE_LOG", "info")];
    let ran = bench.chappe_in(&log, &format!("{run} logged"));
    assert!(ran.code == 0 && ran.err.contains("run ended"), "{}", ran.err);
    result_of("logged");
    let ran = bench.chappe_in(&log, &format!("{run} quiet --log-level off"));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    result_of("quiet");
    assert!(
        bench
            .chappe(&format!("{run} verbose -v"))
            .err
            .contains("run started")
    );
    result_of("verbose");

    let colour = [("CHAPPE_COLOR", "always")];
    assert!(bench.chappe_in(&colour, unknown).err.contains("\x1b["));
    let plain_error = bench.chappe_in(&colour, &format!("{unknown} --color never"));
    assert_eq!(plain_error.err, bench.chappe(unknown).err);
    bench.chappe_in(&colour, &format!("{run} coloured")).out();
    result_of("coloured");
}

#[test]
fn errors_of_every_kind_are_coloured_if_asked_for_and_never_in_a_pipe() {
    let bench = Bench::new();
    for arguments in [
        "run town.toml --set population.user=5",
        "run none.toml",
        "run town.toml --bogus",
    ] {
        let coloured = bench.chappe_in(&[], &format!("{arguments} --color always"));
        assert!(
            coloured.code == 2 && coloured.err.contains("\x1b["),
            "{}",
            coloured.err
        );
        // A pipe gets no colours, which the helper makes sure of.
        let plain = bench.chappe(arguments);
        assert!(plain.err.starts_with("error: "), "{}", plain.err);
    }
}

#[test]
fn the_summary_has_one_line_a_figure() {
    let bench = Bench::new();
    let lines = |more: &str| -> Vec<String> {
        let said = bench
            .chappe_in(&[], &format!("run town.toml --until 10m {more}"))
            .out;
        let (_, figures) = said.split_once("\n\n").unwrap();
        let (figures, _) = figures.split_once("\n\n").unwrap();
        figures.lines().map(str::to_string).collect()
    };
    let plain = lines("");
    assert!(plain.len() > 8, "{plain:?}");
    for line in &plain {
        let (label, value) = line.split_once("  ").unwrap_or_else(|| panic!("{line}"));
        assert!(!label.is_empty() && !value.trim().is_empty(), "{line}");
        assert!(label.starts_with(char::is_alphabetic), "a rule: {line}");
    }
    let by_part = |lines: &[String]| lines.iter().filter(|line| line.starts_with("Memory, ")).count();
    assert_eq!(by_part(&plain), 0, "{plain:?}");
    assert!(by_part(&lines("-v")) > 3);
}

#[test]
fn a_terminal_without_columns_gets_eighty() {
    let bench = Bench::new();
    let is_whole = |help: &str| {
        assert!(
            help.contains("Run a scenario in virtual time, and write a report"),
            "{help}"
        );
        let widest = help.lines().map(|line| line.trim_end().chars().count()).max();
        assert!(
            widest.is_some_and(|widest| (60..=80).contains(&widest)),
            "{widest:?}: {help}"
        );
    };
    // Examples are not wrapped.
    let before_examples = |help: &str| help.split("\nExamples:").next().unwrap().to_string();
    let narrow = [("COLUMNS", "0")];
    is_whole(&before_examples(&bench.chappe_in(&narrow, "help run").out()));
    let summary = "run town.toml --until 10m --seed 3";
    let said = bench.chappe_in(&narrow, summary).out();
    let stable = |said: &str| said.lines().take(3).map(str::to_string).collect::<Vec<_>>();
    assert_eq!(stable(&said), stable(&bench.chappe(summary).out()));

    // A real terminal, where there is a program that makes one.
    let on_terminal = |command: &str| {
        let command = format!("stty cols 0 && {CHAPPE} --color never {command}");
        let mut script = std::process::Command::new("script");
        script
            .args(["-qec", &command, "/dev/null"])
            .current_dir(bench.folder());
        script.stdin(std::process::Stdio::null()).env_remove("COLUMNS");
        script.output().ok().map(|output| {
            assert!(output.status.success(), "{output:?}");
            String::from_utf8(output.stdout).unwrap().replace('\r', "")
        })
    };
    if let Some(help) = on_terminal("help run") {
        is_whole(&before_examples(&help));
        let said = on_terminal(summary).unwrap();
        assert!(said.contains("Report: reports/out/town/index.html"), "{said}");
    }
}
