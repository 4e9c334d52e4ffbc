//! From a command to a study: the context by which the terminal watches and stops it.

use crate::failure::{Failure, located};
use crate::signals::stop_on_interrupt;
use crate::terminal::TerminalObserver;
use chappe_study::{CachedRuns, Context, Opened, RunsInMemory, Threads};

/// Carries out `study` on what was opened, with the terminal for an observer. Runs of studies are kept in `runs`, where
/// there are any.
pub(crate) fn carry_out<T, E>(
    opened: &Opened,
    (threads, quiet): (Threads, bool),
    runs: Option<&dyn CachedRuns>,
    study: impl FnOnce(&Context<'_>) -> Result<T, E>,
) -> Result<T, Failure>
where
    Failure: From<E>,
{
    let observer = TerminalObserver::new(quiet);
    let in_memory = RunsInMemory::default();
    let command = command();
    let context = Context {
        threads,
        command: &command,
        ..Context::new(
            stop_on_interrupt(),
            &observer,
            &*opened.traces,
            runs.unwrap_or(&in_memory),
        )
    };
    study(&context).map_err(|error| located(error.into(), opened))
}

/// The command that was given, for reports to say how to repeat a study.
pub(crate) fn command() -> Vec<String> {
    let words = std::env::args_os().skip(1);
    let words = words.map(|word| word.to_string_lossy().into_owned());
    std::iter::once("chappe".to_string()).chain(words).collect()
}
