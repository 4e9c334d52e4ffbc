//! Whatever names, counts and magnitudes a chart has: all of it is drawn inside, and no text lies on another.

use super::canvas::{LABEL, SMALL, Type, text_width};
use super::*;
use proptest::prelude::*;

/// A text in a drawing, and the rectangle it takes [logical px].
#[derive(Debug)]
struct Placed {
    text: String,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Placed {
    /// Whether it lies on another one by more than rounding.
    fn meets(&self, other: &Placed) -> bool {
        let is_apart = |one: f64, next: f64| one <= next + 1.0;
        !(is_apart(self.right, other.left)
            || is_apart(other.right, self.left)
            || is_apart(self.bottom, other.top)
            || is_apart(other.bottom, self.top))
    }
}

/// Units of a drawing per logical pixel.
const FINENESS: f64 = 4.0;

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

fn number(tag: &str, name: &str) -> f64 {
    let value = attribute(tag, name).and_then(|value| value.parse::<f64>().ok());
    value.unwrap_or_else(|| panic!("{name} in {tag}")) / FINENESS
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

/// Every text of a drawing.
fn texts(svg: &str) -> Vec<Placed> {
    let texts = svg.split("<text ").skip(1).map(|rest| {
        let (tag, rest) = rest.split_once('>').expect("a tag ends");
        let tag = format!(" {tag}");
        let text = unescaped(rest.split("</text>").next().unwrap_or("").trim());
        let kind = Type {
            size: number(&tag, "font-size"),
            bold: tag.contains("bold"),
        };
        let (x, y, width) = (number(&tag, "x"), number(&tag, "y"), text_width(&text, kind));
        let left = match attribute(&tag, "text-anchor") {
            Some("start") => x,
            Some("middle") => x - width / 2.0,
            _ => x - width,
        };
        Placed {
            text,
            left,
            right: left + width,
            top: y - 0.4 * kind.size,
            bottom: y + 0.4 * kind.size,
        }
    });
    texts.filter(|placed| !placed.text.is_empty()).collect()
}

/// Every corner of what is no text.
fn corners(svg: &str) -> Vec<(f64, f64)> {
    let mut corners = vec![];
    for tag in svg.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or("");
        if tag.starts_with("polyline") {
            let points = attribute(tag, "points").unwrap_or("").split_whitespace();
            corners.extend(points.map(|point| {
                let (x, y) = point.split_once(',').expect("a point");
                (
                    x.parse::<f64>().unwrap() / FINENESS,
                    y.parse::<f64>().unwrap() / FINENESS,
                )
            }));
        } else if tag.starts_with("circle") {
            corners.push((number(tag, "cx"), number(tag, "cy")));
        } else if tag.starts_with("rect") {
            let (x, y) = (number(tag, "x"), number(tag, "y"));
            corners.push((x, y));
            corners.push((x + number(tag, "width"), y + number(tag, "height")));
        }
    }
    corners
}

/// Draws the data for both screens, and fails where something is outside or a text lies on another.
fn check(data: &Data) -> Result<(), TestCaseError> {
    let plot = Plot {
        name: "test",
        title: "Test",
        caption: String::new(),
        clock: "virtual time".to_owned(),
        alternative: String::new(),
        data: data.clone(),
    };
    for screen in [Screen::Wide, Screen::Narrow] {
        let extent = plot.extent(screen);
        prop_assert!(extent.height > 0.0 && extent.height < 1e5, "{}", extent.height);
        let svg = plot.inline(screen);
        let texts = texts(&svg);
        for (index, one) in texts.iter().enumerate() {
            let is_inside = one.left >= -1.0
                && one.right <= extent.width + 1.0
                && one.top >= -1.0
                && one.bottom <= extent.height + 1.0;
            prop_assert!(is_inside, "{screen:?} {extent:?}: {one:?}");
            for other in &texts[index + 1..] {
                prop_assert!(!one.meets(other), "{screen:?}: {one:?} on {other:?}");
            }
        }
        for (x, y) in corners(&svg) {
            let is_inside =
                (-1.0..=extent.width + 1.0).contains(&x) && (-1.0..=extent.height + 1.0).contains(&y);
            prop_assert!(is_inside, "{screen:?} {extent:?}: ({x}, {y})");
        }
    }
    Ok(())
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}( [a-z]{1,9}){0,3}",
        "[A-Z]{40,120}",
        "([a-z]{1,9} ){8,24}",
        "\\PC{0,90}",
        "[一-龥]{1,60}",
    ]
}

