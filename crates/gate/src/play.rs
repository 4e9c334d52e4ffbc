//! Playing all cases once, each in a process of its own.

use crate::baselines::Entry;
use crate::context::Context;
use crate::program::{Program, count, words};
use crate::record::{Cost, Played};
use chappe_study::{Error, Progress};

/// What all cases come to. Where instructions can't be counted, they are left out with a notice.
pub(crate) fn play_all(
    program: &Program,
    entries: &[Entry],
    counts_instructions: bool,
    notices: &mut Vec<String>,
    context: &Context<'_>,
) -> Result<Vec<Played>, Error> {
    let observer = context.observer;
    let mut played = Vec::new();
    for entry in entries {
        observer.progress(Progress::Runs {
            done: played.len() as u64,
            total: entries.len() as u64,
        });
        played.push(program.play(entry, context)?);
    }
    observer.progress(Progress::Ended);
    if counts_instructions {
        let commands: Vec<(String, Vec<String>)> = entries
            .iter()
            .map(|entry| (entry.name.clone(), words(entry)))
            .collect();
        match count(&program.path, &commands, context) {
            Ok(counts) => {
                for (entry, played) in entries.iter().zip(&mut played) {
                    let counted = counts.get(&entry.name).copied();
                    played
                        .cost
                        .extend(counted.map(|count| (Cost::Instructions, count)));
                }
            }
            Err(why) => {
                context.check_stop()?;
                let notice = format!("instructions are not counted: {why}");
                if !notices.contains(&notice) {
                    notices.push(notice);
                }
            }
        }
    }
    Ok(played)
}
