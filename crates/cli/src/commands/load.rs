//! `chappe load`: puts the live platform under load; with `--compare` it measures variants of one key in turn.

use crate::args::{LoadArgs, ShapeName};
use crate::ending::Ending;
use crate::failure::Failure;
use crate::session::carry_out;
use crate::source::open;
use chappe_load::{Plan, Shape};
use chappe_report::RunReport;
use chappe_study::files::ReportKind;
use chappe_study::live::{self, Variants, read_calibration};
use chappe_study::{Opened, verdict};
use std::time::Duration;

/// Offers a load and writes what it comes to.
pub(crate) fn load(args: &LoadArgs) -> Result<(), Failure> {
    let opened = open(&args.offer.source)?;
    let planned = planned(args);
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
    Ending::of_run(&report, &opened, &args.offer.show)?.finish(output, &args.offer.show)
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
    Ending::new(&record, verdict, opened, &record.spec)?.finish(output, &args.offer.show)
}

/// What is to be offered, and for how long.
fn planned(args: &LoadArgs) -> (Plan, Duration) {
    let (rate, to) = (args.rate, args.to.unwrap_or(args.rate));
    let plan = match args.shape {
        ShapeName::Constant | ShapeName::Soak => Plan::Open(Shape::Constant { rate }),
        ShapeName::Ramp => Plan::Open(Shape::Ramp { from: rate, to }),
        ShapeName::Stairs => Plan::Open(Shape::Stairs {
            from: rate,
            to,
            steps: args.steps,
        }),
        ShapeName::Spike => Plan::Open(Shape::Spike { rate, peak: to }),
        ShapeName::Closed => Plan::Closed {
            clients: args.clients,
            think: args.think,
        },
    };
    let usual = match args.shape {
        ShapeName::Soak => Duration::from_secs(3600),
        ShapeName::Constant | ShapeName::Ramp | ShapeName::Stairs | ShapeName::Spike | ShapeName::Closed => {
            Duration::from_secs(10)
        }
    };
    (plan, args.duration.unwrap_or(usual))
}
