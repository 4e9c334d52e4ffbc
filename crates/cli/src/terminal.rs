//! What a terminal shows: progress and notes while a study runs, tables at its end. Progress never goes into a pipe.

use chappe_study::{Note, Observer, Progress, Severity};
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
    /// The bar of the part that is under way, with its title.
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
        let Some(bar) = progress.bar() else {
            return self.clear();
        };
        // Lines of the log would tear a bar.
        let is_logging = LevelFilter::current() != LevelFilter::OFF;
        if self.quiet || is_logging || !stderr().is_terminal() {
            return;
        }
        let mut slot = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_none_or(|(title, _)| *title != bar.title) {
            let template = match bar.says_time_left {
                true => "{wide_bar:.cyan/dim} {percent:>3}%  {msg}",
                false => "{wide_bar:.cyan/dim} {percent:>3}%  {msg}  {eta} left",
            };
            let style = ProgressStyle::with_template(template).expect("the template is well formed");
            let drawn = ProgressBar::new(bar.total).with_style(style.progress_chars("━━─"));
            *slot = Some((bar.title, drawn));
        }
        if let Some((_, drawn)) = slot.as_ref() {
            drawn.set_length(bar.total);
            drawn.set_position(bar.done.min(bar.total));
            drawn.set_message(bar.text);
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
