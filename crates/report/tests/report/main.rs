//! What reports say and hold, on records made by hand.

mod fixture;
mod nesting;
mod studies;

use chappe_metrics::{LoadEnd, RunRecord};
use chappe_report::chart::{Data, Screen, plots};
use chappe_report::{Report, document, summary};
use nesting::nests;
use std::collections::BTreeMap;
use std::io;

fn all() -> [(&'static str, RunRecord); 7] {
    [
        ("full", fixture::full()),
        ("no_ads", fixture::no_ads()),
        ("queue", fixture::queue()),
        ("interrupted", fixture::interrupted()),
        ("hostile", fixture::hostile()),
        ("live", fixture::live()),
        ("overrun", fixture::overrun()),
    ]
}

type Files = BTreeMap<String, Vec<u8>>;

fn files(report: &dyn Report) -> Files {
    let mut files = Files::new();
    let written = report.write_files(&mut |name, bytes| {
        files.insert(name.to_owned(), bytes.to_vec());
        Ok(())
    });
    written.expect("a report");
    files
}

fn text(files: &Files, name: &str) -> String {
    String::from_utf8(files[name].clone()).expect("text")
}

fn markdown(record: &RunRecord) -> String {
    text(&files(record), "summary.md")
}

fn junit(record: &RunRecord) -> String {
    text(&files(record), "junit.xml")
}

/// Files that each plot has.
const PLOT_FILES: usize = if cfg!(feature = "png") { 2 } else { 1 };

fn html(record: &RunRecord) -> String {
    document(record, &plots(record))
}

#[test]
fn the_data_of_every_chart_is_as_it_was() {
    let mut plots = plots(&fixture::full());
    for plot in &mut plots {
        // A dozen intervals say as much as 288.
        if let Data::Time(chart) = &mut plot.data {
            for line in chart.panels.iter_mut().flat_map(|panel| &mut panel.lines) {
                line.values = line.values.iter().copied().step_by(24).collect();
            }
        }
    }
    insta::assert_json_snapshot!("full", plots);
    insta::assert_json_snapshot!("live", chappe_report::chart::plots(&fixture::live()));
    insta::assert_json_snapshot!("queue_latency", chappe_report::chart::plots(&fixture::queue())[0]);
}

#[test]
fn the_answer_is_as_it_was() {
    let answers: BTreeMap<_, _> = all()
        .iter()
        .map(|(name, record)| (*name, [record.answer(), record.doubts()]))
        .collect();
    insta::assert_json_snapshot!(answers);
}

#[test]
fn the_summary_is_as_it_was() {
    insta::assert_snapshot!(markdown(&fixture::full()));
    insta::assert_snapshot!("live_summary", markdown(&fixture::live()));
    assert_eq!(summary(&fixture::queue())[0].0, "Requests");
}

#[test]
fn sections_without_data_are_left_out() {
    let names = |record: &RunRecord| -> Vec<_> { plots(record).iter().map(|plot| plot.name).collect() };
    assert_eq!(
        names(&fixture::full()),
        [
            "latency",
            "day",
            "funnel",
            "refusals",
            "revenue",
            "campaigns",
            "hotline",
            "reach",
            "utilisation"
        ]
    );
    assert_eq!(
        names(&fixture::no_ads()),
        ["latency", "day", "hotline", "reach", "utilisation"]
    );
    assert_eq!(names(&fixture::queue()), ["queue", "utilisation"]);
    assert_eq!(
        names(&fixture::live()),
        [
            "throughput",
            "delivery",
            "latency",
            "classes",
            "where",
            "pressure",
            "decisions",
            "prediction",
            "funnel",
            "refusals",
            "campaigns"
        ]
    );
    assert!(!names(&fixture::overrun()).contains(&"prediction"));
    assert!(
        html(&fixture::live()).contains("id=\"load\"") && !html(&fixture::full()).contains("id=\"load\"")
    );
    let without = html(&fixture::queue());
    for absent in [
        "id=\"by-campaign\"",
        "id=\"thresholds\"",
        "id=\"ledger\"",
        "id=\"assumed\"",
    ] {
        assert!(!without.contains(absent), "{absent}");
    }
}

#[test]
fn a_report_holds_its_record_its_document_and_each_plot() {
    for (name, record) in all() {
        let files = files(&record);
        for file in ["run.json", "series.csv", "index.html", "junit.xml", "summary.md"] {
            assert!(files.contains_key(file), "{name}: {file}");
        }
        assert_eq!(files.len(), 5 + PLOT_FILES * plots(&record).len(), "{name}");
        assert_eq!(
            RunRecord::read(&text(&files, "run.json")).expect("a record"),
            record
        );
        for (file, bytes) in &files {
            if file.ends_with(".png") {
                assert!(bytes.starts_with(b"\x89PNG"), "{name}: {file}");
            }
        }
    }
}

#[test]
fn a_sink_that_fails_names_the_file() {
    let error = fixture::queue()
        .write_files(&mut |name, _| match name {
            "plots/queue.svg" => Err(io::Error::other("disk full")),
            _ => Ok(()),
        })
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "`plots/queue.svg` could not be written: disk full"
    );
}

