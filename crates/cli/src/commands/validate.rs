//! `chappe validate`.

use crate::args::ValidateArgs;
use crate::failure::Failure;
use crate::results::conditions;
use crate::sources::load_within;
use crate::terminal::span;
use chappe_base::SimTime;
use std::io::{Write, stdout};

/// Checks a scenario and says what it comes to.
pub(crate) fn validate(args: &ValidateArgs) -> Result<(), Failure> {
    // A scenario is right or wrong on any machine.
    let loaded = load_within(&args.source, None)?;
    conditions(&loaded.scenario)?;
    let scenario = loaded.scenario;
    writeln!(
        stdout(),
        "{} is valid: {} users, {} pages, {} shards, {} campaigns, policy {}, {} from a warm-up of {}; hash {}",
        args.source.scenario.display(),
        scenario.population.users,
        scenario.population.pages,
        scenario.platform.homes.shards(),
        scenario.platform.campaigns.len(),
        scenario.platform.policy.name,
        span(scenario.horizon - SimTime::ZERO),
        span(scenario.warm_up - SimTime::ZERO),
        scenario.hash,
    )?;
    Ok(())
}
