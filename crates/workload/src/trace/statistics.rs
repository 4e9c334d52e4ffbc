//! The statistics of a trace, by which a real trace and a run are compared.

use super::{Sample, Trace, TraceMessage, Week};
use chappe_base::UserId;

/// Silence that ends a conversation [s].
const SILENCE_S: i64 = 3_600;
/// From this many messages sent, a sender counts as active.
const ACTIVE_COUNT: u32 = 30;

/// The statistics of a trace.
#[derive(Clone, PartialEq, Debug)]
pub struct TraceStatistics {
    /// Number of messages.
    pub messages_count: usize,
    /// People who send or receive.
    pub people_count: u32,
    /// Times between successive messages of a pair by different senders [s].
    pub replies_s: Sample,
    /// Times between successive messages of a pair by the same sender [s].
    pub follow_ups_s: Sample,
    /// Messages per conversation of a pair; an hour of silence ends a conversation.
    pub conversations: Sample,
    /// Messages in each local hour of the day, relative to the mean.
    pub hourly: [f64; 24],
    /// The same for each day of the week.
    pub week: Week,
    /// Per person, the number of people that they send to or receive from.
    pub contacts: Sample,
    /// Messages per pair of people.
    pub pair_messages: Sample,
    /// Share of the pairs in which both send.
    pub reciprocal_share: f64,
    /// Messages per sender.
    pub sent: Sample,
    /// Mean share of an active sender's messages that go to the person they send to most. Active senders have
    /// sent at least 30.
    pub favourite_share: f64,
    /// The same for the first three people.
    pub first_three_share: f64,
}

/// One message with its pair.
#[derive(Clone, Copy)]
struct InPair {
    pair: (UserId, UserId),
    sender: UserId,
    at_s: i64,
}

impl TraceStatistics {
    /// The statistics of `trace`; local time is `zone_minutes` ahead of UTC.
    #[must_use]
    pub fn of(trace: &Trace, zone_minutes: i16) -> TraceStatistics {
        let mut messages: Vec<InPair> = trace.messages.iter().map(InPair::of).collect();
        // Stable, so each pair's messages stay in the order of the trace.
        messages.sort_by_key(|message| message.pair);
        let mut counts = Counts::new(trace.people_count as usize);
        for group in messages.chunk_by(|a, b| a.pair == b.pair) {
            counts.add_gaps(group);
            counts.add_pair(group);
        }
        let pairs_count = counts.pair_messages.len().max(1);
        counts.sent.retain(|&count| count > 0);
        let [favourite_share, first_three_share] = favourites(&counts.sent_to);
        TraceStatistics {
            messages_count: trace.messages.len(),
            people_count: trace.people_count,
            replies_s: Sample::new(counts.replies_s),
            follow_ups_s: Sample::new(counts.follow_ups_s),
            conversations: Sample::new(counts.conversations),
            hourly: hourly(trace, zone_minutes),
            week: Week::of(trace, zone_minutes),
            contacts: Sample::new(counts.contacts),
            reciprocal_share: f64::from(counts.reciprocal_count) / pairs_count as f64,
            pair_messages: Sample::new(counts.pair_messages),
            sent: Sample::new(counts.sent),
            favourite_share,
            first_three_share,
        }
    }
}

impl InPair {
    fn of(message: &TraceMessage) -> InPair {
        let (sender, receiver) = (message.sender, message.receiver);
        InPair {
            pair: (sender.min(receiver), sender.max(receiver)),
            sender,
            at_s: message.at_s,
        }
    }
}

/// What is counted pair by pair.
struct Counts {
    replies_s: Vec<u32>,
    follow_ups_s: Vec<u32>,
    conversations: Vec<u32>,
    pair_messages: Vec<u32>,
    /// Pairs in which both send.
    reciprocal_count: u32,
    /// By person.
    contacts: Vec<u32>,
    /// By person.
    sent: Vec<u32>,
    /// By person, the messages to each receiver.
    sent_to: Vec<Vec<u32>>,
}

