//! One user's day, with every rule behind every decision on an ad.

use super::facts::facts;
use super::narrator::Narrator;
use super::selection::concerns;
use super::{Chapter, DecisionRules, RuleVerdict, STORY_SCHEMA, Story, entry};
use crate::context::Context;
use crate::error::Error;
use crate::prepared::Prepared;
use chappe_base::{Fact, RunSpec, UserId};
use chappe_platform::Explanation;
use chappe_scenario::presets::words;

/// Tells one user's day, with every rule behind every decision on an ad.
///
/// # Errors
/// What is wrong with the run, or there is no such user.
pub fn explain(spec: &RunSpec, user: UserId, context: &Context<'_>) -> Result<Story, Error> {
    let prepared = Prepared::new(spec, context)?;
    let users = prepared.scenario.population.users;
    if user.0 >= users {
        return Err(Error::usage_with(
            format!("there is no user {} in this scenario", user.0),
            format!("give a number from 0 to {}", users - 1),
        ));
    }
    let is_theirs = move |fact: &Fact| concerns(fact, user);
    let (records, simulated) = facts(&prepared, context, Some(user), is_theirs)?;
    let narrator = Narrator::new(&prepared.scenario);
    let mut explanations = simulated.explanations.iter();
    let entries = records.iter().map(|record| {
        let mut entry = entry(record, narrator.tell(&record.fact));
        if let Fact::Decided { .. } = record.fact {
            entry.decision = explanations
                .next()
                .map(|explanation| rules(explanation, &narrator));
        }
        entry
    });
    let (title, policy) = (&prepared.scenario.title, &prepared.scenario.platform.policy.name);
    Ok(Story {
        schema: STORY_SCHEMA.to_string(),
        chapters: vec![Chapter {
            heading: format!("User {} in \"{title}\", policy {policy}:", user.0),
            entries: entries.collect(),
        }],
        summary: format!(
            "{} facts, {} decisions on ads; times are UTC",
            records.len(),
            simulated.explanations.len()
        ),
    })
}

/// Every rule of one decision, also those behind the first that refuses.
fn rules(explanation: &Explanation, narrator: &Narrator<'_>) -> DecisionRules {
    let case = &explanation.case;
    let verdicts = explanation.rules.iter().map(|(rule, admits)| RuleVerdict {
        rule: rule.kind().label().to_string(),
        admits: *admits,
        text: words(rule),
    });
    let is_admitted = explanation.rules.iter().all(|(_, admits)| *admits);
    DecisionRules {
        case: format!(
            "{} of {}; first contact on {}",
            case.format.label(),
            narrator.topic(case.topic),
            narrator.topic(case.first_topic),
        ),
        rules: verdicts.collect(),
        page_side: is_admitted.then(|| narrator.verdict(explanation.decision)),
    }
}
