//! How the processes of a run meet: each connects to all that are before it in the hosts file, and all
//! behind it connect to it. Each pair has two connections, one for control and one for the engine.
//!
//! Everything runs on one thread that tries each missing step in turn, because the processes start in any
//! order, and a step may have to wait for a process that itself waits for this one. No step waits long, so
//! the deadline holds whatever strangers do on the port.

use crate::error::{Disagreement, MeetError};
use crate::handshake::{Handshake, HandshakeError, Step};
use crate::hosts::{Hosts, Peer};
use crate::membership::Membership;
use crate::secret::{PROOF_BYTES, Secret};
use crate::watch::{Loss, OnLoss};
use crate::wire::{Channel, Hello};
use std::collections::VecDeque;
use std::io;
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::{Duration, Instant};
use tracing::{debug, info};

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(20);
/// The limit for one attempt to connect.
const ATTEMPT_MAX: Duration = Duration::from_secs(1);
/// The most connections that are taken in one turn.
const ACCEPTS_MAX: usize = 64;
/// The most that have not said yet who they are. More make the oldest go: a process of the run says it with its first
/// bytes.
const UNKNOWN_MAX: usize = 2 * ACCEPTS_MAX;

/// Meets the other processes of a run, as process `process` of `hosts`.
///
/// All must have the same `terms`, which are pairs of name and value. With a `secret`, whoever does not prove that it has
/// the same one is a stranger, and ignored. From then on, if a process is lost, `on_loss` is called once, from another
/// thread.
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
    secret: Option<&Secret>,
    within: Duration,
    on_loss: impl FnOnce(Loss) + Send + 'static,
) -> Result<Membership, MeetError> {
    let peer = |process| Peer {
        process,
        address: hosts.address(process).to_string(),
    };
    let peers: Vec<Peer> = (0..hosts.count()).map(peer).collect();
    let count = ("the number of processes", peers.len().to_string());
    let given = if secret.is_some() { "given" } else { "not given" };
    let first = [count, ("a secret", given.to_string())];
    let terms = first.iter().chain(terms);
    let mut meeting = Meeting {
        met: peers.iter().map(|_| Met::default()).collect(),
        me: peers[process].clone(),
        peers,
        terms: terms
            .map(|(name, value)| (name.to_string(), value.clone()))
            .collect(),
        secret,
        began: Instant::now(),
        within,
    };
    meeting.gather()?;
    meeting.into_membership(Box::new(on_loss))
}

/// A meeting that is under way.
struct Meeting<'a> {
    peers: Vec<Peer>,
    me: Peer,
    terms: Vec<(String, String)>,
    secret: Option<&'a Secret>,
    began: Instant,
    within: Duration,
    /// The state of the meeting with each process.
    met: Vec<Met>,
}

/// The state of the meeting with one process.
#[derive(Default)]
struct Met {
    control: Option<TcpStream>,
    data: Option<TcpStream>,
    /// A connection to it that has still to be agreed on.
    reaching: Option<Handshake>,
    /// Why the last attempt failed.
    why: Option<String>,
}

