//! `chappe whatif`: arms of a scenario side by side.

use crate::args::WhatifArgs;
use crate::failure::Failure;
use crate::machine;
use crate::output::Output;
use crate::results;
use crate::study::arms::{metrics, series, users};
use crate::study::cells::{Cell, Store};
use crate::study::figures::definition;
use crate::study::pool::{Pool, threads, verdict};
use crate::study::replicate::{Played, Rule, replicate};
use crate::study::sensitivity::{Ends, parameters};
use crate::study::variant::{Ground, Variant, idle_arms};
use crate::terminal::stop_on_interrupt;
use chappe_engine::{assumption, scenario_id};
use chappe_experiment::frontier;
use chappe_metrics::{
    ArmsMetric, Assumed, Execution, HARM, Headline, REVENUE, ReplicationsEnd, Stopping, WHATIF_SCHEMA,
    WhatIfRecord,
};
use chappe_report::{Report, words};
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

/// What people ask about first, after the headline figures.
const ASKED: [&str; 5] = [
    "opt_ins.revoked",
    "mutes",
    "blocks",
    "messages.accepted.friend",
    "delivery.friend p(99)",
];

/// Plays arms side by side and says what they change.
pub(crate) fn whatif(args: &WhatifArgs) -> Result<(), Failure> {
    let (started, clock) = (SystemTime::now(), Instant::now());
    let threads = threads(args.study.workers);
    let ground = Ground::read(&args.study, threads)?;
    let arms = arms(args, &ground)?;
    let rule = rule(args, &ground)?;
    let moved = args
        .sensitivity
        .as_deref()
        .map(|given| parameters(&ground, &arms, given))
        .transpose()?;
    let target = target(args, &ground);
    let output = Output::prepare(&target)?;
    let store = Store::open(&target)?;
    let budget = args.study.budget.or_else(|| ground.budget());
    let quiet = args.study.quiet || args.study.json;
    let pool = Pool::new(
        &ground,
        &store,
        threads,
        budget.map(|budget| clock + budget),
        quiet,
    );

    let (moved, fixed) = moved.unwrap_or_default();
    let mut warnings = idle_arms(&arms, &arms);
    warnings.extend(fixed);
    results::warn(&warnings);
    let played = replicate(&pool, &arms, &rule)?;
    if played.runs.len() < 2 {
        return Err(too_few(&played, &rule));
    }
    let ends = Ends::play(&pool, &rule, &moved)?;
    let left_out = ends.left_out();
    results::warn(left_out.as_slice());
    warnings.extend(left_out);
    let runs: Vec<(&Variant, &Cell)> = played.of(&arms).chain(ends.runs()).collect();
    let peaks = vec![machine::peak_bytes().unwrap_or(0)];
    let common = results::execution(&target, peaks, (started, clock.elapsed()));
    let record = WhatIfRecord {
        sensitivity: ends.sensitivity(&arms, &played)?,
        assumed: assumed(&ground, &arms)?,
        warnings,
        stopping: stopping(&played, &rule, budget),
        execution: execution(&runs, threads, common),
        ..record(&ground, &arms, &played, &rule)?
    };
    write(&output, &record, &ground.loaded.text).map_err(|error| Failure::Write { path: target, error })?;
    let folder = output.finish()?;
    say(args, &record, &folder.join("index.html").display().to_string())?;
    end(&runs)
}

/// The baseline, and the arms that are held against it.
fn arms(args: &WhatifArgs, ground: &Ground) -> Result<Vec<Variant>, Failure> {
    let only = match args.study.only.is_empty() {
        true => ground.names(&args.study)?,
        false => args.study.only.clone(),
    };
    let arms = ground.arms(&args.study, &only)?;
    if arms.len() < 2 {
        let help = "give the scenario an [[arm]], or --arm NAME KEY=VALUE";
        return Err(Failure::usage_with("there is no arm beside the baseline", help));
    }
    Ok(arms)
}

