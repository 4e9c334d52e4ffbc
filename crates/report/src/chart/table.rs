//! The same data as a table, for readers who prefer one or cannot see the drawing.

use super::Data;
use super::axis::Measure;
use super::bars::BarChart;
use super::distribution::{DistributionChart, value_at};
use super::growth::GrowthChart;
use super::heat::HeatChart;
use super::quantiles::QuantileChart;
use super::ranges::RangeChart;
use super::rates::RateChart;
use super::scatter::ScatterChart;
use super::time::TimeChart;
use crate::words;

/// Rows of a table over time, at most.
const TIMES_MOST: usize = 48;

/// A table of text: the first cell of each row names the row.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table {
    /// What the columns are.
    pub head: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// The table in Markdown, with its first column at the left and all others at the right.
    #[must_use]
    pub fn markdown(&self) -> String {
        let line = |row: &[String]| {
            let cells: Vec<String> = row.iter().map(|text| markdown_cell(text)).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let rule = format!("|---|{}\n", "---:|".repeat(self.head.len().saturating_sub(1)));
        let rows: Vec<String> = self.rows.iter().map(|row| line(row)).collect();
        format!("{}{rule}{}", line(&self.head), rows.concat())
    }
}

/// A text that stays within its cell of a Markdown table.
pub(crate) fn markdown_cell(text: &str) -> String {
    markdown_line(text).replace('|', "\\|")
}

/// A text that stays on its line of Markdown, where an angle bracket never begins a tag.
pub(crate) fn markdown_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\n' | '\r' => line.push(' '),
            '<' if letters.peek().is_some_and(|next| !next.is_whitespace()) => line.push_str("&lt;"),
            other => line.push(other),
        }
    }
    line
}

/// The data as a table.
pub(crate) fn of(data: &Data) -> Table {
    match data {
        Data::Quantiles(chart) => of_quantiles(chart),
        Data::Time(chart) => of_time(chart, words::moment),
        Data::Elapsed(chart) => of_time(chart, words::duration),
        Data::Bars(chart) => of_bars(chart),
        Data::Scatter(chart) => of_scatter(chart),
        Data::Distribution(chart) => of_distribution(chart),
        Data::Growth(chart) => of_growth(chart),
        Data::Heat(chart) => of_heat(chart),
        Data::Ranges(chart) => of_ranges(chart),
        Data::Rates(chart) => of_rates(chart),
    }
}

/// How far apart the points of a chart over time are.
pub(crate) fn spacing(data: &Data) -> String {
    match data {
        Data::Time(chart) | Data::Elapsed(chart) => {
            format!(" Each point stands for {}.", words::duration(chart.interval_ns))
        }
        Data::Quantiles(_)
        | Data::Bars(_)
        | Data::Scatter(_)
        | Data::Distribution(_)
        | Data::Growth(_)
        | Data::Heat(_)
        | Data::Ranges(_)
        | Data::Rates(_) => String::new(),
    }
}

