//! `chappe fit`: finds a population that writes like the people in a trace.

use super::trace::read;
use crate::args::FitArgs;
use crate::failure::Failure;
use crate::session::carry_out;
use chappe_report::grid;
use chappe_study::files::{AtomicFile, Output, check_outputs};
use chappe_study::verdict::Verdict;
use chappe_study::{
    COMPARED, Error, FITTED, FitOptions, Opened, Threads, check_trace, fit as search, rows, write_comparison,
};
use std::io::{Write, stdout};
use std::path::PathBuf;

/// Searches for the people who write like those of a trace, and writes them as a scenario.
pub(crate) fn fit(args: &FitArgs) -> Result<(), Failure> {
    let read = read(&args.trace, &args.reading)?;
    let name = read.stem();
    let folder = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("reports/out/fit-{name}")));
    let [table, page] = COMPARED;
    let files = [FITTED, table, page].map(|file| folder.join(file));
    let outputs = files.each_ref().map(|file| Output::File("--out", file));
    check_outputs(std::slice::from_ref(&args.trace), &outputs)?;
    check_trace(&name, &read.trace)?;
    std::fs::create_dir_all(&folder).map_err(|error| Error::write(&folder, error))?;
    let file = AtomicFile::prepare(&folder.join(FITTED))?;
    let options = FitOptions {
        zone: args.reading.zone,
        tries: args.tries as usize,
        seed: args.seed,
        holdout: args.holdout,
    };
    let opened = Opened::text(&name, String::new());
    let fitted = carry_out(&opened, (Threads::Auto, args.quiet), None, |context| {
        read.notes()
            .into_iter()
            .for_each(|note| context.observer.note(note));
        search(&name, &read.trace, options, context)
    })?;
    file.finish(|writer| writer.write_all(fitted.text.as_bytes()))?;
    let comparison = fitted.comparison();
    write_comparison(&folder, &comparison)?;
    let print = || -> std::io::Result<()> {
        let mut out = stdout().lock();
        if !args.quiet {
            write!(out, "{}", grid(&rows(&comparison)))?;
            writeln!(
                out,
                "{}.\n{}",
                comparison.near_words(),
                comparison.remarks.join("\n")
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
