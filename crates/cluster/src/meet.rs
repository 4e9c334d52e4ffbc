//! How the processes of a run meet: each connects to all that are before it in the hosts file, and all
//! behind it connect to it. Each pair has two connections, one for control and one for the engine.
//!
//! Everything runs on one thread that tries each missing step in turn, because the processes start in any
//! order, and a step may have to wait for a process that itself waits for this one.

use crate::hosts::{Hosts, Peer};
use crate::membership::{Loss, Membership, OnLoss};
use crate::wire::{Channel, Hello};
use std::io;
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::{Duration, Instant};
use tracing::{debug, info};

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(20);
/// The limit for one attempt to connect, and for a program that connects to say who it is.
const ATTEMPT_MAX: Duration = Duration::from_secs(2);

/// Why the processes did not meet.
#[derive(Debug, thiserror::Error)]
pub enum MeetError {
    /// This process can't listen at its own address.
    #[error("can't listen as {me}: {error}; run it on that host, and with a port that is free")]
    Listen {
        /// This process.
        me: Peer,
        /// The system's error.
        error: io::Error,
    },
    /// A process can't be reached, or did not connect.
    #[error("{peer} did not appear within {within:?}: {why}")]
    Absent {
        /// The process that is missing.
        peer: Peer,
        /// How long this process waited.
        within: Duration,
        /// The result of the last attempt.
        why: String,
    },
    /// Two processes would run different things.
    #[error(transparent)]
    Disagreement(Box<Disagreement>),
    /// The process at an address has another number in its hosts file.
    #[error("the process at {peer} says it is process {says}; give all processes the same hosts file")]
    Misplaced {
        /// The process that this process's hosts file has there.
        peer: Peer,
        /// The number it says it has.
        says: usize,
    },
    /// Two processes have the same number.
    #[error("two processes say they are {peer}; give each its own number")]
    Twice {
        /// The number and its address.
        peer: Peer,
    },
    /// A process left before all had met.
    #[error("{peer} left before all processes had met; its own error says why")]
    Left {
        /// Which process.
        peer: Peer,
    },
    /// The system refuses a thread or an operation on a socket.
    #[error("can't watch the other processes: {0}")]
    System(#[from] io::Error),
}

impl MeetError {
    /// Whether the user caused it, by wrong arguments or a wrong hosts file.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            MeetError::Listen { .. }
            | MeetError::Disagreement(_)
            | MeetError::Misplaced { .. }
            | MeetError::Twice { .. } => true,
            MeetError::Absent { .. } | MeetError::Left { .. } | MeetError::System(_) => false,
        }
    }
}

/// Two processes differ in something that all must agree on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "{peer} and {me} don't run the same: {what} is {there} there and {here} here; \
     give all processes the same scenario, options and version of chappe"
)]
pub struct Disagreement {
    /// The other process.
    pub peer: Peer,
    /// This process.
    pub me: Peer,
    /// The name of the term.
    pub what: String,
    /// Its value in the other process.
    pub there: String,
    /// Its value in this process.
    pub here: String,
}

/// Meets the other processes of a run, as process `process` of `hosts`.
///
/// All must have the same `terms`, which are pairs of name and value. From then on, if a process is lost,
/// `on_loss` is called once, from another thread.
///
/// # Errors
/// If a process is missing after `within`, or has other terms.
///
/// # Panics
/// If `hosts` has no such process.
pub fn meet(
    hosts: &Hosts,
    process: usize,
    terms: &[(&str, String)],
    within: Duration,
    on_loss: impl FnOnce(Loss) + Send + 'static,
) -> Result<Membership, MeetError> {
    let peer = |process| Peer {
        process,
        address: hosts.address(process).to_string(),
    };
    let peers: Vec<Peer> = (0..hosts.count()).map(peer).collect();
    let count = ("the number of processes", peers.len().to_string());
    let terms = std::iter::once(&count).chain(terms);
    let mut meeting = Meeting {
        met: peers.iter().map(|_| Met::default()).collect(),
        me: peers[process].clone(),
        peers,
        terms: terms
            .map(|(name, value)| (name.to_string(), value.clone()))
            .collect(),
        began: Instant::now(),
        within,
    };
    meeting.gather()?;
    meeting.into_membership(Box::new(on_loss))
}

