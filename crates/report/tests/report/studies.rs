//! What reports on several runs say and hold.

use super::{Files, PLOT_FILES, files, fixture, nests, stands_alone, text};
use chappe_metrics::{CapacityEnd, ReplicationsEnd};
use chappe_report::{Report, capacity_plots, comparison_plots, sweep_plots, whatif_plots};

/// What every study has beside its record, tables and plots.
const ALWAYS: [&str; 3] = ["index.html", "junit.xml", "summary.md"];

fn plots_count(files: &Files) -> usize {
    files.keys().filter(|name| name.ends_with(".svg")).count()
}

fn html(files: &Files) -> String {
    text(files, "index.html")
}

#[test]
fn the_answers_of_studies_are_as_they_were() {
    insta::assert_json_snapshot!([fixture::capacity().answer(), fixture::comparison().answer(),]);
}

#[test]
fn the_data_of_their_charts_is_as_it_was() {
    insta::assert_json_snapshot!("capacity", capacity_plots(&fixture::capacity()));
    insta::assert_json_snapshot!("comparison", comparison_plots(&fixture::comparison()));
    insta::assert_json_snapshot!("whatif", whatif_plots(&fixture::whatif()));
    insta::assert_json_snapshot!("sweep", sweep_plots(&fixture::sweep()));
}

#[test]
fn a_search_says_how_it_ended() {
    let lead = |ended, kept_rate, failed_rate| {
        let mut record = fixture::capacity();
        record.ended = ended;
        (record.kept_rate, record.failed_rate) = (kept_rate, failed_rate);
        record.unsettled = vec!["revocation p(99) < 1ns: 0 of at least 100 observations".to_owned()];
        record.answer().remove(0)
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
        (CapacityEnd::Nothing, None, Some(6e5), "even at 600,000"),
        (CapacityEnd::Trials, Some(5e5), Some(6e5), "500,000 to 600,000"),
        (CapacityEnd::Interrupted, Some(5e5), None, "not confirmed"),
        (CapacityEnd::Interrupted, None, None, "at every rate tried"),
        (
            CapacityEnd::Unmeasured,
            None,
            None,
            "too little was observed to judge revocation p(99)",
        ),
        (
            CapacityEnd::NotByRate,
            None,
            Some(1e5),
            "do not depend on the rate (revocation p(99)",
        ),
    ] {
        let lead = lead(ended, kept, failed);
        assert!(lead.contains(words), "{ended:?}: {lead}");
    }
}

#[test]
fn what_changed_stands_first_and_a_draw_is_called_one() {
    let mut record = fixture::comparison();
    let said = record.answer();
    assert!(
        said[0].starts_with("With design.lanes = true instead of false, p99 of friends'"),
        "{}",
        said[0]
    );
    assert!(said[1].ends_with("regressed.") && said[3].ends_with("inconclusive."));
    record.metrics.retain(|metric| metric.metric == "load.throughput");
    assert!(record.answer()[0].contains("no figure differed clearly between the variants of design.lanes"));
    record.metrics[0].against_first.clear();
    let said = record.answer();
    assert!(said[0].contains("no figure could be compared"), "{said:?}");
    assert_eq!(
        said[1],
        "Missing in too many rounds to be compared: load.throughput with design.lanes = true."
    );
    record.metrics.clear();
    assert_eq!(record.answer().len(), 1);
}

