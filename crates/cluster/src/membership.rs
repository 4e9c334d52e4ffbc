//! The processes of a run after they have met: signs of life, the loss of a process, final messages.
//!
//! The engine's own connections can't report a failure: a thread that reads from a lost process panics,
//! and the others wait for ever. So each process watches every other over a connection of its own. Whoever says what no
//! process of a run says is lost too, so that nobody waits for it.

use crate::data_stream::{DataStream, Ends};
use crate::hosts::Peer;
use crate::watch::{Event, Links, Loss, OnLoss, SILENCE_MAX, Watch};
use crate::wire::Frame;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tracing::info;

/// How often a process says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// The pause between two looks whether the others have ended.
const PAUSE: Duration = Duration::from_millis(10);
/// How long process 0 waits for the others to end, once it has told them how the run ended.
const DISMISSAL_MAX: Duration = Duration::from_secs(10);

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
    /// Which events have ended, by process.
    ends: Vec<Arc<Ends>>,
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
        let (report, events) = channel();
        let watch = Arc::new(Watch {
            process,
            peers: peers.to_vec(),
            links: Arc::clone(&links),
            on_loss: Mutex::new(Some(on_loss)),
            first_loss: OnceLock::new(),
            sends_events: AtomicBool::new(false),
            has_handed_over: AtomicBool::new(false),
            report,
        });
        let ends: Vec<Arc<Ends>> = peers.iter().map(|_| Arc::default()).collect();
        let listen = |(peer, stream): (Peer, TcpStream)| {
            let (watch, ends) = (Arc::clone(&watch), Arc::clone(&ends[peer.process]));
            thread::Builder::new().spawn(move || watch.listen(&peer, &stream, &ends))
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
            ends,
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

    /// Given the number of workers in each process, the connections for the engine's events: one per process in their
    /// order, `None` for this one. A second call returns nothing.
    pub(crate) fn take_streams(&mut self) -> impl FnOnce(usize) -> Vec<Option<DataStream>> + use<> {
        self.watch.sends_events.store(true, Ordering::Release);
        let sockets = std::mem::take(&mut self.sockets)
            .into_iter()
            .zip(self.ends.clone());
        let (process, watch) = (self.process, Arc::clone(&self.watch));
        move |workers_count| {
            let stream = |((socket, ends), peer): ((Option<TcpStream>, Arc<Ends>), &Peer)| {
                let watched = (Arc::clone(&watch), ends);
                Some(DataStream::new(
                    socket?,
                    (process, peer.clone()),
                    workers_count,
                    watched,
                ))
            };
            sockets.zip(&watch.peers).map(stream).collect()
        }
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

    /// In process 0: sends all others `message`, with which the run ends, and waits until they have ended, but not for
    /// ever.
    pub fn dismiss(self, message: &[u8]) {
        for process in 1..self.count() {
            self.send_final(process, message);
        }
        let began = Instant::now();
        while began.elapsed() < DISMISSAL_MAX && !self.listeners.iter().all(JoinHandle::is_finished) {
            thread::sleep(PAUSE);
        }
    }

    /// In any other process, once: sends `message` to process 0 and waits for its final message, with which the
    /// run ends.
    ///
    /// # Errors
    /// If a process is lost.
    pub fn hand_over(&self, message: &[u8]) -> Result<Vec<u8>, Loss> {
        self.watch.has_handed_over.store(true, Ordering::Release);
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

    /// Reports that a peer sent events that no process of a run sends.
    pub(crate) fn report_nonsense(&self, peer: &Peer) {
        self.watch
            .report_nonsense(peer, "events with ids that the scenario does not have");
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
            (Ok(event), _) => event,
            (Err(_), Some(loss)) => return Err(loss),
            (Err(_), None) => self.events.recv().expect("the watch can always report"),
        };
        match event {
            Event::FinalMessage { process, bytes } => Ok((process, bytes)),
            Event::Lost(loss) => Err(loss),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::LossCause;
    use chappe_engine::FrameHeader;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// A pair of connected sockets.
    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let one = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (one, listener.accept().unwrap().0)
    }

    /// Process `process` of two, and the other ends of its connections for control and for events.
    fn member(process: usize) -> (Membership, TcpStream, TcpStream) {
        let peers = [0, 1].map(|process| Peer {
            process,
            address: format!("host{process}:1"),
        });
        let ((control, far_control), (data, far_data)) = (pair(), pair());
        let mut connections = vec![None, Some([control, data])];
        connections.rotate_left(process);
        let member = Membership::new(process, &peers, connections, Box::new(|_| {})).unwrap();
        (member, far_control, far_data)
    }

    /// The loss that a member notices within 10 seconds.
    fn loss(member: &Membership) -> Option<(usize, LossCause)> {
        let loss = member.wait_for_loss(Duration::from_secs(10))?;
        Some((loss.peer.process, loss.cause))
    }

    /// Says from a thread of its own that the peer is alive, until nobody listens any more.
    fn beat(mut control: TcpStream) {
        thread::spawn(move || {
            while control.write_all(&[0]).is_ok() {
                thread::sleep(HEARTBEAT);
            }
        });
    }

    #[test]
    fn impossible_words_end_the_run_and_name_the_peer() {
        let number = |kind: u8, number: u64| [&[kind][..], &number.to_le_bytes()].concat();
        for (me, words) in [
            (0, vec![9]),
            (0, number(1, u64::MAX)),
            (0, number(2, 999)),
            (0, number(3, 1)),
            (0, [number(1, 0), number(1, 0)].concat()),
            (1, number(1, 65)),
            (1, [number(1, 1), vec![0]].concat()),
        ] {
            let (member, mut control, _data) = member(me);
            control.write_all(&words).unwrap();
            assert_eq!(loss(&member), Some((1 - me, LossCause::Nonsense)), "{words:?}");
        }
    }

    #[test]
    fn whoever_is_done_while_its_events_go_on_is_named() {
        let (mut member, mut control, _data) = member(0);
        let _streams = member.take_streams()(1);
        control.write_all(&[1, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
        beat(control);
        assert_eq!(loss(&member), Some((1, LossCause::Nonsense)));
    }

    #[test]
    fn whoever_sends_a_word_byte_by_byte_is_named() {
        let (member, mut control, _data) = member(0);
        let drips = thread::spawn(move || {
            for byte in [3, 0, 0, 0, 0, 0, 0] {
                let _ = control.write_all(&[byte]);
                thread::sleep(HEARTBEAT);
            }
        });
        assert_eq!(loss(&member), Some((1, LossCause::Nonsense)));
        drips.join().unwrap();
    }

    #[test]
    fn events_that_are_none_are_named_before_the_engine_sees_them() {
        for bytes in [vec![0; 2 * FrameHeader::BYTES], vec![255; FrameHeader::BYTES]] {
            let (mut member, _control, mut data) = member(0);
            let mut streams = member.take_streams()(1);
            data.write_all(&bytes).unwrap();
            let stream = streams[1].as_mut().unwrap();
            assert!(stream.read(&mut [0; 256]).is_err());
            assert_eq!(loss(&member), Some((1, LossCause::Nonsense)));
        }
    }

    #[test]
    fn whoever_ends_its_events_too_early_is_named() {
        let (mut member, control, mut data) = member(0);
        beat(control);
        let mut streams = member.take_streams()(1);
        data.write_all(&[0; FrameHeader::BYTES]).unwrap();
        data.shutdown(Shutdown::Write).unwrap();
        let stream = streams[1].as_mut().unwrap();
        assert_eq!(stream.read(&mut [0; 256]).unwrap(), FrameHeader::BYTES);
        assert_eq!(stream.read(&mut [0; 256]).unwrap(), 0);
        assert_eq!(loss(&member), Some((1, LossCause::Nonsense)));
    }

    #[test]
    fn a_dismissal_waits_for_nobody_for_ever() {
        let (member, control, _data) = member(0);
        beat(control);
        let began = Instant::now();
        member.dismiss(&[0]);
        assert!(began.elapsed() < DISMISSAL_MAX + Duration::from_secs(2));
    }
}
