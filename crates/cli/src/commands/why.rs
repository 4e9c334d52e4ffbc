//! `chappe why`.

use crate::args::{Cli, Command, WhyArgs};
use crate::failure::Failure;
use crate::rerun::facts;
use crate::sources::{Loaded, load};
use crate::story::{Teller, bears_on, message};
use crate::terminal::time;
use chappe_base::{Fact, MessageId, PageId, Record, UserId};
use chappe_metrics::RunRecord;
use clap::Parser;
use std::fs;
use std::io::{Write, stdout};
use std::path::Path;

/// Tells what happened to one message, and for an ad what permitted it.
pub(crate) fn why(args: &WhyArgs) -> Result<(), Failure> {
    let loaded = reload(&args.run)?;
    let wanted = MessageId(args.message);
    let (records, _) = facts(&loaded, &args.effort, None, move |fact| {
        message(fact) == Some(wanted)
    })?;
    if records.is_empty() {
        return Err(Failure::usage_with(
            format!("nothing in this run has the number {}", args.message),
            "`chappe run --log FILE` writes all numbers; `chappe explain` shows those of one user",
        ));
    }
    let teller = Teller::new(&loaded.scenario);
    tell(&teller, &records)?;
    if let Some((user, page)) = ad(&records, &loaded) {
        let (grounds, _) = facts(&loaded, &args.effort, None, move |fact| {
            bears_on(fact, user, page)
        })?;
        writeln!(
            stdout(),
            "What page {} may send user {} rests on:",
            page.0,
            user.0
        )?;
        let last = records
            .last()
            .map_or(chappe_base::SimTime::NEVER, |record| record.at);
        let earlier: Vec<Record> = grounds.into_iter().filter(|record| record.at <= last).collect();
        tell(&teller, &earlier)?;
    }
    Ok(())
}

/// Loads what a run was made from, and makes sure that it is still the same.
fn reload(folder: &Path) -> Result<Loaded, Failure> {
    let path = folder.join("run.json");
    let text = fs::read_to_string(&path).map_err(|error| Failure::Read {
        path: path.clone(),
        error,
    })?;
    let record =
        RunRecord::read(&text).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    let again = "run the scenario again, and ask with the new folder";
    let command = Cli::try_parse_from(&record.execution.command).map(|cli| cli.command);
    let Ok(Command::Run(run)) = command else {
        return Err(Failure::usage_with(
            format!("{} does not say how it was made", path.display()),
            again,
        ));
    };
    let mut source = run.source;
    source.scenario = folder.join(&record.execution.folder).join(source.scenario);
    let loaded = load(&source)?;
    if loaded.scenario.hash != record.scenario.hash {
        let (file, now, then) = (
            source.scenario.display(),
            &loaded.scenario.hash,
            &record.scenario.hash,
        );
        let problem = format!("{file} has changed since that run: its hash is {now}, it was {then}");
        return Err(Failure::usage_with(problem, again));
    }
    Ok(loaded)
}

/// User and page of an ad.
fn ad(records: &[Record], loaded: &Loaded) -> Option<(UserId, PageId)> {
    records.iter().find_map(|record| {
        let Fact::AdDelivered { user, campaign, .. } = record.fact else {
            return None;
        };
        Some((user, loaded.scenario.platform.campaigns[campaign.index()].page))
    })
}

fn tell(teller: &Teller<'_>, records: &[Record]) -> Result<(), Failure> {
    let mut out = stdout();
    for record in records {
        writeln!(
            out,
            "{}  shard {:<3} {}",
            time(record.at),
            record.shard.0,
            teller.tell(&record.fact)
        )?;
    }
    Ok(())
}
