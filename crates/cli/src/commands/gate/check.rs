//! `chappe gate check`.

use super::{play_all, say_notices};
use crate::args::{CheckArgs, Clocked, Evidence};
use crate::failure::Failure;
use crate::gate::baselines::{Entry, Folder, mismatches};
use crate::gate::benches::Bench;
use crate::gate::exact::{held_against, one_sided};
use crate::gate::figures::add_to;
use crate::gate::history::make_sure_of;
use crate::gate::side::{Named, Side};
use crate::gate::wall::{self, Job, Rule};
use crate::machine;
use crate::output::Output;
use crate::results::execution;
use chappe_metrics::{Baseline, CaseVerdict, GATE_SCHEMA, GateRecord, Played, WallEvidence};
use chappe_report::{Report, gate_annotations, gate_markdown, gate_problems};
use std::fs::OpenOptions;
use std::io::{self, Write, stdout};
use std::path::PathBuf;
use std::time::{Instant, SystemTime};

/// Seed of the order of runs and of all resampling.
const SEED: u64 = 2016;

/// Holds a program against a baseline, and writes what came of it.
pub(crate) fn check(args: &CheckArgs) -> Result<(), Failure> {
    let benches: Vec<Bench> = args.bench.iter().map(|text| Bench::new(text)).collect();
    make_sure_it_can_be(args, &benches)?;
    let entries = Folder::new(&args.cases.baselines).entries(&args.cases)?;
    let named = |name: &Option<String>| Named::find(name.as_deref(), &benches);
    let (baseline, candidate) = (named(&args.baseline)?, named(&args.candidate)?);
    if args.baseline.is_none() {
        make_sure_all_are_recorded(&entries)?;
    }
    let target = folder_of(args);
    let output = Output::prepare(&target)?;
    let baseline = match args.baseline {
        None => None,
        Some(_) => Some(baseline.build(&benches)?),
    };
    let candidate = candidate.build(&benches)?;
    let (mut record, now) = judged(args, &entries, &benches, (baseline.as_ref(), &candidate))?;
    let problems = gate_problems(&record);
    record.passed = problems.is_empty();
    write(&output, &record).map_err(|error| Failure::Write { path: target, error })?;
    let folder = output.finish()?;
    let told = say(args, &record, &folder.join("summary.md").display().to_string());
    let kept = match &args.history {
        Some(file) => add_to(file, candidate.commit.as_ref(), &entries, &now)
            .map(|notice| say_notices(notice.as_slice())),
        None => Ok(()),
    };
    // Whatever else goes wrong, a closed gate is not an open one.
    match problems.is_empty() {
        true => told.and(kept),
        false => Err(Failure::Regressed(problems.join("\n  "))),
    }
}

/// The folder that the verdicts go to.
fn folder_of(args: &CheckArgs) -> PathBuf {
    args.out
        .clone()
        .unwrap_or_else(|| PathBuf::from("reports/out/gate"))
}

/// Looks at all evidence that was asked for; also gives what the candidate came to.
fn judged(
    args: &CheckArgs,
    entries: &[Entry],
    benches: &[Bench],
    (baseline, candidate): (Option<&Side>, &Side),
) -> Result<(GateRecord, Vec<Played>), Failure> {
    let (started, clock) = (SystemTime::now(), Instant::now());
    let mut notices = Vec::new();
    if let Some(baseline) = baseline {
        make_sure_compilers_are_alike(args, &entries[0], (baseline, candidate), &mut notices)?;
    }
    let (cases, now) = match args.only {
        Some(Evidence::Wall) => (Vec::new(), Vec::new()),
        Some(Evidence::Exact) | None => exact(args, entries, (baseline, candidate), &mut notices)?,
    };
    let wall = match (baseline, args.only) {
        (Some(side), Some(Evidence::Wall) | None) => {
            let (wall, missing) = timed(args, entries, benches, (side, candidate))?;
            notices.extend(missing);
            Some(wall)
        }
        (Some(_), Some(Evidence::Exact)) | (None, _) => None,
    };
    let peaks = vec![machine::peak_bytes().unwrap_or(0)];
    let record = GateRecord {
        schema: GATE_SCHEMA.to_string(),
        version: env!("CARGO_PKG_VERSION").to_string(),
        candidate: candidate.words.clone(),
        baseline: baseline.map_or_else(
            || format!("the baselines in {}", args.cases.baselines.display()),
            |side| side.words.clone(),
        ),
        passed: true,
        cases,
        wall,
        notices,
        execution: execution(&folder_of(args), peaks, (started, clock.elapsed())),
    };
    Ok((record, now))
}

