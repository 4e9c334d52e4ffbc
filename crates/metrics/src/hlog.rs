//! Distributions as an interval log, the format that HdrHistogram's viewers read.

use crate::finish::ResultParts;
use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, IntervalLogWriterError, Tag};
use std::io::{Error, Result, Write};
use std::time::Duration;

/// Writes every distribution with observations as one interval from the warm-up's end to the end
/// of the run, tagged with the metric's name. Times are in seconds since midnight UTC of day one,
/// values in nanoseconds.
///
/// # Errors
/// What the writer says.
pub fn write_hlog(parts: &ResultParts, writer: &mut impl Write) -> Result<()> {
    let start = Duration::from_nanos(parts.window.warm_up_ns.max(0) as u64);
    let end = Duration::from_nanos(parts.window.until_ns.max(0) as u64);
    let mut serializer = V2DeflateSerializer::new();
    let mut log = IntervalLogWriterBuilder::new()
        .add_comment("values in nanoseconds, times in seconds since midnight UTC of day one")
        .begin_log_with(writer, &mut serializer)?;
    for (name, distribution) in &parts.distributions {
        if distribution.count() == 0 {
            continue;
        }
        log.write_histogram(
            distribution.histogram(),
            start,
            end.saturating_sub(start),
            Tag::new(name),
        )
        .map_err(|error| match error {
            IntervalLogWriterError::IoError(error) => error,
            IntervalLogWriterError::SerializeError(error) => Error::other(error),
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use hdrhistogram::Histogram;
    use hdrhistogram::serialization::Deserializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    #[test]
    fn the_log_reads_back_to_the_same_histograms() {
        let parts = sample::parts();
        let mut log = Vec::new();
        write_hlog(&parts, &mut log).unwrap();
        let mut read = Vec::new();
        for entry in IntervalLogIterator::new(&log) {
            let LogEntry::Interval(interval) = entry.unwrap() else {
                continue;
            };
            let name = interval.tag().unwrap().as_str().to_owned();
            assert_eq!(
                interval.start_timestamp().as_nanos() as i64,
                parts.window.warm_up_ns
            );
            let bytes = STANDARD.decode(interval.encoded_histogram()).unwrap();
            let histogram: Histogram<u64> = Deserializer::new().deserialize(&mut bytes.as_slice()).unwrap();
            assert_eq!(histogram, *parts.distributions[&name].histogram(), "{name}");
            read.push(name);
        }
        let expected: Vec<&String> = parts
            .distributions
            .iter()
            .filter(|(_, distribution)| distribution.count() > 0)
            .map(|(name, _)| name)
            .collect();
        assert!(expected.len() > 5);
        assert_eq!(read.iter().collect::<Vec<_>>(), expected);
    }
}
