//! `chappe why`: shows what happened to one message.

use crate::args::WhyArgs;
use crate::commands::print;
use crate::failure::Failure;
use crate::session::carry_out;
use chappe_base::MessageId;
use chappe_study::Opened;

/// Tells what happened to one message, and for an ad what permitted it.
pub(crate) fn why(args: &WhyArgs) -> Result<(), Failure> {
    let mut opened = Opened::folder(&args.run)?;
    opened.spec.until = args.until.or(opened.spec.until);
    let how = (args.threads.workers, args.output.json);
    let story = carry_out(&opened, how, None, |context| {
        chappe_study::why(&opened.spec, MessageId(args.message), context)
    })?;
    print(&args.output, &story, || story.text(true))
}