/// A meeting that is under way.
struct Meeting {
    peers: Vec<Peer>,
    me: Peer,
    terms: Vec<(String, String)>,
    began: Instant,
    within: Duration,
    /// The state of the meeting with each process.
    met: Vec<Met>,
}

/// The state of the meeting with one process.
#[derive(Default)]
struct Met {
    control: Option<TcpStream>,
    /// Whether it has introduced itself and has the same terms.
    is_known: bool,
    data: Option<TcpStream>,
    /// The error of the last attempt.
    why: Option<io::Error>,
}

impl Meeting {
    /// Meets all others, in any order.
    fn gather(&mut self) -> Result<(), MeetError> {
        let listener = self.listen()?;
        loop {
            while let Ok((stream, _)) = listener.accept() {
                // A program without a greeting is ignored. It may be a health check of the cluster.
                if let Some(hello) = self.greeted(&stream) {
                    self.admit(&hello, stream)?;
                }
            }
            for process in self.others() {
                self.approach(process)?;
            }
            let is_missing = |&process: &usize| self.met[process].data.is_none();
            let Some(missing) = self.others().find(is_missing) else {
                info!(
                    processes = self.peers.len(),
                    wall_ms = self.began.elapsed().as_millis() as u64,
                    "all processes have met"
                );
                return Ok(());
            };
            if self.began.elapsed() >= self.within {
                return Err(self.absent(missing));
            }
            thread::sleep(PAUSE);
        }
    }

    fn others(&self) -> impl Iterator<Item = usize> + use<> {
        let me = self.me.process;
        (0..self.peers.len()).filter(move |&process| process != me)
    }

    fn absent(&self, process: usize) -> MeetError {
        let why = self.met[process].why.as_ref().map(ToString::to_string);
        MeetError::Absent {
            peer: self.peers[process].clone(),
            within: self.within,
            why: why.unwrap_or_else(|| "it did not connect".to_string()),
        }
    }

    /// Takes the next step with a process, if it can be taken now. With a process before this one: connect
    /// for control, read its reply, connect for data. A process behind this one connects by itself.
    fn approach(&mut self, process: usize) -> Result<(), MeetError> {
        let is_before = process < self.me.process;
        let met = &self.met[process];
        let connected = match &met.control {
            None if is_before => self.connect(process, Channel::Control),
            None => return Ok(()),
            Some(control) if is_over(control) => {
                let peer = self.peers[process].clone();
                return Err(MeetError::Left { peer });
            }
            Some(control) if !met.is_known => match self.reply(control) {
                Ok(None) => return Ok(()),
                Ok(Some(hello)) => {
                    self.recognise(process, &hello)?;
                    self.met[process].is_known = true;
                    debug!(process, address = self.peers[process].address, "process met");
                    return Ok(());
                }
                Err(error) => Err(error),
            },
            Some(_) if is_before && met.data.is_none() => self.connect(process, Channel::Data),
            Some(_) => return Ok(()),
        };
        let met = &mut self.met[process];
        match connected {
            Ok(stream) if met.control.is_none() => met.control = Some(stream),
            Ok(stream) => met.data = Some(stream),
            Err(error) => met.why = Some(error),
        }
        Ok(())
    }

    /// The reply of a process to which this one has connected, if it has arrived.
    fn reply(&self, mut control: &TcpStream) -> io::Result<Option<Hello>> {
        control.set_nonblocking(true)?;
        let is_there = control.peek(&mut [0]).is_ok();
        control.set_nonblocking(false)?;
        control.set_read_timeout(Some(ATTEMPT_MAX))?;
        is_there.then(|| Hello::read(&mut control)).transpose()
    }

    /// Checks that a process has the number that the hosts file gives it, and the same terms.
    fn recognise(&self, process: usize, hello: &Hello) -> Result<(), MeetError> {
        let peer = self.peers[process].clone();
        if hello.process != process {
            let says = hello.process;
            return Err(MeetError::Misplaced { peer, says });
        }
        self.agree(&peer, hello)
    }

