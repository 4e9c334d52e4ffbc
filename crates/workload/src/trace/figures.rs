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

use FigureUnit::{Count, Number, Seconds, Share};

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

fn figure(name: impl Into<String>, value: f64, unit: FigureUnit) -> Figure {
    let name = name.into();
    Figure { name, value, unit }
}

fn quantile(sample: &Sample, p: f64) -> f64 {
    f64::from(sample.quantile(p))
}

impl TraceStatistics {
    /// The figures in the order of reports. Any two traces have the same figures in the same order.
    #[must_use]
    pub fn figures(&self) -> Vec<Figure> {
        let groups = [
            self.reply_figures(),
            self.conversation_figures(),
            self.pair_figures(),
            self.sender_figures(),
        ];
        let mut figures = vec![
            figure("messages", self.messages_count as f64, Count),
            figure("people", f64::from(self.people_count), Count),
            figure("senders", self.sent.values().len() as f64, Count),
        ];
        figures.extend(groups.into_iter().flatten());
        let hours = self.hourly.iter().enumerate();
        figures.extend(hours.map(|(hour, value)| {
            let name = format!("hour {hour}, relative to the mean");
            figure(name, *value, Number)
        }));
        figures
    }

    fn reply_figures(&self) -> Vec<Figure> {
        let percentile = |percent: u32| {
            let value = quantile(&self.replies_s, f64::from(percent) / 100.0);
            figure(format!("reply time, {percent}%"), value, Seconds)
        };
        let mut figures: Vec<Figure> = [5, 10, 25, 50, 75, 90, 95].map(percentile).into();
        let (median_s, sigma) = self.quick_replies();
        let quick_share = self.replies_s.share_up_to(HOUR_S);
        figures.extend([
            figure("replies within an hour", quick_share, Share),
            figure("of these: median", median_s, Seconds),
            figure("of these: sigma of the logarithm", sigma, Number),
        ]);
        figures
    }

    fn conversation_figures(&self) -> Vec<Figure> {
        let (follow_ups, conversations) = (&self.follow_ups_s, &self.conversations);
        let again = follow_ups.values().len() as f64;
        let successors = again + self.replies_s.values().len() as f64;
        let (quarter, median) = (quantile(follow_ups, 0.25), quantile(follow_ups, 0.5));
        let (single, long) = (conversations.share_up_to(1), quantile(conversations, 0.9));
        vec![
            figure("same person again, 25%", quarter, Seconds),
            figure("same person again, median", median, Seconds),
            figure("same person again, share", again / successors.max(1.0), Share),
            figure("messages per conversation, mean", conversations.mean(), Number),
            figure("conversations of one message", single, Share),
            figure("messages per conversation, 90%", long, Count),
        ]
    }

    fn pair_figures(&self) -> Vec<Figure> {
        let (contacts, pairs) = (&self.contacts, &self.pair_messages);
        vec![
            figure("contacts, mean", contacts.mean(), Number),
            figure("contacts, median", quantile(contacts, 0.5), Count),
            figure("contacts, 90%", quantile(contacts, 0.9), Count),
            figure("contacts, most", quantile(contacts, 1.0), Count),
            figure("messages per pair, mean", pairs.mean(), Number),
            figure("messages per pair, median", quantile(pairs, 0.5), Count),
            figure("messages per pair, 90%", quantile(pairs, 0.9), Count),
            figure("pairs in which both write", self.reciprocal_share, Share),
        ]
    }

    fn sender_figures(&self) -> Vec<Figure> {
        let (sent, favourite, three) = (&self.sent, self.favourite_share, self.first_three_share);
        vec![
            figure("top 1% of senders send", sent.top_share(0.01), Share),
            figure("top 10% of senders send", sent.top_share(0.1), Share),
            figure("messages per sender, median", quantile(sent, 0.5), Count),
            figure("messages per sender, mean", sent.mean(), Number),
            figure("an active sender's favourite gets", favourite, Share),
            figure("an active sender's first three get", three, Share),
        ]
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
