//! `chappe validate`: checks a scenario without playing it.

use crate::args::ValidateArgs;
use crate::failure::Failure;
use crate::session::carry_out;
use crate::source::open;
use chappe_base::{Duration, Span};
use chappe_study::Threads;
use std::io::{Write, stdout};

/// Checks a scenario and says what it comes to.
pub(crate) fn validate(args: &ValidateArgs) -> Result<(), Failure> {
    let opened = open(&args.source)?;
    let valid = carry_out(&opened, (Threads::Auto, true), None, |context| {
        chappe_study::validate(&opened.spec, context)
    })?;
    let printed = match args.output.json {
        true => super::print_json(&valid),
        false => writeln!(
            stdout(),
            "{} is valid: {} users, {} pages, {} shards, {} campaigns, policy {}, {} from a warm-up of {}; hash {}",
            opened.path.display(),
            valid.users_count,
            valid.pages_count,
            valid.shards_count,
            valid.campaigns_count,
            valid.policy,
            Duration(Span(valid.horizon_ns)),
            Duration(Span(valid.warm_up_ns)),
            valid.hash,
        ),
    };
    printed.map_err(Failure::Output)
}
