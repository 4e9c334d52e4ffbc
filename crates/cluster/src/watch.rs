//! What the threads that listen to the peers share, and how the first loss is told to all.

use crate::data_stream::Ends;
use crate::hosts::Peer;
use crate::wire::{FINAL_BYTES_MAX, Frame};
use std::fmt;
use std::io::{self, Read};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tracing::warn;

/// A process is lost if nothing arrives from it for this long. Several heartbeats, so that a busy machine
/// or a slow network does not end a run.
pub(crate) const SILENCE_MAX: Duration = Duration::from_secs(5);
/// How long the last events of a process may take to arrive, after its final message.
const LAST_EVENTS_MAX: Duration = Duration::from_secs(5);
/// How long a process may need from the end of all events to its final message: it reckons its result, and the first one
/// also writes the record.
const FINAL_MAX: Duration = Duration::from_secs(600);
/// How long this process may need to come to its own end, after the end of a peer's events.
const OWN_END_MAX: Duration = Duration::from_secs(7);
/// The longest final message to any other process than the first: an exit code [bytes].
const ANSWER_BYTES_MAX: u64 = 64;
/// The slowest that a frame may arrive, after its first [`SILENCE_MAX`] [bytes per second].
const BYTES_PER_SECOND_MIN: u64 = 1 << 20;

/// A process was lost before the run was over.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct Loss {
    /// Which process.
    pub peer: Peer,
    /// How it was lost.
    pub cause: LossCause,
}

/// How a process was lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LossCause {
    /// Its connection ended.
    Ended,
    /// Nothing was heard from it any more.
    Silent,
    /// It sent what no process of a run sends.
    Nonsense,
}

impl fmt::Display for Loss {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let peer = &self.peer;
        match self.cause {
            LossCause::Ended => write!(out, "{peer} is gone: it ended before the run was over"),
            LossCause::Silent => {
                let seconds = SILENCE_MAX.as_secs();
                write!(out, "{peer} is gone: nothing was heard from it for {seconds} s")
            }
            LossCause::Nonsense => write!(
                out,
                "{peer} sent what no process of this run sends; if a stranger can reach that port, give all processes \
                 a secret"
            ),
        }
    }
}

/// Called when a process is lost.
pub(crate) type OnLoss = Box<dyn FnOnce(Loss) + Send>;

/// The write ends of the control connections, by process. `None` for this process.
pub(crate) type Links = Vec<Option<Mutex<TcpStream>>>;

/// What the listening threads report.
pub(crate) enum Event {
    FinalMessage { process: usize, bytes: Vec<u8> },
    Lost(Loss),
}

/// What the threads that listen to a peer share.
pub(crate) struct Watch {
    pub(crate) process: usize,
    pub(crate) peers: Vec<Peer>,
    pub(crate) links: Arc<Links>,
    /// `None` after the first loss, and once losses are ignored.
    pub(crate) on_loss: Mutex<Option<OnLoss>>,
    pub(crate) first_loss: OnceLock<Loss>,
    /// Whether the engine uses its connections.
    pub(crate) sends_events: AtomicBool,
    /// Whether this process has sent its final messages.
    pub(crate) has_handed_over: AtomicBool,
    pub(crate) report: Sender<Event>,
}

