//! `chappe calibrate`: measures service times and hops, for predictions.

use crate::args::CalibrateArgs;
use crate::ending::Ending;
use crate::failure::Failure;
use crate::session::carry_out;
use crate::source::open;
use chappe_study::files::ReportKind;
use chappe_study::live::{self, service_model};
use chappe_study::verdict::Verdict;

/// Measures service times and hops, and writes them for predictions and as a scenario's service model.
pub(crate) fn calibrate(args: &CalibrateArgs) -> Result<(), Failure> {
    let opened = open(&args.offer.source)?;
    let output = args.offer.folder(ReportKind::Calibration, &opened)?;
    let calibration = carry_out(&opened, args.offer.how(), None, |context| {
        let measured = (args.rate, args.duration);
        live::calibrate(&opened.spec, &args.offer.offer(), measured, context)
    })?;
    Ending::new(&calibration, Verdict::Ok, &opened, &opened.spec)
        .with_file("service.toml", service_model(&calibration).into_bytes())
        .finish(output, &args.offer.show)
}
