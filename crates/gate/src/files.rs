//! Files that are complete or absent.

use crate::error::Error;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes a file beside its place and renames it, so that it is complete or absent. Makes its folder.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    replace(path, |partial| {
        let mut file = File::create(partial)?;
        file.write_all(bytes)?;
        file.sync_all()
    })
}

/// Copies a file in the same way.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    replace(to, |partial| fs::copy(from, partial).map(drop))
}

fn replace(path: &Path, fill: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), Error> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".partial-{}", std::process::id()));
    let partial = PathBuf::from(name);
    let place = || -> io::Result<()> {
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        fill(&partial)?;
        fs::rename(&partial, path)
    };
    place().map_err(|error| {
        // Of no use to anyone; the first error is the one to tell.
        let _ = fs::remove_file(&partial);
        Error::write(path, error)
    })
}
