//! How a conversation between friends continues: each message has at most one successor.
//!
//! So a conversation needs no state: what follows a message is a draw keyed by that message, made by whoever
//! has it, on any shard.

use crate::config::Traffic;
use crate::continuation::{Continuation, Lengths};
use chappe_base::{Act, Duration, Keyed, Law, MessageId, Probability, Purpose, Sampler, Span, Stream, unit};
use rand::Rng;

/// What follows a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Successor {
    /// Nothing: it is the last message.
    End,
    /// Its recipient answers.
    Reply,
    /// Its sender writes again.
    FollowUp,
}

/// The continuation of conversations between friends. Every draw is keyed by the message.
#[derive(Clone, Debug)]
pub struct ConversationModel {
    successor: Keyed,
    reply: Keyed,
    follow_up: Keyed,
    reading: Keyed,
    pace: Keyed,
    continuation: Continuation,
    continuations_per_day: f64,
    follow_up_share: f64,
    common_pace: f64,
    quick_reply_share: f64,
    quick_reply: Sampler,
    slow_reply: Sampler,
    burst_share: f64,
    burst_gap: Sampler,
    follow_up_gap: Sampler,
    reading_delay: Sampler,
}

impl ConversationModel {
    /// The model for `traffic` in a population of which `silent_share` never answers. A conversation has
    /// messages_per_day / conversations_per_day messages on average.
    #[must_use]
    pub fn new(traffic: &Traffic, silent_share: Probability, seed: u64) -> ConversationModel {
        let follow_up_share = traffic.follow_up_share.get();
        ConversationModel {
            successor: Keyed::new(seed, Purpose::Successor),
            reply: Keyed::new(seed, Purpose::ReplyDelay),
            follow_up: Keyed::new(seed, Purpose::FollowUpDelay),
            reading: Keyed::new(seed, Purpose::ReadDelay),
            pace: Keyed::new(seed, Purpose::Pace),
            common_pace: traffic.common_pace.get(),
            continuation: Continuation::new(lengths(traffic, silent_share)),
            continuations_per_day: (traffic.messages_per_day - traffic.conversations_per_day).max(0.0)
                / (1.0 - silent_share.get()).max(f64::EPSILON),
            follow_up_share,
            quick_reply_share: traffic.quick_reply_share.get(),
            quick_reply: Sampler::new(traffic.quick_reply),
            slow_reply: Sampler::new(traffic.slow_reply),
            burst_share: traffic.burst_share.get(),
            burst_gap: Sampler::new(traffic.burst),
            follow_up_gap: Sampler::new(traffic.follow_up),
            reading_delay: Sampler::new(traffic.reading),
        }
    }