#[test]
fn the_document_needs_no_network_and_no_script() {
    for (name, record) in all() {
        stands_alone(name, &html(&record));
    }
}

/// Nothing is fetched, nothing runs.
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
fn the_document_nests() {
    for (name, record) in all() {
        nests(name, &html(&record));
    }
}

#[test]
fn hostile_text_stays_text() {
    let record = fixture::hostile();
    for (file, bytes) in files(&record) {
        // A record quotes text after the rules of JSON.
        if !file.ends_with(".png") && file != "run.json" {
            let text = String::from_utf8(bytes).unwrap();
            assert!(!text.contains("<script"), "{file}");
        }
    }
    let text = markdown(&record);
    let (doubts, rows) = text.split_once("\n\n").expect("a list and a table");
    assert!(
        doubts.lines().all(|line| line.starts_with("- **Warning:** ")),
        "{doubts}"
    );
    assert!(
        rows.lines()
            .all(|row| row.replace("\\|", "").matches('|').count() == 3)
    );
}

#[test]
fn every_figure_says_in_which_time_it_is() {
    let mut record = fixture::full();
    for plot in plots(&record) {
        assert!(plot.caption.ends_with("In virtual time."), "{}", plot.name);
        assert!(plot.alternative.contains("virtual time"), "{}", plot.name);
    }
    for plot in plots(&fixture::live()) {
        assert!(plot.caption.ends_with("In wall-clock time."), "{}", plot.name);
    }
    record.clock = chappe_metrics::Clock::Wall;
    let text = html(&record);
    assert!(!html(&fixture::live()).contains("In virtual time."));
    assert!(text.contains("wall-clock time") && !text.contains("virtual time"));
}

/// Stopped before anything happened, and a run of half a year: no panic, no empty axis.
#[test]
fn runs_of_any_length_make_a_report() {
    let mut nothing = fixture::full();
    nothing.result = chappe_metrics::RunResult::default();
    assert_eq!(files(&nothing).len(), 5);
    assert!(html(&nothing).contains("exchanged (missing) messages"));

    let mut nothing = fixture::live();
    nothing.result = chappe_metrics::RunResult::default();
    if let Some(load) = &mut nothing.load {
        load.outcome.measured_ns = 0;
        load.outcome.end = LoadEnd::Threshold;
        load.plan.peak_rate = 0.0;
        load.prediction = None;
    }
    assert_eq!(files(&nothing).len(), 5);
    let text = html(&nothing);
    for words in [
        "Kept busy with (missing) commands",
        "how long friends\u{2019} messages take is missing",
        "how many commands were dropped is missing",
        "closed loop",
        "A threshold that ends",
    ] {
        assert!(text.contains(words), "{words}");
    }

    let long = fixture::stretched(194);
    for plot in plots(&long) {
        if let Data::Time(chart) = &plot.data {
            let lines = chart.panels.iter().flat_map(|panel| &panel.lines);
            assert!(lines.map(|line| line.values.len()).all(|points| points <= 600));
            assert!(plot.inline(Screen::Wide).contains("day 29"));
        }
    }
}

/// How often a text says that there is none of something.
fn denials(text: &str) -> usize {
    let words = text.split_whitespace();
    let words = words.map(|word| word.trim_matches(|letter: char| ",;:.()".contains(letter)));
    let denying = [
        "no", "none", "nothing", "nobody", "never", "0", "0%", "0.00", "NaN", "NaN%", "inf",
    ];
    words.filter(|word| denying.contains(word)).count()
}

/// Everything that a record says in words.
fn said(record: &RunRecord) -> Vec<String> {
    let mut said = record.answer();
    said.extend(record.doubts());
    said.extend(
        summary(record)
            .into_iter()
            .map(|(label, value)| format!("{label}: {value}")),
    );
    said.extend(plots(record).into_iter().map(|plot| plot.alternative));
    said
}