/// How the study ends: broken promises weigh more than an interruption.
fn end(runs: &[(&Variant, &Cell)]) -> Result<(), Failure> {
    verdict(runs.iter().copied())?;
    match stop_on_interrupt().is_raised() {
        true => Err(Failure::Kept(words::counted(runs.len() as i64, "run"))),
        false => Ok(()),
    }
}

/// What the runs say; what it took is not in it yet.
fn record(ground: &Ground, arms: &[Variant], played: &Played, rule: &Rule) -> Result<WhatIfRecord, Failure> {
    let metrics = metrics(played, arms, rule)?;
    Ok(WhatIfRecord {
        schema: WHATIF_SCHEMA.to_string(),
        scenario: scenario_id(ground.scenario()),
        version: env!("CARGO_PKG_VERSION").to_string(),
        answer: answer(&metrics, arms, played, rule),
        arms: arms.iter().map(Variant::described).collect(),
        seeds: played.seeds.clone(),
        stopping: stopping(played, rule, None),
        metrics,
        users: users(played, arms),
        series: series(played, arms),
        sensitivity: Vec::new(),
        assumed: Vec::new(),
        warnings: Vec::new(),
        execution: Execution::default(),
    })
}

fn rule(args: &WhatifArgs, ground: &Ground) -> Result<Rule, Failure> {
    let study = &ground.scenario().study;
    for name in &study.headline {
        definition(name)?;
    }
    let replications_max = args.replications.unwrap_or(study.replications);
    Ok(Rule {
        pilot_count: study.pilot.min(replications_max),
        replications_max,
        headline: study.headline.clone(),
        width: study.width.get(),
        with_users: true,
    })
}

fn target(args: &WhatifArgs, ground: &Ground) -> PathBuf {
    let folder = || PathBuf::from("reports/out").join(format!("{}-whatif", ground.scenario().name));
    args.study.out.clone().unwrap_or_else(folder)
}

fn too_few(played: &Played, rule: &Rule) -> Failure {
    match played.ended {
        ReplicationsEnd::Interrupted => Failure::Kept("the runs that ended".to_string()),
        ReplicationsEnd::NarrowEnough | ReplicationsEnd::Replications | ReplicationsEnd::Budget => {
            Failure::usage_with(
                "the budget ended before two replications did; the runs that ended are kept",
                format!(
                    "give --budget more time: the pilot takes {} replications",
                    rule.pilot_count
                ),
            )
        }
    }
}

fn stopping(played: &Played, rule: &Rule, budget: Option<Duration>) -> Stopping {
    let headline = |metric: &String| Headline {
        metric: metric.clone(),
        half_width: rule.width,
    };
    Stopping {
        pilot_count: rule.pilot_count,
        wanted_count: played.wanted_count,
        replications_max: rule.replications_max,
        budget_ns: budget.map(|budget| budget.as_nanos() as u64),
        headline: rule.headline.iter().map(headline).collect(),
        ended: played.ended,
    }
}

fn execution(runs: &[(&Variant, &Cell)], threads: usize, common: Execution) -> Execution {
    Execution {
        workers: threads as u32,
        events_count: runs.iter().map(|(_, cell)| cell.events_count).sum(),
        ..common
    }
}

