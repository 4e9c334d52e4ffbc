//! `chappe load`: puts the live platform under load; with `--compare` it measures variants of one key in turn.

use crate::args::LoadArgs;
use crate::ending::Ending;
use crate::failure::Failure;
use crate::session::carry_out;
use crate::source::open;
use chappe_load::Plan;
use chappe_report::RunReport;
use chappe_study::files::ReportKind;
use chappe_study::live::{self, Variants, read_calibration};
use chappe_study::{Opened, verdict};
use std::time::Duration;

/// Offers a load and writes what it comes to.
pub(crate) fn load(args: &LoadArgs) -> Result<(), Failure> {
    let opened = open(&args.offer.source)?;
    let planned = args.asked().plan()?;
    if let Some(variants) = &args.compare {
        let variants = Variants {
            rounds: args.rounds,
            ..variants.clone()
        };
        return compare(args, &opened, &variants, planned);
    }
    let calibration = args.predict.as_deref().map(read_calibration).transpose()?;
    let output = args.offer.folder(ReportKind::Load, &opened)?;
    let finished = carry_out(&opened, args.offer.how(), None, |context| {
        let offer = args.offer.offer();
        live::load(&opened.spec, &offer, planned, calibration.as_ref(), context)
    })?;
    let report = RunReport {
        record: &finished.record,
        parts: &finished.parts,
    };
    Ending::of_run(&report, &opened, &args.offer.show).finish(output, &args.offer.show)
}

fn compare(
    args: &LoadArgs,
    opened: &Opened,
    variants: &Variants,
    planned: (Plan, Duration),
) -> Result<(), Failure> {
    let output = args.offer.folder(ReportKind::Comparison, opened)?;
    let record = carry_out(opened, args.offer.how(), None, |context| {
        live::compare(&opened.spec, &args.offer.offer(), variants, planned, context)
    })?;
    let verdict = verdict::of_comparison(&record);
    Ending::new(&record, verdict, opened, &record.spec).finish(output, &args.offer.show)
}
