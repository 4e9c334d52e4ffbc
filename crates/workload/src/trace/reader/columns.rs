//! Which columns hold sender, receiver and time: by their names, by what was asked for, or by their order.

use super::error::TraceError;
use super::options::{Column, Role, TraceOptions};

/// Where sender, receiver and time stand in a line, from 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Columns {
    pub(super) sender: usize,
    pub(super) receiver: usize,
    pub(super) time: usize,
}

impl Columns {
    fn of([sender, receiver, time]: [usize; 3]) -> Columns {
        Columns {
            sender,
            receiver,
            time,
        }
    }

    /// The columns of a table with these names, in the header of `line`.
    pub(super) fn named(line: u64, names: &[String], options: &TraceOptions) -> Result<Columns, TraceError> {
        // What was asked for and isn't there is said before what was not found.
        for role in Role::ALL {
            options
                .column(role)
                .map(|column| asked(line, role, column, names))
                .transpose()?;
        }
        let [sender, receiver, time] = Role::ALL.map(|role| match options.column(role) {
            Some(column) => asked(line, role, column, names),
            None => found(line, role, names),
        });
        Ok(Columns::of([sender?, receiver?, time?]))
    }

    /// The columns of a table without names, whose lines have `count` fields in the given order.
    pub(super) fn in_order(
        line: u64,
        count: usize,
        order: [usize; 3],
        options: &TraceOptions,
    ) -> Result<Columns, TraceError> {
        let numbers: Vec<String> = (1..=count).map(|number| number.to_string()).collect();
        let place = |index: usize| match options.column(Role::ALL[index]) {
            Some(Column::Numbered(number)) if (1..=count).contains(number) => Ok(number - 1),
            Some(column) => Err(TraceError::OtherColumns {
                line,
                role: Role::ALL[index],
                column: column.clone(),
                columns: format!("no names, and the columns {}", numbers.join(", ")),
            }),
            None => Ok(order[index]),
        };
        Ok(Columns::of([place(0)?, place(1)?, place(2)?]))
    }
}

/// The column that was asked for.
fn asked(line: u64, role: Role, column: &Column, names: &[String]) -> Result<usize, TraceError> {
    let index = match column {
        Column::Named(wanted) => names.iter().position(|name| name == wanted),
        Column::Numbered(number) => number.checked_sub(1).filter(|index| *index < names.len()),
    };
    index.ok_or_else(|| TraceError::OtherColumns {
        line,
        role,
        column: column.clone(),
        columns: listed(names),
    })
}

/// The column that goes by one of the names of `role`, or by one of them with `_id`.
fn found(line: u64, role: Role, names: &[String]) -> Result<usize, TraceError> {
    let plain: Vec<String> = names.iter().map(|name| plain(name)).collect();
    for ending in ["", "_id"] {
        let is_match = |name: &str| {
            let stem = name.strip_suffix(ending);
            stem.is_some_and(|stem| role.names().contains(&stem))
        };
        let mut matches = (0..names.len()).filter(|&index| is_match(&plain[index]));
        match (matches.next(), matches.next()) {
            (None, _) => {}
            (Some(index), None) => return Ok(index),
            (Some(one), Some(other)) => {
                return Err(TraceError::TwoColumns {
                    line,
                    role,
                    one: names[one].clone(),
                    other: names[other].clone(),
                });
            }
        }
    }
    Err(TraceError::NoColumn {
        line,
        role,
        columns: listed(names),
    })
}

/// A name as it is looked up: `Created At` is `created_at`.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-', '.'], "_")
}

/// Names for a message: the first ones, where there are many.
fn listed(names: &[String]) -> String {
    /// So many names fit into a message.
    const SHOWN: usize = 12;
    let shown = names.iter().take(SHOWN).map(|name| super::error::shortened(name));
    let shown: Vec<String> = shown.map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(SHOWN);
    match more {
        0 => shown.join(", "),
        _ => format!("{} and {more} more", shown.join(", ")),
    }
}
