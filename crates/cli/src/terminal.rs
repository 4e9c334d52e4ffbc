//! What a terminal shows: progress and notes while a study runs, tables at its end. Progress never goes into a pipe.

use chappe_metrics::Timed;
use chappe_report::words;
use chappe_study::{Note, Observer, Progress, Severity, time};
use indicatif::{ProgressBar, ProgressStyle};
use std::fmt::Display;
use std::io::{IsTerminal, Write, stderr};
use std::sync::{Mutex, PoisonError};
use tracing::level_filters::LevelFilter;

/// How things are shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// Whether standard error is coloured.
    pub(crate) colour: bool,
}

/// When to colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum Colour {
    /// Where standard error is a terminal and `NO_COLOR` is not set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Style {
    pub(crate) fn new(colour: Colour) -> Style {
        let colour = match colour {
            Colour::Auto => stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
            Colour::Always => true,
            Colour::Never => false,
        };
        Style { colour }
    }

    /// What an error begins with.
    pub(crate) fn error(self) -> &'static str {
        match self.colour {
            true => "\x1b[1;31merror:\x1b[0m",
            false => "error:",
        }
    }
}

/// Says a line on standard error. If that is closed or full, there is nobody left to tell.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(stderr().lock(), "{line}");
}

/// Shows on standard error how far a study is: a bar on a terminal, and notes everywhere.
pub(crate) struct TerminalObserver {
    quiet: bool,
    /// The bar of the part that is under way, with its template.
    bar: Mutex<Option<(&'static str, ProgressBar)>>,
}

impl TerminalObserver {
    /// An observer that shows nothing but warnings if it is `quiet`.
    pub(crate) fn new(quiet: bool) -> TerminalObserver {
        TerminalObserver {
            quiet,
            bar: Mutex::new(None),
        }
    }

    /// Clears the bar, if there is one.
    fn clear(&self) {
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, bar)) = bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Observer for TerminalObserver {
    fn progress(&self, progress: Progress<'_>) {
        let Some(Shown {
            template,
            done,
            total,
            message,
        }) = shown(&progress)
        else {
            return self.clear();
        };
        // Lines of the log would tear a bar.
        let is_logging = LevelFilter::current() != LevelFilter::OFF;
        if self.quiet || is_logging || !stderr().is_terminal() {
            return;
        }
        let mut slot = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_none_or(|(shown, _)| *shown != template) {
            let bar = ProgressBar::new(total);
            let style = ProgressStyle::with_template(template).expect("the template is well formed");
            bar.set_style(style.progress_chars("━━─"));
            *slot = Some((template, bar));
        }
        if let Some((_, bar)) = slot.as_ref() {
            bar.set_length(total);
            bar.set_position(done.min(total));
            bar.set_message(message);
        }
    }

    fn note(&self, note: Note) {
        if self.quiet && note.severity() != Severity::Warning {
            return;
        }
        let line = match note.severity() {
            Severity::Step => note.to_string(),
            Severity::Note => format!("note: {note}"),
            Severity::Warning => format!("warning: {note}"),
        };
        let bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        match bar.as_ref() {
            Some((_, bar)) => bar.suspend(|| say(&line)),
            None => say(&line),
        }
    }
}

/// A bar.
struct Shown {
    template: &'static str,
    done: u64,
    total: u64,
    message: String,
}

/// The bar for `progress`; `None` at the end of a part.
fn shown(progress: &Progress<'_>) -> Option<Shown> {
    let with_message = "{wide_bar:.cyan/dim} {percent:>3}%  {msg}  {eta} left";
    let counted = |template, done, total| Shown {
        template,
        done,
        total,
        message: String::new(),
    };
    match progress {
        Progress::Simulation {
            now,
            until,
            events_count,
        } => Some(Shown {
            template: with_message,
            done: now.0.max(0) as u64,
            total: until.0 as u64,
            message: format!("{}  {:.1} M events", time(*now), *events_count as f64 / 1e6),
        }),
        Progress::Tape { done, total } => {
            let template = "recording the tape {wide_bar:.cyan/dim} {percent:>3}%  {eta} left";
            Some(counted(template, *done, *total))
        }
        Progress::Load(progress) => {
            // The clock says how long a load still takes; a bar would reckon it from how fast it moved so far.
            let template = "{wide_bar:.cyan/dim} {percent:>3}%  {msg}";
            let left_ns = progress.planned_ns.saturating_sub(progress.elapsed_ns);
            let second = &progress.second;
            let time = |ns: Option<i64>| ns.map_or_else(|| "–".to_string(), words::duration);
            Some(Shown {
                template,
                done: progress.elapsed_ns,
                total: progress.planned_ns,
                message: format!(
                    "{}/s  p99 {}  backlog {}  lag {}  {} left",
                    words::count(second.counts.sent as i64),
                    time(second.p99(Timed::Delivery)),
                    words::count(second.backlog as i64),
                    time(second.p99(Timed::Lag)),
                    words::duration(left_ns as i64),
                ),
            })
        }
        Progress::Runs { done, total } => {
            let template = "{wide_bar:.cyan/dim} {pos} of {len} runs  {eta} left";
            Some(counted(template, *done, *total))
        }
        Progress::Tries { done, total } => {
            let template = "fitting {wide_bar:.cyan/dim} {percent:>3}%  {eta} left";
            Some(counted(template, *done, *total))
        }
        Progress::Ended => None,
    }
}

/// Rows of labels and values, a line each, the values below one another.
pub(crate) fn table(rows: &[(String, String)]) -> String {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|(label, value)| vec![label.clone(), value.clone()])
        .collect();
    grid(&rows)
}

/// Rows of cells, a line each, the cells of a column below one another.
pub(crate) fn grid(rows: &[Vec<String>]) -> String {
    let columns_count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns_count).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths);
        let line: String = cells.map(|(cell, &width)| format!("{cell:<width$}  ")).collect();
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_load::LoadProgress;
    use chappe_metrics::Row;

    #[test]
    fn a_load_says_how_long_it_still_takes() {
        let progress = LoadProgress {
            elapsed_ns: 1_000_000_000,
            planned_ns: 61_000_000_000,
            second: Row::default(),
        };
        let shown = shown(&Progress::Load(&progress)).unwrap();
        assert!(shown.message.ends_with("1 min left"), "{}", shown.message);
        assert!(!shown.template.contains("eta"));
    }

    #[test]
    fn cells_of_a_column_stand_below_one_another() {
        let rows = [["figure", "run"], ["µ", "1"]].map(|row| row.map(str::to_string).to_vec());
        assert_eq!(grid(&rows), "figure  run\nµ       1\n");
    }
}
