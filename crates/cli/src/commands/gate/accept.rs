//! `chappe gate accept`.

use super::{play_all, say_notices};
use crate::args::AcceptArgs;
use crate::failure::Failure;
use crate::gate::baselines::{Folder, mismatches, now};
use crate::gate::exact::{held_against, moved};
use crate::gate::side::Side;
use chappe_metrics::Acceptance;
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
    let mut notices = Vec::new();
    let all = play_all(&Side::this(&[])?, &entries, &args.cases, &mut notices)?;
    say_notices(&notices);
    let mut out = stdout();
    for (entry, played) in entries.iter().zip(all) {
        let Some(baseline) = &entry.baseline else { continue };
        let fields = mismatches(&baseline.played, &played);
        let mut names: Vec<String> = fields.iter().map(|(field, _)| (*field).to_string()).collect();
        names.extend(moved(&held_against(&entry.name, &baseline.played, &played)));
        let is_new_compiler = baseline.played.toolchain != played.toolchain;
        names.extend(is_new_compiler.then(|| "toolchain".to_string()));
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
            let path = folder.write(entry, played, accepted)?;
            format!("{count} changes accepted in {}", path.display())
        };
        if !args.cases.quiet {
            writeln!(out, "{}: {said}", entry.name)?;
        }
    }
    Ok(())
}
