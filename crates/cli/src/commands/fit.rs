//! `chappe fit`: finds a population that writes like the people in a trace.

use super::trace::{opened_for, stem};
use crate::args::FitArgs;
use crate::failure::Failure;
use crate::session::carry_out;
use chappe_report::grid;
use chappe_study::files::{AtomicFile, Output, check_outputs};
use chappe_study::verdict::Verdict;
use chappe_study::{
    COMPARED, Error, FITTED, FitOptions, Threads, compare, fit as search, read_trace, rows, write_comparison,
};
use std::io::{Write, stdout};
use std::path::PathBuf;

/// Searches for the people who write like those of a trace, and writes them as a scenario.
pub(crate) fn fit(args: &FitArgs) -> Result<(), Failure> {
    let trace = read_trace(&args.trace)?;
    let name = stem(&args.trace);
    let folder = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("reports/out/fit-{name}")));
    let files = [FITTED, COMPARED].map(|file| folder.join(file));
    let outputs = files.each_ref().map(|file| Output::File("--out", file));
    check_outputs(std::slice::from_ref(&args.trace), &outputs)?;
    std::fs::create_dir_all(&folder).map_err(|error| Error::write(&folder, error))?;
    let file = AtomicFile::prepare(&folder.join(FITTED))?;
    let options = FitOptions {
        zone: args.zone,
        tries: args.tries,
        seed: args.seed,
    };
    let opened = opened_for(&args.trace);
    let fitted = carry_out(&opened, (Threads::Auto, args.quiet), None, |context| {
        search(&name, &trace, options, context)
    })?;
    file.finish(|writer| writer.write_all(fitted.text.as_bytes()))?;
    let comparison = compare(&fitted.fitted, &fitted.recorded);
    write_comparison(&folder, &comparison)?;
    let print = || -> std::io::Result<()> {
        let mut out = stdout().lock();
        if !args.quiet {
            write!(out, "{}", grid(&rows(&comparison)))?;
            let (near, of) = fitted.near;
            writeln!(
                out,
                "{near} of {of} quantities are within 10%, on a seed that the search has not used."
            )?;
        }
        writeln!(out, "Workload: {}", folder.join(FITTED).display())
    };
    let printed = print().map_err(Failure::Output);
    let interrupted = || {
        Failure::Verdict(Verdict::Interrupted(format!(
            "the search was stopped after {} of {} tries; the workload is the best one until then, and whether a better \
             one exists was not concluded",
            fitted.tries, args.tries
        )))
    };
    Failure::or_shown(fitted.interrupted.then(interrupted), printed)
}
