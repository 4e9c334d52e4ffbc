//! What the report on recorded runs says and holds: costs that rose twice, times on two machines, and what never changed.

#[path = "../../../report/tests/report/nesting.rs"]
mod nesting;

use super::*;
use crate::record::{FigureKind, HISTORY_SCHEMA, HistoryPoint};
use chappe_metrics::{Better, Execution, Unit};
use nesting::nests;

/// How a series goes: so many runs at each level, with so much noise to either side.
struct Course<'a> {
    levels: &'a [(usize, f64)],
    noise: f64,
}

fn series(
    [scenario, metric]: [&str; 2],
    (kind, unit, better): (FigureKind, Unit, Better),
    machine: Option<&str>,
    course: &Course<'_>,
) -> HistorySeries {
    let parts = course.levels.iter();
    let levels: Vec<f64> = parts
        .flat_map(|&(count, level)| std::iter::repeat_n(level, count))
        .collect();
    let point = |(run, level): (usize, &f64)| HistoryPoint {
        at: format!("2026-{:02}-{:02}T09:30:00Z", 9 + run / 28, 1 + run % 28),
        commit: (run != 3).then(|| format!("{:07x}a4c1d20e", 0x3f2_a9c1 + 7_919 * run)),
        value: level + course.noise * ((run * run * 7 % 11) as f64 / 5.0 - 1.0),
    };
    let mut from = 0;
    let changes = course.levels.windows(2).map(|pair| {
        from += pair[0].0;
        HistoryChange {
            point: from as u64,
            before: pair[0].1,
            after: pair[1].1,
            scenario_changed: from == 12,
        }
    });
    HistorySeries {
        scenario: scenario.to_owned(),
        metric: metric.to_owned(),
        machine: machine.map(str::to_owned),
        kind,
        unit,
        better,
        changes: changes.collect(),
        points: levels.iter().enumerate().map(point).collect(),
    }
}

/// Forty runs of one scenario, fewer of another.
fn history() -> HistoryRecord {
    use FigureKind::{Behaviour, Cost, Wall};
    let course = |levels, noise| Course { levels, noise };
    let machine = Some("Example Processor, 8 cores");
    HistoryRecord {
        schema: HISTORY_SCHEMA.to_owned(),
        version: "0.1.0".to_owned(),
        runs_count: 64,
        series: vec![
            series(
                ["first-ads", "ads.delivered"],
                (Behaviour, Unit::Count, Better::None),
                None,
                &course(&[(12, 41_230.0), (28, 40_988.0)], 0.0),
            ),
            series(
                ["first-ads", "audit.violations"],
                (Behaviour, Unit::Count, Better::Lower),
                None,
                &course(&[(20, 0.0), (4, 3.0), (16, 0.0)], 0.0),
            ),
            series(
                ["first-ads", "messages.accepted.friend"],
                (Behaviour, Unit::Count, Better::None),
                None,
                &course(&[(40, 6_214_077.0)], 0.0),
            ),
            series(
                ["first-ads", "instructions"],
                (Cost, Unit::Count, Better::Lower),
                None,
                &course(&[(12, 7.36e9), (23, 7.21e9), (5, 7.506e9)], 4e6),
            ),
            series(
                ["first-ads", "peak memory"],
                (Cost, Unit::Bytes, Better::Lower),
                None,
                &course(&[(40, 412e6)], 9e5),
            ),
            series(
                ["first-ads", "wall"],
                (Wall, Unit::Nanoseconds, Better::Lower),
                machine,
                &course(&[(24, 2.41e9), (16, 1.98e9)], 6e7),
            ),
            series(
                ["hot-line", "wall"],
                (Wall, Unit::Nanoseconds, Better::Lower),
                Some("Another Processor, 2 cores"),
                &course(&[(4, 8.1e8)], 2e7),
            ),
        ],
        execution: Execution::default(),
    }
}

/// The report's only file.
fn html(record: &HistoryRecord) -> String {
    let mut texts = Vec::new();
    write_report(record, &mut |name, bytes| {
        assert_eq!(name, "index.html");
        texts.push(String::from_utf8(bytes.to_vec()).expect("text"));
        Ok(())
    })
    .expect("a report");
    texts.remove(0)
}

/// No script, and nothing from the network.
fn stands_alone(name: &str, text: &str) {
    let text = text.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    for foreign in [
        "http:",
        "https:",
        "url(",
        "@import",
        "<script",
        "src=",
        "<link rel=\"stylesheet",
    ] {
        assert!(!text.contains(foreign), "{name}: {foreign}");
    }
}

#[test]
fn the_answer_is_as_it_was() {
    insta::assert_json_snapshot!("answer", answer(&history()));
}

#[test]
fn the_data_of_the_charts_is_as_it_was() {
    insta::assert_json_snapshot!("charts", charts(&history()));
}

#[test]
fn a_history_says_what_changed_last_and_stands_alone() {
    let record = history();
    let text = html(&record);
    nests("history", &text);
    stands_alone("history", &text);
    for words in [
        "first-ads: instructions +4.1% since ",
        "from 7,210,000,000 to 7,506,000,000",
        "with another scenario or seed",
        "audit.violations from 0 to 3 since ",
        "1 figure with fewer than 6 runs",
        "behaviour, in virtual time",
        "wall on Example Processor, 8 cores",
        "wall-clock time",
    ] {
        assert!(text.contains(words), "{words}");
    }
    assert_eq!(text.matches("<svg ").count(), record.series.len());
    insta::assert_snapshot!("rows", lines(&rows(&record)));
}

fn lines(rows: &[Vec<String>]) -> String {
    let lines: Vec<String> = rows.iter().map(|row| row.join(" | ")).collect();
    lines.join("\n")
}

/// No series, a series without a point, one value, and names that are markup: no panic.
#[test]
fn histories_of_nothing_make_a_report() {
    let mut record = history();
    record.series.truncate(1);
    record.series[0].scenario = "<script>".to_owned();
    record.series[0].changes.clear();
    for count in [1, 0] {
        record.series[0].points.truncate(count);
        let text = html(&record);
        stands_alone("hostile", &text);
        assert!(text.contains("None of 1 figure changed"), "{count}");
    }
    record.series.clear();
    assert!(html(&record).contains("No figure changed."));
    assert_eq!(rows(&record).len(), 1);
}
