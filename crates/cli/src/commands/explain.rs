//! `chappe explain`: shows one user's day.

use super::why::print_story;
use crate::args::ExplainArgs;
use crate::failure::Failure;
use crate::session::carry_out;
use crate::source::open;
use chappe_base::UserId;

/// Tells one user's day, with every rule behind every decision.
pub(crate) fn explain(args: &ExplainArgs) -> Result<(), Failure> {
    let opened = open(&args.source)?;
    let story = carry_out(
        &opened,
        (args.threads.workers, args.output.json),
        None,
        |context| chappe_study::explain(&opened.spec, UserId(args.user), context),
    )?;
    print_story(&story, &args.output, false)
}
