//! The messages on a connection: first a greeting each way, then frames. Each has a greatest length, so that no stranger
//! makes a process take memory without end.

use crate::secret::PROOF_BYTES;
use crate::watch::LossCause;
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};

/// The first bytes of every connection. The last one is the version of what follows.
const MAGIC: [u8; 8] = *b"chappe\x00\x02";
/// The longest greeting [bytes].
const HELLO_BYTES_MAX: u32 = 1 << 16;
/// What comes before the body of a greeting: the first bytes and the length [bytes].
pub(crate) const HELLO_HEAD_BYTES: usize = MAGIC.len() + size_of::<u32>();

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
    /// Whether it can prove that it knows the secret, and wants the same of the other side.
    pub(crate) has_secret: bool,
    /// What the other side's proof answers.
    pub(crate) nonce: [u8; PROOF_BYTES],
}

impl Hello {
    /// The greeting as it is sent.
    pub(crate) fn bytes(&self) -> io::Result<Vec<u8>> {
        let body = postcard::to_stdvec(self).map_err(io::Error::other)?;
        let length = (body.len() as u32).to_le_bytes();
        Ok([&MAGIC[..], &length[..], &body].concat())
    }

    /// The length of the body that follows this head [bytes]. The error is `InvalidData` if it is none of chappe's.
    pub(crate) fn body_bytes(head: &[u8]) -> io::Result<usize> {
        let foreign = |why: &str| Err(io::Error::new(io::ErrorKind::InvalidData, why));
        let Some((magic, rest)) = head.split_first_chunk::<{ MAGIC.len() }>() else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        if magic[..MAGIC.len() - 1] != MAGIC[..MAGIC.len() - 1] {
            return foreign("the program that answers is not chappe");
        }
        if *magic != MAGIC {
            return foreign("it runs another version of chappe, with another protocol");
        }
        match rest.first_chunk().map(|length| u32::from_le_bytes(*length)) {
            Some(length) if length <= HELLO_BYTES_MAX => Ok(length as usize),
            Some(_) => foreign("its greeting is too long"),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// The greeting that was sent as these bytes.
    pub(crate) fn read(bytes: &[u8]) -> io::Result<Hello> {
        let body = bytes.get(HELLO_HEAD_BYTES..).unwrap_or_default();
        postcard::from_bytes(body).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }
}

/// The longest final message [bytes]: a result.
pub(crate) const FINAL_BYTES_MAX: u64 = 1 << 28;

/// A message on a control connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Frame {
    /// The sender is alive.
    Heartbeat,
    /// The sender's last message. If it ends afterwards, it is not lost.
    Final(Vec<u8>),
    /// The sender ends because this process is lost.
    Lost { process: u64, cause: LossCause },
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
            Frame::Lost { process, cause } => {
                let kind = match cause {
                    LossCause::Ended => 2,
                    LossCause::Silent => 3,
                    LossCause::Nonsense => 4,
                };
                stream.write_all(&[kind])?;
                stream.write_all(&process.to_le_bytes())
            }
        }
    }

    /// Reads a frame. A final message of more than `final_bytes_max` is refused before any of it is read.
    pub(crate) fn read(stream: &mut impl Read, final_bytes_max: u64) -> io::Result<Frame> {
        let nonsense = |what: String| Err(io::Error::new(io::ErrorKind::InvalidData, what));
        let mut kind = [0];
        stream.read_exact(&mut kind)?;
        let mut lost = |cause| {
            let process = number(stream)?;
            Ok(Frame::Lost { process, cause })
        };
        match kind {
            [0] => Ok(Frame::Heartbeat),
            [1] => {
                let length = number(stream)?;
                if length > final_bytes_max {
                    return nonsense(format!("a final message of {length} bytes"));
                }
                let mut bytes = Vec::new();
                if stream.take(length).read_to_end(&mut bytes)? as u64 != length {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                Ok(Frame::Final(bytes))
            }
            [2] => lost(LossCause::Ended),
            [3] => lost(LossCause::Silent),
            [4] => lost(LossCause::Nonsense),
            [other] => nonsense(format!("a frame of kind {other}")),
        }
    }
}

