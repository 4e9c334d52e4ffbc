//! Measures service times and hops of the live platform, for predictions and as a scenario's service model.

use super::session::{Offer, Session, choices};
use crate::context::Context;
use crate::error::Error;
use crate::note::Note;
use crate::{VERSION, machine};
use chappe_base::{CommandClass, RunSpec};
use chappe_engine::scenario_id;
use chappe_load::{LiveRun, Plan, Shape};
use chappe_metrics::{CALIBRATION_SCHEMA, Calibration, Metric, Summary};
use chappe_report::words;
use std::fmt::Write as _;
use std::time::{Duration, Instant};
use tracing::info;

/// The rate at which more is offered than the platform takes [commands per second].
const SATURATING_RATE: f64 = 8_000_000.0;
/// The rate of the tape that tells how long recording takes [commands per second].
const SAMPLE_RATE: f64 = 100_000.0;
/// For how long more is offered than the platform takes, and at most before that is measured. In that time it carries out a
/// million commands or more, and a longer tape takes minutes to record.
const SATURATING: Duration = Duration::from_millis(250);

/// Measures at `rate` commands per second for `duration`, and for a moment at more than the platform takes.
///
/// # Errors
/// What is wrong with the scenario or the rate; or the study was stopped before anything was measured.
pub fn calibrate(
    spec: &RunSpec,
    offer: &Offer,
    (rate, duration): (f64, Duration),
    context: &Context<'_>,
) -> Result<Calibration, Error> {
    let mut session = Session::new(spec, offer, context)?;
    let plan = |rate| Plan::Open(Shape::Constant { rate });
    info!(scenario = session.scenario().name, rate, "calibration started");
    announce(&mut session, &plan, duration)?;
    let calm = session.play(plan(rate), duration)?;
    session.shorten_warm_up(SATURATING);
    let saturated = session.play(plan(SATURATING_RATE), SATURATING)?;
    if context.stop.is_raised() {
        let why = "a calibration needs both of its loads, so nothing was concluded";
        return Err(Error::Interrupted(why.to_string()));
    }
    info!(scenario = session.scenario().name, "calibration ended");
    let Some(saturated_rate) = saturated.outcome.rate() else {
        return Err(Error::Internal(
            "a load that was not stopped has measured nothing".to_string(),
        ));
    };
    Ok(calibration(&session, &calm, [rate, saturated_rate]))
}

/// Says how long the whole takes, which is mostly the recording of commands for more than the platform takes in. A short
/// tape tells how fast they are recorded here.
fn announce(session: &mut Session<'_>, plan: &dyn Fn(f64) -> Plan, duration: Duration) -> Result<(), Error> {
    let warm_up = session.warm_up();
    let sample_count = SAMPLE_RATE * (warm_up + SATURATING).as_secs_f64();
    let watch = Instant::now();
    session.record_for(plan(SAMPLE_RATE), SATURATING)?;
    let per_command = watch.elapsed().as_secs_f64() / sample_count;
    let short_warm_up = warm_up.min(SATURATING);
    let saturating = SATURATING_RATE * (short_warm_up + SATURATING).as_secs_f64();
    let recording = Duration::from_secs_f64(saturating * per_command);
    let loads = warm_up + duration + short_warm_up + SATURATING;
    let seconds = |time: Duration| {
        words::duration(Duration::from_secs(time.as_secs_f64().ceil() as u64).as_nanos() as i64)
    };
    session.context.observer.note(Note::Notice(format!(
        "the whole calibration takes about {}: its two loads take {}, and commands are recorded for about {}",
        seconds(recording + loads),
        seconds(loads),
        seconds(recording),
    )));
    Ok(())
}

fn calibration(session: &Session<'_>, calm: &LiveRun, [rate, saturated_rate]: [f64; 2]) -> Calibration {
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
        version: VERSION.to_string(),
        measured: jiff::Timestamp::now().to_string(),
        machine: machine::machine(),
        design: choices(scenario, session.threads),
        threads: session.threads as u32,
        rate,
        saturated_rate,
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

/// The measured service times as the service model of a scenario, in TOML: laws with the measured median and mean.
#[must_use]
pub fn service_model(calibration: &Calibration) -> String {
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
