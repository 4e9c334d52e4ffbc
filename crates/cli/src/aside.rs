//! Files written aside and renamed, so that each is whole or not there.

use crate::failure::Failure;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// A file in the making, beside the place where it will be.
pub(crate) struct Aside {
    target: PathBuf,
}

impl Aside {
    /// Makes sure that the file can be written: to be called before anything is simulated.
    pub(crate) fn prepare(target: &Path) -> Result<Aside, Failure> {
        let aside = Aside {
            target: target.to_path_buf(),
        };
        if target.is_dir() {
            return Err(aside.failure(io::ErrorKind::IsADirectory.into()));
        }
        let probe = aside.path("");
        let made = File::create(&probe).and_then(|_| fs::remove_file(&probe));
        made.map_err(|error| aside.failure(error))?;
        Ok(aside)
    }

    /// A path of this process's own beside the target, told from others by its `ending`.
    pub(crate) fn path(&self, ending: &str) -> PathBuf {
        let mut name = self.target.as_os_str().to_owned();
        name.push(format!(".partial-{}{ending}", std::process::id()));
        PathBuf::from(name)
    }

    /// That the file could not be written.
    pub(crate) fn failure(&self, error: io::Error) -> Failure {
        Failure::Write {
            path: self.target.clone(),
            error,
        }
    }

    /// Writes the file with `fill` and puts it in its place.
    pub(crate) fn finish(
        &self,
        fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let partial = self.path("");
        let write = || -> io::Result<()> {
            let mut writer = BufWriter::with_capacity(1 << 20, File::create(&partial)?);
            fill(&mut writer)?;
            let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            fs::rename(&partial, &self.target)
        };
        write().map_err(|error| {
            // Of no use to anyone; the first error is the one to tell.
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
    fn a_file_is_whole_or_not_there() {
        let folder = std::env::temp_dir().join(format!("chappe-aside-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let target = folder.join("trace.txt");
        let aside = Aside::prepare(&target).unwrap();
        let broken = aside.finish(|writer| {
            writer.write_all(b"half")?;
            Err(io::Error::other("the power fails"))
        });
        assert!(broken.is_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        aside.finish(|writer| writer.write_all(b"whole")).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"whole");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        assert!(Aside::prepare(&folder).is_err(), "it is a folder");
        fs::remove_dir_all(&folder).unwrap();
        assert!(Aside::prepare(&target).is_err());
    }
}
