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
    /// The value, in `unit`; `None` if the trace has nothing to read it off, such as no reply.
    pub value: Option<f64>,
    /// The unit.
    pub unit: FigureUnit,
}

fn figure(name: impl Into<String>, value: impl Into<Option<f64>>, unit: FigureUnit) -> Figure {
    let (name, value) = (name.into(), value.into());
    Figure { name, value, unit }
}

/// What `read` says of a sample that is not empty.
fn seen(sample: &Sample, read: impl Fn(&Sample) -> f64) -> Option<f64> {
    (!sample.values().is_empty()).then(|| read(sample))
}

fn quantile(sample: &Sample, p: f64) -> Option<f64> {
    seen(sample, |sample| f64::from(sample.quantile(p)))
}

/// What the largest `p` of a sample hold, if that is one at least.
fn top_share(sample: &Sample, p: f64) -> Option<f64> {
    let is_seen = p * sample.values().len() as f64 >= 1.0;
    is_seen.then(|| sample.top_share(p))
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
        let quick_share = seen(&self.replies_s, |replies| replies.share_up_to(HOUR_S));
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
        let again_share = (successors > 0.0).then(|| again / successors);
        let (single, long) = (conversations.share_up_to(1), quantile(conversations, 0.9));
        vec![
            figure("same person again, 25%", quarter, Seconds),
            figure("same person again, median", median, Seconds),
            figure("same person again, share", again_share, Share),
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
        let sent = &self.sent;
        // An active sender's favourite gets something, so 0 means that nobody is active.
        let shares = [self.favourite_share, self.first_three_share];
        let [favourite, three] = shares.map(|share| (share > 0.0).then_some(share));
        vec![
            figure("top 1% of senders send", top_share(sent, 0.01), Share),
            figure("top 10% of senders send", top_share(sent, 0.1), Share),
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
    /// same second count as half a second. One reply has no deviation.
    fn quick_replies(&self) -> (Option<f64>, Option<f64>) {
        let count = self.replies_s.values().partition_point(|&reply| reply <= HOUR_S);
        let quick = &self.replies_s.values()[..count];
        let logarithm = |reply: &u32| libm::log(f64::from(*reply).max(0.5));
        let total = quick.len() as f64;
        let median = quick.get(quick.len() / 2).copied().map(f64::from);
        let sigma = (quick.len() > 1).then(|| {
            let mean = quick.iter().map(logarithm).sum::<f64>() / total;
            let variance = quick.iter().map(logarithm).map(|x| (x - mean) * (x - mean));
            libm::sqrt(variance.sum::<f64>() / total)
        });
        (median, sigma)
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
            assert!(value(&figure.name).is_none_or(f64::is_finite), "{}", figure.name);
        }
        assert_eq!(value("reply time, 50%"), Some(100.0));
        assert_eq!(value("replies within an hour"), Some(2.0 / 3.0));
        assert_eq!(value("of these: sigma of the logarithm"), Some(0.0));
        assert_eq!(value("same person again, share"), Some(0.25));
        assert_eq!(value("contacts, mean"), Some(1.0));
        assert_eq!(value("hour 1, relative to the mean"), Some(9.6));
    }
    #[test]
    fn what_was_not_seen_has_no_value() {
        let unseen = |text: &str| -> Vec<String> {
            let trace = Trace::read(text.as_bytes()).unwrap();
            let figures = TraceStatistics::of(&trace, 0).figures();
            let unseen = figures.into_iter().filter(|figure| figure.value.is_none());
            unseen.map(|figure| figure.name).collect()
        };
        let one = unseen("1 2 0\n");
        assert_eq!(
            one.iter().filter(|name| name.starts_with("reply time")).count(),
            7
        );
        for name in [
            "replies within an hour",
            "of these: median",
            "of these: sigma of the logarithm",
            "same person again, median",
            "same person again, share",
            "top 1% of senders send",
            "an active sender's favourite gets",
        ] {
            assert!(one.iter().any(|unseen| unseen == name), "{name}: {one:?}");
        }
        // One reply has a median and no deviation.
        let replied = unseen("1 2 0\n2 1 9\n");
        assert!(!replied.contains(&"of these: median".to_owned()));
        assert!(replied.contains(&"of these: sigma of the logarithm".to_owned()));
    }
}
