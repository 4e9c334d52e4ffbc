//! The folder of a report: written under another name and renamed, so that it is complete or absent.
//!
//! A folder is replaced only by a report of the same kind. Other files in it are somebody's work and stay.

use super::partial::{Partial, clear_folders, folder_of};
use super::place::followed;
use super::report_kind::ReportKind;
use crate::arms::CELLS;
use crate::error::Error;
use crate::traces::TRACE_FILE;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What may stand in the folder of a report beside its record.
const OTHERS: [&str; 12] = [
    "differences.csv",
    "figures.csv",
    "index.html",
    "junit.xml",
    "latency.hlog",
    "plots",
    "points.csv",
    "scenario.toml",
    "series.csv",
    "service.toml",
    "summary.md",
    TRACE_FILE,
];

/// What somebody may have written into the folder of a report, and stays.
const GUEST: &str = "README.md";

/// What the name of an earlier report has at its end while a new one takes its place, where the two can't change places.
const OLD: &str = "-old";

/// The folder of a report that is being written, beside the place where it will be. If it is dropped before it is
/// finished, nothing stays of it.
pub struct OutputFolder {
    target: PathBuf,
    kind: ReportKind,
    /// The target behind all symbolic links.
    place: PathBuf,
    aside: Option<Partial>,
    /// Folders above it that were not there before, the lowest first.
    made: Vec<PathBuf>,
}

impl OutputFolder {
    /// Makes sure that a report of this kind can be written there, and removes what killed processes left of one. Called
    /// before anything is simulated.
    ///
    /// # Errors
    /// The folder can't be written, or it holds something else than an earlier report of this kind.
    pub fn prepare(target: &Path, kind: ReportKind) -> Result<OutputFolder, Error> {
        let place = followed(target);
        if target.file_name().is_none() || place.file_name().is_none() {
            return Err(Error::usage_with(
                format!("`{}` is no name for an output folder", target.display()),
                "give --out a folder of its own, such as reports/out/mine",
            ));
        }
        clear_folders(&place, &|left| take_back(left, &place));
        check_replaceable(&place, target, kind)?;
        let parent = folder_of(&place).to_path_buf();
        let made = parent.ancestors().take_while(|folder| !folder.exists());
        let mut output = OutputFolder {
            target: target.to_path_buf(),
            kind,
            made: made.map(Path::to_path_buf).collect(),
            aside: None,
            place,
        };
        let aside = fs::create_dir_all(&parent).and_then(|()| Partial::folder(&output.place));
        output.aside = Some(aside.map_err(|error| output.failure(error))?);
        Ok(output)
    }

    /// The folder could not be written.
    #[must_use]
    pub fn failure(&self, error: io::Error) -> Error {
        Error::write(&self.target, error)
    }

    fn aside(&self) -> &Path {
        &self
            .aside
            .as_ref()
            .expect("it is there until the folder is finished")
            .path
    }

    /// Writes one file of the folder, given its path within it.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.aside().join(file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// Puts the folder in its place, and gives its path. An earlier report is replaced, except for a `README.md` and the
    /// cached runs of a study.
    ///
    /// # Errors
    /// The folder can't be put there, or something else has come there since.
    pub fn finish(mut self) -> Result<PathBuf, Error> {
        check_replaceable(&self.place, &self.target, self.kind)?;
        replace(self.aside(), &self.place).map_err(|error| self.failure(error))?;
        self.made.clear();
        Ok(self.target.clone())
    }
}

