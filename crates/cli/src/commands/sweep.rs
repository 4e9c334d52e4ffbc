//! `chappe sweep`: plays a scenario at many points, or a part of them.

use crate::args::SweepArgs;
use crate::ending::Ending;
use crate::failure::Failure;
use crate::session::carry_out;
use crate::signals::stop_on_interrupt;
use chappe_study::files::{OutputFolder, ReportKind};
use chappe_study::{FinishedSweep, NewArm, RunsInFolder, Sweep, verdict};
use std::io::{Write, stdout};

/// Plays a scenario at many points, or a part of them, and says which are best.
pub(crate) fn sweep(args: &SweepArgs) -> Result<(), Failure> {
    let opened = args.study.open()?;
    let target = args.study.target(ReportKind::Sweep, &opened);
    let output = OutputFolder::prepare(&target, ReportKind::Sweep)?;
    let runs = RunsInFolder::open(&target)?;
    let asked = Sweep {
        arms: NewArm::read_all(&args.study.arm)?,
        only: args.study.only.clone(),
        vary: args.vary.clone(),
        points: args.points,
        replications: args.replications,
        indices: args.indices,
        part: args.part,
        budget: args.study.budget,
        beyond_budget: args.yes,
    };
    let finished = carry_out(&opened, args.study.how(), Some(&runs), |context| {
        chappe_study::sweep(&opened.spec, &asked, context)
    })?;
    let record = match finished {
        FinishedSweep::Whole(record) => record,
        FinishedSweep::Part {
            runs_count,
            total_count,
        } => {
            let cells = target.join("cells");
            return match (args.study.show.quiet, args.part) {
                (false, Some(part)) => writeln!(
                    stdout(),
                    "Part {part}: {runs_count} of {total_count} runs are in {}.",
                    cells.display()
                )
                .map_err(Failure::Output),
                (true, _) | (false, None) => Ok(()),
            };
        }
    };
    let verdict = verdict::of_sweep(&record, stop_on_interrupt().is_raised());
    Ending::new(&*record, verdict, &opened, &record.spec).finish(output, &args.study.show)
}
