//! The figures of a trace as a list, to be shown and compared.

use super::{Sample, TraceStatistics};

/// Seconds in an hour.
const HOUR_S: u32 = 3_600;

/// What a figure counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FigureUnit {
    /// Whole things.
    Count,
    /// Lengths of time [s].
    Seconds,
    /// Parts of a whole, in [0, 1].
    Share,
    /// Means and ratios.
    Number,
}

/// One figure of a trace.
#[derive(Clone, PartialEq, Debug)]
pub struct Figure {
    /// Unique among a trace's figures.
    pub name: String,
    /// The value, in `unit`.
    pub value: f64,
    /// The unit.
    pub unit: FigureUnit,
}

impl TraceStatistics {
    /// The figures in the order of reports. Any two traces have the same figures in the same order.
    #[must_use]
    pub fn figures(&self) -> Vec<Figure> {
        use FigureUnit::{Count, Number, Seconds, Share};
        let mut figures = Vec::new();
        let mut add = |name: &str, value: f64, unit| {
            figures.push(Figure {
                name: name.to_owned(),
                value,
                unit,
            });
        };
        let quantile = |sample: &Sample, p| f64::from(sample.quantile(p));
        add("messages", self.messages_count as f64, Count);
        add("people", f64::from(self.people_count), Count);
        add("senders", self.sent.values().len() as f64, Count);
        for percent in [5, 10, 25, 50, 75, 90, 95] {
            let value = quantile(&self.replies_s, f64::from(percent) / 100.0);
            add(&format!("reply time, {percent}%"), value, Seconds);
        }
        let (median_s, sigma) = self.quick_replies();
        add(
            "replies within an hour",
            self.replies_s.share_up_to(HOUR_S),
            Share,
        );
        add("of these: median", median_s, Seconds);
        add("of these: sigma of the logarithm", sigma, Number);
        add(
            "same person again, 25%",
            quantile(&self.follow_ups_s, 0.25),
            Seconds,
        );
        add(
            "same person again, median",
            quantile(&self.follow_ups_s, 0.5),
            Seconds,
        );
        let again = self.follow_ups_s.values().len() as f64;
        let successors = again + self.replies_s.values().len() as f64;
        add("same person again, share", again / successors.max(1.0), Share);
        let conversations = &self.conversations;
        add("messages per conversation, mean", conversations.mean(), Number);
        add(
            "conversations of one message",
            conversations.share_up_to(1),
            Share,
        );
        add(
            "messages per conversation, 90%",
            quantile(conversations, 0.9),
            Count,
        );
        add("contacts, mean", self.contacts.mean(), Number);
        add("contacts, median", quantile(&self.contacts, 0.5), Count);
        add("contacts, 90%", quantile(&self.contacts, 0.9), Count);
        add("contacts, most", quantile(&self.contacts, 1.0), Count);
        add("messages per pair, mean", self.pair_messages.mean(), Number);
        add(
            "messages per pair, median",
            quantile(&self.pair_messages, 0.5),
            Count,
        );
        add(
            "messages per pair, 90%",
            quantile(&self.pair_messages, 0.9),
            Count,
        );
        add("pairs in which both write", self.reciprocal_share, Share);
        add("top 1% of senders send", self.sent.top_share(0.01), Share);
        add("top 10% of senders send", self.sent.top_share(0.1), Share);
        add("messages per sender, median", quantile(&self.sent, 0.5), Count);
        add("messages per sender, mean", self.sent.mean(), Number);
        add("an active sender's favourite gets", self.favourite_share, Share);
        add(
            "an active sender's first three get",
            self.first_three_share,
            Share,
        );
        for (hour, value) in self.hourly.iter().enumerate() {
            add(&format!("hour {hour}, relative to the mean"), *value, Number);
        }
        figures
    }

    /// The samples behind the figures, with their names.
    #[must_use]
    pub fn samples(&self) -> [(&'static str, &Sample); 6] {
        [
            ("reply times", &self.replies_s),
            ("times until the same person again", &self.follow_ups_s),
            ("messages per conversation", &self.conversations),
            ("contacts", &self.contacts),
            ("messages per pair", &self.pair_messages),
            ("messages per sender", &self.sent),
        ]
    }

    /// Median [s] and standard deviation of the logarithm of the replies within an hour. Replies within the
    /// same second count as half a second.
    fn quick_replies(&self) -> (f64, f64) {
        let count = self.replies_s.values().partition_point(|&reply| reply <= HOUR_S);
        let quick = &self.replies_s.values()[..count];
        let logarithm = |reply: &u32| libm::log(f64::from(*reply).max(0.5));
        let total = quick.len().max(1) as f64;
        let mean = quick.iter().map(logarithm).sum::<f64>() / total;
        let variance = quick.iter().map(logarithm).map(|x| (x - mean) * (x - mean));
        let median = quick.get(quick.len() / 2).copied().unwrap_or(0);
        (f64::from(median), libm::sqrt(variance.sum::<f64>() / total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Trace;

    #[test]
    fn figures_have_names_of_their_own_and_their_values() {
        let text = "1 2 0\n2 1 100\n1 2 200\n2 1 4000\n2 1 4060\n";
        let trace = Trace::read(text.as_bytes()).unwrap();
        let figures = TraceStatistics::of(&trace, 0).figures();
        let value = |name: &str| {
            let mut named = figures.iter().filter(|figure| figure.name == name);
            let figure = named.next().expect("there is such a figure");
            assert!(named.next().is_none(), "{name} comes twice");
            figure.value
        };
        for figure in &figures {
            assert!(value(&figure.name).is_finite(), "{}", figure.name);
        }
        assert_eq!(value("reply time, 50%"), 100.0);
        assert_eq!(value("replies within an hour"), 2.0 / 3.0);
        assert_eq!(value("of these: sigma of the logarithm"), 0.0);
        assert_eq!(value("same person again, share"), 0.25);
        assert_eq!(value("contacts, mean"), 1.0);
        assert_eq!(value("hour 1, relative to the mean"), 9.6);
    }
}
