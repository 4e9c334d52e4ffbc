//! The first words on every connection: a greeting each way and, if both sides have a secret, a proof each way that they
//! know it.
//!
//! A handshake never waits. It takes what has arrived, so that whoever connects and says nothing holds up nobody.

use crate::secret::{PROOF_BYTES, Secret, Side, nonce};
use crate::wire::{HELLO_HEAD_BYTES, Hello};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// How long a handshake may take.
const LASTS_MAX: Duration = Duration::from_secs(10);

/// A handshake that is under way.
pub(crate) struct Handshake {
    stream: TcpStream,
    side: Side,
    began: Instant,
    /// Own greeting, as it was sent.
    mine: Vec<u8>,
    /// What has arrived.
    received: Vec<u8>,
    theirs: Option<Hello>,
}

/// How far a handshake is.
pub(crate) enum Step {
    /// Something has still to arrive.
    Waiting(Handshake),
    /// It is over.
    Done {
        /// The greeting of the other side.
        hello: Hello,
        /// Whether it has proved that it knows the secret.
        is_proven: bool,
        stream: TcpStream,
    },
}

/// Why a handshake failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HandshakeError {
    /// The connection failed, or the other side is no process of chappe.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Both sides have a secret, and not the same one.
    #[error("it has another secret")]
    Secret {
        /// The number that the other side gives itself.
        process: usize,
    },
}

impl Handshake {
    /// A handshake with whoever has connected.
    pub(crate) fn accept(stream: TcpStream) -> io::Result<Handshake> {
        Handshake::new(stream, Side::Acceptor)
    }

    /// A handshake with the process to which `stream` is connected.
    pub(crate) fn connect(stream: TcpStream, hello: Hello) -> io::Result<Handshake> {
        let mut handshake = Handshake::new(stream, Side::Connector)?;
        handshake.greet(hello)?;
        Ok(handshake)
    }

    fn new(stream: TcpStream, side: Side) -> io::Result<Handshake> {
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Handshake {
            stream,
            side,
            began: Instant::now(),
            mine: Vec::new(),
            received: Vec::new(),
            theirs: None,
        })
    }

    fn greet(&mut self, hello: Hello) -> io::Result<()> {
        let hello = Hello {
            nonce: nonce()?,
            ..hello
        };
        self.mine = hello.bytes()?;
        // A new connection has room for so little.
        self.stream.write_all(&self.mine)
    }

    /// Goes on as far as it can without waiting. `reply` is the greeting to whoever has connected.
    ///
    /// # Errors
    /// The handshake has failed, or has taken too long.
    pub(crate) fn step(
        mut self,
        secret: Option<&Secret>,
        reply: impl FnOnce(&Hello) -> Hello,
    ) -> Result<Step, HandshakeError> {
        if self.began.elapsed() > LASTS_MAX {
            let why = "it did not say in time who it is";
            return Err(io::Error::new(io::ErrorKind::TimedOut, why).into());
        }
        if self.theirs.is_none() {
            let Some(hello) = self.their_hello()? else {
                return Ok(Step::Waiting(self));
            };
            if self.side == Side::Acceptor {
                self.greet(reply(&hello))?;
                if let Some(secret) = secret.filter(|_| hello.has_secret) {
                    let proof = secret.proof(Side::Acceptor, [&self.received, &self.mine]);
                    self.stream.write_all(&proof)?;
                }
            }
            self.theirs = Some(hello);
        }
        let has_secret = self.theirs.as_ref().is_some_and(|hello| hello.has_secret);
        let is_proven = match secret.filter(|_| has_secret) {
            None => false,
            Some(secret) => match self.prove(secret)? {
                true => true,
                false => return Ok(Step::Waiting(self)),
            },
        };
        match self.theirs.take() {
            Some(hello) => {
                self.stream.set_nonblocking(false)?;
                Ok(Step::Done {
                    hello,
                    is_proven,
                    stream: self.stream,
                })
            }
            None => Ok(Step::Waiting(self)),
        }
    }

    /// Reads the other side's greeting, if it has arrived.
    fn their_hello(&mut self) -> io::Result<Option<Hello>> {
        if !self.receive(HELLO_HEAD_BYTES)? {
            return Ok(None);
        }
        let bytes_count = HELLO_HEAD_BYTES + Hello::body_bytes(&self.received)?;
        match self.receive(bytes_count)? {
            true => Hello::read(&self.received).map(Some),
            false => Ok(None),
        }
    }

    /// Checks the other side's proof, if it has arrived. The connector proves itself after that.
    fn prove(&mut self, secret: &Secret) -> Result<bool, HandshakeError> {
        let theirs_bytes = HELLO_HEAD_BYTES + Hello::body_bytes(&self.received)?;
        let process = self.theirs.as_ref().map_or(0, |hello| hello.process);
        match self.receive(theirs_bytes + PROOF_BYTES) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            // It has seen a proof that it could not make itself, and left.
            Err(_) if self.side == Side::Acceptor => return Err(HandshakeError::Secret { process }),
            Err(error) => return Err(error.into()),
        }
        let (theirs, proof) = self.received.split_at(theirs_bytes);
        let (greetings, other) = match self.side {
            Side::Connector => ([self.mine.as_slice(), theirs], Side::Acceptor),
            Side::Acceptor => ([theirs, self.mine.as_slice()], Side::Connector),
        };
        if !secret.is_proven(other, greetings, proof) {
            return Err(HandshakeError::Secret { process });
        }
        if self.side == Side::Connector {
            let proof = secret.proof(Side::Connector, greetings);
            self.stream.write_all(&proof)?;
        }
        Ok(true)
    }

    /// Reads until `bytes_count` bytes have arrived in all, and no more: what follows is for others. Whether they have.
    fn receive(&mut self, bytes_count: usize) -> io::Result<bool> {
        while self.received.len() < bytes_count {
            let mut bytes = [0; 4096];
            let wanted = (bytes_count - self.received.len()).min(bytes.len());
            match self.stream.read(&mut bytes[..wanted]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.received.extend_from_slice(&bytes[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}
