//! A scheduled event.

use chappe_base::EventKey;
use serde::{Deserialize, Serialize};

/// An event with its key. It fills one cache line at most, if the event has 48 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled<E> {
    /// When and where the event happens, and who made it: its place in the total order.
    pub key: EventKey,
    /// What happens.
    pub event: E,
}