/// What can't be, said before anything is built or played.
fn make_sure_it_can_be(args: &CheckArgs, benches: &[Bench]) -> Result<(), Failure> {
    let mut names: Vec<&str> = benches.iter().map(|bench| bench.name.as_str()).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        let problem = format!("the bench `{}` is given twice", twice[0]);
        return Err(Failure::usage_with(
            problem,
            "give one filter that holds for all that is wanted",
        ));
    }
    if let Some(file) = &args.history {
        make_sure_of(file)?;
    }
    let (problem, help) = match (args.only, &args.baseline, &args.history) {
        (Some(Evidence::Wall), None, _) => (
            "wall time is compared with another program, and never remembered",
            "give --baseline, such as --baseline main",
        ),
        (Some(Evidence::Wall), Some(_), Some(_)) => (
            "a history holds what was played, and wall time alone plays nothing for it",
            "leave out --history, or --only wall",
        ),
        (Some(Evidence::Exact), _, _) if !benches.is_empty() => (
            "benches are wall time, and --only exact leaves that out",
            "leave out --bench, or --only exact",
        ),
        (Some(Evidence::Exact | Evidence::Wall) | None, _, _) => return Ok(()),
    };
    Err(Failure::usage_with(problem, help))
}

fn make_sure_all_are_recorded(entries: &[Entry]) -> Result<(), Failure> {
    match entries.iter().find(|entry| entry.baseline.is_none()) {
        None => Ok(()),
        Some(entry) => Err(Failure::usage_with(
            format!("`{}` has no baseline", entry.name),
            format!(
                "give `chappe gate record {}`, or a program with --baseline",
                entry.case.file
            ),
        )),
    }
}

/// Two programs of different compilers differ by that alone.
fn make_sure_compilers_are_alike(
    args: &CheckArgs,
    entry: &Entry,
    (baseline, candidate): (&Side, &Side),
    notices: &mut Vec<String>,
) -> Result<(), Failure> {
    let [before, now] = [
        baseline.play(&entry.case)?.toolchain,
        candidate.play(&entry.case)?.toolchain,
    ];
    if before == now {
        return Ok(());
    }
    let problem = format!("the baseline was built with {before}, and the candidate with {now}");
    if args.force {
        notices.push(format!("checked by force; {problem}"));
        return Ok(());
    }
    let help = "build both alike, since that alone makes one slower; or give --force to check all the same";
    Err(Failure::usage_with(problem, help))
}

/// What is exact of all cases, held against the other program or against what was recorded.
fn exact(
    args: &CheckArgs,
    entries: &[Entry],
    (baseline, candidate): (Option<&Side>, &Side),
    notices: &mut Vec<String>,
) -> Result<(Vec<CaseVerdict>, Vec<Played>), Failure> {
    let now = play_all(candidate, entries, &args.cases, notices)?;
    let before = match baseline {
        Some(side) => play_all(side, entries, &args.cases, notices)?,
        None => recorded(args, entries, &now, notices)?,
    };
    let names = entries.iter().map(|entry| entry.name.as_str());
    let all = names.zip(before.iter().zip(&now));
    let all = all.map(|(name, (before, now))| (name, before, now));
    notices.extend(one_sided(all.clone()));
    let cases = all
        .map(|(name, before, now)| held_against(name, before, now))
        .collect();
    Ok((cases, now))
}

/// What was recorded of all cases, if it is of the same things.
fn recorded(
    args: &CheckArgs,
    entries: &[Entry],
    now: &[Played],
    notices: &mut Vec<String>,
) -> Result<Vec<Played>, Failure> {
    let mut all = Vec::new();
    for (entry, now) in entries.iter().zip(now) {
        let name = &entry.name;
        let Some(Baseline { played: before, .. }) = &entry.baseline else {
            continue;
        };
        let foreign: Vec<String> = mismatches(before, now)
            .into_iter()
            .map(|(field, values)| format!("{field}: {values}"))
            .collect();
        if !foreign.is_empty() && !args.force {
            return Err(Failure::usage_with(
                format!(
                    "the baseline of `{name}` is of something else: {}",
                    foreign.join("; ")
                ),
                "give `chappe gate accept` if that is intended, or --force to check all the same",
            ));
        }
        notices.extend(
            foreign
                .iter()
                .map(|field| format!("{name}: checked by force; {field}")),
        );
        if before.toolchain != now.toolchain {
            notices.push(format!(
                "{name}: its baseline was recorded with {}, and this program is of {}: only events are held \
                 against it, as allocations and instructions are the compiler's",
                before.toolchain, now.toolchain
            ));
        }
        all.push(before.clone());
    }
    notices.push(wall_time_of(entries, &all, now));
    Ok(all)
}

