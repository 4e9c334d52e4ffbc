//! The processes of a run after they have met: signs of life, the loss of a process, final messages.
//!
//! The engine's own connections can't report a failure: a thread that reads from a lost process panics,
//! and the others wait for ever. So each process watches every other over a connection of its own.

use crate::hosts::Peer;
use crate::wire::Frame;
use std::fmt;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tracing::{info, warn};

/// How often a process says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// A process is lost if nothing arrives from it for this long. Several heartbeats, so that a busy machine
/// or a slow network does not end a run.
const SILENCE_MAX: Duration = Duration::from_secs(5);

/// A process was lost before the run was over.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct Loss {
    /// Which process.
    pub peer: Peer,
    /// Whether nothing was heard from it any more. Otherwise its connection ended.
    pub is_silent: bool,
}

impl fmt::Display for Loss {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Loss { peer, is_silent } = self;
        if *is_silent {
            let seconds = SILENCE_MAX.as_secs();
            write!(out, "{peer} is gone: nothing was heard from it for {seconds} s")
        } else {
            write!(out, "{peer} is gone: it ended before the run was over")
        }
    }
}

/// Called when a process is lost.
pub(crate) type OnLoss = Box<dyn FnOnce(Loss) + Send>;

/// The write ends of the control connections, by process. `None` for this process.
type Links = Vec<Option<Mutex<TcpStream>>>;

/// What the listening threads report.
enum Event {
    FinalMessage { process: usize, bytes: Vec<u8> },
    Lost(Loss),
}

/// The processes of a run, as one of them sees them. [`crate::meet()`] makes it.
///
/// Its own threads say every second that this process is alive, however busy the others are, and listen
/// to the peers. Each process sends every other one *final message*: its result to process 0, an empty one
/// to the rest, and process 0 says how the run ended. A process that ends after its final message is not
/// lost.
pub struct Membership {
    process: usize,
    sockets: Vec<Option<TcpStream>>,
    links: Arc<Links>,
    watch: Arc<Watch>,
    events: Receiver<Event>,
    listeners: Vec<JoinHandle<()>>,
    /// Dropping it ends the heartbeats.
    _alive: Sender<()>,
}

impl Membership {
    /// Begins to watch `peers`, of which this process is number `process`. `connections` has a control and
    /// a data connection to each of them.
    pub(crate) fn new(
        process: usize,
        peers: &[Peer],
        connections: Vec<Option<[TcpStream; 2]>>,
        on_loss: OnLoss,
    ) -> io::Result<Membership> {
        let (mut links, mut sockets, mut readers) = (Vec::new(), Vec::new(), Vec::new());
        for (peer, connection) in peers.iter().zip(connections) {
            let Some([control, data]) = connection else {
                links.push(None);
                sockets.push(None);
                continue;
            };
            // Events may be far apart, which is no failure.
            data.set_read_timeout(None)?;
            control.set_read_timeout(Some(SILENCE_MAX))?;
            control.set_write_timeout(Some(SILENCE_MAX))?;
            readers.push((peer.clone(), control.try_clone()?));
            links.push(Some(Mutex::new(control)));
            sockets.push(Some(data));
        }
        let links = Arc::new(links);
        let watch = Arc::new(Watch {
            peers: peers.to_vec(),
            links: Arc::clone(&links),
            on_loss: Mutex::new(Some(on_loss)),
            first_loss: OnceLock::new(),
        });
        let (report, events) = channel();
        let listen = |(peer, stream): (Peer, TcpStream)| {
            let (watch, report) = (Arc::clone(&watch), report.clone());
            thread::Builder::new().spawn(move || watch.listen(&peer, stream, &report))
        };
        let listeners = readers.into_iter().map(listen).collect::<io::Result<_>>()?;
        let (alive, is_alive) = channel();
        let beating = Arc::clone(&links);
        thread::Builder::new().spawn(move || send_heartbeats(&beating, &is_alive))?;
        Ok(Membership {
            process,
            sockets,
            links,
            watch,
            events,
            listeners,
            _alive: alive,
        })
    }

    /// Number of this process.
    #[must_use]
    pub fn process(&self) -> usize {
        self.process
    }

