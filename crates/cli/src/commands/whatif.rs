//! `chappe whatif`: compares the arms of a scenario.

use crate::args::WhatifArgs;
use crate::ending::Ending;
use crate::failure::Failure;
use crate::session::carry_out;
use chappe_study::files::{OutputFolder, ReportKind};
use chappe_study::{NewArm, RunsInFolder, WhatIf, verdict};

/// Plays arms side by side and says what they change.
pub(crate) fn whatif(args: &WhatifArgs) -> Result<(), Failure> {
    let opened = args.study.open()?;
    let target = args.study.target(ReportKind::WhatIf, &opened);
    let output = OutputFolder::prepare(&target, ReportKind::WhatIf)?;
    let runs = RunsInFolder::open(&target)?;
    let asked = WhatIf {
        arms: NewArm::read_all(&args.study.arm)?,
        only: args.study.only.clone(),
        replications: args.replications,
        budget: args.study.budget,
        sensitivity: args.sensitivity.clone(),
    };
    let record = carry_out(&opened, args.study.how(), Some(&runs), |context| {
        chappe_study::whatif(&opened.spec, &asked, context)
    })?;
    let verdict = verdict::of_whatif(&record);
    Ending::new(&record, verdict, &opened, &record.spec).finish(output, &args.study.show)
}
