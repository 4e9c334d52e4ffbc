//! Files that appear at once: written under another name and renamed, so that each is complete or absent.

use crate::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// A file that is being written, beside the place where it will be.
pub struct AtomicFile {
    target: PathBuf,
}

impl AtomicFile {
    /// Makes sure that the file can be written. Called before anything is simulated, so that nobody waits for a result
    /// that can't be kept.
    ///
    /// # Errors
    /// The file can't be written there.
    pub fn prepare(target: &Path) -> Result<AtomicFile, Error> {
        let file = AtomicFile {
            target: target.to_path_buf(),
        };
        if target.is_dir() {
            return Err(file.failure(io::ErrorKind::IsADirectory.into()));
        }
        let probe = file.path("");
        let made = File::create(&probe).and_then(|_| fs::remove_file(&probe));
        made.map_err(|error| file.failure(error))?;
        Ok(file)
    }

    /// A path beside the target that no other process uses; `ending` tells apart several of one process.
    pub(crate) fn path(&self, ending: &str) -> PathBuf {
        let mut name = self.target.as_os_str().to_owned();
        name.push(format!(".partial-{}{ending}", std::process::id()));
        PathBuf::from(name)
    }

    /// The file could not be written.
    pub(crate) fn failure(&self, error: io::Error) -> Error {
        Error::write(&self.target, error)
    }

    /// Writes the file with `fill` and puts it in its place.
    ///
    /// # Errors
    /// What `fill` or the system says; then nothing is left behind.
    pub fn finish(&self, fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<(), Error> {
        let partial = self.path("");
        let write = || -> io::Result<()> {
            let mut writer = BufWriter::with_capacity(1 << 20, File::create(&partial)?);
            fill(&mut writer)?;
            let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            fs::rename(&partial, &self.target)
        };
        write().map_err(|error| {
            // Nobody can use it, and the first error is the one to report.
            let _ = fs::remove_file(&partial);
            self.failure(error)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_file_is_complete_or_absent() {
        let folder = std::env::temp_dir().join(format!("chappe-atomic-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let target = folder.join("trace.txt");
        let file = AtomicFile::prepare(&target).unwrap();
        let broken = file.finish(|writer| {
            writer.write_all(b"half")?;
            Err(io::Error::other("the power fails"))
        });
        assert!(broken.is_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        file.finish(|writer| writer.write_all(b"whole")).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"whole");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        assert!(AtomicFile::prepare(&folder).is_err(), "it is a folder");
        fs::remove_dir_all(&folder).unwrap();
        assert!(AtomicFile::prepare(&target).is_err());
    }
}
