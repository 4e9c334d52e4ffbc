//! The folder of a report: written under another name and renamed, so that it is complete or absent.
//!
//! A folder is replaced only by a report of the same kind. Other files in it are somebody's work and stay.

use crate::arms::CELLS;
use crate::error::Error;
use crate::traces::TRACE_FILE;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Which command a report belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReportKind {
    /// `chappe run`.
    Run,
    /// `chappe load`, which writes the same record in the other clock.
    Load,
    /// `chappe capacity`.
    Capacity,
    /// `chappe load --compare`.
    Comparison,
    /// `chappe calibrate`.
    Calibration,
    /// `chappe whatif`.
    WhatIf,
    /// `chappe sweep`.
    Sweep,
    /// `chappe gate check`.
    Gate,
    /// `chappe gate history`.
    History,
}

impl ReportKind {
    const ALL: [ReportKind; 9] = [
        ReportKind::Run,
        ReportKind::Load,
        ReportKind::Capacity,
        ReportKind::Comparison,
        ReportKind::Calibration,
        ReportKind::WhatIf,
        ReportKind::Sweep,
        ReportKind::Gate,
        ReportKind::History,
    ];

    /// The record that marks the folder of such a report.
    #[must_use]
    pub fn record(self) -> &'static str {
        match self {
            ReportKind::Run | ReportKind::Load => "run.json",
            ReportKind::Capacity => "capacity.json",
            ReportKind::Comparison => "comparison.json",
            ReportKind::Calibration => "calibration.json",
            ReportKind::WhatIf => "whatif.json",
            ReportKind::Sweep => "sweep.json",
            ReportKind::Gate => "gate.json",
            ReportKind::History => "history.json",
        }
    }

    /// The command that writes such a report.
    #[must_use]
    pub fn command(self) -> &'static str {
        match self {
            ReportKind::Run => "chappe run",
            ReportKind::Load => "chappe load",
            ReportKind::Capacity => "chappe capacity",
            ReportKind::Comparison => "chappe load --compare",
            ReportKind::Calibration => "chappe calibrate",
            ReportKind::WhatIf => "chappe whatif",
            ReportKind::Sweep => "chappe sweep",
            ReportKind::Gate => "chappe gate check",
            ReportKind::History => "chappe gate history",
        }
    }

    /// The name of the folder for such a report on the scenario `name`, if nobody says another: no two commands share
    /// one.
    #[must_use]
    pub fn folder_name(self, name: &str) -> String {
        let ending = match self {
            ReportKind::Run => "",
            ReportKind::Load => "-load",
            ReportKind::Capacity => "-capacity",
            ReportKind::Comparison => "-comparison",
            ReportKind::Calibration => "-calibration",
            ReportKind::WhatIf => "-whatif",
            ReportKind::Sweep => "-sweep",
            ReportKind::Gate => "-gate",
            ReportKind::History => "-history",
        };
        format!("{name}{ending}")
    }

    /// The kind of the report in `folder`, if there is one.
    fn of(folder: &Path) -> Option<ReportKind> {
        let mut kinds = ReportKind::ALL.into_iter();
        let kind = kinds.find(|kind| folder.join(kind.record()).is_file())?;
        let is_load = kind == ReportKind::Run && is_of_a_load(&folder.join(kind.record()));
        Some(if is_load { ReportKind::Load } else { kind })
    }
}

/// Whether a run record is that of a live load.
fn is_of_a_load(record: &Path) -> bool {
    let text = fs::read_to_string(record).unwrap_or_default();
    let record: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    record.get("clock").is_some_and(|clock| clock == "wall")
}

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

/// The folder of a report that is being written, beside the place where it will be.
pub struct OutputFolder {
    target: PathBuf,
    aside: PathBuf,
    /// Folders above it that were not there before, the lowest first.
    made: Vec<PathBuf>,
}