/// A number of any magnitude, above zero.
fn amount() -> impl Strategy<Value = f64> {
    (1.0..10.0f64, -9i32..16).prop_map(|(digits, power)| digits * 10f64.powi(power))
}

fn signed() -> impl Strategy<Value = f64> {
    prop_oneof![amount(), amount().prop_map(|amount| -amount), Just(0.0)]
}

fn measure() -> impl Strategy<Value = Measure> {
    prop::sample::select(vec![
        Measure::Duration,
        Measure::Count,
        Measure::Rate,
        Measure::Money,
        Measure::Share,
        Measure::Bytes,
    ])
}

fn tone() -> impl Strategy<Value = Tone> {
    prop::sample::select(Tone::ALL.to_vec())
}

fn range_panel() -> impl Strategy<Value = RangePanel> {
    let row =
        (name(), name(), signed(), signed(), tone()).prop_map(|(label, remark, one, other, tone)| RangeRow {
            label,
            span: (one.min(other), one.max(other)),
            marks: vec![one],
            remark,
            tone,
        });
    let even = prop::sample::select(vec![Places::Even, Places::Differences]);
    let panel = (name(), measure(), even, prop::collection::vec(row, 1..25));
    panel.prop_map(|(title, measure, places, rows)| RangePanel {
        title,
        measure,
        places,
        rows,
    })
}

fn time_chart() -> impl Strategy<Value = TimeChart> {
    let dash = prop::sample::select(Dash::ALL.to_vec());
    let values = prop::collection::vec(prop::option::of(amount()), 6);
    let line = (name(), tone(), dash, values).prop_map(|(label, tone, dash, values)| TimeLine {
        label,
        tone,
        dash,
        values,
    });
    let panel = (name(), measure(), prop::collection::vec(line, 1..24));
    let panel = panel.prop_map(|(title, measure, lines)| Panel {
        title,
        measure,
        lines,
    });
    let length = prop::sample::select(vec![
        1_000i64,
        60_000_000_000,
        3_600_000_000_000,
        86_400_000_000_000 * 40,
    ]);
    (prop::collection::vec(panel, 1..5), length, any::<bool>()).prop_map(|(mut panels, length, is_shared)| {
        if is_shared {
            let lines = panels[0].lines.clone();
            panels.iter_mut().for_each(|panel| panel.lines.clone_from(&lines));
        }
        TimeChart {
            from_ns: 0,
            until_ns: 6 * length,
            warm_up_ns: length,
            interval_ns: length,
            panels,
        }
    })
}

