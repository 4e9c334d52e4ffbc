//! How does the law of service times bear on waiting? A bare queue under four laws with the same mean, beside the
//! formula of Pollaczek and Khinchine.
//!
//! ```sh
//! cargo run -p chappe --example service_law
//! ```
//!
//! A law is part of what is run, so it is a value and not a closure: a record names it, and anybody can play the run
//! again. Laws are `constant`, `uniform`, `exponential` and `log-normal`, for each class of command.

use chappe::record::Metric;
use chappe::{Context, Error, NoTraces, Opened, RunOptions, RunsInMemory, StopFlag, Unobserved, run};

/// Each law with the mean of its square [ms²]. All have a mean of 5 ms.
const LAWS: [(&str, f64); 4] = [
    (r#"{ constant = "5ms" }"#, 25.0),
    (r#"{ uniform = ["0ms", "10ms"] }"#, 100.0 / 3.0),
    (r#"{ exponential = "5ms" }"#, 50.0),
    // The mean is the median times e^(sigma²/2), and the mean of the square is the mean's square times e^(sigma²).
    (
        r#"{ log-normal = { median = "3.032653ms", sigma = 1.0 } }"#,
        25.0 * std::f64::consts::E,
    ),
];
/// Requests per millisecond at each queue; the server is busy for 80% of the time.
const RATE: f64 = 0.16;

/// Mean waiting time of a request [ms].
fn mean_wait(law: &str) -> Result<f64, Error> {
    let mut opened = Opened::shipped("queue").expect("chappe has a scenario of this name");
    let law = ("platform.service.probe".to_string(), law.to_string());
    opened.spec.set.push(law);
    let (stop, runs) = (StopFlag::new(), RunsInMemory::default());
    let context = Context::new(&stop, &Unobserved, &NoTraces, &runs);
    let record = run(&opened.spec, RunOptions::default(), &context)?.record;
    match record.result.metrics.get("queue.wait") {
        Some(Metric::Histogram(wait)) => Ok(wait.mean as f64 / 1e6),
        Some(Metric::Counter { .. } | Metric::Gauge { .. } | Metric::Ratio { .. }) | None => Ok(0.0),
    }
}

pub(crate) fn main() -> Result<(), Error> {
    println!("{:>9}  {:>9}  law of the service time", "simulated", "formula");
    for (law, mean_square) in LAWS {
        let simulated = mean_wait(law)?;
        let formula = RATE * mean_square / (2.0 * (1.0 - RATE * 5.0));
        println!("{simulated:>6.2} ms  {formula:>6.2} ms  {law}");
        // 750,000 requests, whose waiting times depend on each other.
        assert!((simulated / formula - 1.0).abs() < 0.05, "{law}");
    }
    Ok(())
}
