//! Keyed randomness: a draw is a pure function of (seed, purpose, occurrence).
//!
//! A sequential generator would shift every later draw when an arm adds one draw. Keyed draws don't: arms of
//! a comparison share all draws that both make (common random numbers), and shards draw in any order.

use rand::TryRng;
use std::convert::Infallible;

/// Philox2x64-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3"
/// (SC 2011): a counter-based generator, so any draw can be made without those before it.
#[must_use]
#[inline]
pub fn philox2x64(counter: [u64; 2], key: u64) -> [u64; 2] {
    let [mut left, mut right] = counter;
    let mut round_key = key;
    for _ in 0..10 {
        let product = left as u128 * 0xd2b7_4407_b1ce_6e93u128;
        left = (product >> 64) as u64 ^ round_key ^ right;
        right = product as u64;
        round_key = round_key.wrapping_add(0x9e37_79b9_7f4a_7c15);
    }
    [left, right]
}

/// What a draw decides. Two purposes never share a draw, so a new purpose changes no existing draw.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
#[allow(missing_docs, reason = "each is named after what it decides")]
pub enum Purpose {
    Activity = 1,
    TimeZone,
    Push,
    FriendLevel,
    FriendRank,
    Schedule,
    ActKind,
    Contact,
    Successor,
    ReplyDelay,
    FollowUpDelay,
    ReadDelay,
    Session,
    ClientUp,
    ClientDown,
    Between,
    Service,
    Arrival,
    Patience,
    Page,
    Topic,
    Entry,
    Amount,
    Checkout,
    OptIn,
    Answer,
    Shipping,
    Restock,
    AdReaction,
    AdDelay,
    Annoyance,
    History,
    UnderWay,
    Presence,
    Balance,
    Block,
    Replay,
    Test,
    LostActivity,
}

/// The draws of one purpose under one seed. An occurrence (`a`, `b`) says for whom or what a draw is.
#[derive(Clone, Copy, Debug)]
pub struct Keyed(u64);

impl Keyed {
    /// The draws for `purpose` under the run's `seed`.
    #[must_use]
    pub fn new(seed: u64, purpose: Purpose) -> Keyed {
        Keyed(philox2x64([purpose as u64, 0x6368_6170_7065], seed)[0])
    }

    /// Two independent uniform words for the occurrence (`a`, `b`).
    #[must_use]
    #[inline]
    pub fn words(self, a: u64, b: u64) -> [u64; 2] {
        philox2x64([a, b], self.0)
    }

    /// One uniform word for the occurrence (`a`, `b`).
    #[must_use]
    #[inline]
    pub fn word(self, a: u64, b: u64) -> u64 {
        self.words(a, b)[0]
    }

    /// A uniform number in the open interval (0, 1) for the occurrence (`a`, `b`).
    #[must_use]
    #[inline]
    pub fn unit(self, a: u64, b: u64) -> f64 {
        unit(self.word(a, b))
    }

    /// A generator of as many draws as the occurrence (`a`, `b`) needs. `b` must stay below 2^32;
    /// the draws' own counter takes the upper half.
    #[must_use]
    pub fn stream(self, a: u64, b: u32) -> Stream {
        Stream {
            keyed: self,
            a,
            next: (b as u64) | 1 << 63,
            spare: None,
        }
    }
}

/// Maps a word to the open interval (0, 1), 2^-52 apart and never 0 or 1.
#[must_use]
#[inline]
pub fn unit(word: u64) -> f64 {
    ((word >> 12) as f64 + 0.5) * (1.0 / (1u64 << 52) as f64)
}

/// A generator for one occurrence that needs several draws, for `rand`'s distributions.
#[derive(Clone, Debug)]
pub struct Stream {
    keyed: Keyed,
    a: u64,
    next: u64,
    spare: Option<u64>,
}

impl Stream {
    /// The next uniform number in (0, 1).
    pub fn unit(&mut self) -> f64 {
        unit(self.word())
    }

    /// The next uniform word.
    pub fn word(&mut self) -> u64 {
        if let Some(word) = self.spare.take() {
            return word;
        }
        let [word, spare] = self.keyed.words(self.a, self.next);
        self.next += 1 << 32;
        self.spare = Some(spare);
        word
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.word() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.word())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.word().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers published with Random123.
    #[test]
    fn philox_gives_the_published_answers() {
        let cases = [
            ([0, 0], 0, [0xca00_a045_9843_d731, 0x66c2_4222_c9a8_45b5]),
            (
                [u64::MAX; 2],
                u64::MAX,
                [0x65b0_21d6_0cd8_310f, 0x4d02_f322_2f86_df20],
            ),
            (
                [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344],
                0xa409_3822_299f_31d0,
                [0x0a5e_742c_2997_341c, 0xb0f8_83d3_8000_de5d],
            ),
        ];
        for (counter, key, answer) in cases {
            assert_eq!(philox2x64(counter, key), answer);
        }
    }

    #[test]
    fn a_draw_depends_on_its_key_alone() {
        let keyed = Keyed::new(2016, Purpose::Contact);
        assert_eq!(keyed.word(3, 4), Keyed::new(2016, Purpose::Contact).word(3, 4));
        assert_ne!(keyed.word(3, 4), keyed.word(4, 3));
        assert_ne!(keyed.word(3, 4), Keyed::new(2017, Purpose::Contact).word(3, 4));
        assert_ne!(keyed.word(3, 4), Keyed::new(2016, Purpose::Entry).word(3, 4));
    }

    #[test]
    fn streams_of_two_occurrences_differ_and_stay_inside_the_unit_interval() {
        let keyed = Keyed::new(1, Purpose::Test);
        let (mut one, mut two) = (keyed.stream(1, 0), keyed.stream(1, 1));
        for _ in 0..1000 {
            let (a, b) = (one.unit(), two.unit());
            assert!(0.0 < a && a < 1.0 && a != b);
        }
        assert!(0.0 < unit(0) && unit(u64::MAX) < 1.0);
    }
}