    /// What follows `message`; `recipient_writes` is `false` for a recipient who never writes.
    #[must_use]
    #[inline]
    pub fn successor(&self, message: MessageId, recipient_writes: bool) -> Successor {
        let draw = unit(self.successor.word(message.0, 0));
        let position = message.act().position();
        let continues = self.continuation.after(position);
        if draw >= continues || position + 1 == Act::POSITIONS {
            Successor::End
        } else if draw < continues * self.follow_up_share {
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
        if self.pace_of(message, which) < self.quick_reply_share {
            self.quick_reply.sample(word)
        } else {
            self.slow_reply.sample(word)
        }
    }

    /// Time from the sending of `message` until its sender writes again: seconds, if one thought comes in
    /// several messages.
    #[must_use]
    #[inline]
    pub fn follow_up_delay(&self, message: MessageId) -> Span {
        let [word, which] = self.follow_up.words(message.0, 0);
        if self.pace_of(message, which) < self.burst_share {
            self.burst_gap.sample(word)
        } else {
            self.follow_up_gap.sample(word)
        }
    }

    /// How slow what follows `message` is, in (0, 1): by its `own` word, or as the conversation. Quick messages come
    /// in trains (Karsai, Kaski, Barabási and Kertész, "Universal features of correlated bursty behaviour",
    /// Scientific Reports 2, 2012).
    #[inline]
    fn pace_of(&self, message: MessageId, own: u64) -> f64 {
        let is_common = self.common_pace > 0.0 && self.pace.unit(message.0, 1) < self.common_pace;
        if is_common {
            self.pace.unit(message.at(0).0, 0)
        } else {
            unit(own)
        }
    }

    /// Answers and follow-ups per day of the mean person among those who write.
    pub(crate) fn continuations_per_day(&self) -> f64 {
        self.continuations_per_day
    }

    /// The delays of answers and follow-ups that are under way at an independent moment.
    ///
    /// An answer first waits until its author comes on line, exponentially with mean `absence`, and then for
    /// the reply delay.
    pub(crate) fn under_way(&self, absence: Span) -> UnderWay<'_> {
        let replies = 1.0 - self.follow_up_share;
        let quick = replies * self.quick_reply_share;
        let slow = replies - quick;
        let bursts = self.follow_up_share * self.burst_share;
        let mean = |share: f64, span: Span| share * span.0 as f64;
        UnderWay {
            conversations: self,
            absence,
            means: [
                mean(replies, absence),
                mean(quick, self.quick_reply.law().mean()),
                mean(slow, self.slow_reply.law().mean()),
                mean(bursts, self.burst_gap.law().mean()),
                mean(self.follow_up_share - bursts, self.follow_up_gap.law().mean()),
            ],
        }
    }

    /// Time from the arrival of `message` on the device until it is read, where it is not answered.
    #[must_use]
    #[inline]
    pub fn reading_delay(&self, message: MessageId) -> Span {
        self.reading_delay.sample(self.reading.word(message.0, 0))
    }
}

/// Mean number of messages per conversation: at least one.
pub(crate) fn mean_length(traffic: &Traffic) -> f64 {
    if traffic.conversations_per_day > 0.0 {
        (traffic.messages_per_day / traffic.conversations_per_day).max(1.0)
    } else {
        1.0
    }
}

/// The delays that are under way at a moment, by phase.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnderWay<'a> {
    conversations: &'a ConversationModel,
    absence: Span,
    /// By phase (absence, quick reply, slow reply, burst, follow-up): its mean length times the share of delays
    /// that have it [ns].
    means: [f64; 5],
}

impl UnderWay<'_> {
    /// Mean time from a message until the one that answers or follows it.
    pub(crate) fn mean(&self) -> Span {
        Span(self.means.iter().sum::<f64>() as i64)
    }

    /// The remaining time of one of them. The chance to be in a phase is proportional to its length; the
    /// phases after it are still to come.
    pub(crate) fn residual(&self, draws: &mut Stream) -> Span {
        let conversations = self.conversations;
        let mut rest = draws.unit() * self.means.iter().sum::<f64>();
        let phase = self.means.iter().position(|mean| {
            rest -= mean;
            rest < 0.0
        });
        let words = [draws.next_u64(), draws.next_u64()];
        match phase {
            Some(0) => {
                let absent = Law::Exponential(Duration(self.absence)).residual(words);
                let is_quick = draws.unit() < conversations.quick_reply_share;
                let reply = if is_quick {
                    &conversations.quick_reply
                } else {
                    &conversations.slow_reply
                };
                absent + reply.sample(draws.next_u64())
            }
            Some(1) => conversations.quick_reply.law().residual(words),
            Some(2) => conversations.slow_reply.law().residual(words),
            Some(3) => conversations.burst_gap.law().residual(words),
            _ => conversations.follow_up_gap.law().residual(words),
        }
    }
}

