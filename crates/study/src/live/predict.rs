//! Predictions: a load is simulated first, then measured, to see how far the simulation is off.

use super::session::{Offer, Session};
use crate::error::Error;
use chappe_base::Span;
use chappe_load::{LiveRun, Plan, Schedule, Shape, predict};
use chappe_metrics::{
    CALIBRATION_SCHEMA, Calibration, Machine, Metric, PredictedPoint, Prediction, PredictionError, RunRecord,
    Summary,
};
use std::fs;
use std::path::Path;
use std::time::Duration;
use tracing::info;

/// Shares of the highest rate at which predicted and measured are compared; the last is the highest.
const LADDER: [f64; 8] = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0];
/// Multiples of the highest rate at which only the simulation goes on, to find its knee.
const BEYOND: [f64; 3] = [1.25, 1.5, 2.0];
/// The knee is where the 0.99 quantile first exceeds this.
const KNEE_NS: f64 = 10e6;

/// Simulates and measures a ladder of rates up to that of `plan`; the load at the highest, and the comparison.
pub(crate) fn predicted_and_measured(
    session: &mut Session<'_>,
    offer: &Offer,
    calibration: &Calibration,
    (plan, duration): (Plan, Duration),
) -> Result<(LiveRun, Prediction), Error> {
    let Plan::Open(Shape::Constant { rate: highest }) = plan else {
        return Err(Error::usage_with(
            "a prediction is made for constant rates",
            "leave out --shape: it goes up to --rate in steps by itself",
        ));
    };
    check_threads(calibration, session)?;
    let requests = session.requests().to_vec();
    let seed = session.scenario().seed;
    let simulate = |rate: f64| {
        let shape = Shape::Constant { rate };
        let schedule = Schedule::new(shape, offer.warm_up.as_secs_f64(), duration.as_secs_f64());
        let warm_up = Span(offer.warm_up.as_nanos() as i64);
        predict(calibration, &requests, &schedule, warm_up, seed).delivery
    };
    let stop = session.context.stop;
    let (mut points, mut last) = (Vec::new(), None);
    for part in LADDER {
        let rate = highest * part;
        let predicted = simulate(rate);
        info!(
            rate,
            p50_ns = predicted.p50,
            p99_ns = predicted.p99,
            "load predicted"
        );
        let live = session.play(Plan::Open(Shape::Constant { rate }), duration)?;
        points.extend(point(rate, &predicted, &live));
        last = Some(live);
        if stop.is_raised() {
            break;
        }
    }
    let go_on = |rate: f64| (!stop.is_raised()).then(|| simulate(rate).p99);
    let knee_predicted = predicted_knee(&points, highest, &go_on);
    let measured = points.iter().map(|point| (point.rate, point.p99_measured_ns));
    let prediction = Prediction {
        knee_predicted,
        knee_measured: knee(&measured.collect::<Vec<_>>()),
        calibrated: calibration.measured.clone(),
        points,
    };
    Ok((last.expect("the ladder has steps"), prediction))
}

/// Predicted and measured at a rate; none where nothing was delivered, since a quantile of nothing would be told as 0.
fn point(rate: f64, predicted: &Summary, live: &LiveRun) -> Option<PredictedPoint> {
    let measured = match live.parts.metrics.get("delivery.friend")? {
        Metric::Histogram(measured) => measured,
        Metric::Counter { .. } | Metric::Gauge { .. } | Metric::Ratio { .. } => return None,
    };
    (measured.count > 0 && predicted.count > 0).then_some(PredictedPoint {
        rate,
        p50_predicted_ns: predicted.p50,
        p50_measured_ns: measured.p50,
        p99_predicted_ns: predicted.p99,
        p99_measured_ns: measured.p99,
    })
}

/// The knee by the predictions of `points`, and if it lies beyond them by those that `simulate` still makes.
fn predicted_knee(
    points: &[PredictedPoint],
    highest: f64,
    simulate: &dyn Fn(f64) -> Option<i64>,
) -> Option<f64> {
    let predicted = points.iter().map(|point| (point.rate, point.p99_predicted_ns));
    let mut predicted: Vec<(f64, i64)> = predicted.collect();
    for part in BEYOND {
        if knee(&predicted).is_none() {
            let rate = highest * part;
            predicted.push((rate, simulate(rate)?));
        }
    }
    knee(&predicted)
}

/// Reads what `chappe calibrate` measured.
///
/// # Errors
/// The file can't be read, or isn't a calibration of this version.
pub fn read_calibration(file: &Path) -> Result<Calibration, Error> {
    let text = fs::read_to_string(file).map_err(|error| Error::read(file, error))?;
    let help = "give a calibration.json that `chappe calibrate` of this version wrote";
    let calibration: Calibration = serde_json::from_str(&text)
        .map_err(|error| Error::usage_with(format!("{} is no calibration: {error}", file.display()), help))?;
    if calibration.schema != CALIBRATION_SCHEMA {
        let problem = format!("{} has the format `{}`", file.display(), calibration.schema);
        return Err(Error::usage_with(problem, help));
    }
    Ok(calibration)
}

/// A prediction for another number of threads would be none.
fn check_threads(calibration: &Calibration, session: &Session<'_>) -> Result<(), Error> {
    if calibration.threads as usize == session.threads {
        return Ok(());
    }
    let problem = format!(
        "the calibration was measured with {} threads, and this load has {}",
        calibration.threads, session.threads
    );
    Err(Error::usage_with(problem, "calibrate with the same --workers"))
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
fn error(prediction: &Prediction, machine: Machine, measured: String) -> PredictionError {
    let share = |predicted: f64, measured: f64| (predicted / measured - 1.0).abs();
    let below = |point: &&PredictedPoint| prediction.knee_measured.is_none_or(|knee| point.rate < knee);
    let largest = |of: fn(&PredictedPoint) -> (i64, i64)| {
        let errors = prediction.points.iter().filter(below).map(|point| {
            let (predicted, measured) = of(point);
            share(predicted as f64, measured.max(1) as f64)
        });
        errors.reduce(f64::max)
    };
    let knees = prediction.knee_predicted.zip(prediction.knee_measured);
    PredictionError {
        measured,
        machine,
        p50: largest(|point| (point.p50_predicted_ns, point.p50_measured_ns)),
        p99: largest(|point| (point.p99_predicted_ns, point.p99_measured_ns)),
        knee: knees.map(|(predicted, measured)| share(predicted, measured)),
    }
}

/// How far the prediction in the record of a load was off.
///
/// # Errors
/// The file can't be read, or isn't the record of a load with a prediction.
pub fn read_prediction_error(file: &Path) -> Result<PredictionError, Error> {
    let text = fs::read_to_string(file).map_err(|error| Error::read(file, error))?;
    let record =
        RunRecord::read(&text).map_err(|error| Error::usage(format!("{}: {error}", file.display())))?;
    let prediction = record.load.and_then(|load| load.prediction);
    match prediction {
        Some(prediction) => Ok(error(
            &prediction,
            record.execution.machine,
            record.execution.started,
        )),
        None => Err(Error::usage_with(
            format!("{} holds no prediction", file.display()),
            "give the run.json of a load with --predict",
        )),
    }
}
