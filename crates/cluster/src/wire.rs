//! The messages on a connection: first a greeting each way, then frames.

use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};

/// The first bytes of every connection. The last one is the version of what follows.
const MAGIC: [u8; 8] = *b"chappe\x00\x01";
/// The longest greeting [bytes]. It bounds what a foreign program can make a process allocate.
const HELLO_BYTES_MAX: u32 = 1 << 16;

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Channel {
    /// Heartbeats, losses and final messages.
    Control,
    /// The engine's events.
    Data,
}

/// The greeting with which a process introduces itself on every connection.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Hello {
    pub(crate) process: usize,
    pub(crate) channel: Channel,
    pub(crate) terms: Vec<(String, String)>,
}

impl Hello {
    pub(crate) fn write(&self, stream: &mut impl Write) -> io::Result<()> {
        let body = postcard::to_stdvec(self).map_err(io::Error::other)?;
        let length = (body.len() as u32).to_le_bytes();
        stream.write_all(&[&MAGIC[..], &length[..], &body].concat())
    }

    /// Reads the greeting of the other side. The error is `InvalidData` if it is no process of chappe.
    pub(crate) fn read(stream: &mut impl Read) -> io::Result<Hello> {
        let foreign = |why: &str| Err(io::Error::new(io::ErrorKind::InvalidData, why));
        let mut magic = [0; MAGIC.len()];
        stream.read_exact(&mut magic)?;
        if magic[..MAGIC.len() - 1] != MAGIC[..MAGIC.len() - 1] {
            return foreign("the program that answers is not chappe");
        }
        if magic != MAGIC {
            return foreign("it runs another version of chappe, with another protocol");
        }
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length);
        if length > HELLO_BYTES_MAX {
            return foreign("its greeting is too long");
        }
        let mut body = vec![0; length as usize];
        stream.read_exact(&mut body)?;
        postcard::from_bytes(&body).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }
}

/// A message on a control connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Frame {
    /// The sender is alive.
    Heartbeat,
    /// The sender's last message. If it ends afterwards, it is not lost.
    Final(Vec<u8>),
    /// The sender ends because this process is lost.
    Lost { process: u64, is_silent: bool },
}

impl Frame {
    pub(crate) fn write(&self, stream: &mut impl Write) -> io::Result<()> {
        match self {
            Frame::Heartbeat => stream.write_all(&[0]),
            Frame::Final(bytes) => {
                stream.write_all(&[1])?;
                stream.write_all(&(bytes.len() as u64).to_le_bytes())?;
                stream.write_all(bytes)
            }
            Frame::Lost { process, is_silent } => {
                stream.write_all(&[2 + u8::from(*is_silent)])?;
                stream.write_all(&process.to_le_bytes())
            }
        }
    }

    pub(crate) fn read(stream: &mut impl Read) -> io::Result<Frame> {
        let mut kind = [0];
        stream.read_exact(&mut kind)?;
        let mut number = || -> io::Result<u64> {
            let mut bytes = [0; 8];
            stream.read_exact(&mut bytes)?;
            Ok(u64::from_le_bytes(bytes))
        };
        match kind {
            [0] => Ok(Frame::Heartbeat),
            [1] => {
                let length = number()?;
                let mut bytes = Vec::new();
                if stream.take(length).read_to_end(&mut bytes)? as u64 != length {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                Ok(Frame::Final(bytes))
            }
            [kind @ (2 | 3)] => Ok(Frame::Lost {
                process: number()?,
                is_silent: kind == 3,
            }),
            [other] => Err(io::Error::other(format!("unknown frame {other}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let hello = Hello {
            process: 3,
            channel: Channel::Data,
            terms: vec![("seed".into(), "7".into())],
        };
        let mut bytes = Vec::new();
        hello.write(&mut bytes).unwrap();
        assert_eq!(Hello::read(&mut bytes.as_slice()).unwrap(), hello);
        let lost = |is_silent| Frame::Lost {
            process: 7,
            is_silent,
        };
        let last = |words: &[u8]| Frame::Final(words.to_vec());
        for frame in [
            Frame::Heartbeat,
            last(&[1, 2, 3]),
            last(&[]),
            lost(true),
            lost(false),
        ] {
            let mut bytes = Vec::new();
            frame.write(&mut bytes).unwrap();
            assert_eq!(Frame::read(&mut bytes.as_slice()).unwrap(), frame);
            let cut = Frame::read(&mut &bytes[..bytes.len() - 1]);
            assert_eq!(cut.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn strangers_are_told_apart() {
        let error = |bytes: &[u8]| Hello::read(&mut &*bytes).unwrap_err();
        assert_eq!(
            error(b"GET / HTTP/1.1").to_string(),
            "the program that answers is not chappe"
        );
        let next = [&MAGIC[..7], &[9, 0, 0, 0, 0]].concat();
        assert!(error(&next).to_string().contains("another version of chappe"));
        let endless = [&MAGIC[..], &[255; 4]].concat();
        assert_eq!(error(&endless).kind(), io::ErrorKind::InvalidData);
    }
}
