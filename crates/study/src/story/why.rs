//! What happened to one message, order, transfer or ad.

use super::facts::facts;
use super::narrator::Narrator;
use super::selection::{bears_on, message};
use super::{Chapter, STORY_SCHEMA, Story, entry};
use crate::context::Context;
use crate::error::Error;
use crate::prepared::Prepared;
use chappe_base::{Fact, MessageId, PageId, Record, RunSpec, SimTime, UserId};

/// Where the numbers of messages are.
const NUMBERS: &str = "`chappe run --log FILE` writes all numbers; `chappe explain` shows those of one user";

/// Tells what happened to one message, order or transfer of a run, and for an ad what permitted it.
///
/// # Errors
/// What is wrong with the run, or nothing in it has this number.
pub fn why(spec: &RunSpec, wanted: MessageId, context: &Context<'_>) -> Result<Story, Error> {
    let prepared = Prepared::new(spec, context)?;
    if wanted == MessageId(0) {
        return Err(Error::usage_with(
            "0 is the number of no message: it stands for none",
            NUMBERS,
        ));
    }
    let is_about = move |fact: &Fact| message(fact) == Some(wanted);
    let (records, _) = facts(&prepared, context, None, is_about)?;
    let Some(last) = records.last().map(|record| record.at) else {
        return Err(Error::usage_with(
            format!("nothing in this run has the number {}", wanted.0),
            NUMBERS,
        ));
    };
    let narrator = Narrator::new(&prepared.scenario);
    let chapter = |heading: String, records: &[Record]| Chapter {
        heading,
        entries: records
            .iter()
            .map(|record| entry(record, narrator.tell(&record.fact)))
            .collect(),
    };
    let mut chapters = vec![chapter(String::new(), &records)];
    if let Some((user, page)) = user_and_page(&records, &prepared) {
        let is_basis = move |fact: &Fact| bears_on(fact, user, page);
        let (mut basis, _) = facts(&prepared, context, None, is_basis)?;
        basis.retain(|record| record.at <= last.max(SimTime(-1)));
        let heading = format!("Page {} may send user {} an ad because of:", page.0, user.0);
        chapters.push(chapter(heading, &basis));
    }
    Ok(Story {
        schema: STORY_SCHEMA.to_string(),
        chapters,
        summary: String::new(),
    })
}

/// User and page of an ad.
fn user_and_page(records: &[Record], prepared: &Prepared) -> Option<(UserId, PageId)> {
    records.iter().find_map(|record| {
        let Fact::AdDelivered { user, campaign, .. } = record.fact else {
            return None;
        };
        Some((user, prepared.scenario.platform.campaigns[campaign.index()].page))
    })
}
