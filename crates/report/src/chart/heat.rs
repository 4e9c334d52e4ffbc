//! Values by day and hour as tables of coloured cells: the darker, the more.

use super::axis::{Measure, Tick};
use super::canvas::{Align, Canvas, Extent, LABEL, SMALL, text_width};
use super::frame::column_labels;
use super::names::cut;
use super::palette::Tone;
use serde::Serialize;

/// Height of a row of cells [logical px].
const ROW: f64 = 20.0;
/// Room above a panel for its title, and below it for the hours [logical px].
const ABOVE: f64 = 28.0;
const BELOW: f64 = 24.0;
/// The largest share of the width that the names of rows take.
const NAMES_MOST: f64 = 0.3;
/// Every so many hours have a label.
const LABELLED_HOURS: usize = 3;

/// Panels of equal form, whose colours mean the same.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct HeatChart {
    /// The panels, from top to bottom.
    pub panels: Vec<HeatPanel>,
    /// What the values are.
    pub measure: Measure,
}

/// One panel.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct HeatPanel {
    /// Its title.
    pub title: String,
    /// Its colour.
    pub tone: Tone,
    /// Rows of values by hour, each with its name; `None` where nothing was observed.
    pub rows: Vec<(String, Option<[f64; 24]>)>,
}

impl HeatPanel {
    fn height(&self) -> f64 {
        ABOVE + ROW * self.rows.len() as f64 + BELOW
    }

    /// The row and hour with the largest value, and that value.
    pub(crate) fn most(&self) -> Option<(&str, usize, f64)> {
        let cells = self
            .rows
            .iter()
            .filter_map(|(name, hours)| Some((name, hours.as_ref()?)));
        let cells = cells.flat_map(|(name, hours)| {
            let hours = hours.iter().enumerate();
            hours.map(move |(hour, value)| (name.as_str(), hour, *value))
        });
        cells.max_by(|one, other| one.2.total_cmp(&other.2))
    }
}

impl HeatChart {
    /// How high a drawing must be [logical px].
    pub(crate) fn height(&self) -> f64 {
        self.panels.iter().map(HeatPanel::height).sum()
    }

    /// Draws it.
    pub(crate) fn draw(&self, canvas: &Canvas<'_>, extent: Extent) {
        let names = self.panels.iter().flat_map(|panel| &panel.rows);
        let widest = names.map(|(name, _)| text_width(name, SMALL)).fold(0.0, f64::max);
        let left = widest.min(NAMES_MOST * extent.width) + 12.0;
        let width = (extent.width - left - 8.0) / 24.0;
        let most = self.panels.iter().filter_map(HeatPanel::most).map(|most| most.2);
        let most = most.fold(0.0, f64::max).max(f64::MIN_POSITIVE);
        let hours = (0..24).step_by(LABELLED_HOURS);
        let places: Vec<f64> = hours
            .clone()
            .map(|hour| left + width * (hour as f64 + 0.5))
            .collect();
        let hours: Vec<Tick> = hours.map(hour_tick).collect();
        let mut top = 0.0;
        for panel in &self.panels {
            let title = cut(&panel.title, extent.width - 8.0, LABEL);
            canvas.text(&title, (4.0, top + 12.0), Align::Start, LABEL, panel.tone);
            for (index, (name, values)) in panel.rows.iter().enumerate() {
                let y = top + ABOVE + ROW * index as f64;
                let name = cut(name, left - 12.0, SMALL);
                canvas.text(&name, (left - 8.0, y + ROW / 2.0), Align::End, SMALL, Tone::Soft);
                for (hour, value) in values.iter().flatten().enumerate() {
                    let x = left + width * hour as f64;
                    let (from, to) = ((x + 0.5, y + 0.5), (x + width - 0.5, y + ROW - 0.5));
                    // Nothing is a shade, so that it can be told from what was not observed.
                    canvas.bar(from, to, panel.tone, 0.04 + 0.96 * value / most);
                }
            }
            let bottom = top + ABOVE + ROW * panel.rows.len() as f64;
            column_labels(canvas, &hours, &places, (bottom + 10.0, extent.width));
            top += panel.height();
        }
    }
}

fn hour_tick(hour: usize) -> Tick {
    Tick {
        value: hour as f64,
        label: format!("{hour} h"),
    }
}
