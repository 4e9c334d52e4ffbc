//! What reports on several runs say and hold.

use super::{PLOT_FILES, fixture, nests, stands_alone};
use chappe_metrics::CapacityEnd;
use chappe_report::{
    capacity_answer, capacity_plots, comparison_answer, comparison_plots, history_answer, history_charts,
    history_rows, sweep_plots, whatif_plots, write_capacity, write_comparison, write_history, write_sweep,
    write_whatif,
};
use std::collections::BTreeMap;

type Files = BTreeMap<String, Vec<u8>>;

fn files(write: impl FnOnce(&mut dyn FnMut(&str, &[u8]) -> std::io::Result<()>)) -> Files {
    let mut files = Files::new();
    write(&mut |name, bytes| {
        files.insert(name.to_owned(), bytes.to_vec());
        Ok(())
    });
    files
}

fn html(files: &Files) -> String {
    String::from_utf8(files["index.html"].clone()).expect("text")
}

#[test]
fn the_answers_of_studies_are_as_they_were() {
    insta::assert_json_snapshot!([
        capacity_answer(&fixture::capacity()),
        comparison_answer(&fixture::comparison()),
        history_answer(&fixture::history()),
    ]);
}

#[test]
fn the_data_of_their_charts_is_as_it_was() {
    insta::assert_json_snapshot!("capacity", capacity_plots(&fixture::capacity()));
    insta::assert_json_snapshot!("comparison", comparison_plots(&fixture::comparison()));
    insta::assert_json_snapshot!("whatif", whatif_plots(&fixture::whatif()));
    insta::assert_json_snapshot!("sweep", sweep_plots(&fixture::sweep()));
    insta::assert_json_snapshot!("history", history_charts(&fixture::history()));
}

#[test]
fn a_search_says_how_it_ended() {
    let lead = |ended, kept_rate, failed_rate| {
        let mut record = fixture::capacity();
        record.ended = ended;
        (record.kept_rate, record.failed_rate) = (kept_rate, failed_rate);
        capacity_answer(&record).remove(0)
    };
    for (ended, kept, failed, words) in [
        (CapacityEnd::Cap, Some(5e5), None, "at least 500,000"),
        (
            CapacityEnd::Generator,
            Some(5e5),
            Some(6e5),
            "the generator was the limit",
        ),
        (
            CapacityEnd::Generator,
            None,
            Some(6e5),
            "says nothing about the platform",
        ),
        (CapacityEnd::Nothing, None, Some(6e5), "not even at 600,000"),
        (CapacityEnd::Trials, Some(5e5), Some(6e5), "500,000 to 600,000"),
        (CapacityEnd::Interrupted, Some(5e5), None, "not confirmed"),
        (CapacityEnd::Interrupted, None, None, "at no rate tried"),
    ] {
        let lead = lead(ended, kept, failed);
        assert!(lead.contains(words), "{ended:?}: {lead}");
    }
}

#[test]
fn what_changed_stands_first_and_a_draw_is_called_one() {
    let mut record = fixture::comparison();
    let said = comparison_answer(&record);
    assert!(
        said[0].starts_with("With design.lanes = true instead of false, p99 of friends'"),
        "{}",
        said[0]
    );
    assert!(said[1].ends_with("regressed.") && said[3].ends_with("inconclusive."));
    record.metrics.retain(|metric| metric.metric == "load.throughput");
    assert!(comparison_answer(&record)[0].contains("told the variants of design.lanes apart"));
    record.metrics.clear();
    assert_eq!(comparison_answer(&record).len(), 1);
}

#[test]
fn reports_on_studies_stand_alone() {
    let capacity = files(|sink| write_capacity(&fixture::capacity(), sink).expect("a report"));
    let comparison = files(|sink| write_comparison(&fixture::comparison(), sink).expect("a report"));
    for (name, files, plots_count) in [("capacity", &capacity, 1), ("comparison", &comparison, 2)] {
        assert_eq!(files.len(), 1 + PLOT_FILES * plots_count, "{name}");
        let text = html(files);
        nests(name, &text);
        stands_alone(name, &text);
        assert!(text.contains("wall-clock time") && text.contains("Example Processor"));
    }
    assert!(html(&capacity).contains("carries 412,000 to 450,000 commands per second"));
    assert!(html(&comparison).contains("false true true false"));
}

