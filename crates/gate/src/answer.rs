//! What a check found, in sentences.

use crate::findings::{Evidence, Finding, Weight, findings};
use crate::record::GateRecord;
use chappe_report::words;

/// What closes the gate, each in a sentence without its full stop; none if it is open.
#[must_use]
pub fn problems(record: &GateRecord) -> Vec<String> {
    let closing = findings(record)
        .into_iter()
        .filter(|finding| finding.weight == Weight::Closing);
    closing.map(|finding| finding.sentence).collect()
}

/// What a check found, in sentences: the verdict, what moved, what is not known, and which evidence is missing.
#[must_use]
pub fn answer(record: &GateRecord) -> Vec<String> {
    let findings = findings(record);
    let of = |weight| findings.iter().filter(move |finding| finding.weight == weight);
    let sentence = |finding: &Finding| format!("{}.", finding.sentence);
    let verdict = verdict(record, &findings);
    let shown = [Weight::Closing, Weight::Better, Weight::Unknown]
        .into_iter()
        .flat_map(of);
    let notices = record.notices.iter().map(|notice| format!("Note: {notice}."));
    std::iter::once(verdict)
        .chain(shown.map(sentence))
        .chain(notices)
        .collect()
}

/// The verdict on everything, with what was looked at.
pub(crate) fn verdict(record: &GateRecord, findings: &[Finding]) -> String {
    let count = |evidence, weight| {
        let fitting = findings
            .iter()
            .filter(|finding| finding.evidence == evidence && finding.weight == weight);
        fitting.count() as i64
    };
    let looked_at = |evidence: Evidence, one: &str| {
        let all = findings
            .iter()
            .filter(|finding| finding.evidence == evidence)
            .count() as i64;
        let parts = [
            (count(evidence, Weight::Closing), "regressed"),
            (count(evidence, Weight::Better), "improved"),
            (count(evidence, Weight::Unknown), "inconclusive"),
        ];
        let moved: Vec<String> = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        let moved = match moved.is_empty() {
            true => "all unchanged".to_owned(),
            false => moved.join(", "),
        };
        (all > 0).then(|| format!("{} ({moved})", words::counted(all, one)))
    };
    let behaviour = match count(Evidence::Behaviour, Weight::Closing) {
        _ if record.cases.is_empty() => None,
        0 => Some(format!(
            "behaviour as it was in {}",
            words::counted(record.cases.len() as i64, "scenario")
        )),
        changed => Some(format!(
            "behaviour changed in {}",
            words::counted(changed, "scenario")
        )),
    };
    let parts: Vec<String> = behaviour
        .into_iter()
        .chain(looked_at(Evidence::Cost, "cost"))
        .chain(looked_at(Evidence::WallTime, "timing"))
        .collect();
    let gate = if record.passed { "open" } else { "closed" };
    let looked_at = match parts.is_empty() {
        true => "nothing could be judged".to_owned(),
        false => parts.join(", "),
    };
    format!(
        "The gate is {gate}: {looked_at}, compared with {}.",
        record.baseline
    )
}
