//! A hash over everything that affects what happens in a scenario, by which runs of the same model are
//! recognised.

use crate::design::Design;
use crate::file::{File, PlatformFile};
use crate::ordered::Ordered;
use crate::resolve::Machine;
use crate::study::Study;
use chappe_base::Digest;

/// The hash of `file`, played on `machine`, in 16 hexadecimal digits. It covers values, not their notation: comments, the order
/// of keys and defaults that are written out do not change it.
pub(crate) fn of(file: &File, machine: &Machine) -> String {
    let judged = File {
        title: String::new(),
        question: String::new(),
        seed: 0,
        warm_up: file.warm_up,
        arm: Vec::new(),
        study: Study::default(),
        thresholds: Ordered::default(),
        // The design of a live platform changes its speed, not its decisions, except for `broadcast`.
        design: Design {
            broadcast: file.design.broadcast,
            ..Design::default()
        },
        platform: PlatformFile {
            shards: Some(machine.shards),
            ..file.platform.clone()
        },
        ..file.clone()
    };
    let text = serde_json::to_string(&judged).expect("a scenario's values have a text");
    let mut chain = Digest::default();
    chain.push(&text);
    chain.push(&machine.laws.map(|law| law.mean().0));
    format!("{:016x}", chain.value())
}