impl Drop for OutputFolder {
    /// What was not finished leaves nothing behind.
    fn drop(&mut self) {
        if let Some(Partial { path, held }) = self.aside.take() {
            // This process may have no more open files than that.
            drop(held);
            // Once it is finished, there is none. Nothing better to do than to leave it, should even that fail.
            let _ = fs::remove_dir_all(path);
        }
        for folder in &self.made {
            // Unless somebody else has put something there in the meantime.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Puts the folder `aside` at `place`. Whenever this process is killed, there is a whole folder at `place`, and
/// [`take_back`] finds what belongs to it.
fn replace(aside: &Path, place: &Path) -> io::Result<()> {
    match fs::rename(aside, place) {
        // There is one already, and not an empty one.
        Err(error)
            if [io::ErrorKind::DirectoryNotEmpty, io::ErrorKind::AlreadyExists].contains(&error.kind()) => {}
        renamed => return renamed,
    }
    let mut old = aside.to_path_buf();
    if renameat_with(CWD, aside, CWD, place, RenameFlags::EXCHANGE).is_err() {
        // Not every file system lets two folders change places. Then it takes two steps, and the place is empty between
        // them.
        old.as_mut_os_string().push(OLD);
        fs::rename(place, &old)?;
        fs::rename(aside, place)?;
    }
    keep_guests(&old, place)?;
    // It is in nobody's way, and the next command removes it.
    let _ = fs::remove_dir_all(&old);
    Ok(())
}

/// Removes a folder that a killed process left behind, but for what belongs into the report at `place`.
fn take_back(left: &Path, place: &Path) -> io::Result<()> {
    let is_old = left.as_os_str().as_encoded_bytes().ends_with(OLD.as_bytes());
    if is_old && !place.exists() {
        return fs::rename(left, place);
    }
    if place.exists() {
        keep_guests(left, place)?;
    }
    fs::remove_dir_all(left)
}

/// Moves what stays of an earlier report into a new one.
fn keep_guests(old: &Path, new: &Path) -> io::Result<()> {
    move_missing(&old.join(GUEST), &new.join(GUEST))?;
    let (old, new) = (old.join(CELLS), new.join(CELLS));
    move_missing(&old, &new)?;
    // Another study may keep runs there as well.
    for entry in fs::read_dir(&old).into_iter().flatten().flatten() {
        move_missing(&entry.path(), &new.join(entry.file_name()))?;
    }
    Ok(())
}

/// Moves a file or folder to where there is none.
fn move_missing(from: &Path, to: &Path) -> io::Result<()> {
    match from.symlink_metadata().is_ok() && to.symlink_metadata().is_err() {
        true => fs::rename(from, to),
        false => Ok(()),
    }
}

/// Makes sure that nothing but an earlier report of the same kind is replaced.
fn check_replaceable(folder: &Path, target: &Path, kind: ReportKind) -> Result<(), Error> {
    let help = "give --out a new folder, or one that the same command wrote earlier";
    let refused = |why: &str| {
        let problem = format!("`{}` exists and {why}", target.display());
        Err(Error::usage_with(problem, help))
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        // What keeps it from being made is said when it is.
        Err(_) if !folder.exists() => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return refused("is not the folder of a run");
        }
        Err(error) => return Err(Error::read(target, error)),
    };
    let names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    match ReportKind::of(folder) {
        Some(found) if found != kind => {
            return refused(&format!("holds a report of `{}`", found.command()));
        }
        None if !names.is_empty() && !folder.join(CELLS).is_dir() => {
            return refused("is not the folder of a run");
        }
        Some(_) | None => {}
    }
    match names.iter().find(|name| !is_part_of_a_report(name)) {
        Some(foreign) => refused(&format!("holds `{foreign}`, which no run wrote")),
        None => Ok(()),
    }
}

fn is_part_of_a_report(name: &str) -> bool {
    OTHERS.contains(&name)
        || ReportKind::ALL.iter().any(|kind| kind.record() == name)
        || [GUEST, CELLS].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_complete_or_absent() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        let target = base.join("run");
        let output = OutputFolder::prepare(&target, ReportKind::Run).unwrap();
        output.write("run.json", b"1").unwrap();
        output.write("plots/a.svg", b"<svg/>").unwrap();
        assert!(!target.exists());
        output.finish().unwrap();
        assert_eq!(fs::read(target.join("plots/a.svg")).unwrap(), b"<svg/>");

        let abandoned = OutputFolder::prepare(&target, ReportKind::Run).unwrap();
        abandoned.write("run.json", b"2").unwrap();
        drop(abandoned);
        assert_eq!(
            fs::read(target.join("run.json")).unwrap(),
            b"1",
            "the earlier run stays"
        );
        assert_eq!(
            fs::read_dir(base).unwrap().count(),
            1,
            "nothing is left beside it"
        );
    }

    #[test]
    fn a_readme_that_somebody_put_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        let write = |text: &[u8]| {
            let output = OutputFolder::prepare(&base.join("run"), ReportKind::Run).unwrap();
            output.write("run.json", text).unwrap();
            output.finish().unwrap();
        };
        write(b"1");
        fs::write(base.join("run/README.md"), "how it was made").unwrap();
        write(b"2");
        assert_eq!(fs::read(base.join("run/run.json")).unwrap(), b"2");
        assert_eq!(fs::read(base.join("run/README.md")).unwrap(), b"how it was made");
    }

