//! The folder of a run: written aside and renamed, so that it is whole or not there.

use crate::failure::Failure;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What marks a folder as one of ours.
const RECORD: &str = "run.json";

/// A folder in the making, beside the place where it will be.
pub(crate) struct Output {
    target: PathBuf,
    aside: PathBuf,
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
        if target.exists() && !is_replaceable(target) {
            return Err(Failure::usage_with(
                format!("`{}` exists and is not the folder of a run", target.display()),
                "give --out a new folder, or one that an earlier run wrote",
            ));
        }
        let parent = match target.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let aside = parent.join(format!(
            ".{}.partial-{}",
            name.to_string_lossy(),
            std::process::id()
        ));
        let made = fs::create_dir_all(parent).and_then(|()| fs::create_dir(&aside));
        made.map_err(|error| Failure::Write {
            path: target.to_path_buf(),
            error,
        })?;
        Ok(Output {
            target: target.to_path_buf(),
            aside,
        })
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
    pub(crate) fn finish(self) -> Result<PathBuf, Failure> {
        let old = self.aside.with_extension("old");
        let place = || -> io::Result<()> {
            if self.target.exists() {
                fs::rename(&self.target, &old)?;
            }
            fs::rename(&self.aside, &self.target)?;
            if old.exists() {
                fs::remove_dir_all(&old)
            } else {
                Ok(())
            }
        };
        place().map_err(|error| Failure::Write {
            path: self.target.clone(),
            error,
        })?;
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
    }
}

/// Whether nothing but an earlier run would be lost.
fn is_replaceable(folder: &Path) -> bool {
    let is_empty = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    is_empty || folder.join(RECORD).is_file()
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
    fn a_folder_of_something_else_is_never_replaced() {
        let base = folder("precious");
        fs::write(base.join("thesis.txt"), "years of work").unwrap();
        assert!(Output::prepare(&base).is_err());
    }
}
