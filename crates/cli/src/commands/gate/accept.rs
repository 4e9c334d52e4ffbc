//! `chappe gate accept`.

use super::{play_all, say_notices};
use crate::args::AcceptArgs;
use crate::failure::Failure;
use crate::gate::baselines::{Entry, Folder, mismatches, now};
use crate::gate::exact::{held_against, moved};
use crate::gate::side::Side;
use chappe_metrics::{Acceptance, Baseline, Cost, Played};
use chappe_report::words;
use std::io::{Write, stdout};

/// Takes what scenarios come to now as their baselines, and keeps the reason there.
pub(crate) fn accept(args: &AcceptArgs) -> Result<(), Failure> {
    if args.reason.trim().is_empty() {
        return Err(Failure::usage_with(
            "an intended change has a reason",
            "say it in a sentence: --reason 'ads expire after a day'",
        ));
    }
    let folder = Folder::new(&args.cases.baselines);
    let entries = folder.entries(&args.cases)?;
    if let Some(entry) = entries.iter().find(|entry| entry.baseline.is_none()) {
        return Err(Failure::usage_with(
            format!("`{}` has no baseline that could change", entry.name),
            format!("give `chappe gate record {}`", entry.case.file),
        ));
    }
    let side = Side::this(&[])?;
    let mut notices = Vec::new();
    let all = play_all(&side, &entries, &args.cases, &mut notices)?;
    say_notices(&notices);
    let mut out = stdout();
    for (entry, played) in entries.iter().zip(all) {
        let Some(baseline) = &entry.baseline else { continue };
        make_sure_nothing_is_lost(args, &entry.name, &baseline.played, &played)?;
        let names = changes(entry, baseline, &played);
        let said = if names.is_empty() {
            "nothing moved; its baseline stays".to_string()
        } else {
            let count = names.len();
            let mut accepted = baseline.accepted.clone();
            accepted.push(Acceptance {
                at: now(),
                reason: args.reason.trim().to_string(),
                moved: names,
            });
            let path = folder.write(entry, played, side.commit.as_ref(), accepted)?;
            let changes = words::counted(count as i64, "change");
            format!("{changes} accepted in {}", path.display())
        };
        if !args.cases.quiet {
            writeln!(out, "{}: {said}", entry.name)?;
        }
    }
    Ok(())
}

/// Instructions that were recorded and can't be counted now would be gone from all later checks.
fn make_sure_nothing_is_lost(
    args: &AcceptArgs,
    name: &str,
    before: &Played,
    now: &Played,
) -> Result<(), Failure> {
    let has = |played: &Played| played.cost.contains_key(&Cost::Instructions);
    if args.cases.no_instructions || !has(before) || has(now) {
        return Ok(());
    }
    Err(Failure::usage_with(
        format!("the baseline of `{name}` has instructions, and they can't be counted here"),
        "accept where valgrind is, in a checkout; or give --no-instructions to go without them from now on",
    ))
}

/// All that is not as in the baseline, by name.
fn changes(entry: &Entry, baseline: &Baseline, played: &Played) -> Vec<String> {
    let before = &baseline.played;
    let fields = mismatches(before, played);
    let mut names: Vec<String> = fields.iter().map(|(field, _)| (*field).to_string()).collect();
    names.extend(moved(&held_against(&entry.name, before, played)));
    let costs = before.cost.keys().chain(played.cost.keys());
    let one_sided = costs.filter(|cost| before.cost.contains_key(*cost) != played.cost.contains_key(*cost));
    names.extend(one_sided.map(|cost| cost.label().to_string()));
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
