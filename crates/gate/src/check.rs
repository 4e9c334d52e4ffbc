//! A check: behaviour, cost and wall time of a program, compared with a baseline.

mod evidence;

use crate::answer::problems;
use crate::baselines::{Entry, Folder, VERSION};
use crate::ci;
use crate::context::Context;
use crate::history;
use crate::options::{CheckOptions, EvidenceKind};
use crate::program::{Named, Program};
use crate::record::{GATE_SCHEMA, GateRecord, Played};
use crate::recording::append;
use crate::wall::Programs;
use chappe_metrics::Execution;
use chappe_study::Error;

/// A check that can be carried out: everything that it needs has been found, and nothing has been built or played yet.
pub struct Check<'a> {
    options: &'a CheckOptions,
    entries: Vec<Entry>,
    baseline: Option<Named>,
    candidate: Named,
}

/// A check that was carried out.
pub struct Checked {
    /// What it found. What it took is for the caller to say.
    pub record: GateRecord,
    entries: Vec<Entry>,
    /// What the candidate came to; none if only wall time was looked at.
    played: Vec<Played>,
    commit: Option<String>,
}

impl<'a> Check<'a> {
    /// Finds what is to be compared.
    ///
    /// # Errors
    /// A scenario, a baseline, a program or the history is missing or can't be used, or the options contradict each other.
    pub fn prepare(options: &'a CheckOptions, context: &Context<'_>) -> Result<Check<'a>, Error> {
        check_options(options)?;
        let entries = Folder::new(&options.cases.baselines).entries(&options.cases)?;
        let named = |name: &str| Named::find(Some(name), &options.benches, context);
        let baseline = options.baseline.as_deref().map(named).transpose()?;
        let candidate = Named::find(options.candidate.as_deref(), &options.benches, context)?;
        if let (None, Some(entry)) = (&baseline, entries.iter().find(|entry| entry.baseline.is_none())) {
            let help = format!(
                "give `chappe gate record {}`, or a program with --baseline",
                entry.case.file
            );
            return Err(Error::usage_with(
                format!("`{}` has no baseline", entry.name),
                help,
            ));
        }
        Ok(Check {
            options,
            entries,
            baseline,
            candidate,
        })
    }

    /// Builds the programs that have to be built, plays and times them, and judges.
    ///
    /// # Errors
    /// A program can't be built or played, a baseline is of something else, or the check was stopped.
    pub fn run(self, context: &Context<'_>) -> Result<Checked, Error> {
        let (options, entries) = (self.options, self.entries);
        let build = |named: Named| named.build(&options.benches, context);
        let baseline = self.baseline.map(build).transpose()?;
        let candidate = build(self.candidate)?;
        let programs = baseline.as_ref().map(|baseline| Programs {
            baseline,
            candidate: &candidate,
        });
        let mut notices = Vec::new();
        if let Some(programs) = programs {
            evidence::check_compilers(options, &entries[0], programs, &mut notices, context)?;
        }
        let (cases, played) = match options.only {
            Some(EvidenceKind::Wall) => (Vec::new(), Vec::new()),
            Some(EvidenceKind::Exact) | None => {
                let programs = (baseline.as_ref(), &candidate);
                evidence::exact(options, &entries, programs, &mut notices, context)?
            }
        };
        let wall = match (programs, options.only) {
            (Some(programs), Some(EvidenceKind::Wall) | None) => {
                let (wall, missing) = evidence::timed(options, &entries, programs, context)?;
                notices.extend(missing);
                Some(wall)
            }
            (Some(_), Some(EvidenceKind::Exact)) | (None, _) => None,
        };
        let mut record = GateRecord {
            schema: GATE_SCHEMA.to_string(),
            version: VERSION.to_string(),
            candidate: candidate.words,
            baseline: baseline.map_or_else(
                || format!("the baselines in {}", options.cases.baselines.display()),
                |program: Program| program.words,
            ),
            passed: true,
            cases,
            wall,
            notices,
            execution: Execution::default(),
        };
        record.passed = problems(&record).is_empty();
        Ok(Checked {
            record,
            entries,
            played,
            commit: candidate.commit,
        })
    }
}

impl Checked {
    /// The files of the check, by name.
    ///
    /// # Errors
    /// The record can't be serialised.
    pub fn files(&self) -> serde_json::Result<[(&'static str, Vec<u8>); 3]> {
        Ok([
            ("gate.json", serde_json::to_vec_pretty(&self.record)?),
            ("junit.xml", ci::junit(&self.record).into_bytes()),
            ("summary.md", ci::markdown(&self.record).into_bytes()),
        ])
    }

    /// Adds what the candidate came to to the history that the check was asked to write, if any.
    ///
    /// # Errors
    /// The history can't be written.
    pub fn add_to_history(&self, options: &CheckOptions, context: &Context<'_>) -> Result<(), Error> {
        match &options.history {
            Some(file) => append(file, &self.entries, &self.played, self.commit.as_deref(), context),
            None => Ok(()),
        }
    }
}

/// Finds what can't be done before anything is built or played.
fn check_options(options: &CheckOptions) -> Result<(), Error> {
    let mut names: Vec<&str> = options.benches.iter().map(|bench| bench.name.as_str()).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        let problem = format!("the bench `{}` is given twice", twice[0]);
        return Err(Error::usage_with(
            problem,
            "give one filter that fits all benchmarks that are wanted",
        ));
    }
    if let Some(file) = &options.history {
        history::check(file)?;
    }
    let (problem, help) = match (options.only, &options.baseline, &options.history) {
        (Some(EvidenceKind::Wall), None, _) => (
            "wall time is compared with another program, and never remembered",
            "give --baseline, such as --baseline main",
        ),
        (Some(EvidenceKind::Wall), Some(_), Some(_)) => (
            "a history holds what was played, and wall time alone plays nothing for it",
            "leave out --history, or --only wall",
        ),
        (Some(EvidenceKind::Exact), _, _) if !options.benches.is_empty() => (
            "benches are wall time, and --only exact leaves that out",
            "leave out --bench, or --only exact",
        ),
        (Some(EvidenceKind::Exact | EvidenceKind::Wall) | None, _, _) => return Ok(()),
    };
    Err(Error::usage_with(problem, help))
}