impl Watch {
    /// Listens to one peer until its connection ends.
    pub(crate) fn listen(&self, peer: &Peer, stream: &TcpStream, ends: &Ends) {
        let mut done_at: Option<Instant> = None;
        loop {
            if let Some(what) = self.ends_wrongly(done_at, ends) {
                return self.report_nonsense(peer, what);
            }
            match Frame::read(&mut Patient::new(stream), self.final_bytes_max(peer)) {
                Ok(Frame::Heartbeat) => {}
                Ok(Frame::Final(_)) if done_at.is_some() => {
                    return self.report_nonsense(peer, "two final messages");
                }
                Ok(Frame::Final(_)) if peer.process == 0 && !self.has_handed_over.load(Ordering::Acquire) => {
                    return self.report_nonsense(peer, "the end of the run, before all have handed over");
                }
                Ok(Frame::Final(bytes)) => {
                    done_at = Some(Instant::now());
                    let process = peer.process;
                    let _ = self.report.send(Event::FinalMessage { process, bytes });
                }
                Ok(Frame::Lost { process, cause }) => match self.peers.get(process as usize) {
                    Some(lost) if lost != peer => return self.report_loss(lost, cause),
                    Some(_) | None => {
                        return self.report_nonsense(peer, "the loss of a process that can't be lost to it");
                    }
                },
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    return self.report_nonsense(peer, &error.to_string());
                }
                Err(error) => {
                    let timed_out = [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut];
                    let cause = match timed_out.contains(&error.kind()) {
                        true => LossCause::Silent,
                        false => LossCause::Ended,
                    };
                    return match done_at {
                        Some(_) if self.ends_wrongly(done_at, ends).is_none() => {}
                        Some(_) | None => self.report_loss(peer, cause),
                    };
                }
            }
        }
    }

    /// What is wrong with the end of a peer's part, if its final message came at `done_at`. It comes to its end when all
    /// processes have, so this one has too, or is about to.
    fn ends_wrongly(&self, done_at: Option<Instant>, ends: &Ends) -> Option<&'static str> {
        if !self.sends_events.load(Ordering::Acquire) {
            return None;
        }
        let is_over = ends.mine.load(Ordering::Acquire);
        let since = |at: &Instant| at.elapsed();
        wrong_end(done_at.as_ref().map(since), ends.theirs.get().map(since), is_over)
    }

    /// The longest final message that this process takes from `peer` [bytes].
    fn final_bytes_max(&self, peer: &Peer) -> u64 {
        match (self.process, peer.process) {
            (0, _) => FINAL_BYTES_MAX,
            (_, 0) => ANSWER_BYTES_MAX,
            (_, _) => 0,
        }
    }

    pub(crate) fn ignore_losses(&self) {
        drop(self.on_loss.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    pub(crate) fn report_nonsense(&self, peer: &Peer, what: &str) {
        warn!(process = peer.process, what, "a peer broke the protocol");
        self.report_loss(peer, LossCause::Nonsense);
    }

    /// Reports the first loss only. The other processes learn of it first, so that all name the same one:
    /// each process that ends because of it would look like one more loss.
    pub(crate) fn report_loss(&self, peer: &Peer, cause: LossCause) {
        let mut on_loss = self.on_loss.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(on_loss) = on_loss.take() else {
            return;
        };
        warn!(
            process = peer.process,
            address = peer.address,
            ?cause,
            "process lost"
        );
        let process = peer.process as u64;
        for link in self.links.iter().flatten() {
            if let Ok(mut link) = link.try_lock() {
                let _ = Frame::Lost { process, cause }.write(&mut *link);
            }
        }
        let loss = Loss {
            peer: peer.clone(),
            cause,
        };
        // First the callback: it may end the process, and then no other thread should act on the loss.
        on_loss(loss.clone());
        let _ = self.first_loss.set(loss.clone());
        let _ = self.report.send(Event::Lost(loss));
    }
}

/// What is wrong with the end of a peer's part, so long after its final message and after the end of its events; `is_over`
/// if this process has nothing left to run.
fn wrong_end(
    after_final: Option<Duration>,
    after_events: Option<Duration>,
    is_over: bool,
) -> Option<&'static str> {
    match (after_final, after_events) {
        (Some(_), _) if !is_over => Some("a final message, before there was nothing left to run"),
        (Some(after), None) if after > LAST_EVENTS_MAX => {
            Some("a final message, and then no end of its events")
        }
        (None, Some(after)) if !is_over && after > OWN_END_MAX => {
            Some("the end of its events, before there was nothing left to run")
        }
        (None, Some(after)) if after > FINAL_MAX => Some("the end of its events, and then no final message"),
        (_, _) => None,
    }
}

/// Reads one frame. It may be long in coming, but once it has begun it must arrive at a certain rate: a peer that sends a
/// byte now and then would keep this process waiting for ever.
struct Patient<'a> {
    stream: &'a TcpStream,
    began: Option<Instant>,
    bytes_count: u64,
}

impl Patient<'_> {
    fn new(stream: &TcpStream) -> Patient<'_> {
        Patient {
            stream,
            began: None,
            bytes_count: 0,
        }
    }
}

impl Read for Patient<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if let Some(began) = self.began {
            let within = SILENCE_MAX + Duration::from_secs(self.bytes_count / BYTES_PER_SECOND_MIN);
            if began.elapsed() > within {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "a frame that takes too long",
                ));
            }
        }
        let count = self.stream.read(bytes)?;
        self.began.get_or_insert_with(Instant::now);
        self.bytes_count += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_comes_in_order_and_in_time() {
        let seconds = |count: u64| Some(Duration::from_secs(count));
        for (after_final, after_events, is_over) in [
            (None, None, false),
            (None, seconds(1), false),
            (None, seconds(60), true),
            (seconds(1), None, true),
            (seconds(60), seconds(60), true),
        ] {
            assert_eq!(wrong_end(after_final, after_events, is_over), None);
        }
        for (after_final, after_events, is_over, words) in [
            (seconds(0), None, false, "before there was nothing left"),
            (seconds(6), None, true, "no end of its events"),
            (None, seconds(8), false, "before there was nothing left"),
            (None, seconds(601), true, "no final message"),
        ] {
            let wrong = wrong_end(after_final, after_events, is_over);
            assert!(wrong.is_some_and(|wrong| wrong.contains(words)), "{wrong:?}");
        }
    }
}
