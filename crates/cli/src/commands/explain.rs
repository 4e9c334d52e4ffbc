//! `chappe explain`.

use crate::args::ExplainArgs;
use crate::failure::Failure;
use crate::rerun::facts;
use crate::sources::load;
use crate::story::{Teller, concerns};
use crate::terminal::time;
use chappe_base::{Fact, UserId};
use chappe_platform::Explanation;
use chappe_scenario::presets::words;
use std::io::{Write, stdout};

/// Tells one user's day, with every rule behind every decision.
pub(crate) fn explain(args: &ExplainArgs) -> Result<(), Failure> {
    let loaded = load(&args.source)?;
    let users = loaded.scenario.population.users;
    if args.user >= users {
        let help = format!("give a number from 0 to {}", users - 1);
        return Err(Failure::usage_with(
            format!("there is no user {} in this scenario", args.user),
            help,
        ));
    }
    let user = UserId(args.user);
    let (records, simulated) = facts(&loaded, &args.effort, Some(user), move |fact| {
        concerns(fact, user)
    })?;
    let teller = Teller::new(&loaded.scenario);
    let mut explanations = simulated.explanations.iter();
    let mut out = stdout();
    writeln!(
        out,
        "User {} in \"{}\", policy {}:",
        user.0, loaded.scenario.title, loaded.scenario.platform.policy.name
    )?;
    for record in &records {
        writeln!(out, "{}  {}", time(record.at), teller.tell(&record.fact))?;
        if let Fact::Decided { .. } = record.fact
            && let Some(explanation) = explanations.next()
        {
            write!(out, "{}", rules(explanation, &teller))?;
        }
    }
    let decisions = simulated.explanations.len();
    writeln!(
        out,
        "{} facts, {decisions} decisions on ads; times are UTC",
        records.len()
    )?;
    Ok(())
}

/// Every rule of one decision, also behind the first that refuses.
fn rules(explanation: &Explanation, teller: &Teller<'_>) -> String {
    let case = &explanation.case;
    let mut text = format!(
        "    ad: {} of {}; first contact on {}\n",
        case.format.label(),
        teller.topic(case.topic),
        teller.topic(case.first_topic),
    );
    for (rule, admits) in &explanation.rules {
        let mark = if *admits { "passes " } else { "REFUSES" };
        text += &format!("    {mark}  {:<14} {}\n", rule.kind().label(), words(rule));
    }
    if explanation.rules.iter().all(|(_, admits)| *admits) {
        text += &format!("    page side: {}\n", teller.verdict(explanation.decision));
    }
    text
}