    /// Writes a report with this record to `run`.
    fn write(base: &Path, record: &[u8]) {
        let output = OutputFolder::prepare(&base.join("run"), ReportKind::Run).unwrap();
        output.write("run.json", record).unwrap();
        output.finish().unwrap();
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_killed_processes_left_is_removed_and_what_belongs_to_the_report_stays() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        write(base, b"1");
        // Killed while it wrote, and killed after the new report was in its place.
        let [early, late] = [".run.partial-7-0", ".run.partial-8-0"].map(|name| base.join(name));
        fs::create_dir(&early).unwrap();
        fs::create_dir_all(late.join(CELLS)).unwrap();
        for file in ["run.json", "README.md", "cells/1.json"] {
            fs::write(late.join(file), "kept").unwrap();
        }
        fs::create_dir(base.join(".other.partial-7-0")).unwrap();
        let other = OutputFolder::prepare(&base.join("run"), ReportKind::Run).unwrap();
        write(base, b"2");
        for file in ["README.md", "cells/1.json"] {
            assert_eq!(fs::read(base.join("run").join(file)).unwrap(), b"kept", "{file}");
        }
        assert_eq!(
            names(base).len(),
            3,
            "another process still writes: {:?}",
            names(base)
        );
        drop(other);
        assert_eq!(names(base), [".other.partial-7-0", "run"]);
    }

    #[test]
    fn a_report_that_was_moved_away_for_a_new_one_that_never_came_is_put_back() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        write(base, b"1");
        fs::rename(base.join("run"), base.join(".run.partial-7-0-old")).unwrap();
        drop(OutputFolder::prepare(&base.join("run"), ReportKind::Run).unwrap());
        assert_eq!(fs::read(base.join("run/run.json")).unwrap(), b"1");
        assert_eq!(names(base), ["run"]);
    }

    #[test]
    fn two_reports_at_once_are_both_whole_and_the_last_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        let both = [b"1", b"2"].map(|record| {
            let output = OutputFolder::prepare(&base.join("run"), ReportKind::Run).unwrap();
            output.write("run.json", record).unwrap();
            output
        });
        for output in both {
            output.finish().unwrap();
        }
        assert_eq!(fs::read(base.join("run/run.json")).unwrap(), b"2");
        assert_eq!(names(base), ["run"]);
    }

    #[test]
    fn something_else_that_came_there_meanwhile_stays() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("run");
        let output = OutputFolder::prepare(&target, ReportKind::Run).unwrap();
        fs::create_dir(&target).unwrap();
        fs::write(target.join("thesis.txt"), "years of work").unwrap();
        assert!(output.finish().is_err());
        assert_eq!(names(folder.path()), ["run"]);
        assert_eq!(names(&target), ["thesis.txt"]);
    }

    #[test]
    fn a_link_to_a_folder_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        fs::create_dir(base.join("disk")).unwrap();
        std::os::unix::fs::symlink("disk/run", base.join("run")).unwrap();
        write(base, b"1");
        write(base, b"2");
        assert_eq!(fs::read(base.join("disk/run/run.json")).unwrap(), b"2");
        assert!(base.join("run").is_symlink());
        assert_eq!(
            (names(base), names(&base.join("disk"))),
            (
                vec!["disk".to_string(), "run".to_string()],
                vec!["run".to_string()],
            )
        );
    }

    #[test]
    fn folders_above_are_made_and_go_again_with_what_was_abandoned() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        let target = base.join("reports/out/run");
        drop(OutputFolder::prepare(&target, ReportKind::Run).unwrap());
        assert!(!base.join("reports").exists());
        let output = OutputFolder::prepare(&target, ReportKind::Run).unwrap();
        fs::write(base.join("reports/mine.txt"), "mine").unwrap();
        drop(output);
        assert!(base.join("reports/mine.txt").exists() && !base.join("reports/out").exists());
        OutputFolder::prepare(&target, ReportKind::Run)
            .unwrap()
            .finish()
            .unwrap();
        assert!(target.exists());
    }

    #[test]
    fn the_report_of_another_command_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        let output = OutputFolder::prepare(&base.join("run"), ReportKind::Run).unwrap();
        output.write("run.json", b"1").unwrap();
        output.finish().unwrap();
        let error = OutputFolder::prepare(&base.join("run"), ReportKind::Sweep)
            .err()
            .unwrap();
        assert!(
            error.to_string().contains("holds a report of `chappe run`"),
            "{error}"
        );
        let output = OutputFolder::prepare(&base.join("run"), ReportKind::Run).unwrap();
        output.write("run.json", b"{\"clock\": \"wall\"}").unwrap();
        output.finish().unwrap();
        assert!(OutputFolder::prepare(&base.join("run"), ReportKind::Run).is_err());
        assert!(OutputFolder::prepare(&base.join("run"), ReportKind::Load).is_ok());
    }

    #[test]
    fn a_folder_of_something_else_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        fs::write(base.join("thesis.txt"), "years of work").unwrap();
        assert!(OutputFolder::prepare(base, ReportKind::Run).is_err());
    }
}
