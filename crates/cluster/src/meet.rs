//! How the processes of a run meet: each connects to all before it in the hosts file and is connected
//! to by all behind it, with one connection for control and one for data.

use crate::hosts::{Hosts, Peer};
use crate::membership::{Loss, Membership, OnLoss};
use crate::wire::{Channel, Hello};
use std::io;
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::{Duration, Instant};

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(20);
/// For one attempt to connect, and for whoever connects to say who it is.
const ATTEMPT: Duration = Duration::from_secs(2);

/// Why processes did not meet.
#[derive(Debug, thiserror::Error)]
pub enum MeetError {
    /// This process can't listen at its own address.
    #[error("can't listen as {me}: {error}; run it on that host, and with a port that is free")]
    Listen {
        /// This process.
        me: Peer,
        /// What the system says.
        error: io::Error,
    },
    /// A process that can't be reached, or never came.
    #[error("{peer} did not appear within {within:?}: {why}")]
    Absent {
        /// Who.
        peer: Peer,
        /// How long this process waited.
        within: Duration,
        /// What became of the last attempt.
        why: String,
    },
    /// Two processes that would not run the same.
    #[error(transparent)]
    Disagreement(Box<Disagreement>),
    /// A process that is not where the hosts file has it.
    #[error("who answers at {peer} says it is process {says}; give all processes the same hosts file")]
    Misplaced {
        /// Whom the hosts file has there.
        peer: Peer,
        /// Who it says it is.
        says: usize,
    },
    /// Two processes of one number.
    #[error("two processes say they are {peer}; give each another number")]
    Twice {
        /// The number, and whose it is.
        peer: Peer,
    },
    /// A process that left before all had met.
    #[error("{peer} left before all processes had met; it says why")]
    Left {
        /// Which.
        peer: Peer,
    },
    /// The system refuses something that it has always.
    #[error("can't watch over the other processes: {0}")]
    System(#[from] io::Error),
}

/// That two processes would not run the same.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "{peer} and {me} don't run the same: {what} is {there} there and {here} here; \
     give all processes the same scenario, options and version of chappe"
)]
pub struct Disagreement {
    /// The other.
    pub peer: Peer,
    /// This process.
    pub me: Peer,
    /// What they disagree about.
    pub what: String,
    /// What it is there.
    pub there: String,
    /// What it is here.
    pub here: String,
}

/// Meets the other processes of a run, as number `process` of `hosts`. All must have the same
/// `terms`, pairs of what is agreed about and how. From then on `on_loss` is called, once and from
/// another thread, if one of them is gone before it has said its last words.
///
/// # Errors
/// If somebody is missing after `within`, or differs.
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
        terms: terms.map(|(what, how)| (what.to_string(), how.clone())).collect(),
        began: Instant::now(),
        within,
    };
    meeting.gather()?;
    meeting.into_membership(Box::new(on_loss))
}

/// Processes on their way to each other.
struct Meeting {
    peers: Vec<Peer>,
    me: Peer,
    terms: Vec<(String, String)>,
    began: Instant,
    within: Duration,
    /// How far it has come with each.
    met: Vec<Met>,
}

/// How far the meeting with one process has come.
#[derive(Default)]
struct Met {
    control: Option<TcpStream>,
    /// Whether it said who it is, and that it runs the same.
    is_known: bool,
    data: Option<TcpStream>,
    /// What became of the last attempt.
    why: Option<io::Error>,
}

impl Meeting {
    /// Meets all others, in whatever order they come.
    fn gather(&mut self) -> Result<(), MeetError> {
        let listener = self.listen()?;
        loop {
            while let Ok((stream, _)) = listener.accept() {
                // Who can't say who it is, is none of us: a probe of the cluster's, for example.
                if let Some(hello) = self.greeted(&stream) {
                    self.admit(&hello, stream)?;
                }
            }
            for process in self.others() {
                self.approach(process)?;
            }
            let is_missing = |&process: &usize| self.met[process].data.is_none();
            let Some(missing) = self.others().find(is_missing) else {
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

    /// The next step towards a process: the others before this one are called for control, heard,
    /// and called for data; those behind it call.
    fn approach(&mut self, process: usize) -> Result<(), MeetError> {
        let is_before = process < self.me.process;
        let met = &self.met[process];
        let called = match &met.control {
            None if is_before => self.call(process, Channel::Control),
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
                    return Ok(());
                }
                Err(error) => Err(error),
            },
            Some(_) if is_before && met.data.is_none() => self.call(process, Channel::Data),
            Some(_) => return Ok(()),
        };
        let met = &mut self.met[process];
        match called {
            Ok(stream) if met.control.is_none() => met.control = Some(stream),
            Ok(stream) => met.data = Some(stream),
            Err(error) => met.why = Some(error),
        }
        Ok(())
    }

    /// What a process that was called has replied, if it has.
    fn reply(&self, mut control: &TcpStream) -> io::Result<Option<Hello>> {
        control.set_nonblocking(true)?;
        let is_there = control.peek(&mut [0]).is_ok();
        control.set_nonblocking(false)?;
        control.set_read_timeout(Some(ATTEMPT))?;
        is_there.then(|| Hello::read(&mut control)).transpose()
    }

    /// Makes sure that a process that was called is the one it was taken for.
    fn recognise(&self, process: usize, hello: &Hello) -> Result<(), MeetError> {
        let peer = self.peers[process].clone();
        if hello.process != process {
            let says = hello.process;
            return Err(MeetError::Misplaced { peer, says });
        }
        self.agree(&peer, hello)
    }

    /// Listens where the others look for this process, whose name may take a while to be known.
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

    /// Reads who connects, and says who is here.
    fn greeted(&self, mut stream: &TcpStream) -> Option<Hello> {
        let mut greet = || -> io::Result<Hello> {
            stream.set_nonblocking(false)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(ATTEMPT))?;
            let hello = Hello::read(&mut stream)?;
            if hello.channel == Channel::Control {
                self.hello(Channel::Control).write(&mut stream)?;
            }
            Ok(hello)
        };
        greet().ok()
    }

    /// Takes in a process that has connected to this one.
    fn admit(&mut self, hello: &Hello, stream: TcpStream) -> Result<(), MeetError> {
        let Some(peer) = self.peers.get(hello.process).cloned() else {
            // More than there are: the numbers of processes differ.
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
            // It thinks that this process comes first.
            let (peer, says) = (self.me.clone(), hello.process);
            return Err(MeetError::Misplaced { peer, says });
        }
        *place = Some(stream);
        met.is_known = true;
        Ok(())
    }

    /// Connects to a process before this one, and says who is here. The reply can wait.
    fn call(&self, process: usize, channel: Channel) -> io::Result<TcpStream> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "its name has no address");
        for address in self.peers[process].address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, ATTEMPT) {
                // Where nobody listens on a port of this machine, it may have been given to the caller.
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

/// Whether the other side has ended a connection.
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
