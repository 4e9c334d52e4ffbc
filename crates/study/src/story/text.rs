//! A story as lines for a terminal.

use super::{DecisionRules, Story, time};
use chappe_base::SimTime;

impl Story {
    /// The story as lines, each with its line end; with the shard of each fact if `with_shards`.
    #[must_use]
    pub fn text(&self, with_shards: bool) -> String {
        let mut text = String::new();
        for chapter in &self.chapters {
            if !chapter.heading.is_empty() {
                text += &format!("{}\n", chapter.heading);
            }
            for entry in &chapter.entries {
                let at = time(SimTime(entry.at_ns));
                text += &match with_shards {
                    true => format!("{at}  shard {:<3} {}\n", entry.shard, entry.text),
                    false => format!("{at}  {}\n", entry.text),
                };
                text += &entry.decision.as_ref().map(rules).unwrap_or_default();
            }
        }
        if !self.summary.is_empty() {
            text += &format!("{}\n", self.summary);
        }
        text
    }
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
