//! `chappe scenarios`: lists the shipped scenarios.

use crate::args::ScenariosArgs;
use crate::failure::Failure;
use crate::terminal::table;
use chappe_scenario::{ScenarioFile, shipped};
use chappe_study::Error;
use serde::Serialize;
use std::io::{Write, stdout};

/// A shipped scenario, in brief.
#[derive(Serialize)]
struct Listed {
    name: &'static str,
    title: String,
    question: String,
    arms: Vec<String>,
}

/// Lists the scenarios that the program carries with it, each with its question.
pub(crate) fn scenarios(args: &ScenariosArgs) -> Result<(), Failure> {
    let listed = shipped::all()
        .iter()
        .map(listed)
        .collect::<Result<Vec<Listed>, Error>>()?;
    let printed = match args.output.json {
        true => super::print_json(&listed),
        false => {
            let rows = listed.into_iter().map(|one| (one.name.to_string(), one.question));
            write!(stdout(), "{}", table(&rows.collect::<Vec<_>>()))
        }
    };
    printed.map_err(Failure::Output)
}

fn listed(shipped: &shipped::Shipped) -> Result<Listed, Error> {
    let file = ScenarioFile::parse(shipped.name, shipped.text)?;
    let scenario = file.resolve(&chappe_scenario::Overrides::default())?;
    Ok(Listed {
        name: shipped.name,
        title: scenario.title,
        question: scenario.question,
        arms: scenario.arms,
    })
}