    /// Listens at this process's own address. Its host name may take a while to resolve: a cluster's name
    /// service learns of a process only after its start.
    fn listen(&self) -> Result<TcpListener, MeetError> {
        let failure = |error| MeetError::Listen {
            me: self.me.clone(),
            error,
        };
        loop {
            match self.me.address.to_socket_addrs() {
                Ok(addresses) => {
                    let addresses: Vec<_> = addresses.collect();
                    let listener = TcpListener::bind(&addresses[..]).map_err(failure)?;
                    listener.set_nonblocking(true)?;
                    info!(process = self.me.process, address = self.me.address, "listening");
                    return Ok(listener);
                }
                Err(error) if self.began.elapsed() >= self.within => return Err(failure(error)),
                Err(_) => thread::sleep(PAUSE),
            }
        }
    }

    fn hello(&self, channel: Channel) -> Hello {
        Hello {
            process: self.me.process,
            channel,
            terms: self.terms.clone(),
        }
    }

    /// Reads the greeting of a program that has connected, and replies.
    fn greeted(&self, mut stream: &TcpStream) -> Option<Hello> {
        let mut greet = || -> io::Result<Hello> {
            stream.set_nonblocking(false)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(ATTEMPT_MAX))?;
            let hello = Hello::read(&mut stream)?;
            if hello.channel == Channel::Control {
                self.hello(Channel::Control).write(&mut stream)?;
            }
            Ok(hello)
        };
        greet().ok()
    }

    /// Adds a process that has connected to this one.
    fn admit(&mut self, hello: &Hello, stream: TcpStream) -> Result<(), MeetError> {
        let Some(peer) = self.peers.get(hello.process).cloned() else {
            // The numbers of processes differ, and that is the first term.
            let peer = Peer {
                process: hello.process,
                address: "unknown here".to_string(),
            };
            return self.agree(&peer, hello);
        };
        self.agree(&peer, hello)?;
        let met = &mut self.met[hello.process];
        let place = match hello.channel {
            Channel::Control => &mut met.control,
            Channel::Data => &mut met.data,
        };
        if hello.process == self.me.process || place.is_some() {
            return Err(MeetError::Twice { peer });
        }
        if hello.process < self.me.process {
            // Only a process behind this one connects, so its hosts file has another order.
            let (peer, says) = (self.me.clone(), hello.process);
            return Err(MeetError::Misplaced { peer, says });
        }
        *place = Some(stream);
        if !std::mem::replace(&mut met.is_known, true) {
            debug!(process = hello.process, address = peer.address, "process met");
        }
        Ok(())
    }

    /// Connects to a process before this one and sends a greeting. [`Meeting::reply`] reads the reply.
    fn connect(&self, process: usize, channel: Channel) -> io::Result<TcpStream> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "its host name has no address");
        for address in self.peers[process].address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, ATTEMPT_MAX) {
                // If nobody listens on a port of this machine, the system may give that very port to this
                // socket, which then is connected to itself.
                Ok(stream) if stream.local_addr()? == stream.peer_addr()? => {}
                Ok(mut stream) => {
                    stream.set_nodelay(true)?;
                    self.hello(channel).write(&mut stream)?;
                    return Ok(stream);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn agree(&self, peer: &Peer, hello: &Hello) -> Result<(), MeetError> {
        let differs = |((what, here), (_, there)): (&(String, String), &(String, String))| {
            (here != there).then(|| Disagreement {
                peer: peer.clone(),
                me: self.me.clone(),
                what: what.clone(),
                there: there.clone(),
                here: here.clone(),
            })
        };
        let mut pairs = self.terms.iter().zip(&hello.terms);
        match pairs.find_map(differs) {
            Some(disagreement) => Err(MeetError::Disagreement(Box::new(disagreement))),
            None => Ok(()),
        }
    }

    fn into_membership(self, on_loss: OnLoss) -> Result<Membership, MeetError> {
        let both = |met: Met| Some([met.control?, met.data?]);
        let connections = self.met.into_iter().map(both).collect();
        Ok(Membership::new(
            self.me.process,
            &self.peers,
            connections,
            on_loss,
        )?)
    }
}

/// Whether the other side has closed a connection.
fn is_over(stream: &TcpStream) -> bool {
    let peek = || -> io::Result<usize> {
        stream.set_nonblocking(true)?;
        let peeked = stream.peek(&mut [0]);
        stream.set_nonblocking(false)?;
        peeked
    };
    match peek() {
        Ok(bytes_count) => bytes_count == 0,
        Err(error) => error.kind() != io::ErrorKind::WouldBlock,
    }
}
