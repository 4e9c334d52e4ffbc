//! `chappe explain`: shows one user's day.

use crate::args::ExplainArgs;
use crate::commands::print;
use crate::failure::Failure;
use crate::session::carry_out;
use crate::source::open;
use chappe_base::UserId;

/// Tells one user's day, with every rule behind every decision.
pub(crate) fn explain(args: &ExplainArgs) -> Result<(), Failure> {
    let opened = open(&args.source)?;
    let how = (args.threads.workers, args.output.json);
    let story = carry_out(&opened, how, None, |context| {
        chappe_study::explain(&opened.spec, UserId(args.user), context)
    })?;
    print(&args.output, &story, || story.text(false))
}
