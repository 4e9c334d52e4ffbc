//! Keyed randomness: a draw is a pure function of (seed, purpose, occurrence).
//!
//! A sequential generator would shift every later draw when an arm adds one draw. Keyed draws don't: arms of
//! a comparison share all draws that both make (common random numbers), and shards draw in any order.

use rand::distr::Open01;
use rand::rand_core::utils::fill_bytes_via_next_word;
use rand::{Rng, RngExt, TryRng};
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
    Search,
    Bootstrap,
    Pace,
}

/// The greatest seed of a run: readers of JSON that keep numbers in 53 bits keep it as it is.
pub const SEED_MAX: u64 = (1 << 53) - 1;

/// The draws of one purpose under one seed. An occurrence (`a`, `b`) says for whom or what a draw is.
#[derive(Clone, Copy, Debug)]
pub struct Keyed(u64);

impl Keyed {
    /// The draws for `purpose` under the run's `seed`.
    #[must_use]
    pub fn new(seed: u64, purpose: Purpose) -> Keyed {
        // "chappe" in ASCII: the counter of no draw, so a purpose's key never equals one of its draws.
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
            // Single draws of the same occurrence have the highest bit clear.
            next: (b as u64) | 1 << 63,
            spare: None,
        }
    }
}

/// Maps a uniform word to the open interval (0, 1): multiples of 2^-52, shifted by 2^-53, so that 0 and 1
/// never occur and a logarithm is always finite. [`rand::distr::Open01`] gives the same bits.
#[must_use]
#[inline]
pub fn unit(word: u64) -> f64 {
    ((word >> 12) as f64 + 0.5) * (1.0 / (1u64 << 52) as f64)
}

/// A generator for one occurrence that needs several draws: a [`rand::Rng`], so that all of `rand`'s
/// distributions and methods work on it.
///
/// Two calls of [`Keyed::stream`] with the same occurrence give the same draws. On the hot path, where an
/// occurrence needs one or two words, [`Keyed::words`] is faster.
#[derive(Clone, Debug)]
pub struct Stream {
    keyed: Keyed,
    a: u64,
    /// The counter of the next block, above `b` of the occurrence.
    next: u64,
    /// The second word of the latest block.
    spare: Option<u64>,
}

impl Stream {
    /// The next uniform number in the open interval (0, 1).
    pub fn unit(&mut self) -> f64 {
        self.sample(Open01)
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.next_u64() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        if let Some(word) = self.spare.take() {
            return Ok(word);
        }
        let [word, spare] = self.keyed.words(self.a, self.next);
        // The occurrence's `b` is in the lower half, so the draws are counted in the upper half.
        self.next += 1 << 32;
        self.spare = Some(spare);
        Ok(word)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        fill_bytes_via_next_word(bytes, || self.try_next_u64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::distr::Distribution;

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

    /// The published answers again, as the first words of a generator: its counter is (occurrence, block).
    #[test]
    fn a_stream_is_philox_counted_by_blocks() {
        let mut stream = Stream {
            keyed: Keyed(0xa409_3822_299f_31d0),
            a: 0x243f_6a88_85a3_08d3,
            next: 0x1319_8a2e_0370_7344,
            spare: None,
        };
        let block = philox2x64(
            [0x243f_6a88_85a3_08d3, 0x1319_8a2f_0370_7344],
            0xa409_3822_299f_31d0,
        );
        let words: [u64; 4] = stream.clone().random();
        assert_eq!(words[..2], [0x0a5e_742c_2997_341c, 0xb0f8_83d3_8000_de5d]);
        assert_eq!(words[2..], block);
        assert_eq!(stream.clone().next_u32(), 0x0a5e_742c);
        let mut bytes = [0; 12];
        stream.fill_bytes(&mut bytes);
        assert_eq!(bytes[..8], words[0].to_le_bytes());
        assert_eq!(bytes[8..], words[1].to_le_bytes()[..4]);
    }

    #[test]
    fn rand_draws_from_a_stream() {
        let mut stream = Keyed::new(4, Purpose::Test).stream(1, 2);
        let dice: Vec<u32> = (0..6_000).map(|_| stream.random_range(1..=6)).collect();
        for face in 1..=6 {
            let count = dice.iter().filter(|shown| **shown == face).count();
            assert!((900..1_100).contains(&count), "{face}: {count}");
        }
        for word in [0, 1 << 12, u64::MAX / 3, u64::MAX] {
            let open: f64 = Open01.sample(&mut Fixed(word));
            assert_eq!(unit(word).to_bits(), open.to_bits());
        }
    }

    /// A generator of one word, again and again.
    struct Fixed(u64);

    impl TryRng for Fixed {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            Ok((self.0 >> 32) as u32)
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            Ok(self.0)
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
            fill_bytes_via_next_word(bytes, || Ok(self.0))
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