/// What recorded wall times are good for.
fn wall_time_of(entries: &[Entry], before: &[Played], now: &[Played]) -> String {
    let foreign: Vec<&str> = entries
        .iter()
        .zip(before.iter().zip(now))
        .filter(|(_, (before, now))| before.machine != now.machine)
        .map(|(entry, _)| entry.name.as_str())
        .collect();
    let advice = "give --baseline with a revision or a binary to have it compared";
    if foreign.is_empty() {
        let mean = |all: &[Played]| all.iter().map(|it| it.event_ns).sum::<f64>() / all.len() as f64;
        let (before, now) = (mean(before), mean(now));
        format!(
            "wall time was not compared: an event took {before:.0} ns on average when the baselines were \
             recorded and {now:.0} ns now, which is no evidence; {advice}"
        )
    } else {
        format!(
            "wall time was not compared, and is no evidence for baselines of another machine ({}); {advice}",
            foreign.join(", ")
        )
    }
}

/// Times the scenarios that are named, or else those whose baselines have live loads; and benches.
fn timed(
    args: &CheckArgs,
    entries: &[Entry],
    benches: &[Bench],
    (baseline, candidate): (&Side, &Side),
) -> Result<(WallEvidence, Vec<String>), Failure> {
    let has_load = |entry: &&Entry| entry.case.rate.is_some();
    let all_are_named = !args.cases.scenarios.is_empty();
    let simulated = entries.iter().filter(|entry| all_are_named || has_load(entry));
    let simulations = simulated.map(|entry| Job::Case(entry, Clocked::Simulation));
    let loaded = entries.iter().filter(has_load);
    let loads = loaded.map(|entry| Job::Case(entry, Clocked::Load));
    let jobs: Vec<Job<'_>> = simulations
        .chain(loads)
        .chain(benches.iter().map(Job::Bench))
        .collect();
    if jobs.is_empty() {
        let notice = "nothing was timed: no baseline was recorded with --rate; name scenarios, or a bench";
        return Ok((WallEvidence::default(), vec![notice.to_string()]));
    }
    let rule = Rule {
        rounds_count: args.rounds,
        smallest_effect: args.smallest_effect,
        seed: SEED,
        quiet: args.cases.quiet || args.json,
    };
    wall::compare(&jobs, baseline, candidate, rule)
}

fn write(output: &Output, record: &GateRecord) -> io::Result<()> {
    let mut sink = |file: &str, bytes: &[u8]| output.write(file, bytes);
    record.write_files(&mut sink).map_err(io::Error::other)
}

fn say(args: &CheckArgs, record: &GateRecord, report: &str) -> Result<(), Failure> {
    let is_set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    if is_set("GITHUB_ACTIONS").is_some() {
        for annotation in gate_annotations(record) {
            eprintln!("{annotation}");
        }
    }
    if let Some(path) = is_set("GITHUB_STEP_SUMMARY").map(PathBuf::from) {
        let file = OpenOptions::new().append(true).create(true).open(&path);
        file.and_then(|mut file| file.write_all(gate_markdown(record).as_bytes()))
            .map_err(|error| Failure::Write { path, error })?;
    }
    let mut out = stdout();
    if args.json {
        serde_json::to_writer_pretty(&mut out, record).map_err(io::Error::from)?;
        writeln!(out)?;
    } else if !args.cases.quiet {
        for sentence in record.answer() {
            writeln!(out, "{sentence}")?;
        }
        writeln!(out, "Report: {report}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_metrics::{Behaviour, GateCase, Machine, ScenarioId};
    use std::collections::BTreeMap;

    #[test]
    fn wall_time_of_another_machine_is_no_evidence() {
        let case = GateCase {
            file: String::new(),
            set: Vec::new(),
            scale: None,
            seed: None,
            rate: None,
        };
        let entry = Entry {
            name: "town".to_string(),
            case,
            baseline: None,
        };
        let played = |cores, event_ns| Played {
            scenario: ScenarioId {
                name: String::new(),
                title: String::new(),
                question: String::new(),
                hash: String::new(),
                arm: None,
            },
            seed: 1,
            version: String::new(),
            toolchain: String::new(),
            machine: Machine {
                cores,
                ..Machine::default()
            },
            behaviour: Behaviour {
                digest: String::new(),
                metrics: BTreeMap::new(),
            },
            cost: BTreeMap::new(),
            event_ns,
        };
        let told = |cores| {
            wall_time_of(
                std::slice::from_ref(&entry),
                &[played(2, 200.4)],
                &[played(cores, 300.0)],
            )
        };
        assert!(
            told(2).contains("200 ns on average") && told(2).contains("300 ns now"),
            "{}",
            told(2)
        );
        assert!(told(4).contains("another machine (town)"), "{}", told(4));
        assert!(!told(4).contains("300"), "{}", told(4));
    }
}
