//! The arguments of every command, declared for `clap`. What they mean is in the commands.

mod gate;
mod load;
mod run;
mod study;
mod trace;

pub(crate) use gate::{
    AcceptArgs, Cases, CheckArgs, Clocked, Evidence, GateCommand, HistoryArgs, MeasureArgs, RecordArgs,
};
pub(crate) use load::{CalibrateArgs, CapacityArgs, LoadArgs};
pub(crate) use run::{RunArgs, SimulationThreads};
pub(crate) use study::{SweepArgs, WhatifArgs};
pub(crate) use trace::{FitArgs, Reading, TraceArgs};

use crate::terminal::Colour;
use clap::builder::Styles;
use clap::builder::styling::AnsiColor;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;
use std::time::Duration;
use tracing::level_filters::LevelFilter;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXIT_CODES: &str = "\
Exit codes: 0 success · 1 internal error, another process is gone, or the system refuses a resource · \
2 wrong usage or scenario · 3 audit violation · 4 regression · 5 the load generator fell behind · 98 too little observed to judge a threshold · \
99 threshold not met · 130 interrupted

\
Options on the command line win over CHAPPE_* variables, and variables over defaults. No variable changes what is run.";

/// Simulates a business-messaging platform and tests it under load: how fast messages arrive, what an ad policy earns,
/// and what it costs in opt-outs and blocks.
#[derive(Parser, Debug)]
#[command(name = "chappe", version, styles = STYLES, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to use colours on standard error.
    #[arg(
        long,
        value_enum,
        default_value = "auto",
        env = "CHAPPE_COLOR",
        value_name = "WHEN",
        global = true
    )]
    pub(crate) color: Colour,
    /// The lowest level that is logged on standard error: error, warn, info, debug or trace.
    #[arg(long, env = "CHAPPE_LOG", value_name = "LEVEL", global = true)]
    pub(crate) log_level: Option<LevelFilter>,
    /// Log more: -v for info, -vv for debug, -vvv for trace. Summaries also show memory by part.
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Run a scenario in virtual time, and write a report.
    #[command(after_help = "\
Examples:
  chappe run scenarios/first-ads.toml
  chappe run first-ads                  the shipped scenario of this name, from any folder
  chappe run reports/out/first-ads      the run of this folder, again
  chappe run scenarios/first-ads.toml --scale 0.1 --seed 7
  chappe run scenarios/first-ads.toml --set policy.first_topic=product --out strict
  chappe run scenarios/hot-line.toml --until 2h --log facts.jsonl
  chappe run scenarios/queue.toml --json | jq .result.metrics
  chappe run scenarios/first-ads.toml --hosts hosts.txt --process 0 --workers 4")]
    Run(RunArgs),
    /// Put the live platform under load on the wall clock, and measure it.
    #[command(after_help = "\
Examples:
  chappe load scenarios/first-ads.toml --rate 100000 --duration 10s
  chappe load scenarios/first-ads.toml --shape ramp --rate 10000 --to 200000 --duration 1m
  chappe load scenarios/first-ads.toml --shape closed --clients 1000 --think 50ms
  chappe load scenarios/first-ads.toml --set design.mailbox=flume --set design.shards=4
  chappe load scenarios/ad-blast.toml --compare design.lanes=fifo,priority --rounds 10

The commands come from a tape, which is recorded from the scenario in virtual time. If a load needs more commands \
than the scenario's horizon holds, the tape continues into the following days.")]
    Load(LoadArgs),
    /// Find the highest rate at which the live platform keeps within the scenario's thresholds.
    #[command(after_help = "\
Examples:
  chappe capacity scenarios/capacity.toml
  chappe capacity scenarios/capacity.toml --rate 50000 --cap 1000000 --duration 5s")]
    Capacity(CapacityArgs),
    /// Measure service times and hops of the live platform, for `chappe load --predict`.
    #[command(
        after_help = "Example: chappe calibrate scenarios/first-ads.toml --out reports/out/calibration"
    )]
    Calibrate(CalibrateArgs),
    /// Compare arms of a scenario, and say what they change and how sure that is.
    #[command(after_help = "\
Examples:
  chappe whatif scenarios/first-ads.toml --scale 0.1
  chappe whatif scenarios/first-ads.toml --only 'no ads' --replications 10 --budget 5m
  chappe whatif scenarios/first-ads.toml --arm 'two a day' 'policy.frequency_cap={ per_user = 2, every = \"1 day\" }'
  chappe whatif scenarios/first-ads.toml --scale 0.1 --sensitivity
  chappe whatif scenarios/first-ads.toml --sensitivity agents.ads.refusal_slope=0.1..1

All arms of a replication share their random draws, so the arms alone cause the differences. Runs that ended are \
kept in OUT/cells: after an interruption the same command continues from there.")]
    Whatif(WhatifArgs),
    /// Play a scenario at many points of its parameters, and say which points are best.
    #[command(after_help = "\
