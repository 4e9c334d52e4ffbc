//! How a conversation goes on: a chain of messages, each of which has at most one successor.

use crate::config::Traffic;
use chappe_base::{Act, Keyed, Law, MessageId, Probability, Purpose, Span, Stream, unit};

/// What follows a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Successor {
    /// Nothing: it is the last.
    End,
    /// Its recipient answers.
    Reply,
    /// Its sender writes again.
    FollowUp,
}

/// How conversations between friends go on. Every draw is keyed by the message it is about.
#[derive(Clone, Debug)]
pub struct Chain {
    successor: Keyed,
    reply: Keyed,
    follow_up: Keyed,
    reading: Keyed,
    continues: f64,
    continuations_per_day: f64,
    follow_up_share: f64,
    quick_reply_share: f64,
    quick_reply: Law,
    slow_reply: Law,
    follow_up_gap: Law,
    reading_delay: Law,
}

impl Chain {
    /// The chains of `traffic` in a population of which `silent_share` never answers, under
    /// `seed`: a conversation has messages_per_day / conversations_per_day messages in the mean.
    #[must_use]
    pub fn new(traffic: &Traffic, silent_share: Probability, seed: u64) -> Chain {
        let follow_up_share = traffic.follow_up_share.get();
        let length = mean_length(traffic);
        Chain {
            successor: Keyed::new(seed, Purpose::Successor),
            reply: Keyed::new(seed, Purpose::ReplyDelay),
            follow_up: Keyed::new(seed, Purpose::FollowUpDelay),
            reading: Keyed::new(seed, Purpose::ReadDelay),
            continues: continuation(length, silent_share.get(), follow_up_share),
            continuations_per_day: (traffic.messages_per_day - traffic.conversations_per_day).max(0.0)
                / (1.0 - silent_share.get()).max(f64::EPSILON),
            follow_up_share,
            quick_reply_share: traffic.quick_reply_share.get(),
            quick_reply: traffic.quick_reply,
            slow_reply: traffic.slow_reply,
            follow_up_gap: traffic.follow_up,
            reading_delay: traffic.reading,
        }
    }

    /// What follows `message`, whose recipient ever writes or not.
    #[must_use]
    #[inline]
    pub fn successor(&self, message: MessageId, recipient_writes: bool) -> Successor {
        let at = unit(self.successor.word(message.0, 0));
        if at >= self.continues || message.act().position() + 1 == Act::POSITIONS {
            Successor::End
        } else if at < self.continues * self.follow_up_share {
            Successor::FollowUp
        } else if recipient_writes {
            Successor::Reply
        } else {
            Successor::End
        }
    }

    /// Time from the arrival of `message` on the device until its answer is sent.
    #[must_use]
    #[inline]
    pub fn reply_delay(&self, message: MessageId) -> Span {
        let [which, word] = self.reply.words(message.0, 0);
        if unit(which) < self.quick_reply_share {
            self.quick_reply.sample(word)
        } else {
            self.slow_reply.sample(word)
        }
    }

    /// Time from the sending of `message` until its sender writes again.
    #[must_use]
    #[inline]
    pub fn follow_up_delay(&self, message: MessageId) -> Span {
        self.follow_up_gap.sample(self.follow_up.word(message.0, 0))
    }

    /// Answers and follow-ups that the mean person who writes sends in a day.
    pub(crate) fn continuations_per_day(&self) -> f64 {
        self.continuations_per_day
    }

    /// The parts of the delay before an answer or a follow-up, each with its share.
    fn delays(&self) -> [(f64, Law); 3] {
        let (again, quick) = (self.follow_up_share, self.quick_reply_share);
        let replies = 1.0 - again;
        [
            (again, self.follow_up_gap),
            (replies * quick, self.quick_reply),
            (replies * (1.0 - quick), self.slow_reply),
        ]
    }

    /// Mean delay before an answer or a follow-up.
    pub(crate) fn mean_delay(&self) -> Span {
        Span(
            self.delays()
                .iter()
                .map(|(share, law)| share * law.mean().0 as f64)
                .sum::<f64>() as i64,
        )
    }

