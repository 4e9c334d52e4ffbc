//! The lines of a trace one after another, whatever their form: sender, receivers and time as texts.

use super::columns::Columns;
use super::error::TraceError;
use super::input::{Text, Watch};
use super::json;
use super::layout::{Form, Layout};
use super::options::Role;
use chappe_base::FixedHasher;
use csv::ByteRecord;
use std::hash::Hasher;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::ops::Range;
use std::rc::Rc;

/// One line of messages: from one person, to one or several.
pub(super) struct Line<'a> {
    pub(super) number: u64,
    pub(super) sender: &'a str,
    pub(super) receivers: Vec<&'a str>,
    pub(super) time: &'a str,
    /// Whether its weight is another than 1.
    pub(super) is_weighted: bool,
    /// Hash over everything that stands in the line.
    pub(super) hash: u64,
}

/// The lines of a trace that are still to be read.
pub(super) struct Records<'a> {
    source: Source<'a>,
    watch: Rc<Watch>,
    layout: Layout,
    /// The line that was read last.
    number: u64,
    /// Its fields. Of JSON: sender, time, and all receivers.
    fields: ByteRecord,
    hash: u64,
}

enum Source<'a> {
    /// Fields between single characters.
    Table(Box<csv::Reader<Box<dyn Read + 'a>>>),
    /// Fields between blanks, or JSON.
    Lines(Box<dyn BufRead + 'a>, Vec<u8>),
}

impl<'a> Records<'a> {
    /// The lines of `text` after those that were read to find its layout.
    pub(super) fn new(text: Text<'a>, mut layout: Layout) -> Records<'a> {
        let first = std::mem::take(&mut layout.first);
        let rest = Cursor::new(first).chain(text.bytes);
        let source = match layout.form.delimiter() {
            Some(delimiter) => Source::Table(Box::new(
                csv::ReaderBuilder::new()
                    .has_headers(false)
                    .flexible(true)
                    .delimiter(delimiter)
                    .trim(csv::Trim::All)
                    .from_reader(Box::new(rest)),
            )),
            None => Source::Lines(Box::new(BufReader::new(rest)), Vec::new()),
        };
        Records {
            source,
            watch: text.watch,
            number: layout.lines_before,
            layout,
            fields: ByteRecord::new(),
            hash: 0,
        }
    }

    /// The next line; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, TraceError> {
        match self.read()? {
            true => self.line().map(Some),
            false => Ok(None),
        }
    }

    /// Whether the line that was read last is the last one of the trace, and has no line break.
    pub(super) fn is_at_broken_end(&mut self) -> bool {
        matches!(self.read(), Ok(false)) && !self.watch.ends_in_line_break()
    }

    /// Reads the fields of the next line that is neither empty nor a comment; false at the end.
    fn read(&mut self) -> Result<bool, TraceError> {
        loop {
            self.watch.line();
            let is_read = match &mut self.source {
                Source::Table(reader) => {
                    let is_read = reader.read_byte_record(&mut self.fields);
                    let position = self.layout.lines_before + reader.position().line();
                    let is_read = is_read.map_err(|error| table_error(position, error))?;
                    let start = self.fields.position().map_or(0, csv::Position::line);
                    self.number = self.layout.lines_before + start;
                    is_read
                }
                Source::Lines(input, bytes) => {
                    self.number += 1;
                    bytes.clear();
                    let length = input.read_until(b'\n', bytes);
                    let length = length.map_err(|error| TraceError::input(self.number, error))?;
                    self.fields.clear();
                    split(bytes, &self.layout, self.number, &mut self.fields)?;
                    length > 0
                }
            };
            if !is_read {
                return Ok(false);
            }
            if !self.is_empty_or_comment() {
                self.hash = self.hash();
                return Ok(true);
            }
        }
    }

    fn is_empty_or_comment(&self) -> bool {
        let first = self.fields.get(0).unwrap_or_default();
        if self.fields.len() <= 1 && first.is_empty() {
            return true;
        }
        // Below a header, a name may begin like a comment.
        let may_be_comment = self.layout.names.is_empty() || self.fields.len() != self.layout.count;
        let is_table = self.layout.form != Form::Json;
        is_table && may_be_comment && matches!(first.first(), Some(b'#' | b'%'))
    }

    fn hash(&self) -> u64 {
        let mut hasher = FixedHasher::default();
        match &self.source {
            Source::Table(_) => hasher.write(self.fields.as_slice()),
            Source::Lines(_, bytes) => hasher.write(bytes.trim_ascii()),
        }
        hasher.finish()
    }

    fn line(&self) -> Result<Line<'_>, TraceError> {
        let (number, count) = (self.number, self.fields.len());
        let field = |index: usize| {
            let bytes = self.fields.get(index).unwrap_or_default();
            std::str::from_utf8(bytes).map_err(|_| TraceError::NotText { line: number })
        };
        let Columns {
            sender,
            receiver,
            time,
        } = self.layout.columns;
        let (sender, receivers, time): (usize, Range<usize>, usize) = match self.layout.form {
            Form::Json => (0, 2..count, 1),
            Form::Blanks | Form::Commas | Form::Tabs | Form::Semicolons => {
                let expected = self.layout.count;
                if count != expected {
                    // Bytes of another encoding may hide what separates fields.
                    (0..count).try_for_each(|index| field(index).map(drop))?;
                    return Err(TraceError::Fields {
                        line: number,
                        count,
                        expected,
                    });
                }
                (sender, receiver..receiver + 1, time)
            }
        };
        let weight = self.layout.weight.and_then(|index| self.fields.get(index));
        Ok(Line {
            number,
            sender: field(sender)?,
            receivers: receivers.map(field).collect::<Result<_, _>>()?,
            time: field(time)?,
            is_weighted: weight.is_some_and(|weight| weight != b"1"),
            hash: self.hash,
        })
    }
}

fn table_error(line: u64, error: csv::Error) -> TraceError {
    // Bytes in any number of fields are a record, so that nothing but the input can fail.
    let text = error.to_string();
    let csv::ErrorKind::Io(source) = error.into_kind() else {
        return TraceError::input(line, std::io::Error::other(text));
    };
    TraceError::input(line, source)
}

/// The fields of a line between blanks, or of a JSON object.
fn split(bytes: &[u8], layout: &Layout, line: u64, fields: &mut ByteRecord) -> Result<(), TraceError> {
    let bytes = bytes.trim_ascii();
    if layout.form != Form::Json {
        let words = bytes.split(u8::is_ascii_whitespace);
        words
            .filter(|word| !word.is_empty())
            .for_each(|word| fields.push_field(word));
        return Ok(());
    }
    if bytes.is_empty() || bytes.starts_with(b"#") || bytes.starts_with(b"%") {
        return Ok(());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| TraceError::NotText { line })?;
    let object = json::object(line, text)?;
    let columns = layout.columns;
    let at = [
        (Role::Sender, columns.sender),
        (Role::Time, columns.time),
        (Role::Receiver, columns.receiver),
    ];
    for (role, column) in at {
        let texts = json::texts(line, role, &object, &layout.names[column])?;
        texts
            .iter()
            .for_each(|text| fields.push_field(text.trim().as_bytes()));
    }
    Ok(())
}
