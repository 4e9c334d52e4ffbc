//! What a check found, for continuous integration: JUnit XML, Markdown and workflow commands of GitHub.

#[cfg(test)]
mod tests;

use crate::answer::verdict;
use crate::findings::{Evidence, Weight, findings};
use crate::record::GateRecord;
use chappe_report::parts::{Case, Suite, xml};
use std::fmt::Write as _;

/// The check as JUnit XML: a suite for each kind of evidence, a test for each finding. What is not known
/// fails no test.
#[must_use]
pub fn junit(record: &GateRecord) -> String {
    let findings = findings(record);
    let suites = Evidence::ALL.map(|evidence| {
        let of_it = findings.iter().filter(|finding| finding.evidence == evidence);
        let cases = of_it.map(|finding| {
            let is_closing = finding.weight == Weight::Closing;
            let problem = is_closing.then(|| (finding.sentence.clone(), finding.details.join("\n")));
            let mut case = Case::failed_if(evidence.words(), &finding.name, problem);
            if !is_closing {
                case.output.clone_from(&finding.sentence);
            }
            case
        });
        Suite {
            name: evidence.words().to_owned(),
            properties: Vec::new(),
            cases: cases.collect(),
        }
    });
    xml("chappe gate", &suites)
}

/// The check in Markdown.
#[must_use]
pub fn markdown(record: &GateRecord) -> String {
    let cell = |text: &str| text.replace('|', "\\|").replace(['\n', '\r'], " ");
    let findings = findings(record);
    let mut text = format!("## {}\n\n", verdict(record, &findings));
    text += "| | evidence | finding |\n|---|---|---|\n";
    for finding in &findings {
        let mark = match finding.weight {
            Weight::Closing => "❌",
            Weight::Better => "🟢",
            Weight::Unknown => "❔",
            Weight::Unmoved => "✔",
        };
        let _ = writeln!(
            text,
            "| {mark} | {} | {} |",
            finding.evidence.words(),
            cell(&finding.sentence)
        );
    }
    for finding in findings
        .iter()
        .filter(|finding| finding.weight == Weight::Closing)
    {
        let _ = write!(text, "\n<details><summary>{}</summary>\n\n", finding.name);
        for line in &finding.details {
            let _ = writeln!(text, "- {line}");
        }
        text += "\n</details>\n";
    }
    for notice in &record.notices {
        let _ = write!(text, "\n> {notice}.\n");
    }
    let _ = write!(text, "\nCandidate: {}.\n", record.candidate);
    text
}

/// The check as workflow commands of GitHub Actions, a line each: errors for what closes the gate,
/// warnings for what is not known.
#[must_use]
pub fn annotations(record: &GateRecord) -> Vec<String> {
    let escaped = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| escaped(text).replace(':', "%3A").replace(',', "%2C");
    let marks = findings(record).into_iter().filter_map(|finding| {
        let command = match finding.weight {
            Weight::Closing => "error",
            Weight::Unknown => "warning",
            Weight::Better => "notice",
            Weight::Unmoved => return None,
        };
        let title = property(&format!("chappe gate, {}", finding.evidence.words()));
        Some(format!(
            "::{command} title={title}::{}",
            escaped(&finding.sentence)
        ))
    });
    marks.collect()
}
