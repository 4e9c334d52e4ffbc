//! Files that appear at once: written under another name and renamed, so that each is complete or absent.

use super::partial::{Partial, clear_files, folder_of};
use super::place::Place;
use crate::error::Error;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// A file that is being written. If it is dropped before it is finished, nothing stays of it.
pub struct AtomicFile {
    target: PathBuf,
    output: Output,
}

/// Where the content goes until the file is finished.
enum Output {
    /// Beside the place where it will be.
    Beside {
        partial: Unfinished,
        held: File,
        place: PathBuf,
        /// Whether nothing may be there.
        is_new: bool,
    },
    /// Where it stays: nothing can be renamed to a device or a pipe.
    Through(File),
}

/// The path of a partial file, which is removed on drop.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Nobody can use it. Once it is finished, there is none.
        let _ = fs::remove_file(&self.0);
    }
}

impl AtomicFile {
    /// Makes sure that the file can be written, and removes what killed processes left of it. Called before anything is
    /// simulated, so that nobody waits for a result that can't be kept.
    ///
    /// Symbolic links are followed. A device, a named pipe and standard output are written through.
    ///
    /// # Errors
    /// The file can't be written there.
    pub fn prepare(target: &Path) -> Result<AtomicFile, Error> {
        let file = AtomicFile::begin(target)?;
        if let Output::Beside { place, .. } = &file.output {
            clear_files(place);
        }
        Ok(file)
    }

    /// Like [`AtomicFile::prepare`], for a file that must not be there yet.
    ///
    /// # Errors
    /// There is such a file, or it can't be written there.
    pub fn prepare_new(target: &Path) -> Result<AtomicFile, Error> {
        if fs::metadata(target).is_ok_and(|metadata| metadata.is_file() || metadata.is_dir()) {
            return Err(Error::write(target, io::ErrorKind::AlreadyExists.into()));
        }
        let mut file = AtomicFile::prepare(target)?;
        if let Output::Beside { is_new, .. } = &mut file.output {
            *is_new = true;
        }
        Ok(file)
    }

    /// Like [`AtomicFile::prepare`], in a folder whose leftovers somebody else removes.
    pub(crate) fn begin(target: &Path) -> Result<AtomicFile, Error> {
        let output = || -> io::Result<Output> {
            Ok(match Place::of(target)? {
                Place::Stream(stream) => Output::Through(stream),
                Place::File(place) => {
                    let Partial { path, held } = Partial::file(&place)?;
                    let partial = Unfinished(path);
                    Output::Beside {
                        partial,
                        held,
                        place,
                        is_new: false,
                    }
                }
            })
        };
        Ok(AtomicFile {
            target: target.to_path_buf(),
            output: output().map_err(|error| Error::write(target, error))?,
        })
    }

    /// A file without a name, for what is to be put together in this one. It goes with this process.
    pub(crate) fn part(&self) -> io::Result<File> {
        match &self.output {
            // On the same file system, which has room for the whole.
            Output::Beside { place, .. } => tempfile::tempfile_in(folder_of(place)),
            Output::Through(_) => tempfile::tempfile(),
        }
    }

    /// Writes the file with `fill` and puts it in its place.
    ///
    /// # Errors
    /// What `fill` or the system says; then nothing is left behind.
    pub fn finish(self, fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<(), Error> {
        let AtomicFile { target, output } = self;
        let write = || -> io::Result<()> {
            match output {
                Output::Through(stream) => filled(stream, fill).map(drop),
                Output::Beside {
                    partial,
                    held,
                    place,
                    is_new,
                } => {
                    filled(held, fill)?.sync_all()?;
                    match is_new {
                        true => rename_new(&partial.0, &place),
                        false => fs::rename(&partial.0, &place),
                    }
                }
            }
        };
        write().map_err(|error| Error::write(&target, error))
    }
}

/// Renames a file to where there is none. Not every file system can do that in one step.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) if !to.exists() => fs::rename(from, to),
        renamed => Ok(renamed?),
    }
}

fn filled(file: File, fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<File> {
    let mut writer = BufWriter::with_capacity(1 << 20, file);
    fill(&mut writer)?;
    writer.into_inner().map_err(io::IntoInnerError::into_error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::unix::fs::symlink;

    fn write(target: &Path, text: &[u8]) {
        let file = AtomicFile::prepare(target).unwrap();
        file.finish(|writer| writer.write_all(text)).unwrap();
    }

    #[test]
    fn a_file_is_complete_or_absent() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path();
        let target = folder.join("trace.txt");
        let broken = AtomicFile::prepare(&target).unwrap().finish(|writer| {
            writer.write_all(b"half")?;
            Err(io::Error::other("the power fails"))
        });
        assert!(broken.is_err());
        drop(AtomicFile::prepare(&target).unwrap());
        assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
        write(&target, b"whole");
        assert_eq!(fs::read(&target).unwrap(), b"whole");
        assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
        assert!(AtomicFile::prepare(folder).is_err(), "it is a folder");
        assert!(AtomicFile::prepare(&folder.join("none/trace.txt")).is_err());
    }

    #[test]
    fn a_new_file_replaces_none() {
        let temporary = tempfile::tempdir().unwrap();
        let target = temporary.path().join("mine.toml");
        let [first, second] = [(); 2].map(|()| AtomicFile::prepare_new(&target).unwrap());
        first.finish(|writer| writer.write_all(b"mine")).unwrap();
        assert!(second.finish(|writer| writer.write_all(b"yours")).is_err());
        assert!(AtomicFile::prepare_new(&target).is_err());
        assert_eq!(fs::read(&target).unwrap(), b"mine");
        assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_stays_one_and_what_it_points_to_is_written() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path();
        fs::write(folder.join("old"), "old").unwrap();
        for (link, to) in [("link", "old"), ("dangling", "new")] {
            symlink(to, folder.join(link)).unwrap();
            write(&folder.join(link), b"facts");
            assert_eq!(fs::read(folder.join(to)).unwrap(), b"facts");
            assert_eq!(fs::read_link(folder.join(link)).unwrap(), Path::new(to));
        }
    }

    #[test]
    fn a_device_stays_one() {
        write(Path::new("/dev/null"), b"facts");
        let full = AtomicFile::prepare(Path::new("/dev/full")).unwrap();
        let error = full.finish(|writer| writer.write_all(b"facts")).unwrap_err();
        assert!(
            error.to_string().starts_with("can't write /dev/full: "),
            "{error}"
        );
        use std::os::unix::fs::FileTypeExt;
        for device in ["/dev/null", "/dev/full"] {
            assert!(fs::metadata(device).unwrap().file_type().is_char_device());
        }
    }

    #[test]
    fn what_nobody_holds_is_removed_and_what_somebody_holds_stays() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path();
        let target = folder.join("facts.jsonl");
        fs::write(folder.join("facts.jsonl.partial-1-0"), "left behind").unwrap();
        fs::write(folder.join("other.jsonl.partial-1-0"), "another's").unwrap();
        let held = AtomicFile::prepare(&target).unwrap();
        write(&target, b"whole");
        let names = |folder: &Path| {
            let names = fs::read_dir(folder).unwrap().flatten();
            names
                .map(|entry| entry.file_name().into_string().unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(folder).len(), 3, "{:?}", names(folder));
        held.finish(|writer| writer.write_all(b"later")).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"later");
        let mut left = names(folder);
        left.sort();
        assert_eq!(left, ["facts.jsonl", "other.jsonl.partial-1-0"]);
    }
}
