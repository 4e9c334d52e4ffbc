//! `chappe load --predict`: the same load simulated first, then measured.

use crate::args::LoadArgs;
use crate::failure::Failure;
use crate::session::Session;
use crate::terminal::stop_on_interrupt;
use chappe_base::Span;
use chappe_load::{LiveRun, Plan, Schedule, Shape, predict};
use chappe_metrics::{
    CALIBRATION_SCHEMA, Calibration, Machine, Metric, PredictedPoint, Prediction, PredictionError, RunRecord,
};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Shares of the highest rate at which predicted and measured are compared; the last is the highest.
const LADDER: [f64; 8] = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0];
/// Multiples of the highest rate at which only the simulation goes on, to find its knee.
const BEYOND: [f64; 3] = [1.25, 1.5, 2.0];
/// The knee is where the 0.99 quantile first exceeds this.
const KNEE_NS: f64 = 10e6;

/// Simulates and measures a ladder of rates up to that of `args`; the load at the highest, and the
/// comparison.
pub(crate) fn compare_with_prediction(
    session: &mut Session,
    args: &LoadArgs,
    file: &Path,
    duration: Duration,
) -> Result<(LiveRun, Prediction), Failure> {
    let calibration = read(file)?;
    check(&calibration, session, file)?;
    let warm_up = args.offer.warm_up;
    session.record_for(Plan::Open(Shape::Constant { rate: args.rate }), duration)?;
    let requests = session.requests().to_vec();
    let seed = session.scenario().seed;
    let simulate = |rate: f64| {
        let shape = Shape::Constant { rate };
        let schedule = Schedule::new(shape, warm_up.as_secs_f64(), duration.as_secs_f64());
        let before = Span(warm_up.as_nanos() as i64);
        predict(&calibration, &requests, &schedule, before, seed).delivery
    };
    let mut points = Vec::new();
    let mut last = None;
    for part in LADDER {
        let rate = args.rate * part;
        let predicted = simulate(rate);
        let live = session.play(Plan::Open(Shape::Constant { rate }), duration)?;
        if let Some(Metric::Histogram(measured)) = live.parts.metrics.get("delivery.friend") {
            points.push(PredictedPoint {
                rate,
                p50_predicted_ns: predicted.p50,
                p50_measured_ns: measured.p50,
                p99_predicted_ns: predicted.p99,
                p99_measured_ns: measured.p99,
            });
        }
        last = Some(live);
        if stop_on_interrupt().is_raised() {
            break;
        }
    }
    let mut simulated: Vec<_> = points
        .iter()
        .map(|point| (point.rate, point.p99_predicted_ns))
        .collect();
    for part in BEYOND {
        if knee(&simulated).is_none() && !stop_on_interrupt().is_raised() {
            let rate = args.rate * part;
            simulated.push((rate, simulate(rate).p99));
        }
    }
    let measured: Vec<_> = points
        .iter()
        .map(|point| (point.rate, point.p99_measured_ns))
        .collect();
    let prediction = Prediction {
        knee_predicted: knee(&simulated),
        knee_measured: knee(&measured),
        calibrated: calibration.measured,
        points,
    };
    Ok((last.expect("the ladder has steps"), prediction))
}

fn read(file: &Path) -> Result<Calibration, Failure> {
    let text = fs::read_to_string(file).map_err(|error| Failure::Read {
        path: file.to_path_buf(),
        error,
    })?;
    let help = "give a calibration.json that `chappe calibrate` of this version wrote";
    let calibration: Calibration = serde_json::from_str(&text).map_err(|error| {
        Failure::usage_with(format!("{} is no calibration: {error}", file.display()), help)
    })?;
    if calibration.schema != CALIBRATION_SCHEMA {
        let problem = format!("{} has the format `{}`", file.display(), calibration.schema);
        return Err(Failure::usage_with(problem, help));
    }
    Ok(calibration)
}

/// A prediction for another number of threads would be none.
fn check(calibration: &Calibration, session: &Session, file: &Path) -> Result<(), Failure> {
    if calibration.threads as usize == session.threads {
        return Ok(());
    }
    let problem = format!(
        "{} was measured with {} threads, and this load has {}",
        file.display(),
        calibration.threads,
        session.threads
    );
    Err(Failure::usage_with(problem, "calibrate with the same --workers"))
}

/// At which rate, between those of the points, the quantile beside them first exceeds the knee's.
fn knee(points: &[(f64, i64)]) -> Option<f64> {
    let above = points.iter().position(|(_, p99_ns)| *p99_ns as f64 > KNEE_NS)?;
    let (high_rate, high_ns) = points[above];
    let Some((low_rate, low_ns)) = above.checked_sub(1).map(|below| points[below]) else {
        return Some(high_rate);
    };
    let (from, to) = ((low_ns.max(1) as f64).ln(), (high_ns as f64).ln());
    let part = (KNEE_NS.ln() - from) / (to - from);
    Some(low_rate + part * (high_rate - low_rate))
}

/// The largest errors of a prediction, of quantiles below the measured knee.
pub(crate) fn error(prediction: &Prediction, machine: Machine, measured: String) -> PredictionError {
    let share = |predicted: f64, found: f64| (predicted / found - 1.0).abs();
    let below = |point: &&PredictedPoint| prediction.knee_measured.is_none_or(|knee| point.rate < knee);
    let largest = |of: fn(&PredictedPoint) -> (i64, i64)| {
        let errors = prediction.points.iter().filter(below).map(|point| {
            let (predicted, found) = of(point);
            share(predicted as f64, found.max(1) as f64)
        });
        errors.fold(0.0, f64::max)
    };
    let knees = prediction.knee_predicted.zip(prediction.knee_measured);
    PredictionError {
        measured,
        machine,
        p50: largest(|point| (point.p50_predicted_ns, point.p50_measured_ns)),
        p99: largest(|point| (point.p99_predicted_ns, point.p99_measured_ns)),
        knee: knees.map(|(predicted, found)| share(predicted, found)),
    }
}

/// The error that was last measured, from the record that stands in `reports/prediction` where the
/// command is given, if one does.
pub(crate) fn last_error() -> Option<PredictionError> {
    let text = fs::read_to_string("reports/prediction/run.json").ok()?;
    let record = RunRecord::read(&text).ok()?;
    let prediction = record.load?.prediction?;
    Some(error(
        &prediction,
        record.execution.machine,
        record.execution.started,
    ))
}
