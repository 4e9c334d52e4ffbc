//! What criterion measured, read from the files that it keeps.

use crate::Failure;
use crate::data::Rate;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A benchmark, as `benchmark.json` describes it.
#[derive(Deserialize)]
struct Benchmark {
    full_id: String,
    throughput: Option<Throughput>,
}

#[derive(Deserialize)]
struct Throughput {
    #[serde(rename = "Elements")]
    elements: Option<u64>,
}

/// What `estimates.json` says of one iteration's time.
#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

/// A time [ns].
#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
    confidence_interval: Interval,
}

#[derive(Deserialize)]
struct Interval {
    lower_bound: f64,
    upper_bound: f64,
}

/// The latest rates of all benchmarks below `folder` that count elements.
pub(crate) fn read(folder: &Path) -> Result<BTreeMap<String, Rate>, Failure> {
    let mut rates = BTreeMap::new();
    walk(folder, &mut rates)?;
    Ok(rates)
}

fn walk(folder: &Path, rates: &mut BTreeMap<String, Rate>) -> Result<(), Failure> {
    let wrong = |error| Failure::File {
        path: folder.to_path_buf(),
        error,
    };
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if !path.is_dir() {
            continue;
        }
        if !path.ends_with("new") {
            walk(&path, rates)?;
            continue;
        }
        let benchmark: Benchmark = parse(&path.join("benchmark.json"))?;
        let Estimates { median } = parse(&path.join("estimates.json"))?;
        if let Some(Throughput {
            elements: Some(elements),
        }) = benchmark.throughput
        {
            let per_second = |ns: f64| elements as f64 / ns * 1e9;
            let rate = Rate {
                per_second: per_second(median.point_estimate),
                least_per_second: per_second(median.confidence_interval.upper_bound),
                most_per_second: per_second(median.confidence_interval.lower_bound),
            };
            rates.insert(benchmark.full_id, rate);
        }
    }
    Ok(())
}

fn parse<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::File {
        path: path.to_path_buf(),
        error,
    })?;
    serde_json::from_str(&text).map_err(|error| Failure::Format {
        path: path.to_path_buf(),
        error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_elements_over_the_median_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let new = folder.path().join("phold/chappe/1024/new");
        fs::create_dir_all(&new).expect("a folder in it");
        let write = |name: &str, text: &str| fs::write(new.join(name), text).expect("a file in it");
        write(
            "benchmark.json",
            r#"{"full_id": "phold/chappe/1024", "throughput": {"Elements": 1000}}"#,
        );
        let interval = r#"{"lower_bound": 10000.0, "upper_bound": 50000.0}"#;
        write(
            "estimates.json",
            &format!(r#"{{"median": {{"point_estimate": 20000.0, "confidence_interval": {interval}}}}}"#),
        );
        let rates = read(folder.path()).expect("rates");
        let rate = rates["phold/chappe/1024"];
        let all = [rate.least_per_second, rate.per_second, rate.most_per_second];
        assert_eq!(all, [2e7, 5e7, 1e8]);
    }
}
