//! Doing again, step by step, what a live shard did: the same steps give the same facts and state.

use crate::work::{Applied, Platform, Work};
use chappe_base::ShardId;
use chappe_engine::Setting;
use chappe_metrics::Collector;
use chappe_platform::{Outbox, Shard};

/// One shard after its steps were done again.
pub struct Replayed {
    /// Its state.
    pub shard: Shard,
    /// The digest of its facts.
    pub digest: u64,
}

/// The shard `id` as it was before its first event, after it has remembered what came before.
pub(crate) fn at_the_start(
    setting: &Setting,
    id: ShardId,
    keep_applied: bool,
    collector: &mut Collector,
) -> Platform {
    let mut platform = Platform::new(id, setting.shard(id), setting.audit(id), keep_applied);
    let mut out = Outbox::default();
    for (at, past) in setting.past(id) {
        platform.shard.remember(at, past, &mut out);
        platform.tell(at, &mut out, collector);
        out.clear();
    }
    platform
}

/// Does `steps` again on shard `id` of `setting`.
#[must_use]
pub fn replay(setting: &Setting, collector: &mut Collector, id: ShardId, steps: &[Applied]) -> Replayed {
    let mut platform = at_the_start(setting, id, false, collector);
    let mut out = Outbox::default();
    for applied in steps {
        platform.repeat(applied, &mut out);
        platform.tell(applied.now, &mut out, collector);
        out.clear();
    }
    Replayed {
        digest: platform.digest.value(),
        shard: platform.shard,
    }
}
