//! The plots of two traces: each distribution, the hours of the day, and the week by hour.

use super::{DISTRIBUTIONS, TraceComparison, TraceSide};
use crate::chart::{
    Dash, Data, DistributionChart, DistributionLine, HeatChart, HeatPanel, Measure, Panel, Plot, TimeChart,
    TimeLine, Tone,
};

const HOUR_NS: i64 = 3_600_000_000_000;

impl TraceComparison {
    /// Every distribution that one of the two has, then the hours of the day, and the week by hour.
    #[must_use]
    pub fn plots(&self) -> Vec<Plot> {
        let clock = self
            .sides
            .each_ref()
            .map(|side| side.name.as_str())
            .join(" against ");
        let distributions = DISTRIBUTIONS.iter().enumerate().filter_map(|(index, quantity)| {
            let lines: Vec<DistributionLine> = self
                .lines(|side, tone| DistributionLine {
                    label: side.name.clone(),
                    tone,
                    points: side.distributions[index].points.clone(),
                    band: side.distributions[index].band.clone(),
                })
                .into_iter()
                .filter(|line| !line.points.is_empty())
                .collect();
            let how = match lines.iter().any(|line| !line.band.is_empty()) {
                true => {
                    "Further right are rarer, larger values. The band is where the line lies in 95 of 100 draws of its \
                     people."
                }
                false => "Further right are rarer, larger values.",
            };
            let chart = DistributionChart {
                of: quantity.of.to_owned(),
                measure: quantity.measure,
                lines,
            };
            let is_drawn = !chart.lines.is_empty();
            is_drawn.then(|| Plot::new(quantity.plot, quantity.title, how, &clock, Data::Distribution(chart)))
        });
        let hours = Plot::new(
            "hours",
            "Messages over the day",
            "Hours are local time.",
            &clock,
            self.hours(),
        );
        let week = Plot::new(
            "week",
            "Messages over the week",
            "A row is a day of the week, a cell an hour of local time; the darker, the more messages.",
            &clock,
            self.week(),
        );
        distributions.chain([hours, week]).collect()
    }

    fn hours(&self) -> Data {
        let lines = self.lines(|side, tone| TimeLine {
            label: side.name.clone(),
            tone,
            dash: Dash::Solid,
            values: side.hourly.map(Some).to_vec(),
        });
        Data::Time(TimeChart {
            from_ns: 0,
            until_ns: 24 * HOUR_NS,
            warm_up_ns: 0,
            interval_ns: HOUR_NS,
            panels: vec![Panel {
                title: "Messages in an hour of local time, relative to the mean".to_owned(),
                measure: Measure::Count,
                lines,
            }],
        })
    }

    fn week(&self) -> Data {
        let panels = self.lines(|side, tone| HeatPanel {
            title: format!("{}, messages in an hour relative to the mean", side.name),
            tone,
            rows: side.week.clone(),
        });
        Data::Heat(HeatChart {
            panels,
            measure: Measure::Count,
        })
    }

    fn lines<T>(&self, line: impl Fn(&TraceSide, Tone) -> T) -> Vec<T> {
        let tones = [Tone::Friend, Tone::Ad];
        let sides = self.sides.iter().zip(tones);
        sides.map(|(side, tone)| line(side, tone)).collect()
    }
}