Examples:
  chappe sweep scenarios/first-ads.toml --scale 0.1 --vary policy.preset=leak-2016,no-ads
  chappe sweep scenarios/first-ads.toml --vary agents.ads.refusal_slope=0.1..1 --vary agents.ads.buy=0.01..0.1 --points 64
  chappe sweep scenarios/first-ads.toml --vary agents.ads.buy=0.01..0.1 --vary agents.ads.mute_share=0..0.3 --indices
  chappe sweep scenarios/first-ads.toml --vary campaign.0.bid=0.01,0.02 --part 2/8 --out part-2

Runs that ended are kept in OUT/cells. To share a sweep among machines, give each a --part, copy all their cells \
into one folder, and give the same command with that folder and without --part.")]
    Sweep(SweepArgs),
    /// Check a change for regressions in behaviour, cost and run time.
    #[command(subcommand)]
    Gate(GateCommand),
    /// Check a scenario without running it.
    #[command(after_help = "\
Examples:
  chappe validate scenarios/first-ads.toml --set population.users=1000000
  chappe validate reports/out/first-ads --json")]
    Validate(ValidateArgs),
    /// Show one user's day, with every rule behind every decision on an ad.
    #[command(after_help = "\
Examples:
  chappe explain scenarios/first-ads.toml --user 4711
  chappe explain reports/out/first-ads --user 4711 --json

The run is played again. Times are virtual time, in UTC.")]
    Explain(ExplainArgs),
    /// Show what happened to one message, order or ad of a run, and what permitted it.
    #[command(after_help = "\
Examples:
  chappe why reports/out/first-ads --message ID
  chappe why reports/out/first-ads --message ID --until 6h --json

The run is played again from its folder alone. `chappe run --log FILE` writes the numbers of all messages, and \
`chappe explain` shows those of one user.")]
    Why(WhyArgs),
    /// Audit an event log that `chappe run --log` wrote.
    #[command(after_help = "\
Examples:
  chappe run scenarios/hot-line.toml --log facts.jsonl
  chappe audit facts.jsonl")]
    Audit(AuditArgs),
    /// Print the figures of a trace of messages, or of two side by side.
    #[command(after_help = "\
Examples:
  chappe trace scenarios/sample-trace.txt
  chappe trace run.txt --against recorded.txt --zone -420 --out reports/fit
  chappe trace messages.csv.gz --sender user --receiver peer --time sent

A trace is CSV, TSV or JSON Lines with a sender, a receiver and a time, or lines `sender receiver time` or \
`sender receiver weight time`, in any order. It may be compressed by gzip. `chappe run --trace FILE` writes one.")]
    Trace(TraceArgs),
    /// Find a population that writes like the people in a trace, and write it as a scenario.
    #[command(after_help = "\
Examples:
  chappe fit scenarios/sample-trace.txt
  chappe fit recorded.txt --zone -420 --tries 1000 --out reports/out/fit
  zcat mails.csv.gz | chappe fit - --sender author

`chappe trace --help` says what a trace is.")]
    Fit(FitArgs),
    /// List the policy presets, or print the rules of one in plain words.
    #[command(after_help = "\
Examples:
  chappe presets
  chappe presets leak-2016")]
    Presets(PresetsArgs),
    /// List the scenarios that are part of the program.
    #[command(after_help = "\
Examples:
  chappe scenarios
  chappe run first-ads                  runs one of them, from any folder")]
    Scenarios(ScenariosArgs),
    /// Write a new scenario file, as a copy of a shipped one.
    #[command(after_help = "\
Examples:
  chappe new mine.toml
  chappe new mine.toml --from hot-line")]
    New(NewArgs),
    /// Print completions for a shell.
    #[command(after_help = "\
Examples:
  chappe completions bash > ~/.local/share/bash-completion/completions/chappe
  chappe completions fish > ~/.config/fish/completions/chappe.fish")]
    Completions(CompletionsArgs),
    /// Print the manual page, or write the pages of all commands.
    #[command(after_help = "\
Examples:
  chappe man | man -l -
  chappe man --out man1")]
    Man(ManArgs),
    /// Print the JSON Schema of scenario files or records, or the list of metrics.
    #[command(after_help = "\
Examples:
  chappe schema > scenario.schema.json
  chappe schema --study whatif
  chappe schema --metrics")]
    Schema(SchemaArgs),
}

impl Command {
    /// Whether the command plays runs in this process, for which large memory pages pay.
    pub(crate) fn plays_runs(&self) -> bool {
        use Command::{Calibrate, Capacity, Gate, Load, Run, Sweep, Whatif};
        let plays = matches!(
            self,
            Run(_) | Load(_) | Capacity(_) | Calibrate(_) | Whatif(_) | Sweep(_)
        );
        plays || matches!(self, Gate(GateCommand::Measure(_)))
    }

