//! The folder of a run: written aside and renamed, so that it is whole or not there.

use crate::failure::Failure;
use crate::study::cells;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What marks a folder as one of ours: one of these records.
const RECORDS: [&str; 8] = [
    "run.json",
    "capacity.json",
    "comparison.json",
    "calibration.json",
    "whatif.json",
    "sweep.json",
    "gate.json",
    "history.json",
];
/// What may stand in a folder of ours beside its record.
const OURS: [&str; 11] = [
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
];

/// The runs of a study: they stay, and may be there before any record.
const KEPT: &str = cells::FOLDER;

/// What somebody may have written into a folder of ours, and stays.
const GUEST: &str = "README.md";

/// A folder in the making, beside the place where it will be.
pub(crate) struct Output {
    target: PathBuf,
    aside: PathBuf,
    /// Folders above it that were not there before, the lowest first.
    made: Vec<PathBuf>,
}

impl Output {
    /// Makes sure, before anything is simulated, that the folder can be written.
    pub(crate) fn prepare(target: &Path) -> Result<Output, Failure> {
        let name = target.file_name().ok_or_else(|| {
            Failure::usage_with(
                format!("`{}` is no name for an output folder", target.display()),
                "give --out a folder of its own, such as reports/out/mine",
            )
        })?;
        if target.exists() {
            make_sure_it_is_ours(target)?;
        }
        let parent = match target.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let made = parent.ancestors().take_while(|folder| !folder.exists());
        let mut output = Output {
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

    fn failure(&self, error: io::Error) -> Failure {
        Failure::Write {
            path: self.target.clone(),
            error,
        }
    }

    /// Writes one file of the folder, given its path within it.
    pub(crate) fn write(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.aside.join(file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// Puts the folder in its place, instead of an earlier run's.
    pub(crate) fn finish(mut self) -> Result<PathBuf, Failure> {
        let place = || -> io::Result<()> {
            if !self.target.exists() {
                return fs::rename(&self.aside, &self.target);
            }
            let guest = self.target.join(GUEST);
            if guest.is_file() {
                fs::copy(guest, self.aside.join(GUEST))?;
            }
            let kept = self.target.join(KEPT);
            if kept.is_dir() {
                fs::rename(kept, self.aside.join(KEPT))?;
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

impl Drop for Output {
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

/// Makes sure that nothing but an earlier run would be lost with `folder`.
fn make_sure_it_is_ours(folder: &Path) -> Result<(), Failure> {
    let help = "give --out a new folder, or one that an earlier run wrote";
    let refused = |why: &str| {
        let problem = format!("`{}` exists and {why}", folder.display());
        Err(Failure::usage_with(problem, help))
    };
    let Ok(entries) = fs::read_dir(folder) else {
        return refused("is not the folder of a run");
    };
    let names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let has_record = RECORDS.iter().any(|record| folder.join(record).is_file());
    if !names.is_empty() && !has_record && !folder.join(KEPT).is_dir() {
        return refused("is not the folder of a run");
    }
    match names.iter().find(|name| !is_ours(name)) {
        Some(foreign) => refused(&format!("holds `{foreign}`, which no run wrote")),
        None => Ok(()),
    }
}

fn is_ours(name: &str) -> bool {
    OURS.contains(&name) || RECORDS.contains(&name) || [GUEST, KEPT].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("chappe-output-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_folder_is_whole_or_not_there() {
        let base = folder("whole");
        let target = base.join("run");
        let output = Output::prepare(&target).unwrap();
        output.write("run.json", b"1").unwrap();
        output.write("plots/a.svg", b"<svg/>").unwrap();
        assert!(!target.exists());
        output.finish().unwrap();
        assert_eq!(fs::read(target.join("plots/a.svg")).unwrap(), b"<svg/>");

        let abandoned = Output::prepare(&target).unwrap();
        abandoned.write("run.json", b"2").unwrap();
        drop(abandoned);
        assert_eq!(
            fs::read(target.join("run.json")).unwrap(),
            b"1",
            "the earlier run stays"
        );
        assert_eq!(
            fs::read_dir(&base).unwrap().count(),
            1,
            "nothing is left beside it"
        );
    }

    #[test]
    fn a_readme_that_somebody_put_there_stays() {
        let base = folder("guest");
        let write = |text: &[u8]| {
            let output = Output::prepare(&base.join("run")).unwrap();
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
        let base = folder("left");
        let process = std::process::id();
        for number in 0..3 {
            fs::create_dir(base.join(format!(".run.partial-{process}-{number}"))).unwrap();
        }
        let output = Output::prepare(&base.join("run")).unwrap();
        output.write("run.json", b"1").unwrap();
        output.finish().unwrap();
        assert_eq!(fs::read(base.join("run/run.json")).unwrap(), b"1");
    }

    #[test]
    fn folders_above_are_made_and_go_again_with_what_was_abandoned() {
        let base = folder("deep");
        let target = base.join("reports/out/run");
        drop(Output::prepare(&target).unwrap());
        assert!(!base.join("reports").exists());
        let output = Output::prepare(&target).unwrap();
        fs::write(base.join("reports/mine.txt"), "mine").unwrap();
        drop(output);
        assert!(base.join("reports/mine.txt").exists() && !base.join("reports/out").exists());
        Output::prepare(&target).unwrap().finish().unwrap();
        assert!(target.exists());
    }

    #[test]
    fn a_folder_of_something_else_is_never_replaced() {
        let base = folder("precious");
        fs::write(base.join("thesis.txt"), "years of work").unwrap();
        assert!(Output::prepare(&base).is_err());
    }
}
