//! `chappe gate record`.

use super::{play_all, say_notices};
use crate::args::RecordArgs;
use crate::failure::Failure;
use crate::gate::baselines::{Folder, mismatches};
use crate::gate::exact::{held_against, moved};
use crate::gate::figures::add_to;
use crate::gate::history::make_sure_of;
use crate::gate::side::Side;
use std::io::{Write, stdout};

/// Plays scenarios, writes the baselines that are missing, and adds what was found to the history.
pub(crate) fn record(args: &RecordArgs) -> Result<(), Failure> {
    let folder = Folder::new(&args.cases.baselines);
    let entries = folder.entries(&args.cases)?;
    make_sure_of(&args.history)?;
    let side = Side::this(&[])?;
    let mut notices = Vec::new();
    let all = play_all(&side, &entries, &args.cases, &mut notices)?;
    say_notices(&notices);
    let mut out = stdout();
    for (entry, played) in entries.iter().zip(&all) {
        let said = match &entry.baseline {
            None => {
                let path = folder.write(entry, played.clone(), side.commit.as_ref(), Vec::new())?;
                format!("recorded in {}", path.display())
            }
            Some(baseline) => {
                let other = mismatches(&baseline.played, played);
                let moved = moved(&held_against(&entry.name, &baseline.played, played));
                match other.is_empty() && moved.is_empty() {
                    true => "as its baseline".to_string(),
                    false => "differs from its baseline, which stays: `chappe gate check` says how, \
                              `chappe gate accept` takes what it is now"
                        .to_string(),
                }
            }
        };
        if !args.cases.quiet {
            writeln!(out, "{}: {said}", entry.name)?;
        }
    }
    let notice = add_to(&args.history, side.commit.as_ref(), &entries, &all)?;
    say_notices(notice.as_slice());
    Ok(())
}
