//! What happened to one user, message, order or ad of a run, in sentences.

mod explain;
mod facts;
mod narrator;
mod selection;
mod text;
mod why;

pub use explain::explain;
pub use why::why;

use chappe_base::{Record, SimTime, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What `schema` says in every [`Story`] that this version writes.
pub const STORY_SCHEMA: &str = "chappe/story/1";

/// What happened, in sentences.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Story {
    /// Version of this format: [`STORY_SCHEMA`].
    pub schema: String,
    /// The chapters, in order.
    pub chapters: Vec<Chapter>,
    /// What the whole comes to, in a sentence; empty where there is nothing to sum up.
    pub summary: String,
}

/// A part of a story with a heading of its own.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Chapter {
    /// The heading; empty for the only chapter of a story.
    pub heading: String,
    /// What happened, in order of time.
    pub entries: Vec<Entry>,
}

/// One fact.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// When it happened [ns since midnight UTC of day one].
    pub at_ns: i64,
    /// On which shard.
    pub shard: u16,
    /// The fact in a sentence.
    pub text: String,
    /// For a decision on an ad: the case, and what each rule says to it.
    pub decision: Option<DecisionRules>,
}

/// A decision on an ad with all rules, also those behind the first that refuses.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DecisionRules {
    /// The ad and the first contact.
    pub case: String,
    /// The rules of the user's side, in the policy's order.
    pub rules: Vec<RuleVerdict>,
    /// What the page's side decided, where the user's side admits the ad.
    pub page_side: Option<String>,
}

/// What one rule says to an ad.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RuleVerdict {
    /// The rule's name.
    pub rule: String,
    /// Whether it admits the ad.
    pub admits: bool,
    /// The rule in words.
    pub text: String,
}

fn entry(record: &Record, text: String) -> Entry {
    Entry {
        at_ns: record.at.0,
        shard: record.shard.0,
        text,
        decision: None,
    }
}

/// A time of a run [ns since midnight UTC of day one] as people read it: day and time of day.
#[must_use]
pub fn time(at: SimTime) -> String {
    let day = at.day();
    let second = (at.0 - i64::from(day) * Span::DAY.0) / Span::SECOND.0;
    let (hours, minutes, seconds) = (second / 3600, second / 60 % 60, second % 60);
    // Day one is the first of the run; what happened before has days at or below zero.
    let day = if day < 0 { day } else { day + 1 };
    format!("day {day} {hours:02}:{minutes:02}:{seconds:02}")
}

/// A duration in two or three digits.
fn span(span: Span) -> String {
    let rounded = match span.0 {
        0..1_000_000 => span.0,
        1_000_000..10_000_000_000 => span.0 / 1_000_000 * 1_000_000,
        _ => span.0 / Span::SECOND.0 * Span::SECOND.0,
    };
    chappe_base::Duration(Span(rounded)).to_string()
}
