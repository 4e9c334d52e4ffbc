//! The connection for the engine's events with one peer, checked before the engine sees it.
//!
//! The engine's library trusts its peers: it panics, or waits for ever, over bytes that it did not write itself. So all that
//! arrives is looked through frame by frame, and a peer that breaks the rules is reported by name.
//!
//! A peer sends the end of its events only when no process has anything left to run. So this process must come to its end
//! shortly after; if it does not, the peer has ended before its part was done. Whoever watches the peer looks after that: the
//! library hands on what came just before the end only once the connection has ended.

use crate::hosts::Peer;
use crate::watch::{LossCause, SILENCE_MAX, Watch};
use chappe_engine::{FrameHeader, PeerStream};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};
use tracing::warn;

/// The longest frame [bytes]. It bounds what a peer can make this process allocate; all events from one worker to another in
/// one window travel in one.
const FRAME_BYTES_MAX: usize = 1 << 30;
/// How much earlier the news of another loss may be reported than the end of a connection.
const HEAD_START: Duration = Duration::from_secs(1);

/// Which events have ended on a connection.
#[derive(Default)]
pub(crate) struct Ends {
    /// When those of the peer ended.
    pub(crate) theirs: OnceLock<Instant>,
    /// Whether those of this process have.
    pub(crate) mine: AtomicBool,
}

/// The connection with one peer.
pub(crate) struct DataStream {
    stream: TcpStream,
    peer: Peer,
    watch: Arc<Watch>,
    frames: Frames,
    ends: Arc<Ends>,
}

impl DataStream {
    /// The connection of process `process` with `peer`, where every process has so many workers.
    pub(crate) fn new(
        stream: TcpStream,
        (process, peer): (usize, Peer),
        workers_count: usize,
        (watch, ends): (Arc<Watch>, Arc<Ends>),
    ) -> DataStream {
        let of = |process: usize| process * workers_count..(process + 1) * workers_count;
        DataStream {
            frames: Frames::new(of(peer.process), of(process)),
            stream,
            peer,
            watch,
            ends,
        }
    }

    /// Reports that the connection has ended. A peer may have ended because of another that is lost, and says so on the
    /// control connection: that news counts, and gets a head start.
    fn report_end(&self) {
        thread::sleep(HEAD_START);
        self.watch.report_loss(&self.peer, LossCause::Ended);
    }

    fn nonsense(&self, what: &str) -> io::Error {
        warn!(process = self.peer.process, what, "a peer broke the protocol");
        self.watch.report_loss(&self.peer, LossCause::Nonsense);
        io::Error::new(io::ErrorKind::InvalidData, what.to_string())
    }
}

impl Read for DataStream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = match self.stream.read(bytes) {
            Ok(0) if self.frames.has_ended || bytes.is_empty() => return Ok(0),
            Ok(0) => {
                self.report_end();
                return Ok(0);
            }
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) if self.frames.has_ended => {
                return Err(self.nonsense(&format!("nothing after the end of its events: {error}")));
            }
            Err(error) => {
                self.report_end();
                return Err(error);
            }
        };
        if let Err(what) = self.frames.check(&bytes[..count]) {
            return Err(self.nonsense(what));
        }
        if self.frames.has_ended {
            self.ends.theirs.get_or_init(Instant::now);
            // Only the end of the connection follows, and at once.
            self.stream.set_read_timeout(Some(SILENCE_MAX))?;
        }
        Ok(count)
    }
}

impl Write for DataStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.stream.write(bytes);
        if written
            .as_ref()
            .is_err_and(|error| error.kind() != io::ErrorKind::Interrupted)
        {
            self.report_end();
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

impl PeerStream for DataStream {
    fn try_clone(&self) -> io::Result<DataStream> {
        Ok(DataStream {
            stream: self.stream.try_clone()?,
            peer: self.peer.clone(),
            watch: Arc::clone(&self.watch),
            frames: self.frames.clone(),
            ends: Arc::clone(&self.ends),
        })
    }

    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        self.stream.set_nonblocking(nonblocking)
    }

    fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.ends.mine.store(true, Ordering::Release);
        self.stream.shutdown(how)
    }
}

