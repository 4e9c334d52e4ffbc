//! Outputs that are not complete yet, beside the place where they will be, and those that killed processes left there.
//!
//! A living process holds a lock on each. The system gives the lock up with the process, however that ends, so what
//! nobody holds was left behind, and the next command with an output of that name removes it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// What the name of a partial output has after that of its place.
const PARTIAL: &str = ".partial-";

/// An output that is not complete yet.
#[derive(Debug)]
pub(crate) struct Partial {
    pub(crate) path: PathBuf,
    /// The file or folder itself, with this process's lock.
    pub(crate) held: File,
}

impl Partial {
    /// A file beside `place`.
    pub(crate) fn file(place: &Path) -> io::Result<Partial> {
        Partial::make(place, "", |path| {
            File::options().read(true).write(true).create_new(true).open(path)
        })
    }

    /// A hidden folder beside `place`.
    pub(crate) fn folder(place: &Path) -> io::Result<Partial> {
        Partial::make(place, ".", |path| {
            fs::create_dir(path)?;
            // Whoever clears leftovers may have taken it for one already.
            File::open(path).map_err(|error| match error.kind() == io::ErrorKind::NotFound {
                true => io::ErrorKind::AlreadyExists.into(),
                false => error,
            })
        })
    }

    fn make(place: &Path, prefix: &str, make: impl Fn(&Path) -> io::Result<File>) -> io::Result<Partial> {
        let process = std::process::id();
        for number in 0_u64.. {
            let mut name = name_of(place, prefix);
            name.push(format!("{process}-{number}"));
            let path = folder_of(place).join(name);
            match make(&path) {
                Ok(held) if hold(&held) && path.exists() => return Ok(Partial { path, held }),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        unreachable!("numbers don't end")
    }
}

/// The folder in which `place` is.
pub(crate) fn folder_of(place: &Path) -> &Path {
    match place.parent() {
        Some(folder) if folder != Path::new("") => folder,
        Some(_) | None => Path::new("."),
    }
}

/// What the names of partial outputs for `place` begin with.
fn name_of(place: &Path, prefix: &str) -> OsString {
    let mut name = OsString::from(prefix);
    name.push(place.file_name().unwrap_or_default());
    name.push(PARTIAL);
    name
}

/// Takes the lock. Where the file system has none, nobody gets one, so nothing is ever taken for left behind.
fn hold(held: &File) -> bool {
    match held.try_lock() {
        Ok(()) | Err(TryLockError::Error(_)) => true,
        Err(TryLockError::WouldBlock) => false,
    }
}

/// Removes the partial files for `place` that no living process holds.
pub(crate) fn clear_files(place: &Path) {
    let name = name_of(place, "");
    clear(folder_of(place), &|file| begins_with(file, &name), &|path| {
        fs::remove_file(path)
    });
}

/// Removes the partial files in `folder` that no living process holds, whatever their names are.
pub(crate) fn clear_files_in(folder: &Path) {
    let is_partial = |file: &OsStr| file.to_string_lossy().contains(PARTIAL);
    clear(folder, &is_partial, &|path| fs::remove_file(path));
}

/// Removes, by `remove`, the partial folders for `place` that no living process holds.
pub(crate) fn clear_folders(place: &Path, remove: &dyn Fn(&Path) -> io::Result<()>) {
    let name = name_of(place, ".");
    clear(folder_of(place), &|file| begins_with(file, &name), remove);
}

fn begins_with(file: &OsStr, name: &OsStr) -> bool {
    file.as_encoded_bytes().starts_with(name.as_encoded_bytes())
}

/// What can't be removed stays until the next command: it is in nobody's way.
fn clear(folder: &Path, is_partial: &dyn Fn(&OsStr) -> bool, remove: &dyn Fn(&Path) -> io::Result<()>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        // Opening anything else, such as a pipe, may wait for ever.
        let can_be_opened = entry
            .file_type()
            .is_ok_and(|kind| kind.is_file() || kind.is_dir());
        if can_be_opened
            && is_partial(&entry.file_name())
            && let Ok(left) = File::open(entry.path())
            && left.try_lock().is_ok()
        {
            let _ = remove(&entry.path());
        }
    }
}
