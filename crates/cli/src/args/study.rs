//! The arguments of studies: many runs of one scenario, side by side.

use super::{Source, Workers, duration, workers};
use crate::study::part::Part;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// What is studied, and how much it may take.
#[derive(Args, Clone, Debug)]
pub(crate) struct StudyArgs {
    /// The scenario file.
    pub(crate) scenario: PathBuf,
    /// Replace a value of the scenario, in all arms; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// One more arm: its name, and what it changes; may be repeated.
    #[arg(long, num_args = 2.., value_names = ["NAME", "KEY=VALUE"])]
    pub(crate) arm: Vec<String>,
    /// Play only these arms, beside the baseline.
    #[arg(long, num_args = 1.., value_name = "NAME")]
    pub(crate) only: Vec<String>,
    /// Seed of the first replication, instead of the scenario's.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Multiply the population.
    #[arg(long, value_name = "FACTOR")]
    pub(crate) scale: Option<f64>,
    /// Runs at a time: a number, or `auto` for one per core.
    #[arg(long, value_name = "N", default_value = "auto", value_parser = workers)]
    pub(crate) workers: Workers,
    /// The most wall time, e.g. 5m [default: the scenario's].
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) budget: Option<Duration>,
    /// Where to write record, tables and cells [default: reports/out/<scenario>-<command>].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print the record on standard output instead of a summary.
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress, and no summary.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

impl StudyArgs {
    /// The scenario with what all arms share.
    pub(crate) fn source(&self) -> Source {
        Source {
            scenario: self.scenario.clone(),
            set: self.set.clone(),
            arm: None,
            seed: self.seed,
            scale: self.scale,
        }
    }
}

#[derive(Args, Clone, Debug)]
pub(crate) struct WhatifArgs {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// The most replications [default: the scenario's].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(crate) replications: Option<u32>,
    /// Move assumed parameters of ads one at a time, to half and double, and say how far the answer hangs
    /// on each; or move the keys given here between two values.
    #[arg(long, num_args = 0.., value_name = "KEY=LOW..HIGH", value_parser = vary)]
    pub(crate) sensitivity: Option<Vec<Vary>>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct SweepArgs {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// Vary a key over values, or over a range; may be repeated.
    #[arg(long, value_name = "KEY=V1,V2,...|LOW..HIGH", value_parser = vary)]
    pub(crate) vary: Vec<Vary>,
    /// Points over ranges, spread evenly [default: the scenario's].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    pub(crate) points: Option<u32>,
    /// Replications of each point [default: 3, for an interval; 1 with --indices].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) replications: Option<u32>,
    /// Say how much of the variance each ranged key explains; takes points for each key and two more.
    #[arg(long)]
    pub(crate) indices: bool,
    /// Play only this share of the runs, e.g. 2/8; array jobs of Slurm, SGE and AWS Batch take theirs by
    /// themselves.
    #[arg(long, value_name = "I/N")]
    pub(crate) part: Option<Part>,
    /// Go on even if it takes longer than the budget.
    #[arg(long)]
    pub(crate) yes: bool,
}

/// One key, and the values it takes.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Vary {
    pub(crate) key: String,
    pub(crate) over: Over,
}

/// What a key is varied over.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Over {
    /// These values, as for `--set`.
    Values(Vec<String>),
    /// All numbers from one to another.
    Range([f64; 2]),
}

fn vary(text: &str) -> Result<Vary, String> {
    let example = "write KEY=V1,V2 or KEY=LOW..HIGH, for example policy.frequency_cap.per_user=1,2,3";
    let (key, over) = text.split_once('=').ok_or(example)?;
    let over = match over.split_once("..") {
        Some((low, high)) => {
            let number = |text: &str| text.trim().parse::<f64>().map_err(|_| example.to_string());
            let range = [number(low)?, number(high)?];
            if !(range[0] < range[1] && range.iter().all(|end| end.is_finite())) {
                return Err(format!("a range goes from a lower to a higher number; {example}"));
            }
            Over::Range(range)
        }
        None => Over::Values(values(over)),
    };
    if over == Over::Values(Vec::new()) {
        return Err(format!("there is no value; {example}"));
    }
    Ok(Vary {
        key: key.trim().to_string(),
        over,
    })
}

/// Values between commas; those within brackets, braces and quotes divide nothing.
fn values(text: &str) -> Vec<String> {
    let (mut values, mut depth, mut quoted) = (vec![String::new()], 0, false);
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
        match values.last_mut() {
            Some(last) if letter != ',' || quoted || depth > 0 => last.push(letter),
            _ => values.push(String::new()),
        }
    }
    let values = values.into_iter().map(|value| value.trim().to_string());
    values.filter(|value| !value.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_divided_by_commas_outside_of_brackets() {
        let over = |text: &str| vary(text).map(|vary| vary.over);
        let list = |values: &[&str]| Ok(Over::Values(values.iter().map(ToString::to_string).collect()));
        assert_eq!(over("a.b=1,2"), list(&["1", "2"]));
        assert_eq!(
            over("cap={ per_user = 1, every = \"1d\" },off"),
            list(&["{ per_user = 1, every = \"1d\" }", "off"])
        );
        assert_eq!(over("a=-0.5..2"), Ok(Over::Range([-0.5, 2.0])));
        for wrong in ["a", "a=", "a=2..1", "a=x..2"] {
            assert!(vary(wrong).is_err(), "{wrong}");
        }
    }
}
