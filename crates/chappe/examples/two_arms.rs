//! A what-if study with an arm made by code: what does a frequency cap cost? Partial results are shown as they come.
//!
//! ```sh
//! cargo run -p chappe --example two_arms
//! ```

use chappe::record::{REVENUE, WhatIfRecord};
use chappe::report::Report;
use chappe::{
    Context, Error, NewArm, Note, Observer, Opened, Progress, RunsInMemory, StopFlag, WhatIf, whatif,
};

/// Prints what the study would say if it ended now.
struct Printer;

impl Observer for Printer {
    fn progress(&self, _progress: Progress<'_>) {}

    fn note(&self, note: Note) {
        println!("  {note}");
    }

    // A face that has seen enough may raise the study's stop flag here.
    fn partial(&self, record: &WhatIfRecord) {
        let metric = record.metrics.iter().find(|metric| metric.metric == REVENUE);
        if let Some(against) = metric.and_then(|metric| metric.against_baseline.first()) {
            println!(
                "  after {} replications: {}",
                record.seeds.len(),
                against.sentence
            );
        }
    }
}

pub(crate) fn main() -> Result<(), Error> {
    let mut opened = Opened::shipped("first-ads").expect("chappe has a scenario of this name");
    opened.spec.scale = Some(0.005);
    // So few people need one shard only.
    for (key, value) in [("platform.shards", "1"), ("horizon", "12h")] {
        opened.spec.set.push((key.to_string(), value.to_string()));
    }

    // An arm is a name, and what it changes in the base scenario: keys and values as `--set` takes them.
    let capped = NewArm {
        name: "one ad a day".to_string(),
        changes: vec![(
            "policy.frequency_cap".to_string(),
            r#"{ per_user = 1, every = "1 day" }"#.to_string(),
        )],
    };
    let asked = WhatIf {
        only: vec![capped.name.clone()],
        arms: vec![capped],
        replications: Some(8),
        ..WhatIf::default()
    };

    // In each replication both arms share all random draws, so their differences are the arm's.
    let (stop, runs) = (StopFlag::new(), RunsInMemory::default());
    let context = Context::new(&stop, &Printer, &*opened.traces, &runs);
    let study = whatif(&opened.spec, &asked, &context)?;

    println!("\n{}", study.scenario.question);
    for sentence in study.answer() {
        println!("  {sentence}");
    }
    for doubt in study.doubts() {
        println!("  {doubt}");
    }
    Ok(())
}