#[test]
fn reports_on_studies_stand_alone() {
    let capacity = files(&fixture::capacity());
    let comparison = files(&fixture::comparison());
    for (name, files, plots_count) in [("capacity", &capacity, 1), ("comparison", &comparison, 2)] {
        assert_eq!(files.len(), ALWAYS.len() + 1 + PLOT_FILES * plots_count, "{name}");
        assert!(files.contains_key(&format!("{name}.json")), "{name}");
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
    let whatif = files(&fixture::whatif());
    let sweep = files(&fixture::sweep());
    for (name, files, plots_count, own_count) in [("whatif", &whatif, 5, 3), ("sweep", &sweep, 2, 2)] {
        let count = ALWAYS.len() + own_count + PLOT_FILES * plots_count;
        assert_eq!(files.len(), count, "{name}");
        assert!(files.contains_key(&format!("{name}.json")), "{name}");
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
    let files_of_whatif = files(&whatif);
    assert_eq!(plots_count(&files_of_whatif), 0);
    assert!(html(&files_of_whatif).contains("--sensitivity"));
    let mut sweep = fixture::sweep();
    sweep.points.clear();
    sweep.indices.clear();
    assert_eq!(plots_count(&files(&sweep)), 0);
}

/// Nothing tried, nothing compared, and figures that are all the same: no panic.
#[test]
fn studies_without_figures_make_a_report() {
    let (mut capacity, mut comparison) = (fixture::capacity(), fixture::comparison());
    capacity.trials.truncate(1);
    capacity.ended = CapacityEnd::Trials;
    (capacity.kept_rate, capacity.failed_rate) = (None, None);
    let one = files(&capacity);
    assert_eq!(plots_count(&one), 1);
    capacity.trials.clear();
    let none = files(&capacity);
    assert_eq!(plots_count(&none), 0);
    for figures in comparison
        .metrics
        .iter_mut()
        .flat_map(|metric| &mut metric.variants)
    {
        figures.figures.fill(Some(7.0));
    }
    comparison.metrics[0].variants[0].figures.fill(None);
    let same = files(&comparison);
    assert!(html(&same).contains("6 figures are missing"));
    comparison.metrics.clear();
    comparison.variants.clear();
    let none = files(&comparison);
    assert_eq!(plots_count(&none), 0);
}

#[test]
fn a_study_that_was_stopped_says_what_it_lacks() {
    let mut capacity = fixture::capacity();
    capacity.ended = CapacityEnd::Interrupted;
    capacity.trials.truncate(3);
    let mut comparison = fixture::comparison();
    comparison.interrupted = true;
    comparison.order.truncate(5);
    let mut whatif = fixture::whatif();
    whatif.stopping.ended = ReplicationsEnd::Interrupted;
    whatif.stopping.wanted_count = None;
    let mut sweep = fixture::sweep();
    (sweep.planned_count, sweep.missing_count) = (120, 90);
    let reports: [(&dyn Report, &str); 4] = [
        (
            &capacity,
            "stopped after 3 of at most 30 trials; 412,000 commands per second were kept so far, but no rate was \
             confirmed yet.",
        ),
        (
            &comparison,
            "stopped after 5 of 12 runs; verdicts rest on 2 of 6 rounds",
        ),
        (&whatif, "stopped after 2 of 2 replications of its pilot"),
        (
            &sweep,
            "stopped after 30 of 120 runs: points without all their runs are left out",
        ),
    ];
    for (report, words) in reports {
        let sentence = report.incomplete().expect("a sentence");
        assert!(sentence.contains(words), "{sentence}");
        assert_eq!(report.doubts()[0], sentence);
        let files = files(report);
        let (page, junit) = (html(&files), text(&files, "junit.xml"));
        let place = page.find(&sentence);
        assert!(place.is_some() && place < page.find("<figure"), "{sentence}");
        assert!(text(&files, "summary.md").contains(&sentence), "{sentence}");
        assert!(
            junit.contains("errors=\"1\"") && junit.contains(&sentence),
            "{junit}"
        );
        nests("junit", &junit);
    }
}

#[test]
fn a_study_that_reached_its_end_passes() {
    let (capacity, comparison) = (fixture::capacity(), fixture::comparison());
    let (whatif, sweep) = (fixture::whatif(), fixture::sweep());
    let reports: [&dyn Report; 4] = [&capacity, &comparison, &whatif, &sweep];
    for report in reports {
        assert_eq!(report.incomplete(), None);
        let junit = text(&files(report), "junit.xml");
        assert!(
            junit.contains("errors=\"0\"") && junit.contains("failures=\"0\""),
            "{junit}"
        );
    }
}

#[test]
fn a_search_without_an_answer_is_no_pass() {
    let mut record = fixture::capacity();
    for (ended, tag) in [
        (CapacityEnd::Nothing, "<failure "),
        (CapacityEnd::NotByRate, "<failure "),
        (CapacityEnd::Generator, "<failure "),
        (CapacityEnd::Unmeasured, "<error "),
        (CapacityEnd::Trials, "<error "),
    ] {
        record.ended = ended;
        if ended == CapacityEnd::Unmeasured {
            record.kept_rate = None;
        }
        let junit = text(&files(&record), "junit.xml");
        assert_eq!(junit.matches(tag).count(), 1, "{junit}");
    }
}

#[test]
fn runs_whose_generator_fell_behind_are_no_pass() {
    let mut comparison = fixture::comparison();
    comparison.generator_limited_count = 2;
    let files = files(&comparison);
    assert!(text(&files, "junit.xml").contains("failures=\"1\""));
    assert!(text(&files, "summary.md").contains("In 2 of 12 runs the generator fell behind"));
}

#[test]
fn broken_promises_in_the_runs_of_a_study_are_no_pass() {
    let mut whatif = fixture::whatif();
    whatif.violations.count = 3;
    whatif.violations.descriptions = vec!["3 broken promise(s) in arm `one a day` with seed 7".to_owned()];
    let mut sweep = fixture::sweep();
    sweep.violations = whatif.violations.clone();
    let reports: [&dyn Report; 2] = [&whatif, &sweep];
    for report in reports {
        let files = files(report);
        let junit = text(&files, "junit.xml");
        assert!(
            junit.contains("failures=\"1\"") && junit.contains("with seed 7"),
            "{junit}"
        );
        for file in ["summary.md", "index.html"] {
            assert!(
                text(&files, file).contains("The audit found 3 broken promises"),
                "{file}"
            );
        }
    }
}

#[test]
fn points_that_were_played_once_have_no_intervals() {
    let mut sweep = fixture::sweep();
    sweep.seeds.truncate(1);
    let files = files(&sweep);
    let page = html(&files);
    assert!(page.contains("Every point was played once, which gives no interval"));
    assert!(!page.contains("with its 95% intervals"));
    let csv = text(&files, "points.csv");
    assert!(csv.lines().skip(1).all(|line| line.contains(",,")), "{csv}");
    let repeated = super::files(&fixture::sweep());
    assert!(html(&repeated).contains("with its 95% intervals"));
    sweep.points.iter_mut().for_each(|point| point.revenue = None);
    assert!(sweep_plots(&sweep).iter().all(|plot| plot.name != "frontier"));
}

#[test]
fn a_study_has_its_figures_in_its_summary_and_as_csv() {
    let summary = |report: &dyn Report| text(&files(report), "summary.md");
    insta::assert_snapshot!("capacity_summary", summary(&fixture::capacity()));
    insta::assert_snapshot!("comparison_summary", summary(&fixture::comparison()));
    insta::assert_snapshot!("whatif_summary", summary(&fixture::whatif()));
    insta::assert_snapshot!("sweep_summary", summary(&fixture::sweep()));
    let mut whatif = fixture::whatif();
    whatif.metrics.truncate(1);
    whatif.metrics[0].arms[0].arm = "a, b".to_owned();
    let csv = text(&files(&whatif), "figures.csv");
    assert!(
        csv.starts_with("metric,unit,arm,replication,seed,figure\n"),
        "{csv}"
    );
    assert!(
        csv.lines()
            .nth(1)
            .is_some_and(|line| line.contains(",\"a, b\",0,2016,")),
        "{csv}"
    );
    let csv = text(&files(&fixture::sweep()), "points.csv");
    assert_eq!(csv.lines().count(), 4);
    let columns = csv.lines().map(|line| line.split(',').count());
    assert!(columns.clone().all(|count| count == 4 + 2 * 3), "{csv}");
}