/// What the lengths of conversations shall be where `silent_share` never answers.
pub(crate) fn lengths(traffic: &Traffic, silent_share: Probability) -> Lengths {
    Lengths {
        mean: mean_length(traffic),
        single_share: traffic.single_share.map(Probability::get),
        silent_share: silent_share.get(),
        follow_up_share: traffic.follow_up_share.get(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::{ActKind, Duration, Law, UserId};

    #[test]
    fn conversations_have_their_mean_length() {
        let traffic = Traffic::default();
        for silent_share in [0.0, 0.28, 0.6] {
            let conversations = ConversationModel::new(&traffic, Probability::of(silent_share), 2016);
            let conversations_count = 100_000u32;
            let silent = (conversations_count as f64 * silent_share) as u32;
            let mut messages = 0u32;
            for user in 0..conversations_count {
                let act = Act::new(0, user % 512, ActKind::Chat, 0);
                let mut message = MessageId::new(UserId(user), act);
                while conversations.successor(message, user >= silent) != Successor::End {
                    message = message.at(message.act().position() + 1);
                }
                messages += message.act().position() + 1;
            }
            let mean = messages as f64 / conversations_count as f64;
            let expected = traffic.messages_per_day / traffic.conversations_per_day;
            assert!((mean / expected - 1.0).abs() < 0.02, "{mean}");
        }
    }

    #[test]
    fn follow_ups_and_quick_replies_keep_their_shares() {
        let traffic = Traffic::default();
        let conversations = ConversationModel::new(&traffic, Probability::of(0.0), 3);
        let (mut follow_ups, mut successors, mut within_hour) = (0.0, 0.0, 0.0);
        let count = 100_000;
        for id in 0..count {
            let message = MessageId(id << 32);
            match conversations.successor(message, true) {
                Successor::End => {}
                Successor::Reply => successors += 1.0,
                Successor::FollowUp => {
                    follow_ups += 1.0;
                    successors += 1.0;
                }
            }
            if conversations.reply_delay(message) < Span::HOUR {
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
    fn a_share_of_the_follow_ups_comes_in_bursts() {
        for share in [0.0, 0.3, 1.0] {
            let traffic = Traffic {
                burst_share: Probability::of(share),
                burst: Law::Constant(Duration(Span::SECOND)),
                ..Traffic::default()
            };
            let conversations = ConversationModel::new(&traffic, Probability::of(0.0), 3);
            let count = 50_000;
            let bursts =
                (0..count).filter(|id| conversations.follow_up_delay(MessageId(id << 32)) == Span::SECOND);
            let found = bursts.count() as f64 / count as f64;
            assert!((found - share).abs() < 0.01, "{share}: {found}");
        }
    }

    /// Two answers of one conversation are both quick, or both slow, as often as with two draws of their own, and
    /// always where the pace is common.
    #[test]
    fn a_common_pace_holds_for_a_conversation_and_keeps_the_share() {
        for (common, alike) in [(0.0, 0.5), (1.0, 1.0), (0.5, 0.625)] {
            let law = |median_s| Law::Constant(Duration(Span(median_s * Span::SECOND.0)));
            let traffic = Traffic {
                quick_reply_share: Probability::of(0.5),
                quick_reply: law(1),
                slow_reply: law(9),
                common_pace: Probability::of(common),
                ..Traffic::default()
            };
            let conversations = ConversationModel::new(&traffic, Probability::of(0.0), 3);
            let (mut same, mut quick, count) = (0.0, 0.0, 50_000);
            for id in 0..count {
                let message = MessageId(id << 32);
                let delays = [0, 1].map(|position| conversations.reply_delay(message.at(position)));
                same += f64::from(delays[0] == delays[1]) / count as f64;
                quick += f64::from(delays[1] == Span::SECOND) / count as f64;
            }
            assert!((same - alike).abs() < 0.01, "{common}: {same}");
            assert!((quick - 0.5).abs() < 0.01, "{common}: {quick}");
        }
    }

    #[test]
    fn a_conversation_has_one_message_at_least() {
        for (messages_per_day, conversations_per_day) in [(3.0, 6.0), (0.0, 0.0), (1.0, 0.0)] {
            let traffic = Traffic {
                messages_per_day,
                conversations_per_day,
                ..Traffic::default()
            };
            let conversations = ConversationModel::new(&traffic, Probability::of(0.2), 1);
            assert_eq!(conversations.continuation, Continuation::Same(0.0));
        }
    }
}
