//! How time and memory grow with people.

use crate::data::{Data, Run};
use chappe_report::chart::{Data as Drawn, GrowthChart, Line, Measure, Plot, Tone};

/// The plots, if there are sizes to compare.
pub(crate) fn of(data: &Data) -> Vec<Plot> {
    if data.alone.len() < 2 {
        return Vec::new();
    }
    let time = |run: &Run| run.wall_ns as f64;
    let memory = |run: &Run| run.peak_bytes as f64;
    vec![
        growth(
            data,
            "time",
            "Time of a day against people",
            Measure::Duration,
            time,
        ),
        growth(
            data,
            "memory",
            "Peak memory against people",
            Measure::Bytes,
            memory,
        ),
    ]
}

fn growth(
    data: &Data,
    name: &'static str,
    title: &'static str,
    of: Measure,
    value: impl Fn(&Run) -> f64,
) -> Plot {
    let point = |run: &Run| (f64::from(run.users_count), value(run));
    let line = Line {
        label: "One worker".to_string(),
        tone: Tone::Platform,
        points: data.alone.values().map(point).collect(),
    };
    let reference = Line::in_proportion(&line);
    Plot {
        name,
        title,
        caption: String::new(),
        clock: "measured".to_string(),
        alternative: format!("{title}, on logarithmic scales, beside a line in proportion."),
        data: Drawn::Growth(GrowthChart {
            sizes: "users".to_string(),
            of,
            lines: vec![reference, line],
        }),
    }
}
