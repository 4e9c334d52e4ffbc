//! A trace: who wrote to whom, and when.

use super::reader::{TraceError, TraceOptions, read_trace};
use chappe_base::{SimTime, Span, UserId};
use std::io::{self, Read, Write};

/// A trace of messages between people.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trace {
    /// How many people send or receive.
    pub people_count: u32,
    /// Time of the first message [s since 1970, UTC].
    pub origin_s: i64,
    /// The messages, in order of time.
    pub messages: Vec<TraceMessage>,
}

/// One message of a trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TraceMessage {
    /// The sender. People are numbered from 0 in the order of their appearance.
    pub sender: UserId,
    /// The receiver, never the sender.
    pub receiver: UserId,
    /// Time after the first message [s].
    pub at_s: i64,
}

impl Trace {
    /// Reads a trace whose file says all that must be known; see [`read_trace`].
    ///
    /// # Errors
    /// See [`TraceError`].
    pub fn read(input: impl Read) -> Result<Trace, TraceError> {
        read_trace(input, &TraceOptions::default()).map(|(trace, _)| trace)
    }

    /// Writes the trace as lines `sender receiver unix_seconds`, people by number. Read with
    /// [`TraceOptions::as_written`], they are this trace again.
    ///
    /// # Errors
    /// What the output says.
    pub fn write(&self, output: &mut impl Write) -> io::Result<()> {
        for message in &self.messages {
            let at_s = self.origin_s + message.at_s;
            writeln!(output, "{} {} {at_s}", message.sender.0, message.receiver.0)?;
        }
        Ok(())
    }

    /// How many messages a run with this horizon leaves out if it plays the trace `speed` times as fast as recorded.
    #[must_use]
    pub fn outside_count(&self, horizon: SimTime, speed: f64) -> usize {
        let is_inside = |message: &TraceMessage| Trace::time(*message, speed) < horizon;
        self.messages.len() - self.messages.partition_point(is_inside)
    }

    /// When `message` is sent in a run that plays the trace `speed` times as fast as recorded, with its first
    /// message at time zero.
    #[must_use]
    pub fn time(message: TraceMessage, speed: f64) -> SimTime {
        SimTime::ZERO + Span::from_secs_f64(message.at_s as f64 / speed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_run_leaves_out_is_counted() {
        let trace = Trace::read("1 2 100\n1 2 160\n1 2 220\n".as_bytes()).unwrap();
        let after = |seconds: i64| SimTime::ZERO + Span(seconds * Span::SECOND.0);
        assert_eq!(trace.outside_count(after(121), 1.0), 0);
        assert_eq!(trace.outside_count(after(120), 1.0), 1);
        assert_eq!(trace.outside_count(after(1), 60.0), 2);
        assert_eq!(trace.outside_count(after(3), 60.0), 0);
        assert_eq!(
            Trace::time(trace.messages[1], 2.0),
            SimTime::ZERO + Span(30 * Span::SECOND.0)
        );
    }

    #[test]
    fn what_is_written_reads_back_as_it_was() {
        // Two messages within a second are equal lines once fractions are gone, and both stay.
        let text = "7 8 100.5\n9 7 100.25\n7 8 100.75\n8 7 90\n";
        let trace = Trace::read(text.as_bytes()).unwrap();
        let mut written = Vec::new();
        trace.write(&mut written).unwrap();
        let (again, _) = read_trace(written.as_slice(), &TraceOptions::as_written()).unwrap();
        assert_eq!(again, trace);
        assert_eq!(again.messages.len(), 4);
    }
}
