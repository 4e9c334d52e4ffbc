//! What a terminal shows: progress while it runs, a table at the end; nothing of it in a pipe.

use chappe_base::{Duration, SimTime, Span};
use chappe_engine::{Progress, StopFlag};
use chappe_load::LoadProgress;
use chappe_metrics::Timed;
use chappe_report::words;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{ContentArrangement, Table};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, stderr};
use std::sync::OnceLock;

/// The flag that Ctrl-C raises; a second Ctrl-C ends the process at once.
pub(crate) fn stop_on_interrupt() -> &'static StopFlag {
    static FLAG: OnceLock<StopFlag> = OnceLock::new();
    FLAG.get_or_init(|| {
        let flag = StopFlag::new();
        let raised = flag.clone();
        let handler = move || {
            if raised.is_raised() {
                std::process::exit(130);
            }
            raised.raise();
        };
        if let Err(error) = ctrlc::set_handler(handler) {
            eprintln!("warning: Ctrl-C will not write a report: {error}");
        }
        flag
    })
}

/// The progress of a run, on standard error if that is a terminal.
pub(crate) struct Gauge {
    bar: ProgressBar,
}

impl Gauge {
    pub(crate) fn new(horizon: SimTime, quiet: bool) -> Gauge {
        let template = "{wide_bar:.cyan/dim} {percent:>3}%  {msg}  {eta} left";
        Gauge {
            bar: bar(horizon.0 as u64, template, quiet),
        }
    }

    pub(crate) fn show(&self, progress: Progress) {
        self.bar.set_position(progress.now.0 as u64);
        let millions = progress.events_count as f64 / 1e6;
        self.bar
            .set_message(format!("{}  {millions:.1} M events", time(progress.now)));
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A bar on standard error, or nothing if that is no terminal.
fn bar(length: u64, template: &str, quiet: bool) -> ProgressBar {
    let bar = if quiet || !stderr().is_terminal() {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(length)
    };
    let style = ProgressStyle::with_template(template).expect("the template is well formed");
    bar.set_style(style.progress_chars("━━─"));
    bar
}

/// How much of work that is done piece by piece is done.
pub(crate) struct Steps {
    bar: ProgressBar,
}

impl Steps {
    /// None of `count` pieces of `work`, of which the words go before the bar.
    pub(crate) fn new(work: &str, count: u64, quiet: bool) -> Steps {
        let template = format!("{work} {{wide_bar:.cyan/dim}} {{percent:>3}}%  {{eta}} left");
        Steps {
            bar: bar(count, &template, quiet),
        }
    }

    pub(crate) fn show(&self, done_count: usize) {
        self.bar.set_position(done_count as u64);
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// How many runs of a study have come to an end.
pub(crate) struct Runs {
    bar: ProgressBar,
}

impl Runs {
    pub(crate) fn new(runs_count: u64, quiet: bool) -> Runs {
        let template = "{wide_bar:.cyan/dim} {pos} of {len} runs  {eta} left";
        Runs {
            bar: bar(runs_count, template, quiet),
        }
    }

    pub(crate) fn show(&self) {
        self.bar.inc(1);
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// How a load goes, second by second.
pub(crate) struct LoadGauge {
    bar: ProgressBar,
}

impl LoadGauge {
    pub(crate) fn new(quiet: bool) -> LoadGauge {
        LoadGauge {
            bar: bar(0, "{wide_bar:.cyan/dim} {percent:>3}%  {msg}  {eta} left", quiet),
        }
    }

    pub(crate) fn show(&self, progress: &LoadProgress) {
        self.bar.set_length(progress.planned_ns);
        self.bar
            .set_position(progress.elapsed_ns.min(progress.planned_ns));
        let second = &progress.second;
        let time = |ns: Option<i64>| ns.map_or_else(|| "–".to_string(), words::duration);
        self.bar.set_message(format!(
            "{}/s  p99 {}  backlog {}  lag {}",
            words::count(second.counts.sent as i64),
            time(second.p99(Timed::Delivery)),
            words::count(second.backlog as i64),
            time(second.p99(Timed::Lag)),
        ));
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A table of labels and values, as wide as the terminal.
pub(crate) fn table(rows: Vec<(String, String)>) -> Table {
    grid(
        rows.into_iter()
            .map(|(label, value)| vec![label, value])
            .collect(),
    )
}

/// A table of any number of columns, as wide as the terminal.
pub(crate) fn grid(rows: Vec<Vec<String>>) -> Table {
    let mut table = Table::new();
    table
        .load_style(UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic);
    for row in rows {
        table.add_row(row);
    }
    table
}

/// A time of the run as people read it: day and time of day.
pub(crate) fn time(at: SimTime) -> String {
    let day = at.day();
    let second = (at.0 - i64::from(day) * Span::DAY.0) / Span::SECOND.0;
    let (hours, minutes, seconds) = (second / 3600, second / 60 % 60, second % 60);
    let clock = format!("{hours:02}:{minutes:02}:{seconds:02}");
    if day < 0 {
        format!("day {day} {clock}")
    } else {
        format!("day {} {clock}", day + 1)
    }
}

/// A duration as people read it.
pub(crate) fn span(span: Span) -> String {
    let rounded = match span.0 {
        0..1_000_000 => span.0,
        1_000_000..10_000_000_000 => span.0 / 1_000_000 * 1_000_000,
        _ => span.0 / Span::SECOND.0 * Span::SECOND.0,
    };
    Duration(Span(rounded)).to_string()
}
