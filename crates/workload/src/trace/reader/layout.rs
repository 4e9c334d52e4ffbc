//! How the lines of a trace are laid out: found from its first lines.

use super::columns::Columns;
use super::error::TraceError;
use super::input::Text;
use super::options::{Role, TraceOptions};
use super::times::is_time;
use std::io::BufRead;

/// What separates the fields of a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// Any number of blanks and tabs.
    Blanks,
    /// Commas, with quotation marks.
    Commas,
    /// Single tabs, with quotation marks.
    Tabs,
    /// Semicolons, with quotation marks.
    Semicolons,
    /// Each line is a JSON object.
    Json,
}

impl Form {
    /// The character between two fields, where it is one.
    pub(super) fn delimiter(self) -> Option<u8> {
        match self {
            Form::Blanks | Form::Json => None,
            Form::Commas => Some(b','),
            Form::Tabs => Some(b'\t'),
            Form::Semicolons => Some(b';'),
        }
    }

    fn split(self, line: &str) -> Vec<String> {
        let Some(delimiter) = self.delimiter() else {
            return line.split_ascii_whitespace().map(str::to_string).collect();
        };
        let mut record = csv::StringRecord::new();
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(delimiter)
            .trim(csv::Trim::All)
            .from_reader(line.as_bytes());
        // What is no text is found before.
        let is_read = reader.read_record(&mut record).unwrap_or(false);
        let fields = record.iter().filter(|_| is_read);
        fields.map(str::to_string).collect()
    }
}

/// The layout of a trace.
pub(super) struct Layout {
    pub(super) form: Form,
    pub(super) columns: Columns,
    /// The names of the columns, where there are any.
    pub(super) names: Vec<String>,
    /// Fields in a line.
    pub(super) count: usize,
    /// Where the weight of a message stands.
    pub(super) weight: Option<usize>,
    /// The first line of messages, if it was read to find the layout.
    pub(super) first: Vec<u8>,
    /// How many lines come before what is still to be read, `first` included in that.
    pub(super) lines_before: u64,
}

/// The lines before the messages.
struct Head {
    /// The first comment.
    first_comment: Option<String>,
    /// The comment just before the first line.
    last_comment: Option<String>,
    /// The first line that is no comment, with its number.
    first: String,
    line: u64,
}

impl Layout {
    /// Reads the first lines of `text`; `None` if it has no line.
    pub(super) fn find(text: &mut Text<'_>, options: &TraceOptions) -> Result<Option<Layout>, TraceError> {
        let Some(head) = Head::read(text)? else {
            return Ok(None);
        };
        let line = head.line;
        let content = head.first.trim();
        if content.starts_with(['{', '[']) {
            return json(&head, options).map(Some);
        }
        let is_network = head.is_network();
        let form = form(content, is_network);
        let fields = form.split(content);
        if !fields.iter().any(|field| is_time(field)) {
            let columns = Columns::named(line, &fields, options)?;
            return Ok(Some(Layout {
                form,
                columns,
                count: fields.len(),
                weight: None,
                names: fields,
                first: Vec::new(),
                lines_before: line,
            }));
        }
        let names = head.names_in_comment(form, fields.len(), options);
        let (columns, weight) = match &names {
            Some(names) => (Columns::named(line, names, options)?, None),
            None => ordered(line, &fields, is_network, options)?,
        };
        Ok(Some(Layout {
            form,
            columns,
            names: names.unwrap_or_default(),
            count: fields.len(),
            weight,
            first: head.first.into_bytes(),
            lines_before: line - 1,
        }))
    }
}

