//! Charts: their data, taken from a record, and apart from it their drawing.

mod axis;
mod bars;
mod canvas;
mod data;
mod distribution;
mod frame;
mod growth;
mod heat;
#[cfg(test)]
mod layout_tests;
mod levels;
mod lines;
mod live;
mod names;
mod palette;
mod quantiles;
mod ranges;
mod rates;
mod scatter;
mod table;
mod tick_label;
mod ticks;
mod time;
mod timeline;

use crate::reading::Reading;
use canvas::{Canvas, Extent};
use chappe_metrics::RunRecord;
use frame::NARROW;
use serde::Serialize;
use time::Reckoning;

pub use axis::Measure;
pub use bars::{Bar, BarChart, Lengths};
pub(crate) use data::{campaign_words, rule_words};
pub(crate) use distribution::value_at;
pub use distribution::{DistributionChart, DistributionLine};
pub use growth::GrowthChart;
pub use heat::{HeatChart, HeatPanel};
pub use levels::{Level, LevelChart};
pub use lines::{Line, Mark};
pub use palette::{Dash, Tone};
pub use quantiles::QuantileChart;
pub use ranges::{Places, RangeChart, RangePanel, RangeRow};
pub use rates::{RateChart, RatePoint};
pub use scatter::{Dot, ScatterChart, Spread};
pub use table::Table;
pub(crate) use table::{markdown_cell, markdown_line};
pub use time::{Panel, TimeChart, TimeLine};

/// For which screen a chart is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Screen {
    /// A desk, a page of paper, a picture file.
    Wide,
    /// A telephone held upright.
    Narrow,
}

/// One chart with the words around it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Plot {
    /// Name of its files, without the ending.
    pub name: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// How to read it, and in which time it is.
    pub caption: String,
    /// In which time it is.
    pub clock: String,
    /// The same in words, for those who cannot see it.
    pub alternative: String,
    /// What is drawn.
    pub data: Data,
}

/// The data of a chart.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Data {
    /// Lengths of time by quantile.
    Quantiles(QuantileChart),
    /// Panels over the time of day.
    Time(TimeChart),
    /// Panels over the time since the start.
    Elapsed(TimeChart),
    /// Horizontal bars.
    Bars(BarChart),
    /// Dots.
    Scatter(ScatterChart),
    /// Shares at or above each value.
    Distribution(DistributionChart),
    /// Growth with size.
    Growth(GrowthChart),
    /// Values by day and hour.
    Heat(HeatChart),
    /// Ranges with marks.
    Ranges(RangeChart),
    /// Latency against offered load.
    Rates(RateChart),
}

impl Plot {
    /// Data with the words around it: `how` to read it, and in which time it is.
    pub(crate) fn new(name: &'static str, title: &'static str, how: &str, clock: &str, data: Data) -> Plot {
        Plot {
            name,
            title,
            caption: format!("{how}{} In {clock}.", table::spacing(&data)),
            clock: clock.to_owned(),
            alternative: format!("{title}, in {clock}. {}", table::spoken(&data)),
            data,
        }
    }

    /// The drawing to stand in a document, as SVG with its text as text.
    #[must_use]
    pub fn inline(&self, screen: Screen) -> String {
        let extent = self.extent(screen);
        canvas::inline(extent, &self.alternative, |canvas| self.draw(canvas, extent))
    }

    /// The drawing with its title, to stand alone, as SVG with its text as text; below it a `warning`, if there is one.
    #[must_use]
    pub fn picture(&self, warning: Option<&str>) -> String {
        let extent = self.extent(Screen::Wide);
        let note = format!("chappe \u{b7} {}", self.clock);
        let around = canvas::Around {
            title: self.title,
            note: &note,
            warning,
        };
        canvas::picture(extent, &self.alternative, &around, |canvas| {
            self.draw(canvas, extent);
        })
    }

    fn extent(&self, screen: Screen) -> Extent {
        let (width, scatter) = match screen {
            Screen::Wide => (920.0, 360.0),
            Screen::Narrow => (358.0, 310.0),
        };
        let is_narrow = width < NARROW;
        let height = match &self.data {
            Data::Quantiles(chart) => chart.drawing(is_narrow).height(width),
            Data::Distribution(chart) => chart.drawing().height(width),
            Data::Growth(chart) => chart.drawing().height(width),
            Data::Rates(chart) => chart.drawing(is_narrow).height(width),
            Data::Heat(chart) => chart.height(),
            Data::Ranges(chart) => chart.height(width),
            Data::Time(chart) | Data::Elapsed(chart) => chart.height(width),
            Data::Bars(chart) => chart.height(is_narrow),
            Data::Scatter(_) => scatter,
        };
        Extent { width, height }
    }