impl Counts {
    fn new(people_count: usize) -> Counts {
        Counts {
            replies_s: Vec::new(),
            follow_ups_s: Vec::new(),
            conversations: Vec::new(),
            pair_messages: Vec::new(),
            reciprocal_count: 0,
            contacts: vec![0; people_count],
            sent: vec![0; people_count],
            sent_to: vec![Vec::new(); people_count],
        }
    }

    /// Adds the times between the messages of one pair, and the lengths of its conversations.
    fn add_gaps(&mut self, group: &[InPair]) {
        let mut length = 1;
        for [before, after] in group.array_windows() {
            let gap_s = after.at_s - before.at_s;
            if before.sender == after.sender {
                self.follow_ups_s.push(gap_s as u32);
            } else {
                self.replies_s.push(gap_s as u32);
            }
            if gap_s > SILENCE_S {
                self.conversations.push(length);
                length = 0;
            }
            length += 1;
        }
        self.conversations.push(length);
    }

    /// Adds who of one pair sends how many messages.
    fn add_pair(&mut self, group: &[InPair]) {
        self.pair_messages.push(group.len() as u32);
        let (one, other) = group[0].pair;
        let by_one = group.iter().filter(|message| message.sender == one).count();
        self.reciprocal_count += u32::from(by_one > 0 && by_one < group.len());
        for (person, count) in [(one, by_one), (other, group.len() - by_one)] {
            self.contacts[person.index()] += 1;
            if count > 0 {
                self.sent[person.index()] += count as u32;
                self.sent_to[person.index()].push(count as u32);
            }
        }
    }
}

/// Mean shares that an active sender's favourite and first three get. `sent_to` has each sender's counts by
/// receiver.
fn favourites(sent_to: &[Vec<u32>]) -> [f64; 2] {
    let (mut shares, mut active) = ([0.0; 2], 0.0f64);
    for counts in sent_to {
        let total: u32 = counts.iter().sum();
        if total < ACTIVE_COUNT {
            continue;
        }
        let counts = Sample::new(counts.clone());
        let most = counts.values().iter().rev();
        for (share, first) in shares.iter_mut().zip([1, 3]) {
            *share += most.clone().take(first).sum::<u32>() as f64 / total as f64;
        }
        active += 1.0;
    }
    shares.map(|share| share / active.max(1.0))
}

fn hourly(trace: &Trace, zone_minutes: i16) -> [f64; 24] {
    let mut hours = [0.0; 24];
    let scale = 24.0 / trace.messages.len().max(1) as f64;
    for message in &trace.messages {
        let local_s = trace.origin_s + message.at_s + zone_minutes as i64 * 60;
        hours[local_s.div_euclid(3_600).rem_euclid(24) as usize] += scale;
    }
    hours
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_trace_told_by_hand() {
        let text = "1 2 0\n2 1 100\n2 1 160\n1 3 3600\n1 2 7200\n4 1 7300\n";
        let trace = Trace::read(text.as_bytes()).unwrap();
        let figures = TraceStatistics::of(&trace, -60);
        assert_eq!(figures.replies_s.values(), [100, 7040]);
        assert_eq!(figures.follow_ups_s.values(), [60]);
        assert_eq!(figures.conversations.values(), [1, 1, 1, 3]);
        assert_eq!(figures.contacts.values(), [1, 1, 1, 3]);
        assert_eq!(figures.pair_messages.values(), [1, 1, 4]);
        assert_eq!(figures.sent.values(), [1, 2, 3]);
        assert_eq!(figures.reciprocal_share, 1.0 / 3.0);
        assert_eq!(figures.hourly[23], 12.0);
        assert_eq!((figures.hourly[0], figures.hourly[1]), (4.0, 8.0));
    }

    #[test]
    fn favourites_count_among_the_active_alone() {
        let shares = favourites(&[vec![9, 20, 1, 10], vec![29]]);
        assert_eq!(shares, [0.5, 39.0 / 40.0]);
    }
}
