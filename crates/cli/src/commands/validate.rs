//! `chappe validate`: checks a scenario without playing it.

use crate::args::ValidateArgs;
use crate::commands::print;
use crate::failure::Failure;
use crate::session::carry_out;
use crate::source::open;
use chappe_study::Threads;

/// Checks a scenario and says what it comes to.
pub(crate) fn validate(args: &ValidateArgs) -> Result<(), Failure> {
    let opened = open(&args.source)?;
    let valid = carry_out(&opened, (Threads::Auto, true), None, |context| {
        chappe_study::validate(&opened.spec, context)
    })?;
    print(&args.output, &valid, || {
        format!("{} is valid: {valid}\n", opened.path.display())
    })
}
