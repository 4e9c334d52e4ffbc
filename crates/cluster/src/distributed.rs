//! One run in several processes, as each of them takes part in it.

use crate::error::ClusterError;
use crate::hosts::{Hosts, Peer};
use crate::meet::meet;
use crate::membership::Membership;
use crate::secret::Secret;
use crate::watch::Loss;
use crate::wire::FINAL_BYTES_MAX;
use chappe_engine::{
    ImpossibleEvent, PartialResult, Peers, SimulateOptions, Simulated, Standstill, simulate_distributed,
};
use chappe_scenario::Scenario;
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// After a crash of the engine, how long news of a lost process may take to arrive. If a peer dies, the
/// engine's threads that read from it panic, often before the control connection reports the loss.
const GRACE: Duration = Duration::from_secs(2);

/// A run in several processes that have met.
///
/// Every process calls [`join`](DistributedRun::join) and [`simulate`](DistributedRun::simulate). Then the
/// first one calls [`combine`](DistributedRun::combine) and [`dismiss`](DistributedRun::dismiss), the
/// others call [`hand_over`](DistributedRun::hand_over). To the others, a process that drops its
/// `DistributedRun` before that is lost.
pub struct DistributedRun {
    membership: Membership,
    peers: Vec<Peer>,
}

/// The final message of every process but the first.
#[derive(Serialize, Deserialize)]
struct FinalMessage {
    partial_result: PartialResult,
    peak_bytes: u64,
}

impl DistributedRun {
    /// Joins the run as process `process` of `hosts`, and waits for the others for as long as `within`.
    ///
    /// All processes must have the same `terms`, pairs of name and value that say what is run: the
    /// scenario, its seed, the program's version, the number of workers. With a `secret`, all must have the same one.
    ///
    /// If a process is lost, `on_loss` is called once, from another thread. While `simulate` runs, it should
    /// end this process: the engine's threads that wait for the lost process can't be interrupted.
    ///
    /// # Errors
    /// If `hosts` has no such process, a process is missing at the deadline, or two differ in a term.
    pub fn join(
        hosts: &Hosts,
        process: usize,
        terms: &[(&str, String)],
        secret: Option<&Secret>,
        within: Duration,
        on_loss: impl FnOnce(Loss) + Send + 'static,
    ) -> Result<DistributedRun, ClusterError> {
        hosts.peer(process)?;
        let peers = (0..hosts.count()).map(|process| hosts.peer(process));
        Ok(DistributedRun {
            peers: peers.collect::<Result<_, _>>()?,
            membership: meet(hosts, process, terms, secret, within, on_loss)?,
        })
    }

    /// Simulates this process's part of the scenario. Call it once.
    ///
    /// # Errors
    /// [`ClusterError::System`] if the system refuses threads. If the engine crashes: [`ClusterError::Lost`] if the reason
    /// is a lost process, otherwise [`ClusterError::Crashed`]. The panic hook runs at once, when the reason is not known yet.
    pub fn simulate(
        &mut self,
        scenario: &Scenario,
        options: SimulateOptions<'_>,
    ) -> Result<PartialResult, ClusterError> {
        let (process, count) = (self.membership.process(), self.membership.count());
        let peers = Peers::new(process, count, self.membership.take_streams());
        let simulate = AssertUnwindSafe(|| simulate_distributed(scenario, peers, options));
        let played = catch_unwind(simulate).map_err(|payload| self.crash(&*payload))?;
        played.map_err(ClusterError::System)
    }

    /// Why the engine gave up.
    fn crash(&self, payload: &(dyn Any + Send)) -> ClusterError {
        if payload.is::<Standstill>() {
            let peers = self.others();
            return ClusterError::Standstill { peers };
        }
        let sender = payload.downcast_ref::<ImpossibleEvent>();
        let sender = sender.and_then(|event| self.peers.get(event.process));
        if let Some(sender) = sender.filter(|sender| sender.process != self.membership.process()) {
            self.membership.report_nonsense(sender);
        }
        match self.membership.wait_for_loss(GRACE) {
            Some(loss) => ClusterError::Lost(loss),
            None => ClusterError::Crashed {
                message: panic_message(payload),
                peers: self.others(),
            },
        }
    }

    /// The other processes, as a list.
    fn others(&self) -> String {
        let me = self.membership.process();
        let others = self.peers.iter().filter(|peer| peer.process != me);
        others.map(Peer::to_string).collect::<Vec<_>>().join(", ")
    }

    /// In the first process: waits for the partial results of all others and merges them with its own.
    /// Also returns the peak memory of each process [bytes], of which `peak_bytes` is this one's.
    ///
    /// # Errors
    /// If a process is lost or its result can't be read.
    pub fn combine(
        &self,
        partial_result: PartialResult,
        peak_bytes: u64,
    ) -> Result<(Simulated, Vec<u64>), ClusterError> {
        let mut peaks = vec![peak_bytes];
        let mut others = Vec::new();
        for (bytes, peer) in self.membership.gather()?.iter().zip(&self.peers[1..]) {
            let message: FinalMessage =
                postcard::from_bytes(bytes).map_err(|error| ClusterError::Receive {
                    peer: peer.clone(),
                    error,
                })?;
            peaks.push(message.peak_bytes);
            others.push(message.partial_result);
        }
        Ok((Simulated::merge(partial_result, others), peaks))
    }

    /// In the first process: tells the others the exit code with which the run ends, and waits until they
    /// have ended.
    pub fn dismiss(self, exit_code: u8) {
        self.membership.dismiss(&[exit_code]);
    }

    /// In any other process: sends its partial result and its peak memory [bytes] to the first process, and
    /// waits until that has ended the run.
    ///
    /// # Errors
    /// If a process is lost, if the first one ends the run with an exit code other than 0, or if the result is longer than
    /// the first one takes.
    pub fn hand_over(self, partial_result: PartialResult, peak_bytes: u64) -> Result<(), ClusterError> {
        let message = FinalMessage {
            partial_result,
            peak_bytes,
        };
        let bytes = postcard::to_stdvec(&message).map_err(ClusterError::Send)?;
        if bytes.len() as u64 > FINAL_BYTES_MAX {
            return Err(ClusterError::TooLong {
                bytes_count: bytes.len(),
            });
        }
        match self.membership.hand_over(&bytes)?.first() {
            None | Some(0) => Ok(()),
            Some(&code) => Err(ClusterError::FirstFailed {
                first: self.peers[0].clone(),
                code,
            }),
        }
    }
}

/// The message of a panic, if it has one.
fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "it says nothing about the reason".to_string())
}
