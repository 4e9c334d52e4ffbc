//! One run in several processes: how they meet, watch each other and merge their results.
//!
//! [`Hosts`] lists the processes. [`meet()`] connects every process to every other, checks that all of them
//! would run the same, and gives up at a deadline. The resulting [`Membership`] has a socket to each peer
//! for the engine, and watches the peers over connections of its own. With a [`Secret`], strangers on the port are told from
//! processes of the run. [`DistributedRun`] puts this
//! together with the engine: join, simulate, and merge the partial results in the first process.
//!
//! When a process is lost, this crate calls the caller's callback and ends nothing itself. [`Children`] are the processes
//! of a run on one machine.
//!
//! Two processes of a run, here two threads that meet over loopback:
//!
//! ```
//! use chappe_cluster::{Hosts, Loss, meet};
//! use std::thread;
//! use std::time::Duration;
//!
//! let hosts = Hosts::loopback(2)?;
//! let join = |process| {
//!     let terms = [("the seed", "7".to_string())];
//!     let on_loss = |loss: Loss| panic!("{loss}");
//!     meet(&hosts, process, &terms, None, Duration::from_secs(20), on_loss)
//! };
//! thread::scope(|scope| {
//!     scope.spawn(|| {
//!         let second = join(1).expect("the first process has the same terms");
//!         let answer = second.hand_over(b"my result").expect("the first process lives");
//!         assert_eq!(answer, b"thanks");
//!     });
//!     let first = join(0).expect("the second process has the same terms");
//!     let results = first.gather().expect("the second process lives");
//!     assert_eq!(results, [b"my result"]);
//!     first.dismiss(b"thanks");
//! });
//! # Ok::<(), std::io::Error>(())
//! ```

mod children;
mod data_stream;
mod distributed;
mod error;
mod handshake;
mod hosts;
mod meet;
mod membership;
mod secret;
mod watch;
mod wire;

pub use children::Children;
pub use distributed::DistributedRun;
pub use error::{ClusterError, Disagreement, MeetError};
pub use hosts::{Hosts, HostsError, Peer};
pub use meet::meet;
pub use membership::Membership;
pub use secret::{Secret, SecretTooShort};
pub use watch::{Loss, LossCause};