    /// What is left, at a moment that has nothing to do with it, of a delay under way.
    pub(crate) fn residual_delay(&self, draws: &mut Stream) -> Span {
        let delays = self.delays();
        let mut at = draws.unit() * self.mean_delay().0 as f64;
        let met = delays.iter().find(|(share, law)| {
            at -= share * law.mean().0 as f64;
            at < 0.0
        });
        let (_, law) = met.unwrap_or(&delays[2]);
        law.residual([draws.word(), draws.word()])
    }

    /// Time from the arrival of `message` on the device until it is read, where it is not answered.
    #[must_use]
    #[inline]
    pub fn reading_delay(&self, message: MessageId) -> Span {
        self.reading_delay.sample(self.reading.word(message.0, 0))
    }
}

/// Messages per conversation, in the mean: at least one.
pub(crate) fn mean_length(traffic: &Traffic) -> f64 {
    if traffic.conversations_per_day > 0.0 {
        (traffic.messages_per_day / traffic.conversations_per_day).max(1.0)
    } else {
        1.0
    }
}

/// The probability that a message has a successor, so that conversations have `length` messages in
/// the mean, when those with a recipient who never writes go on with follow-ups alone. By bisection.
fn continuation(length: f64, silent_share: f64, follow_up_share: f64) -> f64 {
    let mean = |continues: f64| {
        (1.0 - silent_share) / (1.0 - continues) + silent_share / (1.0 - continues * follow_up_share)
    };
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if mean(middle) < length {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::{ActKind, UserId};

    #[test]
    fn conversations_have_their_mean_length() {
        let traffic = Traffic::default();
        for silent_share in [0.0, 0.28, 0.6] {
            let chain = Chain::new(&traffic, Probability::of(silent_share), 2016);
            let conversations = 100_000u32;
            let silent = (conversations as f64 * silent_share) as u32;
            let mut messages = 0u32;
            for user in 0..conversations {
                let act = Act::new(0, user % 512, ActKind::Chat, 0);
                let mut message = MessageId::new(UserId(user), act);
                while chain.successor(message, user >= silent) != Successor::End {
                    message = message.at(message.act().position() + 1);
                }
                messages += message.act().position() + 1;
            }
            let mean = messages as f64 / conversations as f64;
            let expected = traffic.messages_per_day / traffic.conversations_per_day;
            assert!((mean / expected - 1.0).abs() < 0.02, "{mean}");
        }
    }

    #[test]
    fn follow_ups_and_quick_replies_keep_their_shares() {
        let traffic = Traffic::default();
        let chain = Chain::new(&traffic, Probability::of(0.0), 3);
        let (mut follow_ups, mut successors, mut within_hour) = (0.0, 0.0, 0.0);
        let count = 100_000;
        for id in 0..count {
            let message = MessageId(id << 32);
            match chain.successor(message, true) {
                Successor::End => {}
                Successor::Reply => successors += 1.0,
                Successor::FollowUp => {
                    follow_ups += 1.0;
                    successors += 1.0;
                }
            }
            if chain.reply_delay(message) < Span::HOUR {
                within_hour += 1.0 / count as f64;
            }
        }
        let share: f64 = follow_ups / successors;
        assert!((share - traffic.follow_up_share.get()).abs() < 0.01);
        // 98.6% of the quick replies and 10.3% of the slow ones come within the hour.
        let quick = traffic.quick_reply_share.get();
        let expected: f64 = 0.986 * quick + 0.103 * (1.0 - quick);
        assert!((within_hour - expected).abs() < 0.01, "{within_hour}");
    }

    #[test]
    fn a_conversation_has_one_message_at_least() {
        for (messages_per_day, conversations_per_day) in [(3.0, 6.0), (0.0, 0.0), (1.0, 0.0)] {
            let traffic = Traffic {
                messages_per_day,
                conversations_per_day,
                ..Traffic::default()
            };
            let chain = Chain::new(&traffic, Probability::of(0.2), 1);
            assert_eq!(chain.continues, 0.0);
        }
    }
}