impl OutputFolder {
    /// Makes sure that a report of this kind can be written there. Called before anything is simulated.
    ///
    /// # Errors
    /// The folder can't be written, or it holds something else than an earlier report of this kind.
    pub fn prepare(target: &Path, kind: ReportKind) -> Result<OutputFolder, Error> {
        let name = target.file_name().ok_or_else(|| {
            Error::usage_with(
                format!("`{}` is no name for an output folder", target.display()),
                "give --out a folder of its own, such as reports/out/mine",
            )
        })?;
        if target.exists() {
            check_replaceable(target, kind)?;
        }
        let parent = match target.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let made = parent.ancestors().take_while(|folder| !folder.exists());
        let mut output = OutputFolder {
            target: target.to_path_buf(),
            aside: PathBuf::new(),
            made: made.map(Path::to_path_buf).collect(),
        };
        let aside = || -> io::Result<PathBuf> {
            fs::create_dir_all(parent)?;
            create_beside(parent, &name.to_string_lossy())
        };
        output.aside = aside().map_err(|error| output.failure(error))?;
        Ok(output)
    }

    /// The folder could not be written.
    #[must_use]
    pub fn failure(&self, error: io::Error) -> Error {
        Error::write(&self.target, error)
    }

    /// Writes one file of the folder, given its path within it.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.aside.join(file);
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
    /// The folder can't be put there.
    pub fn finish(mut self) -> Result<PathBuf, Error> {
        let place = || -> io::Result<()> {
            if !self.target.exists() {
                return fs::rename(&self.aside, &self.target);
            }
            let guest = self.target.join(GUEST);
            if guest.is_file() {
                fs::copy(guest, self.aside.join(GUEST))?;
            }
            let kept = self.target.join(CELLS);
            if kept.is_dir() {
                fs::rename(kept, self.aside.join(CELLS))?;
            }
            // Never without a whole folder for longer than it takes to rename another.
            let mut old = self.aside.clone().into_os_string();
            old.push("-old");
            fs::rename(&self.target, &old)?;
            fs::rename(&self.aside, &self.target)?;
            fs::remove_dir_all(&old)
        };
        place().map_err(|error| self.failure(error))?;
        self.made.clear();
        Ok(self.target.clone())
    }
}

impl Drop for OutputFolder {
    /// What was not finished leaves nothing behind.
    fn drop(&mut self) {
        if self.aside.exists() {
            // Nothing better to do than to leave it, should even that fail.
            let _ = fs::remove_dir_all(&self.aside);
        }
        for folder in &self.made {
            // Unless somebody else has put something there in the meantime.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Makes a folder beside the one that will be called `name`, and not one that another process, or
/// one killed before, has made.
fn create_beside(parent: &Path, name: &str) -> io::Result<PathBuf> {
    let process = std::process::id();
    for number in 0.. {
        let aside = parent.join(format!(".{name}.partial-{process}-{number}"));
        match fs::create_dir(&aside) {
            Ok(()) => return Ok(aside),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    unreachable!("numbers don't end")
}

/// Makes sure that nothing but an earlier report of the same kind is replaced.
fn check_replaceable(folder: &Path, kind: ReportKind) -> Result<(), Error> {
    let help = "give --out a new folder, or one that the same command wrote earlier";
    let refused = |why: &str| {
        let problem = format!("`{}` exists and {why}", folder.display());
        Err(Error::usage_with(problem, help))
    };
    let Ok(entries) = fs::read_dir(folder) else {
        return refused("is not the folder of a run");
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

    #[test]
    fn what_a_killed_process_left_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        let process = std::process::id();
        for number in 0..3 {
            fs::create_dir(base.join(format!(".run.partial-{process}-{number}"))).unwrap();
        }
        let output = OutputFolder::prepare(&base.join("run"), ReportKind::Run).unwrap();
        output.write("run.json", b"1").unwrap();
        output.finish().unwrap();
        assert_eq!(fs::read(base.join("run/run.json")).unwrap(), b"1");
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
