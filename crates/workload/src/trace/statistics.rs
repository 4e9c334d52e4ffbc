//! The statistics of a trace, by which a real trace and a run are compared.

use super::bootstrap::Weights;
use super::{Sample, Trace, TraceMessage, Week};
use chappe_base::UserId;
use std::iter::repeat_n;

/// Silence that ends a conversation [s].
const SILENCE_S: i64 = 3_600;
/// Seconds in a day and in an hour.
const DAY_S: i64 = 86_400;
const HOUR_S: i64 = 3_600;
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

/// How often everybody and every local day of a trace counts.
#[derive(Clone, Copy)]
struct Weighing<'a> {
    weights: Option<&'a Weights>,
    /// From the local midnight before the first message to the trace's origin [s].
    begin_s: i64,
}

impl Weighing<'_> {
    fn person(&self, person: UserId) -> usize {
        self.weights.map_or(1, |weights| weights.person(person))
    }

    /// How often what `person` is part of at a time counts, besides the person.
    fn day(&self, person: UserId, at_s: i64) -> u32 {
        let day = (self.begin_s + at_s) / DAY_S;
        self.weights.map_or(1, |weights| weights.day(person, day))
    }

    /// The person by whose draws a pair counts.
    fn of_pair(&self, (one, other): (UserId, UserId)) -> UserId {
        self.weights.map_or(one, |weights| weights.of_pair(one, other))
    }
}

impl TraceStatistics {
    /// The statistics of `trace`; local time is `zone_minutes` ahead of UTC.
    #[must_use]
    pub fn of(trace: &Trace, zone_minutes: i16) -> TraceStatistics {
        TraceStatistics::weighted(trace, zone_minutes, None)
    }

    /// The statistics if everybody and every day counts as often as `weights` say. A pair counts as often as
    /// the more active of the two.
    pub(super) fn weighted(trace: &Trace, zone_minutes: i16, weights: Option<&Weights>) -> TraceStatistics {
        let begin_s = (trace.origin_s + i64::from(zone_minutes) * 60).rem_euclid(DAY_S);
        let weighing = Weighing { weights, begin_s };
        let mut messages: Vec<InPair> = trace.messages.iter().map(InPair::of).collect();
        // Stable, so each pair's messages stay in the order of the trace.
        messages.sort_by_key(|message| message.pair);
        let mut counts = Counts::new(trace.people_count as usize);
        for group in messages.chunk_by(|a, b| a.pair == b.pair) {
            counts.add_gaps(group, weighing);
            counts.add_pair(group, weighing);
        }
        let pairs_count = counts.pair_messages.len().max(1);
        let [favourite_share, first_three_share] = favourites(&counts.sent_to, weighing);
        TraceStatistics {
            messages_count: trace.messages.len(),
            people_count: trace.people_count,
            replies_s: Sample::new(counts.replies_s),
            follow_ups_s: Sample::new(counts.follow_ups_s),
            conversations: Sample::new(counts.conversations),
            hourly: hourly(trace, weighing),
            week: Week::of(trace, zone_minutes),
            contacts: of_people(&counts.contacts, weighing),
            reciprocal_share: f64::from(counts.reciprocal_count) / pairs_count as f64,
            pair_messages: Sample::new(counts.pair_messages),
            sent: of_people(&counts.sent, weighing),
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
    fn add_gaps(&mut self, group: &[InPair], weighing: Weighing<'_>) {
        let person = weighing.of_pair(group[0].pair);
        let times = |at_s| weighing.person(person) * weighing.day(person, at_s) as usize;
        let (mut length, mut began_s) = (1, group[0].at_s);
        for [before, after] in group.array_windows() {
            let gap_s = after.at_s - before.at_s;
            let gaps = repeat_n(gap_s as u32, times(before.at_s));
            if before.sender == after.sender {
                self.follow_ups_s.extend(gaps);
            } else {
                self.replies_s.extend(gaps);
            }
            if gap_s > SILENCE_S {
                self.conversations.extend(repeat_n(length, times(began_s)));
                (length, began_s) = (0, after.at_s);
            }
            length += 1;
        }
        self.conversations.extend(repeat_n(length, times(began_s)));
    }

    /// Adds who of one pair sends how many messages.
    fn add_pair(&mut self, group: &[InPair], weighing: Weighing<'_>) {
        let (one, other) = group[0].pair;
        let [by_one, by_other] = sent_by(group, weighing.of_pair(group[0].pair), weighing);
        if by_one + by_other > 0 {
            let times = weighing.person(weighing.of_pair(group[0].pair));
            self.pair_messages.extend(repeat_n(by_one + by_other, times));
            if by_one > 0 && by_other > 0 {
                self.reciprocal_count += times as u32;
            }
        }
        for person in [one, other] {
            let [by_one, by_other] = sent_by(group, person, weighing);
            let count = if person == one { by_one } else { by_other };
            self.contacts[person.index()] += u32::from(by_one + by_other > 0);
            if count > 0 {
                self.sent[person.index()] += count;
                self.sent_to[person.index()].push(count);
            }
        }
    }
}

/// How many messages of a pair are sent by the one and by the other, each as often as its day counts for
/// `person`.
fn sent_by(group: &[InPair], person: UserId, weighing: Weighing<'_>) -> [u32; 2] {
    let (one, _) = group[0].pair;
    group.iter().fold([0, 0], |[by_one, by_other], message| {
        let count = weighing.day(person, message.at_s);
        match message.sender == one {
            true => [by_one + count, by_other],
            false => [by_one, by_other + count],
        }
    })
}

/// The counts above zero, each as often as its person counts.
fn of_people(counts: &[u32], weighing: Weighing<'_>) -> Sample {
    let counts = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    let repeated =
        counts.flat_map(|(person, count)| repeat_n(*count, weighing.person(UserId(person as u32))));
    Sample::new(repeated.collect())
}

/// Mean shares that an active sender's favourite and first three get. `sent_to` has each sender's counts by
/// receiver.
fn favourites(sent_to: &[Vec<u32>], weighing: Weighing<'_>) -> [f64; 2] {
    let (mut shares, mut active) = ([0.0; 2], 0.0f64);
    for (person, counts) in sent_to.iter().enumerate() {
        let total: u32 = counts.iter().sum();
        let times = weighing.person(UserId(person as u32)) as f64;
        if total < ACTIVE_COUNT || times == 0.0 {
            continue;
        }
        let counts = Sample::new(counts.clone());
        let most = counts.values().iter().rev();
        for (share, first) in shares.iter_mut().zip([1, 3]) {
            *share += times * most.clone().take(first).sum::<u32>() as f64 / total as f64;
        }
        active += times;
    }
    shares.map(|share| share / active.max(1.0))
}

fn hourly(trace: &Trace, weighing: Weighing<'_>) -> [f64; 24] {
    let (mut hours, mut total) = ([0.0; 24], 0.0f64);
    for message in &trace.messages {
        let person = message.sender;
        let times = weighing.person(person) as f64 * f64::from(weighing.day(person, message.at_s));
        let hour = (weighing.begin_s + message.at_s).rem_euclid(DAY_S) / HOUR_S;
        hours[hour as usize] += times;
        total += times;
    }
    hours.map(|count| count * 24.0 / total.max(1.0))
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
        let once = Weighing {
            weights: None,
            begin_s: 0,
        };
        let shares = favourites(&[vec![9, 20, 1, 10], vec![29]], once);
        assert_eq!(shares, [0.5, 39.0 / 40.0]);
    }
}