fn number(stream: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    stream.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hello(process: usize, terms: Vec<(String, String)>) -> Hello {
        Hello {
            process,
            channel: Channel::Data,
            terms,
            has_secret: true,
            nonce: [7; PROOF_BYTES],
        }
    }

    /// What a process makes of these bytes.
    fn greeted(bytes: &[u8]) -> io::Result<Hello> {
        let body_bytes = Hello::body_bytes(bytes)?;
        Hello::read(bytes.get(..HELLO_HEAD_BYTES + body_bytes).unwrap_or(bytes))
    }

    #[test]
    fn what_is_written_is_read() {
        let hello = hello(3, vec![("seed".into(), "7".into())]);
        assert_eq!(greeted(&hello.bytes().unwrap()).unwrap(), hello);
        let lost = |cause| Frame::Lost { process: 7, cause };
        let last = |words: &[u8]| Frame::Final(words.to_vec());
        for frame in [
            Frame::Heartbeat,
            last(&[1, 2, 3]),
            last(&[]),
            lost(LossCause::Ended),
            lost(LossCause::Silent),
            lost(LossCause::Nonsense),
        ] {
            let mut bytes = Vec::new();
            frame.write(&mut bytes).unwrap();
            assert_eq!(Frame::read(&mut bytes.as_slice(), 3).unwrap(), frame);
            let cut = Frame::read(&mut &bytes[..bytes.len() - 1], 3);
            assert_eq!(cut.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn strangers_are_told_apart() {
        let error = |bytes: &[u8]| greeted(bytes).unwrap_err();
        assert_eq!(
            error(b"GET / HTTP/1.1").to_string(),
            "the program that answers is not chappe"
        );
        let next = [&MAGIC[..7], &[9, 0, 0, 0, 0]].concat();
        assert!(error(&next).to_string().contains("another version of chappe"));
        let endless = [&MAGIC[..], &[255; 4]].concat();
        assert_eq!(error(&endless).kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn no_length_makes_a_process_take_memory() {
        let endless = [&[1][..], &[255; 8]].concat();
        let error = Frame::read(&mut endless.as_slice(), FINAL_BYTES_MAX).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    /// Bytes that begin like something valid, or don't.
    fn mutated() -> impl Strategy<Value = Vec<u8>> {
        let terms = prop::collection::vec((".{0,9}", ".{0,9}"), 0..4);
        let valid =
            (any::<usize>(), terms).prop_map(|(process, terms)| hello(process, terms).bytes().unwrap());
        let frame = prop_oneof![
            prop::collection::vec(any::<u8>(), 0..64).prop_map(Frame::Final),
            any::<u64>().prop_map(|process| Frame::Lost {
                process,
                cause: LossCause::Silent
            }),
        ];
        let frame = frame.prop_map(|frame| {
            let mut bytes = Vec::new();
            frame.write(&mut bytes).unwrap();
            bytes
        });
        let start = prop_oneof![valid, frame, prop::collection::vec(any::<u8>(), 0..64)];
        let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
        (start, changes, any::<prop::sample::Index>()).prop_map(|(mut bytes, changes, end)| {
            for (place, value) in changes {
                if !bytes.is_empty() {
                    let place = place.index(bytes.len());
                    bytes[place] = value;
                }
            }
            bytes.truncate(end.index(bytes.len() + 1).max(1));
            bytes
        })
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in mutated()) {
            if let Ok(hello) = greeted(&bytes) {
                prop_assert_eq!(greeted(&hello.bytes().unwrap()).unwrap(), hello);
            }
            let mut rest = bytes.as_slice();
            if let Ok(frame) = Frame::read(&mut rest, 64) {
                let mut again = Vec::new();
                frame.write(&mut again).unwrap();
                prop_assert_eq!(&bytes[..bytes.len() - rest.len()], again.as_slice());
            }
        }
    }
}