/// Each figure in turn is taken away, from records that have them all.
#[test]
fn a_missing_figure_is_never_told_as_none() {
    for (name, record) in all() {
        let before = said(&record);
        let mut missing_count = 0;
        for metric in record.result.metrics.keys() {
            let mut lacking = record.clone();
            lacking.result.metrics.remove(metric);
            let after = said(&lacking);
            let count = |said: &[String]| said.iter().map(|text| denials(text)).sum::<usize>();
            let changed: Vec<&String> = after.iter().filter(|text| !before.contains(text)).collect();
            assert!(
                count(&after) <= count(&before),
                "{name} without {metric}: {changed:#?}"
            );
            missing_count += usize::from(changed.iter().any(|text| text.contains("missing")));
        }
        assert!(missing_count > 0, "{name} never says that a figure is missing");
    }
    assert_eq!(denials("nothing was dropped, 0% of 10"), 2);
}

#[test]
fn a_load_that_was_stopped_in_its_warm_up_has_no_rates() {
    let mut record = fixture::overrun();
    if let Some(load) = &mut record.load {
        load.outcome.sent_count = 0;
        load.outcome.late_count = 0;
        load.outcome.measured_ns = 0;
        load.outcome.cpu_ns = 31_870;
    }
    assert_eq!(record.answer(), ["Nothing was measured."]);
    let text = markdown(&record);
    for absent in ["Offered", "Throughput", "Processor", "1 ns"] {
        assert!(!text.contains(absent), "{absent}: {text}");
    }
    assert!(text.contains("stopped before anything was measured"), "{text}");
}

#[test]
fn too_few_observations_are_an_error_in_a_ci_and_a_doubt_everywhere() {
    let mut record = fixture::full();
    let threshold = &mut record.result.thresholds[0];
    threshold.condition = "p(99.9) < 500ms".to_owned();
    (threshold.samples_count, threshold.samples_wanted) = (Some(4), Some(1_000));
    threshold.passed = false;
    let words = "too few observations to tell: it takes 1,000 observations";
    for text in [junit(&record), markdown(&record), html(&record)] {
        assert!(
            text.contains(words) && text.contains("490 ms of 4 observations"),
            "{text}"
        );
    }
    assert!(junit(&record).contains("errors=\"1\"") && junit(&record).contains("failures=\"0\""));
    assert!(record.doubts()[0].starts_with("1 of 2 thresholds can\u{2019}t be judged"));
}

#[test]
fn a_run_is_told_as_tests() {
    let count = |record: &RunRecord| {
        let text = junit(record);
        nests("junit", &text);
        ["<testcase ", "<failure ", "<error ", "<skipped "].map(|tag| text.matches(tag).count())
    };
    assert_eq!(count(&fixture::queue()), [2, 0, 0, 0]);
    assert_eq!(count(&fixture::full()), [4, 0, 0, 0]);
    assert_eq!(count(&fixture::interrupted()), [4, 2, 1, 1]);
    assert_eq!(count(&fixture::live()), [5, 1, 0, 0]);
    assert_eq!(count(&fixture::overrun()), [5, 2, 1, 1]);
    let text = junit(&fixture::overrun());
    assert!(text.contains("observed 490 ms of 6,214,077 observations, must hold: p(99) &lt; 1ms"));
    assert!(text.contains("30.7% of the sends were over 1 ms late"));
    assert!(!junit(&fixture::hostile()).contains("<script"));
}

#[test]
fn the_summary_begins_with_what_is_in_doubt() {
    for (name, record) in all() {
        let (text, doubts) = (markdown(&record), record.doubts());
        assert_eq!(text.matches("- **Warning:** ").count(), doubts.len(), "{name}");
        assert_eq!(text.starts_with("- **Warning:** "), !doubts.is_empty(), "{name}");
        assert_eq!(text.starts_with("| "), doubts.is_empty(), "{name}");
    }
    assert!(all().iter().any(|(_, record)| !record.doubts().is_empty()));
}

#[test]
fn warnings_and_doubts_stand_before_the_plots() {
    let text = html(&fixture::no_ads());
    let (warning, plot) = (text.find("busy for 12%"), text.find("<figure"));
    assert!(warning.is_some() && warning < plot);
    let text = html(&fixture::interrupted());
    for doubt in [
        "was stopped at 15:07, after 15.1 hours of 24 hours",
        "found broken promises",
        "1 of 2 thresholds was missed",
    ] {
        let at = text.find(doubt);
        assert!(at.is_some() && at < text.find("<figure"), "{doubt}");
    }
}