#[test]
fn reports_on_what_would_be_stand_alone() {
    let whatif = files(|sink| write_whatif(&fixture::whatif(), sink).expect("a report"));
    let sweep = files(|sink| write_sweep(&fixture::sweep(), sink).expect("a report"));
    for (name, files, plots_count) in [("whatif", &whatif, 5), ("sweep", &sweep, 2)] {
        assert_eq!(files.len(), 1 + PLOT_FILES * plots_count, "{name}");
        let text = html(files);
        nests(name, &text);
        stands_alone(name, &text);
        assert!(
            text.contains("virtual time") && text.contains("to the bit"),
            "{name}"
        );
    }
    let text = html(&whatif);
    // What cannot be compared leaves its cell empty, and moves no other.
    assert!(
        text.contains("<td></td><td></td><td>+320% (+310% to +330%)</td>"),
        "the return"
    );
    for words in [
        "One a day instead of no ads: revenue +41.20",
        "Cap per user",
        "policy.frequency_cap.per_user = 4",
        "64%",
        "Log-odds of refusing an ad.",
        "as narrow as asked",
        "2016 7",
    ] {
        assert!(text.contains(words), "{words}");
    }
}

/// Of a study that found nothing there is still a report.
#[test]
fn studies_of_nothing_make_a_report() {
    let mut whatif = fixture::whatif();
    whatif.metrics.clear();
    whatif.users.clear();
    whatif.series.clear();
    whatif.sensitivity.clear();
    let files_of_whatif = files(|sink| write_whatif(&whatif, sink).expect("a report"));
    assert_eq!(files_of_whatif.len(), 1);
    assert!(html(&files_of_whatif).contains("--sensitivity"));
    let mut sweep = fixture::sweep();
    sweep.points.clear();
    sweep.indices.clear();
    assert_eq!(
        files(|sink| write_sweep(&sweep, sink).expect("a report")).len(),
        1
    );
}

/// Nothing tried, nothing compared, and figures that are all the same: no panic.
#[test]
fn studies_without_figures_make_a_report() {
    let (mut capacity, mut comparison) = (fixture::capacity(), fixture::comparison());
    capacity.trials.truncate(1);
    capacity.ended = CapacityEnd::Trials;
    (capacity.kept_rate, capacity.failed_rate) = (None, None);
    let one = files(|sink| write_capacity(&capacity, sink).expect("a report"));
    assert_eq!(one.len(), 1 + PLOT_FILES);
    capacity.trials.clear();
    let none = files(|sink| write_capacity(&capacity, sink).expect("a report"));
    assert_eq!(none.len(), 1);
    for figures in comparison
        .metrics
        .iter_mut()
        .flat_map(|metric| &mut metric.variants)
    {
        figures.figures.fill(Some(7.0));
    }
    comparison.metrics[0].variants[0].figures.fill(None);
    let same = files(|sink| write_comparison(&comparison, sink).expect("a report"));
    assert!(html(&same).contains("6 figures are missing"));
    comparison.metrics.clear();
    comparison.variants.clear();
    let none = files(|sink| write_comparison(&comparison, sink).expect("a report"));
    assert_eq!(none.len(), 1);
}

#[test]
fn a_history_says_what_changed_last_and_stands_alone() {
    let record = fixture::history();
    let files = files(|sink| write_history(&record, sink).expect("a report"));
    assert_eq!(files.keys().collect::<Vec<_>>(), ["index.html"]);
    let text = html(&files);
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
    insta::assert_snapshot!("history_rows", rows(&history_rows(&record)));
}

fn rows(rows: &[Vec<String>]) -> String {
    let lines: Vec<String> = rows.iter().map(|row| row.join(" | ")).collect();
    lines.join("\n")
}

/// No series, a series without a point, one value, and names that are markup: no panic.
#[test]
fn histories_of_nothing_make_a_report() {
    let mut record = fixture::history();
    record.series.truncate(1);
    record.series[0].scenario = "<script>".to_owned();
    record.series[0].changes.clear();
    for count in [1, 0] {
        record.series[0].points.truncate(count);
        let text = html(&files(|sink| write_history(&record, sink).expect("a report")));
        stands_alone("hostile", &text);
        assert!(text.contains("None of 1 figure changed"), "{count}");
    }
    record.series.clear();
    assert!(
        html(&files(|sink| write_history(&record, sink).expect("a report"))).contains("No figure changed.")
    );
    assert_eq!(history_rows(&record).len(), 1);
}
