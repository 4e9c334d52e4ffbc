//! How far a study is, as data and in words, which a terminal and a page show alike.

use crate::story::time;
use chappe_base::SimTime;
use chappe_load::LoadProgress;
use chappe_metrics::Timed;
use chappe_report::words;

/// How far a part of a study is.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// A simulation.
    Simulation {
        /// The time of the run that it has reached.
        now: SimTime,
        /// Where it ends.
        until: SimTime,
        /// Events so far.
        events_count: u64,
    },
    /// Commands recorded for a live load.
    Tape {
        /// Commands so far.
        done: u64,
        /// Commands wanted.
        total: u64,
    },
    /// A live load, second by second.
    Load(&'a LoadProgress),
    /// Runs of a what-if study or a sweep.
    Runs {
        /// Runs that have ended.
        done: u64,
        /// Runs that were asked for.
        total: u64,
    },
    /// Points of a sweep that are looked at before the first run.
    Points {
        /// Points that are as they should be.
        done: u64,
        /// Points to look at.
        total: u64,
    },
    /// Populations that a fit has tried.
    Tries {
        /// Tries so far.
        done: u64,
        /// The most tries.
        total: u64,
    },
    /// This part has ended; another may follow.
    Ended,
}

/// A part of a study as a bar shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bar {
    /// What is done; it stays while the bar moves.
    pub title: &'static str,
    /// How much is done.
    pub done: u64,
    /// How much there is to do, in the same unit.
    pub total: u64,
    /// What beside the bar may be told of it.
    pub text: String,
    /// Whether `text` says how long it still takes. If not, whoever draws the bar reckons that from how fast it moves.
    pub says_time_left: bool,
}

impl Progress<'_> {
    /// The bar for it; `None` at the end of a part.
    #[must_use]
    pub fn bar(&self) -> Option<Bar> {
        let bar = |title, done, total, text| Bar {
            title,
            done,
            total,
            text,
            says_time_left: false,
        };
        match self {
            Progress::Simulation {
                now,
                until,
                events_count,
            } => {
                let text = format!("{}  {:.1} M events", time(*now), *events_count as f64 / 1e6);
                Some(bar("simulating", now.0.max(0) as u64, until.0 as u64, text))
            }
            Progress::Tape { done, total } => {
                Some(bar("recording", *done, *total, "recording the tape".to_string()))
            }
            Progress::Load(progress) => Some(Bar {
                // A bar would reckon the time left from how fast it moved so far, but the clock says it.
                says_time_left: true,
                ..bar(
                    "loading",
                    progress.elapsed_ns,
                    progress.planned_ns,
                    load_text(progress),
                )
            }),
            Progress::Runs { done, total } => {
                Some(bar("runs", *done, *total, format!("{done} of {total} runs")))
            }
            Progress::Points { done, total } => {
                Some(bar("points", *done, *total, "looking at the points".to_string()))
            }
            Progress::Tries { done, total } => Some(bar("fitting", *done, *total, "fitting".to_string())),
            Progress::Ended => None,
        }
    }
}

fn load_text(progress: &LoadProgress) -> String {
    let second = &progress.second;
    let time = |ns: Option<i64>| ns.map_or_else(|| "–".to_string(), words::duration);
    format!(
        "{}/s  p99 {}  backlog {}  lag {}  {} left",
        words::count(second.counts.sent as i64),
        time(second.p99(Timed::Delivery)),
        words::count(second.backlog as i64),
        time(second.p99(Timed::Lag)),
        words::duration(progress.planned_ns.saturating_sub(progress.elapsed_ns) as i64),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_metrics::Row;

    #[test]
    fn a_load_says_how_long_it_still_takes() {
        let progress = LoadProgress {
            elapsed_ns: 1_000_000_000,
            planned_ns: 61_000_000_000,
            second: Row::default(),
        };
        let bar = Progress::Load(&progress).bar().unwrap();
        assert!(bar.text.ends_with("1 min left"), "{}", bar.text);
        assert!(bar.says_time_left);
    }
}
