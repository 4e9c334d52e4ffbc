//! The three kinds of evidence of a check: behaviour and cost, exact or nearly so, and wall time.

use crate::baselines::{Entry, mismatches};
use crate::context::Context;
use crate::exact::{compare, one_sided};
use crate::options::{CheckOptions, Clocked};
use crate::play::play_all;
use crate::program::Program;
use crate::record::{Baseline, CaseVerdict, Played, WallEvidence};
use crate::wall::{self, Job, Programs, Rule};
use chappe_study::Error;

/// Seed of the order of runs and of all resampling.
const SEED: u64 = 2016;

/// Refuses to compare programs of different compilers, which alone makes one slower.
pub(super) fn check_compilers(
    options: &CheckOptions,
    entry: &Entry,
    programs: Programs<'_>,
    notices: &mut Vec<String>,
    context: &Context<'_>,
) -> Result<(), Error> {
    let [before, now] = [
        programs.baseline.play(entry, context)?.toolchain,
        programs.candidate.play(entry, context)?.toolchain,
    ];
    if before == now {
        return Ok(());
    }
    let problem = format!("the baseline was built with {before}, and the candidate with {now}");
    if options.force {
        notices.push(format!("checked by force; {problem}"));
        return Ok(());
    }
    let help = "build both alike, since that alone makes one slower; or give --force to check all the same";
    Err(Error::usage_with(problem, help))
}

/// Behaviour and cost of all cases, compared with the other program or with what was recorded; also what the candidate
/// came to.
pub(super) fn exact(
    options: &CheckOptions,
    entries: &[Entry],
    (baseline, candidate): (Option<&Program>, &Program),
    notices: &mut Vec<String>,
    context: &Context<'_>,
) -> Result<(Vec<CaseVerdict>, Vec<Played>), Error> {
    let now = play_all(candidate, entries, options.cases.instructions, notices, context)?;
    let before = match baseline {
        Some(program) => play_all(program, entries, options.cases.instructions, notices, context)?,
        None => recorded(options, entries, &now, notices)?,
    };
    let names = entries.iter().map(|entry| entry.name.as_str());
    let all = names.zip(before.iter().zip(&now));
    let all = all.map(|(name, (before, now))| (name, before, now));
    notices.extend(one_sided(all.clone()));
    let cases = all
        .map(|(name, before, now)| compare(name, before, now))
        .collect();
    Ok((cases, now))
}

/// What was recorded of all cases, if it is of the same things.
fn recorded(
    options: &CheckOptions,
    entries: &[Entry],
    now: &[Played],
    notices: &mut Vec<String>,
) -> Result<Vec<Played>, Error> {
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
        if !foreign.is_empty() && !options.force {
            return Err(Error::usage_with(
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
                "{name}: its baseline was recorded with {}, and this program is of {}: only events are compared \
                 with it, as allocations and instructions depend on the compiler",
                before.toolchain, now.toolchain
            ));
        }
        all.push(before.clone());
    }
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    notices.push(wall_time_of(&names, &all, now));
    Ok(all)
}

/// A notice of what recorded wall times say.
fn wall_time_of(names: &[&str], before: &[Played], now: &[Played]) -> String {
    let foreign: Vec<&str> = names
        .iter()
        .zip(before.iter().zip(now))
        .filter(|(_, (before, now))| before.machine != now.machine)
        .map(|(name, _)| *name)
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
pub(super) fn timed(
    options: &CheckOptions,
    entries: &[Entry],
    programs: Programs<'_>,
    context: &Context<'_>,
) -> Result<(WallEvidence, Vec<String>), Error> {
    let has_load = |entry: &&Entry| entry.case.rate.is_some();
    let all_are_named = !options.cases.scenarios.is_empty();
    let simulated = entries.iter().filter(|entry| all_are_named || has_load(entry));
    let simulations = simulated.map(|entry| Job::Case(entry, Clocked::Simulation));
    let loaded = entries.iter().filter(has_load);
    let loads = loaded.map(|entry| Job::Case(entry, Clocked::Load));
    let jobs: Vec<Job<'_>> = simulations
        .chain(loads)
        .chain(options.benches.iter().map(Job::Bench))
        .collect();
    if jobs.is_empty() {
        let notice = "nothing was timed: no baseline was recorded with --rate; name scenarios, or a bench";
        return Ok((WallEvidence::default(), vec![notice.to_string()]));
    }
    let rule = Rule {
        rounds_count: options.rounds_count,
        smallest_effect: options.smallest_effect,
        seed: SEED,
    };
    wall::compare(&jobs, programs, rule, context)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Behaviour;
    use chappe_metrics::{Machine, ScenarioId};
    use std::collections::BTreeMap;

    #[test]
    fn wall_time_of_another_machine_is_no_evidence() {
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
        let told = |cores| wall_time_of(&["town"], &[played(2, 200.4)], &[played(cores, 300.0)]);
        assert!(
            told(2).contains("200 ns on average") && told(2).contains("300 ns now"),
            "{}",
            told(2)
        );
        assert!(told(4).contains("another machine (town)"), "{}", told(4));
        assert!(!told(4).contains("300"), "{}", told(4));
    }
}
