//! Several processes of one run: who they are, how they meet, and how each notices that another is
//! gone.
//!
//! [`Hosts`] says who takes part. [`meet`] connects every process to every other, makes sure that
//! they are about to run the same, and gives up at a deadline. The [`Membership`] that comes of it has a
//! socket to each peer for the engine, and watches over the peers on connections of its own: what
//! carries the events knows no failure.

mod hosts;
mod meet;
mod membership;
mod wire;

pub use hosts::{Hosts, HostsError, Peer};
pub use meet::{Disagreement, MeetError, meet};
pub use membership::{Loss, Membership};
