//! `chappe load`.

use crate::args::{LoadArgs, ShapeName};
use crate::commands::compare::compare;
use crate::commands::predict::compare_with_prediction;
use crate::failure::Failure;
use crate::machine;
use crate::output::Output;
use crate::results::{self, default_folder, say, verdict, write_folder};
use crate::session::Session;
use chappe_engine::{RunOutput, run_record};
use chappe_load::{LiveRun, Plan, Shape};
use chappe_metrics::{Clock, Execution, LoadEnd, RunRecord};
use std::time::{Duration, Instant, SystemTime};

/// Offers a load and writes what it comes to.
pub(crate) fn load(args: &LoadArgs) -> Result<(), Failure> {
    let (plan, duration) = planned(args)?;
    if let Some(variants) = &args.compare {
        return compare(&args.offer, variants, args.rounds, (plan, duration));
    }
    let mut session = Session::new(&args.offer)?;
    let target = args.offer.out.clone();
    let target = target.unwrap_or_else(|| default_folder(session.scenario()));
    let output = Output::prepare(&target)?;
    session.record_for(plan, duration)?;
    let (started, clock) = (SystemTime::now(), Instant::now());
    let (live, prediction) = match &args.predict {
        None => (session.play(plan, duration)?, None),
        Some(file) => {
            let (live, prediction) = compare_with_prediction(&mut session, args, file, duration)?;
            (live, Some(prediction))
        }
    };
    let peaks = vec![machine::peak_bytes().unwrap_or(0)];
    let common = results::execution(&target, peaks, (started, clock.elapsed()));
    let mut record = record(&session, plan, duration, &live, common);
    if let Some(load) = &mut record.load {
        load.prediction = prediction;
    }
    write_folder(&output, &record, &live.parts, &session.loaded.text)
        .map_err(|error| Failure::Write { path: target, error })?;
    let folder = output.finish()?;
    say(args.offer.json, args.offer.quiet, &record, &folder)?;
    verdict(&record)
}

/// What is to be offered, and for how long.
fn planned(args: &LoadArgs) -> Result<(Plan, Duration), Failure> {
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
    let duration = args.duration.unwrap_or(usual);
    if args.predict.is_some() && !matches!(plan, Plan::Open(Shape::Constant { .. })) {
        return Err(Failure::usage_with(
            "a prediction is made for constant rates",
            "leave out --shape: it goes up to --rate in steps by itself",
        ));
    }
    plan.check(args.offer.warm_up, duration)?;
    Ok((plan, duration))
}

/// The record of a load.
pub(crate) fn record(
    session: &Session,
    plan: Plan,
    duration: Duration,
    live: &LiveRun,
    common: Execution,
) -> RunRecord {
    let seconds = Duration::from_nanos(common.wall_ns).as_secs_f64().max(1e-9);
    let execution = Execution {
        workers: session.threads as u32,
        events_count: live.served_count,
        events_per_second: (live.served_count as f64 / seconds) as u64,
        ..common
    };
    let played = RunOutput {
        clock: Clock::Wall,
        parts: &live.parts,
        digest: live.digest,
        verdict: &live.verdict,
        interrupted: live.outcome.end == LoadEnd::Interrupted,
    };
    let replay = "chappe load again: no two loads are the same";
    let mut record = run_record(session.scenario(), played, &session.thresholds, replay, execution);
    record.load = Some(session.load_record(plan, duration, live));
    record
}