/// The data in a sentence or two.
pub(crate) fn spoken(data: &Data) -> String {
    match data {
        Data::Quantiles(chart) => joined(chart.lines.iter().map(|line| {
            let [median, slow] =
                [0.5, 0.99].map(|quantile| words::told(at_quantile(&line.points, quantile), words::duration));
            format!("{}: {median} at 50%, {slow} at 99%", line.label)
        })),
        Data::Time(chart) | Data::Elapsed(chart) => joined(chart.panels.iter().flat_map(|panel| {
            panel.lines.iter().map(|line| {
                let most = line.values.iter().flatten().copied().reduce(f64::max);
                let most = words::told(most, |most| format!("at most {}", panel.measure.signed(most)));
                format!("{}, {}: {most}", panel.title, line.label)
            })
        })),
        Data::Bars(chart) => joined(
            chart
                .bars
                .iter()
                .map(|bar| format!("{}: {}", bar.label, words::count(bar.count as i64))),
        ),
        Data::Scatter(chart) => joined(chart.dots.iter().map(|dot| {
            let (across, up) = (
                chart.across_measure.show(dot.across),
                chart.up_measure.show(dot.up),
            );
            format!("{}: {across}, {up}", dot.label)
        })),
        Data::Distribution(chart) => joined(chart.lines.iter().map(|line| {
            let [half, most] = [0.5, 0.9]
                .map(|share| words::told(value_at(&line.points, share), |value| chart.measure.show(value)));
            format!("{}: half up to {half}, 90% up to {most}", line.label)
        })),
        Data::Growth(chart) => joined(chart.lines.iter().filter_map(|line| {
            let last = line.points.last()?;
            let (size, value) = (words::number(last.0), chart.of.show(last.1));
            Some(format!("{}: {value} at {size} {}", line.label, chart.sizes))
        })),
        Data::Heat(chart) => joined(chart.panels.iter().filter_map(|panel| {
            let (row, hour, value) = panel.most()?;
            let most = chart.measure.show(value);
            Some(format!("{}: at most {most}, on {row} from {hour} h", panel.title))
        })),
        Data::Ranges(chart) => joined(chart.panels.iter().flat_map(|panel| {
            let rows = panel.rows.iter();
            rows.map(|row| format!("{}: {}", within(&panel.title, &row.label), row.remark))
        })),
        Data::Rates(chart) => joined(chart.lines.iter().filter_map(|line| {
            let last = line.points.last()?;
            let (rate, latency) = (words::number(last.rate), words::duration(last.latency_ns));
            Some(format!("{}: {latency} at {rate} per second", line.label))
        })),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    let mut text = parts.collect::<Vec<_>>().join("; ");
    text.push('.');
    text
}

fn at_quantile(points: &[(f64, i64)], quantile: f64) -> Option<i64> {
    let found = points.iter().find(|point| point.0 >= quantile - 1e-9);
    found.or(points.last()).map(|point| point.1)
}

fn of_quantiles(chart: &QuantileChart) -> Table {
    const SHOWN: [(f64, &str); 8] = [
        (0.0, "fastest"),
        (0.25, "25%"),
        (0.5, "50%"),
        (0.75, "75%"),
        (0.9, "90%"),
        (0.99, "99%"),
        (0.999, "99.9%"),
        (0.9999, "99.99%"),
    ];
    let told = |points: &[(f64, i64)], quantile: f64| {
        let (first, last) = (points.first()?.0, points.last()?.0);
        let within = (first - 1e-9..=last + 1e-9).contains(&quantile);
        let value = at_quantile(points, quantile).filter(|_| within);
        value.map(words::duration)
    };
    Table {
        head: head("", SHOWN.iter().map(|&(_, label)| label.to_owned())),
        rows: chart
            .lines
            .iter()
            .map(|line| {
                let values = SHOWN
                    .iter()
                    .map(|&(quantile, _)| told(&line.points, quantile).unwrap_or_default());
                head(&line.label, values)
            })
            .collect(),
    }
}

fn of_distribution(chart: &DistributionChart) -> Table {
    const SHOWN: [(f64, &str); 7] = [
        (0.05, "5%"),
        (0.1, "10%"),
        (0.25, "25%"),
        (0.5, "50%"),
        (0.75, "75%"),
        (0.9, "90%"),
        (0.95, "95%"),
    ];
    Table {
        head: head("", SHOWN.iter().map(|&(_, label)| label.to_owned())),
        rows: chart
            .lines
            .iter()
            .map(|line| {
                let at = |share| value_at(&line.points, share).map(|value| chart.measure.show(value));
                head(
                    &line.label,
                    SHOWN.iter().map(|&(share, _)| at(share).unwrap_or_default()),
                )
            })
            .collect(),
    }
}

fn of_time(chart: &TimeChart, time: fn(i64) -> String) -> Table {
    let lines = || {
        chart
            .panels
            .iter()
            .flat_map(|panel| panel.lines.iter().map(move |line| (panel, line)))
    };
    let intervals = lines().map(|(_, line)| line.values.len()).max().unwrap_or(0);
    let every = intervals.div_ceil(TIMES_MOST).max(1);
    Table {
        head: head(
            "from",
            lines().map(|(panel, line)| format!("{}: {}", panel.title, line.label)),
        ),
        rows: (0..intervals)
            .step_by(every)
            .map(|index| {
                let at = chart.from_ns + index as i64 * chart.interval_ns;
                let values = lines().map(|(panel, line)| {
                    let value = line.values.get(index).copied().flatten();
                    value.map(|value| panel.measure.show(value)).unwrap_or_default()
                });
                head(&time(at), values)
            })
            .collect(),
    }
}

fn of_bars(chart: &BarChart) -> Table {
    Table {
        head: ["", "count", "meaning"].map(str::to_owned).to_vec(),
        rows: chart
            .bars
            .iter()
            .map(|bar| {
                vec![
                    bar.label.clone(),
                    words::count(bar.count as i64),
                    bar.remark.clone().unwrap_or_default(),
                ]
            })
            .collect(),
    }
}

fn of_scatter(chart: &ScatterChart) -> Table {
    Table {
        head: vec!["".to_owned(), chart.across.clone(), chart.up.clone()],
        rows: chart
            .dots
            .iter()
            .map(|dot| {
                vec![
                    dot.label.clone(),
                    chart.across_measure.show(dot.across),
                    chart.up_measure.show(dot.up),
                ]
            })
            .collect(),
    }
}

fn of_growth(chart: &GrowthChart) -> Table {
    let sizes = chart.lines.iter().map(|line| line.points.len()).max();
    let row = |index: usize| {
        let size = chart.lines.iter().find_map(|line| line.points.get(index));
        let values = chart.lines.iter().map(|line| {
            let point = line.points.get(index);
            point.map(|point| chart.of.show(point.1)).unwrap_or_default()
        });
        head(
            &size.map(|size| words::number(size.0)).unwrap_or_default(),
            values,
        )
    };
    Table {
        head: head(&chart.sizes, chart.lines.iter().map(|line| line.label.clone())),
        rows: (0..sizes.unwrap_or(0)).map(row).collect(),
    }
}

fn of_heat(chart: &HeatChart) -> Table {
    let rows = chart.panels.iter().flat_map(|panel| {
        panel.rows.iter().map(|(name, hours)| {
            let shown = |hour: usize| hours.map(|hours| chart.measure.show(hours[hour]));
            let cells = (0..24).map(|hour| shown(hour).unwrap_or_default());
            head(&within(&panel.title, name), cells)
        })
    });
    Table {
        head: head("", (0..24).map(|hour| format!("{hour} h"))),
        rows: rows.collect(),
    }
}

fn of_ranges(chart: &RangeChart) -> Table {
    let rows = chart.panels.iter().flat_map(|panel| {
        panel.rows.iter().map(|row| {
            let marks: Vec<String> = row.marks.iter().map(|&mark| panel.measure.signed(mark)).collect();
            vec![
                within(&panel.title, &row.label),
                panel.measure.signed(row.span.0),
                panel.measure.signed(row.span.1),
                marks.join(", "),
                row.remark.clone(),
            ]
        })
    });
    Table {
        head: ["", "from", "to", "marked", "meaning"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
    }
}

/// A row's name with that of its panel, if it has one.
fn within(panel: &str, row: &str) -> String {
    if panel.is_empty() {
        row.to_owned()
    } else {
        format!("{panel}: {row}")
    }
}

fn of_rates(chart: &RateChart) -> Table {
    let rows = chart.lines.iter().flat_map(|line| {
        line.points.iter().map(|point| {
            let verdict = if point.kept { "" } else { "not kept" };
            vec![
                line.label.clone(),
                Measure::Rate.show(point.rate),
                words::duration(point.latency_ns),
                verdict.to_owned(),
            ]
        })
    });
    Table {
        head: ["", "offered", "latency", ""].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn head(first: &str, rest: impl Iterator<Item = String>) -> Vec<String> {
    std::iter::once(first.to_owned()).chain(rest).collect()
}
