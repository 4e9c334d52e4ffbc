//! What `-v` and `--log-level` show on standard error.

use std::io::stderr;
use tracing::level_filters::LevelFilter;

/// Logs what `level` or so many `-v` ask for, whichever is more; without either nothing. An option wins over an
/// environment variable, so `-v` shows more than a `CHAPPE_LOG` that asks for little.
pub(crate) fn set_up(level: Option<LevelFilter>, verbose: u8) {
    let by_count = match verbose {
        0 => LevelFilter::OFF,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let level = level.unwrap_or(LevelFilter::OFF).max(by_count);
    if level == LevelFilter::OFF {
        return;
    }
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(stderr)
        // They would be printed by a macro that panics.
        .log_internal_errors(false)
        .with_target(true)
        .without_time()
        .init();
}
