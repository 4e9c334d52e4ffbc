//! Records as tests, in the XML that continuous integration reads.
//!
//! A record that is not complete holds a test with an error: what was not concluded must not count as passed.

use crate::answer::incomplete;
use crate::reading::{observed, outcome_words};
use crate::words;
use chappe_metrics::{AuditSummary, LoadRecord, RunRecord, ThresholdOutcome, ThresholdVerdict};
use maud::{Markup, html};

/// Tests that belong together.
pub struct Suite {
    /// Its name.
    pub name: String,
    /// Names and values that belong to all its tests.
    pub properties: Vec<(&'static str, String)>,
    /// The tests, in order.
    pub cases: Vec<Case>,
}

/// One test.
pub struct Case {
    /// What kind of test it is.
    pub group: &'static str,
    /// Its name within its kind.
    pub name: String,
    /// What it came to.
    pub outcome: Outcome,
    /// What there is to say beside the outcome; may be empty.
    pub output: String,
}

/// What a test came to.
pub enum Outcome {
    /// It held.
    Passed,
    /// It held on the part that was run, which decides nothing: why.
    Skipped(String),
    /// What was expected did not hold: in a line, and in full.
    Failed(String, String),
    /// The test could not be done: why.
    Error(String),
}

impl Case {
    /// A test of the kind `group` with nothing to say beside its outcome.
    #[must_use]
    pub fn new(group: &'static str, name: &str, outcome: Outcome) -> Case {
        Case {
            group,
            name: name.to_owned(),
            outcome,
            output: String::new(),
        }
    }

    /// A test that failed if there is a `problem`: in a line, and in full.
    pub fn failed_if(group: &'static str, name: &str, problem: Option<(String, String)>) -> Case {
        let outcome = problem.map_or(Outcome::Passed, |(line, full)| Outcome::Failed(line, full));
        Case::new(group, name, outcome)
    }

    /// The test that a record is complete: an error if it is not.
    pub fn complete(name: &str, incomplete: Option<String>) -> Case {
        Case::new(
            "complete",
            name,
            incomplete.map_or(Outcome::Passed, Outcome::Error),
        )
    }
}

/// The suites as one document.
pub fn xml(name: &str, suites: &[Suite]) -> String {
    let cases = || suites.iter().flat_map(|suite| &suite.cases);
    let [skipped, failures, errors] = counts(cases());
    let body = html! {
        testsuites name=(clean(name)) tests=(cases().count()) skipped=(skipped) failures=(failures)
            errors=(errors) {
            "\n"
            @for suite in suites { (told(suite)) }
        }
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n",
        body.into_string()
    )
}

/// How many tests were skipped, failed, and could not be done.
fn counts<'a>(cases: impl Iterator<Item = &'a Case>) -> [usize; 3] {
    let mut counts = [0; 3];
    for case in cases {
        match case.outcome {
            Outcome::Passed => {}
            Outcome::Skipped(_) => counts[0] += 1,
            Outcome::Failed(_, _) => counts[1] += 1,
            Outcome::Error(_) => counts[2] += 1,
        }
    }
    counts
}

fn told(suite: &Suite) -> Markup {
    let [skipped, failures, errors] = counts(suite.cases.iter());
    html! {
        testsuite name=(clean(&suite.name)) tests=(suite.cases.len()) skipped=(skipped) errors=(errors)
            failures=(failures) {
            "\n"
            @if !suite.properties.is_empty() {
                properties {
                    @for (name, value) in &suite.properties {
                        "\n" property name=(name) value=(clean(value)) {}
                    }
                    "\n"
                }
                "\n"
            }
            @for case in &suite.cases {
                testcase name=(clean(&case.name)) classname=(case.group) {
                    @match &case.outcome {
                        Outcome::Passed => {},
                        Outcome::Skipped(why) => { skipped message=(clean(why)) {} },
                        Outcome::Failed(line, full) => {
                            failure message=(clean(line)) type=(case.group) { (clean(full)) }
                        },
                        Outcome::Error(why) => {
                            error message=(clean(why)) type=(case.group) { (clean(why)) }
                        },
                    }
                    @if !case.output.is_empty() {
                        system-out { (clean(&case.output)) }
                    }
                }
                "\n"
            }
        }
        "\n"
    }
}

/// The text without the characters that XML 1.0 cannot hold.
fn clean(text: &str) -> String {
    let is_allowed = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\t');
    text.chars().filter(is_allowed).collect()
}

/// The run as JUnit XML: a test that it is complete, one for each threshold, one for the audit, and where load was
/// offered on the wall clock one for the generator.
#[must_use]
pub(crate) fn of_run(record: &RunRecord) -> String {
    let result = &record.result;
    let incomplete = incomplete(record);
    let what = match record.load {
        None => "the run reached its end",
        Some(_) => "the load reached its end",
    };
    let is_complete = incomplete.is_none();
    let cases = std::iter::once(Case::complete(what, incomplete))
        .chain(
            result
                .thresholds
                .iter()
                .map(|verdict| threshold(verdict, is_complete)),
        )
        .chain([audit(&result.audit)])
        .chain(record.load.iter().map(generator));
    let suite = Suite {
        name: record.scenario.name.clone(),
        properties: vec![
            ("seed", record.seed.to_string()),
            ("digest", record.digest.clone()),
            ("version", record.version.clone()),
        ],
        cases: cases.collect(),
    };
    xml("chappe", &[suite])
}

fn threshold(verdict: &ThresholdVerdict, is_complete: bool) -> Case {
    let name = format!("{} {}", verdict.metric, verdict.condition);
    let seen = observed(verdict);
    let outcome = match (verdict.outcome(), is_complete) {
        (ThresholdOutcome::Kept, true) => Outcome::Passed,
        (ThresholdOutcome::Kept, false) => Outcome::Skipped(format!("kept so far: observed {seen}")),
        (ThresholdOutcome::Inconclusive, _) => {
            Outcome::Error(format!("{} (observed: {seen})", outcome_words(verdict)))
        }
        (ThresholdOutcome::Missed, _) => Outcome::Failed(
            format!("observed {seen}, must hold: {}", verdict.condition),
            format!(
                "{}: observed {seen}, where {} must hold.",
                verdict.metric, verdict.condition
            ),
        ),
    };
    Case::new("threshold", &name, outcome)
}

fn audit(audit: &AuditSummary) -> Case {
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
    Case::failed_if("audit", "every promise is kept", problem)
}

fn generator(load: &LoadRecord) -> Case {
    let outcome = &load.outcome;
    let problem = (!outcome.valid).then(|| {
        let late = words::share(outcome.late_count as i64, outcome.sent_count as i64);
        (
            format!("{late} of the sends were over 1 ms late"),
            "The generator was the limit: lower the rate, or give it a core of its own.".to_owned(),
        )
    });
    Case::failed_if("load", "the generator kept up", problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_can_not_hold_is_left_out_or_escaped() {
        let case = Case::new(
            "group",
            "a<b & \"c\"\u{1b}[0m",
            Outcome::Error("\u{0}why".to_owned()),
        );
        let text = xml(
            "name",
            &[Suite {
                name: "suite".to_owned(),
                properties: vec![],
                cases: vec![case],
            }],
        );
        assert!(text.contains("name=\"a&lt;b &amp; &quot;c&quot;[0m\""), "{text}");
        assert!(
            text.contains("message=\"why\"") && text.contains(" errors=\"1\""),
            "{text}"
        );
    }
}
