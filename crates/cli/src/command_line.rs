//! Reads the command line, so that help and errors suit the terminal.

use crate::args::Cli;
use crate::failure::Failure;
use crate::terminal::{Colour, Style};
use clap::{ColorChoice, CommandFactory, FromArgMatches};
use std::env;
use std::process::exit;

/// Columns of a terminal that doesn't say how many it has.
const COLUMNS: usize = 80;

/// The command line of this process. A wrong one ends the process with its message.
pub(crate) fn read() -> Cli {
    let words = env::args_os().map(|word| word.to_string_lossy().into_owned());
    let mut command = Cli::command().color(colour(words, env::var("CHAPPE_COLOR").ok()));
    if !knows_its_width() {
        command = command.term_width(COLUMNS);
    }
    let read = command
        .try_get_matches()
        .and_then(|mut matches| Cli::from_arg_matches_mut(&mut matches));
    read.unwrap_or_else(|error| exit(show(&error).into()))
}

/// Shows what is wrong with the command line, or the help that it asks for, and gives the exit code.
fn show(error: &clap::Error) -> u8 {
    match error.print() {
        Err(unwritten) if !error.use_stderr() => {
            let failure = Failure::Output(unwritten);
            let code = failure.code();
            failure.report(Style::new(Colour::Never));
            code
        }
        _ => error.exit_code() as u8,
    }
}

/// Whether there is a number of columns, from the terminal or from `COLUMNS`; a terminal may report none.
fn knows_its_width() -> bool {
    let columns = || env::var("COLUMNS").ok()?.parse::<usize>().ok();
    terminal_size::terminal_size().is_some() || columns().is_some_and(|columns| columns > 0)
}

/// What `--color` says, or else the variable. It has to be known before the command line is read, as it bears on the
/// errors in it.
fn colour(words: impl Iterator<Item = String>, variable: Option<String>) -> ColorChoice {
    let mut asked = variable;
    let mut words = words.take_while(|word| word != "--");
    while let Some(word) = words.next() {
        if word == "--color" {
            asked = words.next();
        } else if let Some(value) = word.strip_prefix("--color=") {
            asked = Some(value.to_string());
        }
    }
    match asked.as_deref() {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        Some(_) | None => ColorChoice::Auto,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_wins_over_the_variable() {
        let colour = |words: &str, variable: Option<&str>| {
            colour(
                words.split_whitespace().map(str::to_string),
                variable.map(str::to_string),
            )
        };
        assert_eq!(colour("run a.toml", None), ColorChoice::Auto);
        assert_eq!(colour("run a.toml", Some("always")), ColorChoice::Always);
        assert_eq!(
            colour("run --color never a.toml", Some("always")),
            ColorChoice::Never
        );
        assert_eq!(colour("run --color=always", Some("never")), ColorChoice::Always);
        assert_eq!(colour("run -- --color=always", None), ColorChoice::Auto);
    }
}
