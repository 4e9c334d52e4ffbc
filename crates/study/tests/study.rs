//! Studies as a face asks for them: with a spec, a context of its own and nothing else.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "study/hostile.rs"]
mod hostile;
#[path = "study/runs.rs"]
mod runs;
#[path = "study/sweep.rs"]
mod sweep;
#[path = "study/traces.rs"]
mod traces;
#[path = "study/verdicts.rs"]
mod verdicts;
#[path = "study/whatif.rs"]
mod whatif;

use chappe_base::RunSpec;
use chappe_metrics::RunRecord;
use chappe_study::{
    Context, Error, FinishedRun, NewArm, NoTraces, RunOptions, RunsInMemory, StopFlag, Traces, Unobserved,
    VERSION, WhatIf, run,
};

/// People who write and are shown ads.
const TOWN: &str = r#"
seed    = 3
horizon = "2h"

[population]
users = 300
pages = 4

[platform]
shards = 2

[agents]
page_visits_per_day = 8.0

[[campaign]]
format = "new-product"
page   = 1
topic  = "books/travel"
bid    = "0.01"
budget = "20.00"
pacing = "asap"

[[arm]]
name = "no ads"
policy.preset = "no-ads"

[study]
pilot = 3
width = 0.01
"#;

fn town() -> RunSpec {
    RunSpec::new(VERSION, "town.toml", TOWN.to_string())
}

fn play_with(spec: &RunSpec, traces: &dyn Traces) -> Result<FinishedRun, Error> {
    let (stop, runs) = (StopFlag::new(), RunsInMemory::default());
    let context = Context::new(&stop, &Unobserved, traces, &runs);
    run(spec, RunOptions::default(), &context)
}

fn play(spec: &RunSpec) -> RunRecord {
    play_with(spec, &NoTraces).unwrap().record
}

/// What the tests ask of a what-if study.
fn asked() -> WhatIf {
    WhatIf {
        arms: vec![NewArm {
            name: "one a day".to_string(),
            changes: vec![(
                "policy.frequency_cap".to_string(),
                "{ per_user = 1, every = \"1 day\" }".to_string(),
            )],
        }],
        replications: Some(6),
        ..WhatIf::default()
    }
}