impl Meeting<'_> {
    /// Meets all others, in any order.
    fn gather(&mut self) -> Result<(), MeetError> {
        let listener = self.listen()?;
        let mut unknown = VecDeque::new();
        loop {
            accept(&listener, &mut unknown);
            self.greet(&mut unknown)?;
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
        let why = self.met[process].why.clone();
        MeetError::Absent {
            peer: self.peers[process].clone(),
            within: self.within,
            why: why.unwrap_or_else(|| "it did not connect".to_string()),
        }
    }

    /// Goes on with those that have connected. A program without a greeting is ignored. It may be a health check of the
    /// cluster.
    fn greet(&mut self, unknown: &mut VecDeque<Handshake>) -> Result<(), MeetError> {
        for handshake in std::mem::take(unknown) {
            match handshake.step(self.secret, |hello| self.hello(hello.channel)) {
                Ok(Step::Waiting(handshake)) => unknown.push_back(handshake),
                Ok(Step::Done {
                    hello,
                    is_proven,
                    stream,
                }) => match self.secret.is_some() && !is_proven {
                    true => self.turn_away(hello.process),
                    false => self.admit(&hello, stream)?,
                },
                Err(HandshakeError::Secret { process }) => self.turn_away(process),
                Err(HandshakeError::Io(_)) => {}
            }
        }
        Ok(())
    }

    /// Remembers that whoever says it is this process does not know the secret.
    fn turn_away(&mut self, process: usize) {
        if let Some(met) = self.met.get_mut(process) {
            met.why = Some("whoever said it was that process does not know the secret".to_string());
        }
    }

    /// Takes the next step with a process, if it can be taken now. With a process before this one: connect
    /// for control, agree, connect for data, agree. A process behind this one connects by itself.
    fn approach(&mut self, process: usize) -> Result<(), MeetError> {
        let met = &mut self.met[process];
        if met.control.as_ref().is_some_and(is_over) {
            let peer = self.peers[process].clone();
            return Err(MeetError::Left { peer });
        }
        let channel = match (&met.control, &met.data) {
            (None, _) => Channel::Control,
            (Some(_), None) => Channel::Data,
            (Some(_), Some(_)) => return Ok(()),
        };
        if process > self.me.process {
            return Ok(());
        }
        let reaching = match met.reaching.take() {
            Some(handshake) => Ok(handshake),
            None => self.connect(process, channel),
        };
        let step = reaching
            .map_err(HandshakeError::Io)
            .and_then(|handshake| handshake.step(self.secret, |_| self.hello(channel)));
        match step {
            Ok(Step::Waiting(handshake)) => self.met[process].reaching = Some(handshake),
            Ok(Step::Done { hello, stream, .. }) => {
                self.recognise(process, &hello)?;
                let met = &mut self.met[process];
                match channel {
                    Channel::Control => met.control = Some(stream),
                    Channel::Data => met.data = Some(stream),
                }
                debug!(
                    process,
                    address = self.peers[process].address,
                    ?channel,
                    "process met"
                );
            }
            Err(HandshakeError::Secret { .. }) => {
                let peer = self.peers[process].clone();
                return Err(MeetError::Secret { peer });
            }
            Err(HandshakeError::Io(error)) => self.met[process].why = Some(error.to_string()),
        }
        Ok(())
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
            has_secret: self.secret.is_some(),
            nonce: [0; PROOF_BYTES],
        }
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
        debug!(process = hello.process, address = peer.address, channel = ?hello.channel, "process met");
        Ok(())
    }

    /// Connects to a process before this one and sends a greeting.
    fn connect(&self, process: usize, channel: Channel) -> io::Result<Handshake> {
        let left = self.within.saturating_sub(self.began.elapsed());
        let attempt = ATTEMPT_MAX.min(left).max(PAUSE);
        let mut last = io::Error::new(io::ErrorKind::NotFound, "its host name has no address");
        for address in self.peers[process].address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, attempt) {
                // If nobody listens on a port of this machine, the system may give that very port to this
                // socket, which then is connected to itself.
                Ok(stream) if stream.local_addr()? == stream.peer_addr()? => {}
                Ok(stream) => return Handshake::connect(stream, self.hello(channel)),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn agree(&self, peer: &Peer, hello: &Hello) -> Result<(), MeetError> {
        // Whoever says less than all differs too.
        let said = hello.terms.iter().map(|(_, there)| there.as_str());
        let said = said.chain(std::iter::repeat("not said"));
        match self
            .terms
            .iter()
            .zip(said)
            .find(|((_, here), there)| here != there)
        {
            None => Ok(()),
            Some(((what, here), there)) => Err(MeetError::Disagreement(Box::new(Disagreement {
                peer: peer.clone(),
                me: self.me.clone(),
                what: what.clone(),
                there: there.to_string(),
                here: here.clone(),
            }))),
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

/// Takes those that have connected.
fn accept(listener: &TcpListener, unknown: &mut VecDeque<Handshake>) {
    let connected = std::iter::from_fn(|| listener.accept().ok());
    for (stream, _) in connected.take(ACCEPTS_MAX) {
        unknown.extend(Handshake::accept(stream).ok());
        if unknown.len() > UNKNOWN_MAX {
            unknown.pop_front();
        }
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