impl Head {
    fn read(text: &mut Text<'_>) -> Result<Option<Head>, TraceError> {
        let (mut first_comment, mut last_comment) = (None, None);
        let mut bytes = Vec::new();
        for line in 1.. {
            text.watch.line();
            bytes.clear();
            let start = text
                .bytes
                .fill_buf()
                .map_err(|error| TraceError::input(line, error))?;
            if line == 1 {
                check_text(start)?;
            }
            let length = text
                .bytes
                .read_until(b'\n', &mut bytes)
                .map_err(|error| TraceError::input(line, error))?;
            if length == 0 {
                break;
            }
            let content = std::str::from_utf8(&bytes).map_err(|_| TraceError::NotText { line })?;
            let content = content
                .strip_prefix('\u{feff}')
                .filter(|_| line == 1)
                .unwrap_or(content);
            if content.trim().is_empty() {
                continue;
            }
            if !content.starts_with(['#', '%']) {
                return Ok(Some(Head {
                    first_comment,
                    last_comment,
                    first: content.to_string(),
                    line,
                }));
            }
            let comment = content.trim().to_string();
            first_comment.get_or_insert_with(|| comment.clone());
            last_comment = Some(comment);
        }
        Ok(None)
    }

    /// Whether this is a network as KONECT publishes them, whose first line is like `% asym positive`.
    fn is_network(&self) -> bool {
        let comment = self.first_comment.as_deref().unwrap_or_default();
        let kind = comment
            .strip_prefix('%')
            .and_then(|rest| rest.split_whitespace().next());
        kind.is_some_and(|kind| ["sym", "asym", "bip"].contains(&kind))
    }

    /// The names of the columns in the comment above the first line, if it is a header.
    fn names_in_comment(&self, form: Form, count: usize, options: &TraceOptions) -> Option<Vec<String>> {
        let comment = self.last_comment.as_deref()?;
        let names = form.split(comment.trim_start_matches(['#', '%']).trim());
        let is_header = names.len() == count && Columns::named(self.line, &names, options).is_ok();
        is_header.then_some(names)
    }
}

/// Makes sure that a file with this start is text.
fn check_text(start: &[u8]) -> Result<(), TraceError> {
    if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
        return Err(TraceError::Utf16);
    }
    match start.contains(&0) {
        true => Err(TraceError::Binary),
        false => Ok(()),
    }
}

/// What separates the fields of a file with this line.
fn form(line: &str, is_network: bool) -> Form {
    let is_number = |field: &str| field.parse::<f64>().is_ok();
    // Networks separate some columns by tabs, and others by blanks.
    if is_network || line.split_ascii_whitespace().all(is_number) {
        return Form::Blanks;
    }
    let forms = [Form::Tabs, Form::Commas, Form::Semicolons];
    let with = |count: usize| forms.into_iter().find(|form| form.split(line).len() >= count);
    let is_one_word = line.split_ascii_whitespace().nth(1).is_none();
    with(Role::ALL.len())
        .or_else(|| with(2).filter(|_| is_one_word))
        .unwrap_or(Form::Blanks)
}

/// The columns of lines without a header, and that of the weight.
fn ordered(
    line: u64,
    fields: &[String],
    is_network: bool,
    options: &TraceOptions,
) -> Result<(Columns, Option<usize>), TraceError> {
    let count = fields.len();
    let is_asked = Role::ALL.iter().any(|role| options.column(*role).is_some());
    let (order, weight) = match count {
        3 if is_network && !is_asked => return Err(TraceError::Untimed { line }),
        3 => ([0, 1, 2], None),
        4 if !is_asked => ([0, 1, 3], Some(2)),
        _ if is_asked => ([0, 1, 2], None),
        _ => return Err(TraceError::Nameless { line, count }),
    };
    Ok((Columns::in_order(line, count, order, options)?, weight))
}

/// The layout of JSON Lines: the keys of the first object are the names.
fn json(head: &Head, options: &TraceOptions) -> Result<Layout, TraceError> {
    let line = head.line;
    let object = super::json::object(line, &head.first)?;
    let names: Vec<String> = object.keys().cloned().collect();
    let columns = Columns::named(line, &names, options)?;
    Ok(Layout {
        form: Form::Json,
        columns,
        count: names.len(),
        weight: None,
        names,
        first: head.first.clone().into_bytes(),
        lines_before: line - 1,
    })
}
