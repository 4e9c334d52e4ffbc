//! `chappe scenarios`: lists the shipped scenarios.

use crate::args::ScenariosArgs;
use crate::commands::print;
use crate::failure::Failure;
use chappe_report::table;
use chappe_scenario::shipped;
use chappe_study::Error;

/// Lists the scenarios that the program carries with it, each with its question.
pub(crate) fn scenarios(args: &ScenariosArgs) -> Result<(), Failure> {
    let listed = shipped::list().map_err(Error::from)?;
    print(&args.output, &listed, || {
        let rows = listed.iter();
        let rows = rows.map(|one| (one.name.to_string(), one.question.clone()));
        table(&rows.collect::<Vec<_>>())
    })
}
