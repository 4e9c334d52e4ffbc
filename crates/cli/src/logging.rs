//! What `-v` and `--log-level` show on standard error.

use std::io::stderr;
use tracing::level_filters::LevelFilter;

/// Logs from `level` on; without one, what so many `-v` ask for, and without any nothing.
pub(crate) fn set_up(level: Option<LevelFilter>, verbose: u8) {
    let level = level.unwrap_or(match verbose {
        0 => LevelFilter::OFF,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    });
    if level == LevelFilter::OFF {
        return;
    }
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(stderr)
        .with_target(true)
        .without_time()
        .init();
}