/// For each arm the headline figures, and then what people ask about beside them; last, how sure that is.
fn answer(metrics: &[ArmsMetric], arms: &[Variant], played: &Played, rule: &Rule) -> Vec<String> {
    let is_headline = |metric: &&ArmsMetric| rule.headline.contains(&metric.metric);
    let is_asked = |metric: &&ArmsMetric| ASKED.contains(&metric.metric.as_str()) && !is_headline(metric);
    let told = |arm: &Variant, of: &dyn Fn(&&ArmsMetric) -> bool| {
        let shown = metrics
            .iter()
            .filter(of)
            .flat_map(|metric| &metric.against_baseline);
        let shown = shown.filter(|against| against.arm == arm.name);
        let told: Vec<&str> = shown.map(|against| against.sentence.as_str()).collect();
        (!told.is_empty()).then(|| told.join("; "))
    };
    let headline = arms[1..].iter().filter_map(|arm| {
        let told = told(arm, &is_headline)?;
        let (arm, baseline) = (&arm.name, &arms[0].name);
        Some(words::sentence(&format!(
            "with {arm} instead of {baseline}: {told}"
        )))
    });
    // Of many arms the table tells the rest.
    let few = if arms.len() <= FEW_ARMS { &arms[1..] } else { &[] };
    let asked = few.iter().filter_map(|arm| {
        let told = told(arm, &is_asked)?;
        Some(words::sentence(&format!("also, with {}: {told}", arm.name)))
    });
    let replications = words::counted(played.runs.len() as i64, "replication");
    let why = match played.ended {
        ReplicationsEnd::NarrowEnough => "enough for intervals as narrow as asked",
        ReplicationsEnd::Replications => "as many as were allowed, and fewer than the intervals asked for",
        ReplicationsEnd::Budget => "as many as the budget had time for",
        ReplicationsEnd::Interrupted => "as many as ended before the interruption",
    };
    let sure = format!("Differences are means of {replications} with 95% intervals: {why}.");
    let best = (arms.len() > FEW_ARMS).then(|| best(metrics, arms)).flatten();
    let best = best.into_iter();
    best.chain(headline).chain(asked).chain([sure]).collect()
}

/// More arms than this are told more briefly, the baseline included.
const FEW_ARMS: usize = 4;

/// Which arms no other beats on both revenue and harm, by the means.
fn best(metrics: &[ArmsMetric], arms: &[Variant]) -> Option<String> {
    let of = |name: &str| metrics.iter().find(|metric| metric.metric == name);
    let (revenue, harm) = (of(REVENUE)?, of(HARM)?);
    let trades = revenue.arms.iter().zip(&harm.arms);
    let trades: Vec<frontier::Tradeoff> = trades
        .map(|(revenue, harm)| frontier::Tradeoff {
            gain: revenue.mean.unwrap_or(0.0),
            harm: harm.mean.unwrap_or(0.0),
        })
        .collect();
    let names = arms
        .iter()
        .zip(frontier::on_frontier(&trades))
        .filter(|(_, is_best)| *is_best);
    let names: Vec<&str> = names.map(|(arm, _)| arm.name.as_str()).collect();
    Some(format!(
        "On the frontier (no arm earns more with less harm): {}.",
        names.join(", ")
    ))
}

fn write(output: &Output, record: &WhatIfRecord, scenario: &str) -> std::io::Result<()> {
    output.write("scenario.toml", scenario.as_bytes())?;
    let mut sink = |file: &str, bytes: &[u8]| output.write(file, bytes);
    record.write_files(&mut sink).map_err(std::io::Error::other)
}

/// What any arm rests on without a source, each key once.
fn assumed(ground: &Ground, arms: &[Variant]) -> Result<Vec<Assumed>, Failure> {
    let mut assumed: Vec<Assumed> = Vec::new();
    for arm in arms {
        let parameters = ground.play(arm, None)?.assumed;
        let new = parameters
            .iter()
            .filter(|parameter| assumed.iter().all(|known| known.key != parameter.key));
        let new: Vec<Assumed> = new.map(assumption).collect();
        assumed.extend(new);
    }
    Ok(assumed)
}

fn say(args: &WhatifArgs, record: &WhatIfRecord, file: &str) -> Result<(), Failure> {
    let mut out = stdout();
    if args.study.json {
        serde_json::to_writer_pretty(&mut out, record).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else if !args.study.quiet {
        writeln!(out, "{}", record.scenario.question)?;
        for sentence in &record.answer {
            writeln!(out, "{sentence}")?;
        }
        writeln!(out, "Report: {file}")?;
    }
    Ok(())
}
