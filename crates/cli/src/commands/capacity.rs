//! `chappe capacity`: finds the highest rate within the scenario's thresholds.

use crate::args::CapacityArgs;
use crate::ending::Ending;
use crate::failure::Failure;
use crate::session::carry_out;
use crate::source::open;
use chappe_study::files::ReportKind;
use chappe_study::live::{self, CapacityOptions};
use chappe_study::verdict;

/// Finds the highest rate within the scenario's thresholds.
pub(crate) fn capacity(args: &CapacityArgs) -> Result<(), Failure> {
    let opened = open(&args.offer.source)?;
    let output = args.offer.folder(ReportKind::Capacity, &opened)?;
    let options = CapacityOptions {
        rate: args.rate,
        cap: args.cap,
        duration: args.duration,
        trials: args.trials,
    };
    let record = carry_out(&opened, args.offer.how(), None, |context| {
        live::capacity(&opened.spec, &args.offer.offer(), &options, context)
    })?;
    let verdict = verdict::of_capacity(&record);
    Ending::new(&record, verdict, &opened, &record.spec).finish(output, &args.offer.show)
}
