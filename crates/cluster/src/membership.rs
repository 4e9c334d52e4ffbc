//! The processes of a run after they have met: signs of life, and last words.

use crate::hosts::Peer;
use crate::wire::Frame;
use std::fmt;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How often a process says that it is alive.
const BEAT: Duration = Duration::from_secs(1);
/// A process that says nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(5);

/// A process that is gone before the run was over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loss {
    /// Which one.
    pub peer: Peer,
    /// Whether it fell silent; otherwise it ended.
    pub is_silent: bool,
}

impl fmt::Display for Loss {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Loss { peer, is_silent } = self;
        if *is_silent {
            let seconds = SILENCE.as_secs();
            write!(out, "{peer} is gone: nothing was heard from it for {seconds} s")
        } else {
            write!(out, "{peer} is gone: it ended before the run was over")
        }
    }
}

/// What to do once a process is gone.
pub(crate) type OnLoss = Box<dyn FnOnce(Loss) + Send>;

/// A control connection, for writing. No entry for this process itself.
type Links = Vec<Option<Mutex<TcpStream>>>;

/// All processes of a run, as one of them sees them.
///
/// Threads of its own say each second that this process is alive, however busy the others are, and
/// listen to the peers. Every process has *last words* for every other: what it found out for
/// process 0, nothing for the rest, and from process 0 how the run ended. The end of a process is a
/// loss to those who have not had its last words.
pub struct Membership {
    process: usize,
    sockets: Vec<Option<TcpStream>>,
    links: Arc<Links>,
    watch: Arc<Watch>,
    last_words: Receiver<(usize, Vec<u8>)>,
    listeners: Vec<JoinHandle<()>>,
    /// The beats end with it.
    _alive: Sender<()>,
}

impl Membership {
    /// Begins to watch over `peers`, of which this is number `process`, over the connections of
    /// each for control and for data.
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
            data.set_read_timeout(None)?;
            control.set_read_timeout(Some(SILENCE))?;
            control.set_write_timeout(Some(SILENCE))?;
            readers.push((peer.clone(), control.try_clone()?));
            links.push(Some(Mutex::new(control)));
            sockets.push(Some(data));
        }
        let links = Arc::new(links);
        let watch = Arc::new(Watch {
            peers: peers.to_vec(),
            links: Arc::clone(&links),
            on_loss: Mutex::new(Some(on_loss)),
        });
        let (heard, last_words) = channel();
        let listen = |(peer, stream): (Peer, TcpStream)| {
            let (watch, heard) = (Arc::clone(&watch), heard.clone());
            thread::Builder::new().spawn(move || watch.listen(&peer, stream, &heard))
        };
        let listeners = readers.into_iter().map(listen).collect::<io::Result<_>>()?;
        let (alive, is_alive) = channel();
        let beating = Arc::clone(&links);
        thread::Builder::new().spawn(move || beat(&beating, &is_alive))?;
        Ok(Membership {
            process,
            sockets,
            links,
            watch,
            last_words,
            listeners,
            _alive: alive,
        })
    }

    /// Number of this process.
    #[must_use]
    pub fn process(&self) -> usize {
        self.process
    }

    /// How many processes there are, this one included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.links.len()
    }

    /// The sockets over which events go, one to each process in order, none to this one. There is one
    /// set of them.
    pub fn take_sockets(&mut self) -> Vec<Option<TcpStream>> {
        std::mem::take(&mut self.sockets)
    }

    /// In process 0: the last words of all others, in their order. Waits for them, and for ever if
    /// a process is lost: what happens then is up to whoever was told of the loss.
    #[must_use]
    pub fn gather(&self) -> Vec<Vec<u8>> {
        let mut gathered = vec![None; self.count() - 1];
        while gathered.iter().any(Option::is_none) {
            let (process, words) = self.hear();
            gathered[process - 1] = Some(words);
        }
        gathered.into_iter().flatten().collect()
    }

    /// In process 0: tells all others how the run ended, and waits until they have gone.
    pub fn dismiss(mut self, words: &[u8]) {
        for process in 1..self.count() {
            self.say(process, words);
        }
        for listener in std::mem::take(&mut self.listeners) {
            // Whoever is gone by now was told, or could not be.
            let _ = listener.join();
        }
    }

    /// In any other process: hands `words` to process 0, and waits for its own, with which the run
    /// is over. Waits for ever if a process is lost, like [`Membership::gather`].
    #[must_use]
    pub fn hand_over(&self, words: &[u8]) -> Vec<u8> {
        for process in (0..self.count()).filter(|&process| process != self.process) {
            self.say(process, if process == 0 { words } else { &[] });
        }
        loop {
            if let (0, words) = self.hear() {
                return words;
            }
        }
    }

    /// Sends last words. Whoever can't be reached is lost, which its listener notices.
    fn say(&self, process: usize, words: &[u8]) {
        if let Some(link) = &self.links[process] {
            let mut link = link.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = Frame::Last(words.to_vec()).write(&mut *link);
        }
    }

    fn hear(&self) -> (usize, Vec<u8>) {
        match self.last_words.recv() {
            Ok(heard) => heard,
            Err(_) => loop {
                thread::park();
            },
        }
    }
}

impl Drop for Membership {
    /// Ends the connections, so that nobody takes silence for thinking. Its own listeners then hear no one
    /// any more, and must not take that for the loss of the others, nor tell them so.
    fn drop(&mut self) {
        self.watch.be_still();
        for link in self.links.iter().flatten() {
            let link = link.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = link.shutdown(Shutdown::Both);
        }
    }
}

/// Says that this process is alive until the other end of `is_alive` is gone.
fn beat(links: &Links, is_alive: &Receiver<()>) {
    while is_alive.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
        for link in links.iter().flatten() {
            // One that is being written to is alive anyway; one that fails has a listener.
            if let Ok(mut link) = link.try_lock() {
                let _ = Frame::Beat.write(&mut *link);
            }
        }
    }
}

/// What those who listen to the peers share.
struct Watch {
    peers: Vec<Peer>,
    links: Arc<Links>,
    on_loss: Mutex<Option<OnLoss>>,
}

impl Watch {
    /// Listens to one peer until it ends, passing on its last words.
    fn listen(&self, peer: &Peer, mut stream: TcpStream, heard: &Sender<(usize, Vec<u8>)>) {
        let mut is_done = false;
        loop {
            match Frame::read(&mut stream) {
                Ok(Frame::Beat) => {}
                Ok(Frame::Last(words)) => {
                    is_done = true;
                    let _ = heard.send((peer.process, words));
                }
                Ok(Frame::Lost { process, is_silent }) => {
                    if let Some(peer) = self.peers.get(process as usize) {
                        self.lose(peer, is_silent);
                    }
                    return;
                }
                Err(_) if is_done => return,
                Err(error) => {
                    let timed_out = [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut];
                    return self.lose(peer, timed_out.contains(&error.kind()));
                }
            }
        }
    }

    /// Tells no loss from here on.
    fn be_still(&self) {
        drop(self.on_loss.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Tells the first loss, once: to the other processes, so that all name the same one, and then
    /// to whoever runs this one.
    fn lose(&self, peer: &Peer, is_silent: bool) {
        let mut on_loss = self.on_loss.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(on_loss) = on_loss.take() else {
            return;
        };
        let process = peer.process as u64;
        for link in self.links.iter().flatten() {
            if let Ok(mut link) = link.try_lock() {
                let _ = Frame::Lost { process, is_silent }.write(&mut *link);
            }
        }
        on_loss(Loss {
            peer: peer.clone(),
            is_silent,
        });
    }
}