    fn draw(&self, canvas: &Canvas<'_>, extent: Extent) {
        let is_narrow = extent.width < NARROW;
        match &self.data {
            Data::Quantiles(chart) => chart.drawing(is_narrow).draw(canvas, extent),
            Data::Time(chart) => chart.draw(canvas, extent, Reckoning::OfDay),
            Data::Elapsed(chart) => chart.draw(canvas, extent, Reckoning::SinceStart),
            Data::Bars(chart) => chart.draw(canvas, extent),
            Data::Scatter(chart) => chart.draw(canvas, extent),
            Data::Distribution(chart) => chart.drawing().draw(canvas, extent),
            Data::Growth(chart) => chart.drawing().draw(canvas, extent),
            Data::Heat(chart) => chart.draw(canvas, extent),
            Data::Ranges(chart) => chart.draw(canvas, extent),
            Data::Rates(chart) => chart.drawing(is_narrow).draw(canvas, extent),
        }
    }

    /// The data as a table.
    #[must_use]
    pub fn table(&self) -> Table {
        table::of(&self.data)
    }
}

/// Every chart that the record has data for, in the order in which a reader wants them.
#[must_use]
pub fn plots(record: &RunRecord) -> Vec<Plot> {
    let reading = Reading { record };
    let chapters = match &record.load {
        Some(load) => vec![live::load(reading), live::platform(reading, load), ads(reading)],
        None => vec![latency(reading), ads(reading), pages(reading)],
    };
    chapters.into_iter().flatten().flatten().collect()
}

/// Plots in the time of a record, where there is data.
fn plotter(reading: Reading<'_>) -> impl Fn(&'static str, &'static str, &str, Option<Data>) -> Option<Plot> {
    let clock = reading.clock_words();
    move |name, title, how, data| data.map(|data| Plot::new(name, title, how, &clock, data))
}

fn quantiles(reading: Reading<'_>, of: &str, names: &[(String, &str, Tone)]) -> Option<Data> {
    data::quantiles(reading, of, names).map(Data::Quantiles)
}

fn named<'a>(names: &[(&str, &'a str, Tone)]) -> Vec<(String, &'a str, Tone)> {
    let names = names.iter();
    names
        .map(|&(name, label, tone)| (name.to_owned(), label, tone))
        .collect()
}

/// How to read times of day.
fn times(reading: Reading<'_>) -> &'static str {
    if reading.record.result.window.warm_up_ns > 0 {
        "Times of day are UTC. Shaded is the warm-up, which the figures on latency and utilisation \
         leave out."
    } else {
        "Times of day are UTC."
    }
}

fn latency(reading: Reading<'_>) -> Vec<Option<Plot>> {
    let plot = plotter(reading);
    vec![
        plot(
            "latency",
            "How long messages take to arrive",
            "From the moment the sender meant to send to the recipient's device, for recipients who \
             are on line. Further right are rarer, slower messages; the scale upwards is \
             logarithmic.",
            quantiles(reading, "messages", &data::by_class("delivery")),
        ),
        plot(
            "queue",
            "How long requests take",
            "Further right are rarer, slower requests; the scale upwards is logarithmic.",
            quantiles(
                reading,
                "requests",
                &named(&[
                    ("queue.sojourn", "Whole stay", Tone::Ink),
                    ("queue.wait", "Waiting", Tone::Platform),
                    ("queue.service", "In service", Tone::Soft),
                    ("queue.abandoned_wait", "Until given up", Tone::Harm),
                ]),
            ),
        ),
        plot(
            "day",
            "Latency and throughput over the run",
            times(reading),
            data::day(reading).map(Data::Time),
        ),
    ]
}

fn ads(reading: Reading<'_>) -> Vec<Option<Plot>> {
    let plot = plotter(reading);
    vec![
        plot(
            "funnel",
            "Ads from audience to purchase",
            "From the people in conversation with an advertising page to purchases. Lengths are \
             logarithmic.",
            data::funnel(reading).map(Data::Bars),
        ),
        plot(
            "refusals",
            "Why ads were refused",
            "Each refused ad counts for the first rule that refuses it; shares are of all refused.",
            data::refusals(reading).map(Data::Bars),
        ),
        plot(
            "revenue",
            "Revenue against opt-outs, mutes and blocks",
            "Both are sums since the start of the run. Times of day are UTC.",
            data::revenue(reading).map(Data::Time),
        ),
        plot(
            "campaigns",
            "What each campaign earned",
            "Each dot is a campaign, numbered as in the scenario.",
            data::campaigns(reading).map(Data::Scatter),
        ),
    ]
}

fn pages(reading: Reading<'_>) -> Vec<Option<Plot>> {
    let plot = plotter(reading);
    vec![
        plot(
            "hotline",
            "How long customers wait for a page's answer",
            "From asking. Further right are rarer, longer waits; the scale upwards is logarithmic.",
            quantiles(
                reading,
                "waits",
                &named(&[
                    ("hotline.answer", "Until answered", Tone::HotLine),
                    ("hotline.wait", "Until taken up", Tone::Platform),
                    ("hotline.abandoned_wait", "Until given up", Tone::Harm),
                ]),
            ),
        ),
        plot(
            "reach",
            "How long messages wait for people who are off line",
            "From the moment the sender meant to send until the recipient's device has it. The scale \
             upwards is logarithmic.",
            quantiles(reading, "messages", &data::by_class("reach")),
        ),
        plot(
            "utilisation",
            "Utilisation of the platform",
            times(reading),
            data::utilisation(reading).map(Data::Time),
        ),
    ]
}
