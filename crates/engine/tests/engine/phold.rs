//! PHOLD, the customary model of a parallel simulation: a fixed number of events, each of which
//! makes one new event at a random place after an exponential delay.

use chappe_base::{Keyed, Purpose, ShardId, SimTime, Span};
use chappe_engine::{Emitter, LogicalProcess};
use serde::{Deserialize, Serialize};

pub(crate) const LOOKAHEAD: Span = Span(50_000_000);

/// What an event of PHOLD carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Visit {
    pub(crate) entity: u32,
    pub(crate) hop: u32,
    pub(crate) ballast: [u64; 5],
}

/// One shard of PHOLD, with a number of entities.
#[derive(Clone, Debug)]
pub(crate) struct Phold {
    shard: ShardId,
    shards_count: u16,
    keyed: Keyed,
    mean: Span,
    /// Digest of what each entity saw.
    pub(crate) digests: Vec<u64>,
}

impl Phold {
    /// All shards, whose delays beyond the lookahead have this mean.
    pub(crate) fn shards(shards_count: u16, entities_count: usize, mean: Span) -> Vec<Phold> {
        (0..shards_count)
            .map(|shard| Phold {
                shard: ShardId(shard),
                shards_count,
                keyed: Keyed::new(7, Purpose::Test),
                mean,
                digests: vec![0; entities_count],
            })
            .collect()
    }

    fn delay(&self, word: u64) -> Span {
        let unit = ((word >> 12) as f64 + 0.5) / (1u64 << 52) as f64;
        Span((-libm::log(unit) * self.mean.0 as f64) as i64)
    }
}

impl LogicalProcess for Phold {
    type Event = Visit;
    type Shared = ();

    fn start(&mut self, (): &mut (), out: &mut Emitter<'_, Visit>) {
        for entity in 0..self.digests.len() as u32 {
            let word = self.keyed.word((self.shard.0 as u64) << 32 | entity as u64, 0);
            let visit = Visit {
                entity,
                hop: 1,
                ballast: [word; 5],
            };
            out.schedule(SimTime::ZERO + self.delay(word), visit);
        }
    }

    fn handle(&mut self, (): &mut (), now: SimTime, visit: &Visit, out: &mut Emitter<'_, Visit>) {
        let digest = &mut self.digests[visit.entity as usize];
        *digest = (digest.rotate_left(7) ^ now.0 as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let place = (self.shard.0 as u64) << 32 | visit.entity as u64;
        let [place, word] = self.keyed.words(place ^ *digest, visit.hop as u64);
        let target = ShardId((((place >> 32) * self.shards_count as u64) >> 32) as u16);
        let next = Visit {
            entity: (((place & 0xffff_ffff) * self.digests.len() as u64) >> 32) as u32,
            hop: visit.hop + 1,
            ballast: [word; 5],
        };
        // A tenth stay at home without delay, to the same instant or nearly.
        if word % 10 == 0 {
            out.schedule(now + Span((word % 30 / 10) as i64), next);
        } else {
            out.send(target, now + LOOKAHEAD + self.delay(word), next);
        }
    }
}