/// The frames that arrive on a connection, of which only the headers are looked at.
#[derive(Clone, Debug)]
struct Frames {
    /// The peer's workers, which send.
    sources: Range<usize>,
    /// This process's workers, which receive.
    targets: Range<usize>,
    /// What has arrived of a header.
    header: Vec<u8>,
    /// Bytes of the frame that have still to arrive.
    left: usize,
    has_ended: bool,
}

impl Frames {
    fn new(sources: Range<usize>, targets: Range<usize>) -> Frames {
        Frames {
            sources,
            targets,
            header: Vec::with_capacity(FrameHeader::BYTES),
            left: 0,
            has_ended: false,
        }
    }

    /// Checks the bytes that follow those before. The error is what is wrong with them.
    fn check(&mut self, mut bytes: &[u8]) -> Result<(), &'static str> {
        while !bytes.is_empty() {
            if self.has_ended {
                return Err("events after the end of its events");
            }
            let skipped = self.left.min(bytes.len());
            self.left -= skipped;
            bytes = &bytes[skipped..];
            let wanted = (FrameHeader::BYTES - self.header.len()).min(bytes.len());
            self.header.extend_from_slice(&bytes[..wanted]);
            bytes = &bytes[wanted..];
            if let Some(header) = FrameHeader::read(&self.header) {
                self.header.clear();
                self.begin(&header)?;
            }
        }
        Ok(())
    }

    fn begin(&mut self, header: &FrameHeader) -> Result<(), &'static str> {
        if header.is_end() {
            self.has_ended = true;
            return Ok(());
        }
        let targets = &header.targets;
        let are_ours = targets.start < targets.end
            && self.targets.contains(&targets.start)
            && targets.end <= self.targets.end;
        if !are_ours || !self.sources.contains(&header.source) {
            return Err("events that are from or for others");
        }
        if header.length == 0 || header.length > FRAME_BYTES_MAX {
            return Err("a frame of an impossible length");
        }
        self.left = header.length;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A header with these fields: channel, source, targets from and to, length, number.
    fn header(fields: [u64; 6]) -> Vec<u8> {
        fields.iter().flat_map(|field| field.to_be_bytes()).collect()
    }

    fn checked(pieces: &[&[u8]]) -> Result<bool, &'static str> {
        let mut frames = Frames::new(2..4, 0..2);
        for piece in pieces {
            frames.check(piece)?;
        }
        Ok(frames.has_ended)
    }

    #[test]
    fn what_the_engine_sends_passes_in_pieces_of_any_size() {
        let bytes = [
            header([1, 2, 0, 1, 3, 0]),
            vec![9; 3],
            header([1, 3, 0, 2, 100, 1]),
            vec![0; 100],
            header([0; 6]),
        ]
        .concat();
        for size in [1, 2, 7, 48, 49, bytes.len()] {
            let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
            assert_eq!(checked(&pieces), Ok(true), "{size}");
        }
        assert_eq!(checked(&[&bytes[..bytes.len() - 1]]), Ok(false));
        assert!(checked(&[&bytes, &[0]]).is_err(), "nothing follows the end");
    }

    #[test]
    fn what_the_engine_never_sends_is_named() {
        for (fields, words) in [
            ([0, 2, 0, 1, u64::MAX, 0], "length"),
            ([0, 2, 0, 1, 0, 0], "length"),
            ([0, 1, 0, 1, 8, 0], "others"),
            ([0, 2, 1, 3, 8, 0], "others"),
            ([0, 2, 1, 1, 8, 0], "others"),
            ([0, 2, 2, 1, 8, 0], "others"),
            ([u64::MAX; 6], "others"),
        ] {
            let error = checked(&[&header(fields)]).unwrap_err();
            assert!(error.contains(words), "{fields:?}: {error}");
        }
        assert!(checked(&[&[0; 96]]).is_err(), "zeros are an end, and more");
    }

    proptest! {
        #[test]
        fn any_bytes_pass_or_are_named(bytes in prop::collection::vec(prop_oneof![Just(0_u8), any::<u8>()], 0..200), cut in 0_usize..200) {
            let cut = cut.min(bytes.len());
            let (whole, parts) = (checked(&[&bytes]), checked(&[&bytes[..cut], &bytes[cut..]]));
            prop_assert_eq!(whole, parts);
        }
    }
}
