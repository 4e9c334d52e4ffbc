//! The bytes of a trace: decompressed, and watched so that no line takes more memory than a line may.

use flate2::bufread::MultiGzDecoder;
use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

/// The longest line [bytes], and the longest record of several lines.
pub(super) const LONGEST_LINE: usize = 1 << 20;
const BUFFER_BYTES: usize = 1 << 16;
/// So many bytes tell what a file is [bytes].
const START_BYTES: u64 = 512;
/// What gzip begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A line is longer than [`LONGEST_LINE`].
#[derive(Debug)]
pub(super) struct LineTooLong;

impl fmt::Display for LineTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a line is too long")
    }
}

impl std::error::Error for LineTooLong {}

/// What is known of the bytes read so far.
#[derive(Default)]
pub(super) struct Watch {
    /// How many more may be read before the next line.
    left: Cell<usize>,
    last: Cell<u8>,
}

impl Watch {
    /// A new line begins.
    pub(super) fn line(&self) {
        self.left.set(LONGEST_LINE);
    }

    /// Whether the last byte, if all are read, ends a line.
    pub(super) fn ends_in_line_break(&self) -> bool {
        self.last.get() == b'\n'
    }
}

struct Watched<R> {
    input: R,
    watch: Rc<Watch>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        if let Some(last) = buffer[..count].last() {
            self.watch.last.set(*last);
        }
        match self.watch.left.get().checked_sub(count) {
            Some(left) => self.watch.left.set(left),
            None => return Err(io::Error::other(LineTooLong)),
        }
        Ok(count)
    }
}

/// The text of a trace.
pub(super) struct Text<'a> {
    pub(super) bytes: Box<dyn BufRead + 'a>,
    pub(super) watch: Rc<Watch>,
    pub(super) is_compressed: bool,
}

/// The text in `input`, which may be compressed by gzip.
pub(super) fn open<'a>(mut input: impl Read + 'a) -> io::Result<Text<'a>> {
    let mut start = Vec::new();
    input.by_ref().take(START_BYTES).read_to_end(&mut start)?;
    let is_compressed = start.starts_with(&GZIP);
    let input = BufReader::with_capacity(BUFFER_BYTES, Cursor::new(start).chain(input));
    let input: Box<dyn Read + 'a> = match is_compressed {
        true => Box::new(MultiGzDecoder::new(input)),
        false => Box::new(input),
    };
    let watch = Rc::new(Watch::default());
    watch.line();
    let watched = Watched {
        input,
        watch: Rc::clone(&watch),
    };
    Ok(Text {
        bytes: Box::new(BufReader::with_capacity(BUFFER_BYTES, watched)),
        watch,
        is_compressed,
    })
}
