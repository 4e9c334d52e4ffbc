//! Accepting an intended change: what scenarios come to now becomes their baselines, and the reason stays there.

use crate::baselines::{Entry, Folder, mismatches, now};
use crate::context::Context;
use crate::exact::{compare, moved};
use crate::options::CaseOptions;
use crate::play::play_all;
use crate::program::Program;
use crate::record::{Acceptance, Baseline, Cost, Played};
use chappe_report::words;
use chappe_study::{Error, Note};
use std::fmt;
use std::path::PathBuf;

/// What became of a scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Accepted {
    /// Nothing moved, and its baseline stays.
    Unchanged,
    /// Its baseline was written anew.
    Changed {
        /// Metrics, costs and fields that moved.
        changes_count: usize,
        /// The baseline.
        file: PathBuf,
    },
}

impl fmt::Display for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Accepted::Unchanged => f.write_str("nothing moved; its baseline stays"),
            Accepted::Changed { changes_count, file } => {
                let changes = words::counted(*changes_count as i64, "change");
                write!(f, "{changes} accepted in {}", file.display())
            }
        }
    }
}

/// Makes what scenarios come to now their baselines, with the reason. Gives what became of each, by its name.
///
/// # Errors
/// There is no reason; a scenario has no baseline; instructions that the baseline has can't be counted; or the work was
/// stopped.
pub fn accept(
    options: &CaseOptions,
    reason: &str,
    context: &Context<'_>,
) -> Result<Vec<(String, Accepted)>, Error> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::usage_with(
            "an intended change has a reason",
            "say it in a sentence: --reason 'ads expire after a day'",
        ));
    }
    let folder = Folder::new(&options.baselines);
    let entries = folder.entries(options)?;
    if let Some(entry) = entries.iter().find(|entry| entry.baseline.is_none()) {
        return Err(Error::usage_with(
            format!("`{}` has no baseline that could change", entry.name),
            format!("give `chappe gate record {}`", entry.case.file),
        ));
    }
    let program = Program::this(&[], context)?;
    let mut notices = Vec::new();
    let all = play_all(&program, &entries, options.instructions, &mut notices, context)?;
    for notice in &notices {
        context.observer.note(Note::Notice(notice.clone()));
    }
    let mut outcomes = Vec::new();
    for (entry, played) in entries.iter().zip(all) {
        let Some(baseline) = &entry.baseline else { continue };
        make_sure_nothing_is_lost(options, &entry.name, &baseline.played, &played)?;
        let names = changes(entry, baseline, &played);
        let outcome = if names.is_empty() {
            Accepted::Unchanged
        } else {
            let changes_count = names.len();
            let mut accepted = baseline.accepted.clone();
            accepted.push(Acceptance {
                at: now(),
                reason: reason.to_string(),
                moved: names,
            });
            let file = folder.write(entry, played, program.commit.as_ref(), accepted)?;
            Accepted::Changed { changes_count, file }
        };
        outcomes.push((entry.name.clone(), outcome));
    }
    Ok(outcomes)
}

/// Instructions that were recorded and can't be counted now would be missing in all later checks.
fn make_sure_nothing_is_lost(
    options: &CaseOptions,
    name: &str,
    before: &Played,
    now: &Played,
) -> Result<(), Error> {
    let has = |played: &Played| played.cost.contains_key(&Cost::Instructions);
    if !options.instructions || !has(before) || has(now) {
        return Ok(());
    }
    Err(Error::usage_with(
        format!("the baseline of `{name}` has instructions, and they can't be counted here"),
        "accept where valgrind is, in a checkout; or give --no-instructions to go without them from now on",
    ))
}

/// Everything that is not as in the baseline, by name.
fn changes(entry: &Entry, baseline: &Baseline, played: &Played) -> Vec<String> {
    let before = &baseline.played;
    let fields = mismatches(before, played);
    let mut names: Vec<String> = fields.iter().map(|(field, _)| (*field).to_string()).collect();
    names.extend(moved(&compare(&entry.name, before, played)));
    let one_sided = |cost: &Cost| before.cost.contains_key(cost) != played.cost.contains_key(cost);
    names.extend(
        Cost::SHOWN
            .into_iter()
            .filter(one_sided)
            .map(|cost| cost.label().to_string()),
    );
    let others = [
        ("toolchain", before.toolchain != played.toolchain),
        ("case", baseline.case != entry.case),
    ];
    names.extend(
        others
            .iter()
            .filter(|(_, is_other)| *is_other)
            .map(|(name, _)| (*name).to_string()),
    );
    names
}
