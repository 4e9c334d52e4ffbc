//! `chappe calibrate`.

use crate::args::CalibrateArgs;
use crate::failure::Failure;
use crate::machine;
use crate::output::Output;
use crate::session::{Session, choices};
use chappe_base::CommandClass;
use chappe_engine::scenario_id;
use chappe_load::{LiveRun, Plan, Shape};
use chappe_metrics::{CALIBRATION_SCHEMA, Calibration, Metric, Summary};
use chappe_report::words;
use std::fmt::Write as _;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Offered where as many commands are to be sent as go in [per second].
const SATURATING_RATE: f64 = 8_000_000.0;
/// For how long.
const SATURATING: Duration = Duration::from_secs(1);

/// Measures service times and hops, and writes them for predictions and as a scenario's service model.
pub(crate) fn calibrate(args: &CalibrateArgs) -> Result<(), Failure> {
    let mut session = Session::new(&args.offer)?;
    let target = args.offer.out.clone();
    let target = target.unwrap_or_else(|| default_folder(&session.scenario().name));
    let output = Output::prepare(&target)?;
    let shape = |rate| Plan::Open(Shape::Constant { rate });
    session.record_for(shape(SATURATING_RATE), SATURATING)?;
    let calm = session.play(shape(args.rate), args.duration)?;
    let saturated = session.play(shape(SATURATING_RATE), SATURATING)?;
    let calibration = calibration(&session, args.rate, &calm, &saturated);
    let write = || -> std::io::Result<()> {
        output.write("calibration.json", &serde_json::to_vec_pretty(&calibration)?)?;
        output.write("service.toml", service_model(&calibration).as_bytes())?;
        output.write("scenario.toml", session.loaded.text.as_bytes())
    };
    write().map_err(|error| Failure::Write {
        path: target.clone(),
        error,
    })?;
    let folder = output.finish()?;
    if args.offer.json {
        serde_json::to_writer_pretty(stdout(), &calibration).map_err(std::io::Error::from)?;
        writeln!(stdout())?;
    } else if !args.offer.quiet {
        say(&calibration, &folder)?;
    }
    Ok(())
}

fn default_folder(scenario: &str) -> PathBuf {
    PathBuf::from("reports/out").join(format!("{scenario}-calibration"))
}

fn calibration(session: &Session, rate: f64, calm: &LiveRun, saturated: &LiveRun) -> Calibration {
    let scenario = session.scenario();
    let service = CommandClass::ALL.iter().filter_map(|class| {
        let summary = histogram(calm, &format!("service.{}", class.label()))?;
        Some((class.label().to_string(), summary))
    });
    let whole = |name: &str| {
        histogram(calm, name).unwrap_or_else(|| chappe_metrics::Distribution::default().summary())
    };
    Calibration {
        schema: CALIBRATION_SCHEMA.to_string(),
        scenario: scenario_id(scenario),
        version: env!("CARGO_PKG_VERSION").to_string(),
        measured: jiff::Timestamp::now().to_string(),
        machine: machine::machine(),
        design: choices(scenario),
        threads: session.threads as u32,
        rate,
        saturated_rate: saturated.outcome.sent_count as f64 * 1e9 / saturated.outcome.measured_ns as f64,
        lag: whole("load.lag"),
        wait: whole("wait.message"),
        service: service.collect(),
        hop: whole("load.hop"),
        handing: whole("load.handing"),
    }
}

fn histogram(live: &LiveRun, name: &str) -> Option<Summary> {
    match live.parts.metrics.get(name)? {
        Metric::Histogram(summary) => (summary.count > 0).then(|| summary.clone()),
        Metric::Counter { .. } | Metric::Gauge { .. } | Metric::Ratio { .. } => None,
    }
}

/// The measured service times as the service model of a scenario: laws with the measured median and mean.
fn service_model(calibration: &Calibration) -> String {
    let mut text = format!(
        "# Service times of the live platform, measured {} at {:.0} commands per second on {}.\n\
         # Put this into a scenario to simulate it with them.\n\n[platform.service]\n",
        calibration.measured, calibration.rate, calibration.machine.processor,
    );
    for (class, summary) in &calibration.service {
        let median = chappe_base::Duration(chappe_base::Span(summary.p50.max(1)));
        // The mean of a log-normal is its median times e^(sigma²/2).
        let ratio = summary.mean.max(1) as f64 / summary.p50.max(1) as f64;
        let sigma = (2.0 * ratio.max(1.0).ln()).sqrt().min(5.0);
        // Writing into a string cannot fail.
        let _ = writeln!(
            text,
            "{class} = {{ log-normal = {{ median = \"{median}\", sigma = {sigma:.3} }} }}"
        );
    }
    text
}

fn say(calibration: &Calibration, folder: &Path) -> Result<(), Failure> {
    let mut out = stdout();
    writeln!(
        out,
        "On {} the platform takes in {} commands per second at most.",
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
    )?;
    Ok(())
}