    /// Number of processes, this one included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.links.len()
    }

    /// The sockets for the engine's events, one per process in their order, `None` for this one. A second
    /// call returns nothing.
    pub fn take_sockets(&mut self) -> Vec<Option<TcpStream>> {
        std::mem::take(&mut self.sockets)
    }

    /// In process 0, once: waits for the final messages of all others. Returns them in the order of the
    /// processes.
    ///
    /// # Errors
    /// If a process is lost.
    pub fn gather(&self) -> Result<Vec<Vec<u8>>, Loss> {
        let mut gathered = vec![None; self.count() - 1];
        while gathered.iter().any(Option::is_none) {
            let (process, bytes) = self.next_message()?;
            info!(process, bytes_count = bytes.len(), "result gathered");
            gathered[process - 1] = Some(bytes);
        }
        Ok(gathered.into_iter().flatten().collect())
    }

    /// In process 0: sends all others `message`, with which the run ends, and waits until they have ended.
    pub fn dismiss(mut self, message: &[u8]) {
        for process in 1..self.count() {
            self.send_final(process, message);
        }
        for listener in std::mem::take(&mut self.listeners) {
            // Nothing is left to do for a process whose listener failed.
            let _ = listener.join();
        }
    }

    /// In any other process, once: sends `message` to process 0 and waits for its final message, with which the
    /// run ends.
    ///
    /// # Errors
    /// If a process is lost.
    pub fn hand_over(&self, message: &[u8]) -> Result<Vec<u8>, Loss> {
        for process in (0..self.count()).filter(|&process| process != self.process) {
            self.send_final(process, if process == 0 { message } else { &[] });
        }
        info!(
            process = self.process,
            bytes_count = message.len(),
            "result handed over"
        );
        loop {
            if let (0, bytes) = self.next_message()? {
                return Ok(bytes);
            }
        }
    }

    /// Waits up to `within` for a process to be lost. Final messages that arrive meanwhile are discarded.
    pub(crate) fn wait_for_loss(&self, within: Duration) -> Option<Loss> {
        let deadline = Instant::now() + within;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(Event::Lost(loss)) => return Some(loss),
                Ok(Event::FinalMessage { .. }) => {}
                Err(_) => return None,
            }
        }
    }

    /// If the peer can't be reached it is lost, and its listener notices.
    fn send_final(&self, process: usize, message: &[u8]) {
        if let Some(link) = &self.links[process] {
            let mut link = link.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = Frame::Final(message.to_vec()).write(&mut *link);
        }
    }

    /// The next final message. What has arrived before a loss still counts.
    fn next_message(&self) -> Result<(usize, Vec<u8>), Loss> {
        let first_loss = || self.watch.first_loss.get().cloned();
        let event = match (self.events.try_recv(), first_loss()) {
            (Ok(event), _) => Some(event),
            (Err(_), Some(loss)) => return Err(loss),
            (Err(_), None) => self.events.recv().ok(),
        };
        match event {
            Some(Event::FinalMessage { process, bytes }) => Ok((process, bytes)),
            Some(Event::Lost(loss)) => Err(loss),
            None => Err(first_loss().expect("a listener ends after a final message or a loss")),
        }
    }
}

impl Drop for Membership {
    /// Ends the connections, so that the others notice at once. This process's own listeners see the
    /// connections end too. They must not report that as a loss of the others.
    fn drop(&mut self) {
        self.watch.ignore_losses();
        for link in self.links.iter().flatten() {
            let link = link.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = link.shutdown(Shutdown::Both);
        }
    }
}

/// Sends heartbeats until the other end of `is_alive` is dropped.
fn send_heartbeats(links: &Links, is_alive: &Receiver<()>) {
    while is_alive.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
        for link in links.iter().flatten() {
            // A link in use is a sign of life by itself. A failure is its listener's to notice.
            if let Ok(mut link) = link.try_lock() {
                let _ = Frame::Heartbeat.write(&mut *link);
            }
        }
    }
}

/// What the listening threads share.
struct Watch {
    peers: Vec<Peer>,
    links: Arc<Links>,
    /// `None` after the first loss, and once losses are ignored.
    on_loss: Mutex<Option<OnLoss>>,
    first_loss: OnceLock<Loss>,
}

impl Watch {
    /// Listens to one peer until its connection ends.
    fn listen(&self, peer: &Peer, mut stream: TcpStream, report: &Sender<Event>) {
        let mut is_done = false;
        loop {
            match Frame::read(&mut stream) {
                Ok(Frame::Heartbeat) => {}
                Ok(Frame::Final(bytes)) => {
                    is_done = true;
                    let process = peer.process;
                    let _ = report.send(Event::FinalMessage { process, bytes });
                }
                Ok(Frame::Lost { process, is_silent }) => {
                    let lost = self.peers.get(process as usize).unwrap_or(peer);
                    return self.report_loss(lost, is_silent, report);
                }
                Err(_) if is_done => return,
                Err(error) => {
                    let timed_out = [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut];
                    return self.report_loss(peer, timed_out.contains(&error.kind()), report);
                }
            }
        }
    }

    fn ignore_losses(&self) {
        drop(self.on_loss.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Reports the first loss only. The other processes learn of it first, so that all name the same one:
    /// each process that ends because of it would look like one more loss.
    fn report_loss(&self, peer: &Peer, is_silent: bool, report: &Sender<Event>) {
        let mut on_loss = self.on_loss.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(on_loss) = on_loss.take() else {
            return;
        };
        warn!(
            process = peer.process,
            address = peer.address,
            is_silent,
            "process lost"
        );
        let process = peer.process as u64;
        for link in self.links.iter().flatten() {
            if let Ok(mut link) = link.try_lock() {
                let _ = Frame::Lost { process, is_silent }.write(&mut *link);
            }
        }
        let loss = Loss {
            peer: peer.clone(),
            is_silent,
        };
        // First the callback: it may end the process, and then no other thread should act on the loss.
        on_loss(loss.clone());
        let _ = self.first_loss.set(loss.clone());
        let _ = report.send(Event::Lost(loss));
    }
}
