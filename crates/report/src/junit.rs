//! A run as tests, in the XML that continuous integration reads.

use crate::reading::observed;
use crate::words;
use chappe_metrics::{AuditSummary, LoadRecord, RunRecord, ThresholdVerdict};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// The run as JUnit XML: a test for each threshold, one for the audit, and where load was offered on
/// the wall clock one for the generator.
#[must_use]
pub fn junit(record: &RunRecord) -> String {
    let result = &record.result;
    let mut suite = TestSuite::new(record.scenario.name.as_str());
    suite.add_property(("seed", record.seed.to_string().as_str()));
    suite.add_property(("digest", record.digest.as_str()));
    suite.add_property(("version", record.version.as_str()));
    suite.add_test_cases(result.thresholds.iter().map(threshold));
    suite.add_test_case(audit(&result.audit));
    suite.add_test_cases(record.load.iter().map(generator));
    let mut report = Report::new("chappe");
    report.add_test_suite(suite);
    report.to_string().expect("writing into a string cannot fail")
}

/// A test that failed if there is a `problem`: what was found, and what that means.
pub(crate) fn case(group: &str, name: &str, problem: Option<(String, String)>) -> TestCase {
    let status = match problem {
        None => TestCaseStatus::success(),
        Some((message, description)) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_type(group)
                .set_message(message)
                .set_description(description);
            status
        }
    };
    let mut case = TestCase::new(name, status);
    case.set_classname(group);
    case
}

fn threshold(verdict: &ThresholdVerdict) -> TestCase {
    let name = format!("{} {}", verdict.metric, verdict.condition);
    let problem = (!verdict.passed).then(|| {
        let seen = observed(verdict.observed);
        (
            format!("observed {seen}, must hold: {}", verdict.condition),
            format!(
                "{}: observed {seen}, where {} must hold.",
                verdict.metric, verdict.condition
            ),
        )
    });
    case("threshold", &name, problem)
}

fn audit(audit: &AuditSummary) -> TestCase {
    let problem = (!audit.passed).then(|| {
        let broken = audit.promises.iter().map(|promise| promise.violation_count);
        let count = words::counted(broken.sum::<u64>() as i64, "violation");
        let violations = audit.violations.iter();
        let mut lines: Vec<String> = violations
            .map(|violation| {
                let at = words::moment(violation.at_ns);
                format!("{at} {}: {}", violation.promise, violation.description)
            })
            .collect();
        lines.extend(audit.replay.iter().map(|replay| format!("replay: {replay}")));
        (count, lines.join("\n"))
    });
    case("audit", "every promise is kept", problem)
}

fn generator(load: &LoadRecord) -> TestCase {
    let outcome = &load.outcome;
    let problem = (!outcome.valid).then(|| {
        let late = words::share(outcome.late_count as i64, outcome.sent_count as i64);
        (
            format!("{late} of the sends were over 1 ms late"),
            "The generator was the limit: lower the rate, or give it a core of its own.".to_owned(),
        )
    });
    case("load", "the generator kept up", problem)
}
