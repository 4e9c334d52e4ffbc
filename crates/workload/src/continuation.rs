//! Whether a conversation goes on after a message.
//!
//! Most real openers get no answer, while what is answered goes on for long: the probability of going on
//! differs between conversations. If it is Beta-distributed over them, lengths are beta-geometric (Fader and
//! Hardie, "How to project customer retention", Journal of Interactive Marketing 21, 2007): of those that
//! have gone on n times, the share (a + n) / (a + b + n) goes on once more. The two are the same in law, so
//! the position of a message replaces a draw for its conversation.

use chappe_base::Act;

/// The largest and smallest spread of the probability of going on that are tried, as a + b.
const SIZES: [f64; 2] = [1e-3, 1e6];

/// The probability that a conversation goes on, by message.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Continuation {
    /// The same after every message: lengths are geometric.
    Same(f64),
    /// Beta-distributed over conversations with the parameters `on` and `off`.
    Differs {
        /// The parameter a.
        on: f64,
        /// The parameter b.
        off: f64,
    },
}

/// What the lengths of conversations shall be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Lengths {
    /// Messages per conversation, on average.
    pub(crate) mean: f64,
    /// Share of the conversations with one message; `None` leaves it to chance.
    pub(crate) single_share: Option<f64>,
    /// Share of the recipients who never write, which leaves follow-ups only.
    pub(crate) silent_share: f64,
    /// Share of the messages after the first that come from the same person.
    pub(crate) follow_up_share: f64,
}

impl Continuation {
    /// The probabilities that give these lengths. If lengths would have to vary less than by chance, they
    /// keep their mean, and single messages are as many as chance makes.
    pub(crate) fn new(lengths: Lengths) -> Continuation {
        let Lengths {
            mean,
            single_share,
            silent_share,
            follow_up_share,
        } = lengths;
        let same = || Continuation::Same(continuation(mean, silent_share, follow_up_share));
        let Some(single_share) = single_share else {
            return same();
        };
        let first = (1.0 - single_share) / (1.0 - silent_share * (1.0 - follow_up_share)).max(f64::EPSILON);
        let differs = |size: f64| Continuation::Differs {
            on: first * size,
            off: (1.0 - first) * size,
        };
        let [mut low, mut high] = SIZES.map(libm::log);
        let is_even = mean <= differs(SIZES[1]).mean_length(silent_share, follow_up_share);
        if first <= 0.0 || first >= 1.0 || is_even {
            return same();
        }
        // The more the probability differs, the longer the mean conversation.
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            if differs(libm::exp(middle)).mean_length(silent_share, follow_up_share) > mean {
                low = middle;
            } else {
                high = middle;
            }
        }
        differs(libm::exp(high))
    }

    /// The probability that a conversation goes on after its message at `position`, given that it got there.
    #[inline]
    pub(crate) fn after(self, position: u32) -> f64 {
        match self {
            Continuation::Same(share) => share,
            Continuation::Differs { on, off } => {
                let reached = on + f64::from(position);
                reached / (reached + off)
            }
        }
    }

    /// Messages per conversation, on average; none has more than [`Act::POSITIONS`].
    pub(crate) fn mean_length(self, silent_share: f64, follow_up_share: f64) -> f64 {
        let (mut reached, mut followed, mut mean) = (1.0, 1.0, 0.0);
        for position in 0..Act::POSITIONS {
            mean += (1.0 - silent_share) * reached + silent_share * followed;
            let continues = self.after(position);
            reached *= continues;
            followed *= continues * follow_up_share;
        }
        mean
    }

    /// Share of the conversations with one message.
    pub(crate) fn single_share(self, silent_share: f64, follow_up_share: f64) -> f64 {
        1.0 - self.after(0) * (1.0 - silent_share * (1.0 - follow_up_share))
    }
}

/// The probability that a message has a successor with which conversations have `length` messages on average,
/// given that recipients who never write leave follow-ups only. By bisection.
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

    const LENGTHS: Lengths = Lengths {
        mean: 5.6,
        single_share: Some(0.3),
        silent_share: 0.0,
        follow_up_share: 0.3,
    };

    /// The mean and the share of single messages of a beta-geometric law are (a + b − 1) / (b − 1) and
    /// b / (a + b).
    #[test]
    fn mean_and_single_messages_agree_with_the_closed_form() {
        let (mean, single): (f64, f64) = (5.6, 0.3);
        let b = (mean - 1.0) / (mean - 1.0 / single);
        let Continuation::Differs { on, off } = Continuation::new(LENGTHS) else {
            panic!("the probability differs");
        };
        // The closed form has no longest conversation.
        assert!((off / b - 1.0).abs() < 0.01, "{off} instead of {b}");
        assert!((off / (on + off) - single).abs() < 1e-12);
    }

    #[test]
    fn both_hold_where_some_never_write() {
        for silent_share in [0.0, 0.28, 0.6] {
            let lengths = Lengths {
                silent_share,
                single_share: Some(0.7),
                mean: 2.5,
                ..LENGTHS
            };
            let continuation = Continuation::new(lengths);
            let mean = continuation.mean_length(silent_share, 0.3);
            let single = continuation.single_share(silent_share, 0.3);
            assert!((mean - 2.5).abs() < 1e-6, "{mean}");
            assert!((single - 0.7).abs() < 1e-9, "{single}");
        }
    }

    #[test]
    fn without_a_share_of_single_messages_the_probability_is_the_same_everywhere() {
        let lengths = Lengths {
            single_share: None,
            ..LENGTHS
        };
        let Continuation::Same(share) = Continuation::new(lengths) else {
            panic!("the probability is the same");
        };
        assert!((share - (1.0 - 1.0 / 5.6)).abs() < 1e-9, "{share}");
    }

    #[test]
    fn lengths_that_vary_less_than_by_chance_keep_their_mean() {
        let lengths = Lengths {
            single_share: Some(0.1),
            mean: 2.0,
            ..LENGTHS
        };
        let Continuation::Same(share) = Continuation::new(lengths) else {
            panic!("the probability is the same");
        };
        assert!((share - 0.5).abs() < 1e-9, "{share}");
    }
}