    /// Makes summaries of runs show more, as `-v` asks.
    pub(crate) fn set_verbose(&mut self, verbose: bool) {
        if let Command::Run(args) = self {
            args.show.verbose = verbose;
        } else if let Command::Load(args) = self {
            args.offer.show.verbose = verbose;
        }
    }
}

/// What to run, and with which changes. None of it depends on the environment.
#[derive(Args, Clone, Debug)]
pub(crate) struct Source {
    /// A scenario file, the name of a shipped scenario, the folder of an earlier run, or `-` for standard input.
    pub(crate) scenario: PathBuf,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// Run one of the scenario's arms instead of its base.
    #[arg(long, value_name = "NAME")]
    pub(crate) arm: Option<String>,
}

/// What is changed in a scenario.
#[derive(Args, Clone, Debug)]
pub(crate) struct Changes {
    /// Replace a value of the scenario; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Seed of all random draws, instead of the scenario's; that of the first replication, where there are several.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Multiply the number of people.
    #[arg(long, value_name = "FACTOR")]
    pub(crate) scale: Option<f64>,
}

/// In which form an answer is printed.
#[derive(Args, Clone, Debug)]
pub(crate) struct Output {
    /// Print the answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How a report is shown.
#[derive(Args, Clone, Debug)]
pub(crate) struct Show {
    /// Print the record on standard output instead of a summary.
    #[arg(long)]
    pub(crate) json: bool,
    /// Show no progress and no summary.
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Open the report in a browser.
    #[arg(long)]
    pub(crate) open: bool,
    /// Whether -v was given.
    #[arg(skip)]
    pub(crate) verbose: bool,
}

impl Show {
    /// Whether neither progress nor notes are wanted.
    pub(crate) fn is_silent(&self) -> bool {
        self.quiet || self.json
    }
}

/// A length of time.
fn duration(text: &str) -> Result<Duration, String> {
    let span = chappe_base::Duration::parse(text)?.0;
    Ok(Duration::from_nanos(span.0.unsigned_abs()))
}

#[derive(Args, Debug)]
pub(crate) struct ValidateArgs {
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    pub(crate) threads: SimulationThreads,
    #[command(flatten)]
    pub(crate) output: Output,
    /// The number of the user, from 0.
    #[arg(long, value_name = "N")]
    pub(crate) user: u32,
}

#[derive(Args, Debug)]
pub(crate) struct WhyArgs {
    /// The folder of a run.
    pub(crate) run: PathBuf,
    /// The number of the message, order, transfer or ad in the event log.
    #[arg(long, value_name = "ID")]
    pub(crate) message: u64,
    #[command(flatten)]
    pub(crate) threads: SimulationThreads,
    #[command(flatten)]
    pub(crate) output: Output,
    /// Stop at this time of the run, e.g. 6h.
    #[arg(long, value_name = "TIME", value_parser = chappe_base::Duration::parse)]
    pub(crate) until: Option<chappe_base::Duration>,
}

#[derive(Args, Debug)]
pub(crate) struct AuditArgs {
    /// An event log that `chappe run --log` wrote.
    pub(crate) log: PathBuf,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Args, Debug)]
pub(crate) struct PresetsArgs {
    /// The preset whose rules are printed.
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Args, Debug)]
pub(crate) struct ScenariosArgs {
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Args, Debug)]
pub(crate) struct NewArgs {
    /// The file to write.
    pub(crate) file: PathBuf,
    /// The shipped scenario to start from [default: first-ads].
    #[arg(long, value_name = "NAME")]
    pub(crate) from: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

#[derive(Args, Debug)]
pub(crate) struct ManArgs {
    /// Write one page per command into this folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct SchemaArgs {
    /// Print the schema of run.json.
    #[arg(long, conflicts_with = "metrics")]
    pub(crate) record: bool,
    /// Print the schema of another kind of record.
    #[arg(long, value_name = "KIND", conflicts_with_all = ["metrics", "record"])]
    pub(crate) study: Option<StudyName>,
    /// Print the metrics, with unit and meaning.
    #[arg(long)]
    pub(crate) metrics: bool,
}

/// Kinds of records beside that of one run, and values within them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum StudyName {
    /// capacity.json
    Capacity,
    /// comparison.json
    Comparison,
    /// whatif.json
    Whatif,
    /// sweep.json
    Sweep,
    /// gate.json
    Gate,
    /// reports/baselines
    Baseline,
    /// history.json
    History,
    /// the field `spec` of records: what is run
    Spec,
    /// what `why` and `explain` print with --json
    Story,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_fit_together() {
        Cli::command().debug_assert();
    }
}
