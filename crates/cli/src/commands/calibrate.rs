//! `chappe calibrate`: measures service times and hops, for predictions.

use crate::args::CalibrateArgs;
use crate::failure::Failure;
use crate::session::carry_out;
use crate::source::open;
use chappe_metrics::Calibration;
use chappe_report::words;
use chappe_study::files::ReportKind;
use chappe_study::live::{self, service_model};
use std::io::{Write, stdout};
use std::path::Path;

/// Measures service times and hops, and writes them for predictions and as a scenario's service model.
pub(crate) fn calibrate(args: &CalibrateArgs) -> Result<(), Failure> {
    let opened = open(&args.offer.source)?;
    let output = args.offer.folder(ReportKind::Calibration, &opened)?;
    let calibration = carry_out(&opened, args.offer.how(), None, |context| {
        let measured = (args.rate, args.duration);
        live::calibrate(&opened.spec, &args.offer.offer(), measured, context)
    })?;
    let write = || -> std::io::Result<()> {
        output.write("calibration.json", &serde_json::to_vec_pretty(&calibration)?)?;
        output.write("service.toml", service_model(&calibration).as_bytes())?;
        output.write("scenario.toml", opened.spec.scenario.text.as_bytes())
    };
    write().map_err(|error| output.failure(error))?;
    let folder = output.finish()?;
    let show = &args.offer.show;
    let shown = match (show.json, show.quiet) {
        (true, _) => super::print_json(&calibration),
        (false, true) => Ok(()),
        (false, false) => print(&calibration, &folder),
    };
    shown.map_err(Failure::Output)
}

fn print(calibration: &Calibration, folder: &Path) -> std::io::Result<()> {
    let mut out = stdout().lock();
    writeln!(
        out,
        "On {} the platform takes in at most {} commands per second.",
        words::counted(i64::from(calibration.threads), "thread"),
        words::count(calibration.saturated_rate as i64),
    )?;
    for (class, summary) in &calibration.service {
        writeln!(
            out,
            "{class}: {} in service on average, half within {}, 99 in 100 within {}",
            words::duration(summary.mean),
            words::duration(summary.p50),
            words::duration(summary.p99),
        )?;
    }
    writeln!(out, "Service model: {}", folder.join("service.toml").display())?;
    writeln!(
        out,
        "For `chappe load --predict`: {}",
        folder.join("calibration.json").display()
    )
}
