//! The gate's files: baselines, and programs that it has built. Each is complete or absent.

use chappe_study::Error;
use chappe_study::files::AtomicFile;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes a file and, if need be, its folder.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    make_folder(path)?;
    AtomicFile::prepare(path)?.finish(|file| file.write_all(bytes))
}

/// Copies a program, which stays executable.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    make_folder(to)?;
    AtomicFile::prepare(to)?.finish(|file| io::copy(&mut File::open(from)?, file).map(drop))?;
    let permissions = || fs::set_permissions(to, fs::metadata(from)?.permissions());
    permissions().map_err(|error| Error::write(to, error))
}

fn make_folder(path: &Path) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| Error::write(path, error))
}
