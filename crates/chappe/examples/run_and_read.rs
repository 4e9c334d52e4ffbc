//! Runs a scenario of chappe's own at a hundredth of its size, and reads metrics from the record.
//!
//! ```sh
//! cargo run -p chappe --example run_and_read
//! ```

use chappe::record::Metric;
use chappe::report::{Report, words};
use chappe::{Context, Error, Opened, RunOptions, RunsInMemory, StopFlag, Unobserved, run, verdict};

pub(crate) fn main() -> Result<(), Error> {
    // What is run: a scenario, and values that replace its own.
    let mut opened = Opened::shipped("first-ads").expect("chappe has a scenario of this name");
    opened.spec.scale = Some(0.01);
    // So few people need one shard only.
    for (key, value) in [("platform.shards", "1"), ("horizon", "12h")] {
        opened.spec.set.push((key.to_string(), value.to_string()));
    }

    // How it is carried out. None of this changes the result.
    let (stop, runs) = (StopFlag::new(), RunsInMemory::default());
    let context = Context::new(&stop, &Unobserved, &*opened.traces, &runs);
    let finished = run(&opened.spec, RunOptions::default(), &context)?;

    // The record holds every figure. Reports are made from it alone.
    let record = finished.record;
    println!("{}", record.scenario.question);
    for sentence in record.answer() {
        println!("  {sentence}");
    }

    // A metric is found by its registered name; `chappe schema --metrics` lists all names.
    println!("\nFrom the record:");
    let metrics = &record.result.metrics;
    if let Metric::Histogram(delivery) = &metrics["delivery.friend"] {
        let [p50, p99] = [delivery.p50, delivery.p99].map(words::duration);
        println!(
            "  delivery between friends: p50 {p50}, p99 {p99}, of {} messages",
            delivery.count
        );
    }
    for name in ["opt_ins.given", "utilisation.mean", "harm"] {
        // Counts, levels and shares have one value; a share of nothing has none.
        let value = metrics[name].value();
        println!("  {name}: {}", value.map_or("none".to_string(), words::number));
    }

    // The same spec always gives the same digest, with any number of threads.
    println!(
        "\nDigest {}, verdict {:?}",
        record.digest,
        verdict::of_run(&record)
    );
    Ok(())
}
