//! Repeats, step by step, what a live shard did. The same steps must give the same facts and state,
//! whatever order the threads happened to run in: this checks that live shards share nothing.

use crate::handler::{Applied, Handler, Platform};
use chappe_base::ShardId;
use chappe_engine::SimulationSetup;
use chappe_metrics::Collector;
use chappe_platform::{Outbox, Shard};

/// One shard after its steps were repeated.
pub struct Replayed {
    /// Its state.
    pub shard: Shard,
    /// The digest of its facts.
    pub digest: u64,
}

/// Shard `id` after its history and before its first event.
pub(crate) fn platform_after_history(
    setup: &SimulationSetup,
    id: ShardId,
    keep_applied: bool,
    collector: &mut Collector,
) -> Platform {
    let mut platform = Platform::new(id, setup.shard(id), setup.audit(id), keep_applied);
    let mut out = Outbox::default();
    for (at, past) in setup.past(id) {
        platform.shard.apply_history(at, past, &mut out);
        platform.record_facts(at, &mut out, collector);
        out.clear();
    }
    platform
}

/// Repeats `steps` on shard `id` of `setup`.
#[must_use]
pub fn replay(
    setup: &SimulationSetup,
    collector: &mut Collector,
    id: ShardId,
    steps: &[Applied],
) -> Replayed {
    let mut platform = platform_after_history(setup, id, false, collector);
    let mut out = Outbox::default();
    for applied in steps {
        platform.apply_again(applied, &mut out);
        platform.record_facts(applied.now, &mut out, collector);
        out.clear();
    }
    Replayed {
        digest: platform.digest.value(),
        shard: platform.shard,
    }
}
