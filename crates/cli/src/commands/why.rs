//! `chappe why`: shows what happened to one message, and prints stories for `explain` too.

use crate::args::{Output, WhyArgs};
use crate::failure::Failure;
use crate::session::carry_out;
use chappe_base::{MessageId, SimTime};
use chappe_study::{DecisionRules, Opened, Story, time};
use std::io::{Write, stdout};

/// Tells what happened to one message, and for an ad what permitted it.
pub(crate) fn why(args: &WhyArgs) -> Result<(), Failure> {
    let mut opened = Opened::folder(&args.run)?;
    opened.spec.until = args.until.or(opened.spec.until);
    let story = carry_out(
        &opened,
        (args.threads.workers, args.output.json),
        None,
        |context| chappe_study::why(&opened.spec, MessageId(args.message), context),
    )?;
    print_story(&story, &args.output, true)
}

/// Prints a story, with the shard of each fact if `with_shards`.
pub(super) fn print_story(story: &Story, output: &Output, with_shards: bool) -> Result<(), Failure> {
    let print = || -> std::io::Result<()> {
        if output.json {
            return super::print_json(story);
        }
        let mut out = stdout().lock();
        for chapter in &story.chapters {
            if !chapter.heading.is_empty() {
                writeln!(out, "{}", chapter.heading)?;
            }
            for entry in &chapter.entries {
                let at = time(SimTime(entry.at_ns));
                match with_shards {
                    true => writeln!(out, "{at}  shard {:<3} {}", entry.shard, entry.text)?,
                    false => writeln!(out, "{at}  {}", entry.text)?,
                }
                if let Some(decision) = &entry.decision {
                    write!(out, "{}", rules(decision))?;
                }
            }
        }
        match story.summary.as_str() {
            "" => Ok(()),
            summary => writeln!(out, "{summary}"),
        }
    };
    print().map_err(Failure::Output)
}

fn rules(decision: &DecisionRules) -> String {
    let mut text = format!("    ad: {}\n", decision.case);
    for verdict in &decision.rules {
        let mark = if verdict.admits { "passes " } else { "REFUSES" };
        text += &format!("    {mark}  {:<14} {}\n", verdict.rule, verdict.text);
    }
    if let Some(page_side) = &decision.page_side {
        text += &format!("    page side: {page_side}\n");
    }
    text
}