proptest! {
    #[test]
    fn ranges_of_any_names_and_magnitudes_stay_inside(panels in prop::collection::vec(range_panel(), 1..4)) {
        check(&Data::Ranges(RangeChart { panels }))?;
    }

    #[test]
    fn lines_over_time_of_any_names_and_number_stay_inside(chart in time_chart()) {
        check(&Data::Time(chart.clone()))?;
        check(&Data::Elapsed(chart))?;
    }

    #[test]
    fn dots_of_any_names_stay_inside(
        titles in (name(), name()),
        measures in (measure(), measure()),
        dots in prop::collection::vec((name(), signed(), signed(), amount(), any::<bool>()), 1..30),
    ) {
        let dots = dots.into_iter().map(|(label, across, up, spread, has_spread)| Dot {
            label,
            across,
            up,
            spread: has_spread.then_some(Spread {
                across: (across - spread, across + spread),
                up: (up - spread, up + spread),
            }),
            tone: Tone::Ad,
        });
        check(&Data::Scatter(ScatterChart {
            across: titles.0,
            across_measure: measures.0,
            up: titles.1,
            up_measure: measures.1,
            dots: dots.collect(),
        }))?;
    }

    #[test]
    fn bars_of_any_counts_stay_inside(
        is_even in any::<bool>(),
        bars in prop::collection::vec((name(), any::<u64>(), prop::option::of(name())), 1..12),
    ) {
        let bars = bars.into_iter().map(|(label, count, remark)| Bar { label, count, remark, tone: Tone::Ad });
        let lengths = if is_even { Lengths::Even } else { Lengths::Logarithmic };
        check(&Data::Bars(BarChart { lengths, bars: bars.collect() }))?;
    }

    #[test]
    fn distributions_of_any_names_stay_inside(
        of in name(),
        measure in measure(),
        lines in prop::collection::vec((name(), tone(), prop::collection::vec(amount(), 1..9)), 1..20),
    ) {
        let lines = lines.into_iter().map(|(label, tone, mut values)| {
            values.sort_by(f64::total_cmp);
            let count = values.len() as f64;
            let points = values.into_iter().enumerate();
            let points: Vec<(f64, f64)> = points.map(|(index, value)| (value, 1.0 - index as f64 / count)).collect();
            let band = points.iter().map(|&(value, share)| (value, share / 2.0, share)).collect();
            DistributionLine { label, tone, points, band }
        });
        check(&Data::Distribution(DistributionChart { of, measure, lines: lines.collect() }))?;
    }

    #[test]
    fn heat_of_any_names_stays_inside(
        measure in measure(),
        panels in prop::collection::vec((name(), tone(), prop::collection::vec((name(), any::<bool>(), amount()), 1..8)), 1..3),
    ) {
        let panels = panels.into_iter().map(|(title, tone, rows)| {
            let rows = rows.into_iter().map(|(name, is_seen, value)| (name, is_seen.then_some([value; 24])));
            HeatPanel { title, tone, rows: rows.collect() }
        });
        check(&Data::Heat(HeatChart { panels: panels.collect(), measure }))?;
    }

    #[test]
    fn rates_with_any_marks_stay_inside(
        lines in prop::collection::vec((name(), tone(), prop::collection::vec((amount(), 1i64..1 << 60), 1..9)), 1..4),
        marks in prop::collection::vec((name(), amount(), amount(), tone()), 0..4),
    ) {
        let lines = lines.into_iter().map(|(label, tone, mut points)| {
            points.sort_by(|one, next| one.0.total_cmp(&next.0));
            let points = points.into_iter().map(|(rate, latency_ns)| RatePoint { rate, latency_ns, kept: true });
            Line { label, tone, points: points.collect() }
        });
        let marks = marks.into_iter().map(|(label, one, other, tone)| Mark {
            label,
            between: (one.min(other), one.max(other)),
            tone,
        });
        check(&Data::Rates(RateChart { lines: lines.collect(), marks: marks.collect() }))?;
    }

    #[test]
    fn ticks_of_any_scale_are_told_apart(
        measure in measure(),
        (one, other) in (signed(), signed()),
        wanted in 2usize..12,
    ) {
        let (least, most) = (one.min(other), one.max(other));
        for (scale, ticks) in [
            axis::Scale::around(least, most, measure, wanted),
            axis::Scale::from_zero(most, measure, wanted),
        ] {
            let mut labels: Vec<&str> = ticks.iter().map(|tick| tick.label.as_str()).collect();
            let count = labels.len();
            prop_assert!(count >= 2, "{labels:?}");
            labels.sort_unstable();
            labels.dedup();
            prop_assert_eq!(labels.len(), count, "{:?}", ticks);
            let places: Vec<f64> = ticks.iter().map(|tick| scale.place(tick.value)).collect();
            prop_assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?}");
        }
    }
}

#[test]
fn an_axis_keeps_a_third_of_the_width_whatever_the_names() {
    let chart = |label: &str| RangeChart {
        panels: vec![RangePanel {
            title: String::new(),
            measure: Measure::Share,
            places: Places::Differences,
            rows: vec![RangeRow {
                label: label.to_owned(),
                span: (-0.2, 0.1),
                marks: vec![0.1],
                remark: "+10% (\u{2212}20% to +10%)".to_owned(),
                tone: Tone::Ad,
            }],
        }],
    };
    for length in [5, 70, 90, 900] {
        let data = Data::Ranges(chart(&"x".repeat(length)));
        check(&data).expect("it stays inside");
        let plot = Plot::new("test", "Test", "", "virtual time", data);
        let ticks: Vec<f64> = texts(&plot.inline(Screen::Wide))
            .into_iter()
            .filter(|placed| placed.text.ends_with('%') && !placed.text.contains('('))
            .map(|placed| (placed.left + placed.right) / 2.0)
            .collect();
        assert!(
            ticks.windows(2).all(|pair| pair[0] < pair[1]),
            "{length}: {ticks:?}"
        );
        assert!(ticks[ticks.len() - 1] - ticks[0] > 300.0, "{length}: {ticks:?}");
    }
    assert!(text_width("m", LABEL) > text_width("m", SMALL));
}
