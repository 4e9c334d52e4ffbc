//! Where an output really goes: through symbolic links to a file, or into a device, a pipe or an open stream.
//!
//! A file is written aside and replaced at once. What is no file can't be replaced: it is written through, as a shell's
//! `>` would do.

use rustix::fs::OFlags;
use rustix::io::{Errno, ioctl_fionbio};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, stderr, stdout};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// How long a named pipe may be without a reader. Whoever starts both may start the reader second.
const READER_WITHIN: Duration = Duration::from_secs(10);
/// The pause between two looks for a reader.
const PAUSE: Duration = Duration::from_millis(20);
/// Symbolic links that are followed, as many as Linux follows.
const LINKS_MAX: usize = 40;

/// Where an output really goes.
#[derive(Debug)]
pub(crate) enum Place {
    /// To this path, where there is a regular file or nothing.
    File(PathBuf),
    /// Into a device, a named pipe, or standard output or error of this process.
    Stream(File),
}

impl Place {
    /// Where an output with the path `target` goes.
    ///
    /// # Errors
    /// It is a folder, a device that can't be opened, or a pipe that nobody reads.
    pub(crate) fn of(target: &Path) -> io::Result<Place> {
        let metadata = match fs::metadata(target) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Place::File(followed(target)));
            }
            Err(error) => return Err(error),
        };
        if let Some(own) = own_stream(&metadata)? {
            return Ok(Place::Stream(own));
        }
        let kind = metadata.file_type();
        if kind.is_dir() {
            Err(io::ErrorKind::IsADirectory.into())
        } else if kind.is_file() {
            Ok(Place::File(followed(target)))
        } else if kind.is_fifo() {
            Ok(Place::Stream(open_pipe(target)?))
        } else {
            Ok(Place::Stream(OpenOptions::new().write(true).open(target)?))
        }
    }
}

/// The path behind all symbolic links; nothing need be there.
pub(crate) fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_path_buf();
    for _ in 0..LINKS_MAX {
        let Ok(link) = fs::read_link(&path) else {
            break;
        };
        path = path.parent().unwrap_or(Path::new("")).join(link);
    }
    path
}

/// Standard output or error of this process, if a file is that. `/dev/stdout` may be a regular file: replacing it would
/// leave behind what else this process writes there, and opening it anew would begin at its start again.
fn own_stream(metadata: &Metadata) -> io::Result<Option<File>> {
    for stream in [stdout().as_fd(), stderr().as_fd()] {
        let stream = File::from(stream.try_clone_to_owned()?);
        let own = stream.metadata()?;
        if (own.dev(), own.ino()) == (metadata.dev(), metadata.ino()) {
            return Ok(Some(stream));
        }
    }
    Ok(None)
}

/// Opens a named pipe as soon as somebody reads it. Opening it in the plain way would wait for ever.
fn open_pipe(path: &Path) -> io::Result<File> {
    let began = Instant::now();
    loop {
        let opened = OpenOptions::new()
            .write(true)
            .custom_flags(OFlags::NONBLOCK.bits() as i32)
            .open(path);
        match opened {
            Ok(file) => {
                ioctl_fionbio(&file, false)?;
                return Ok(file);
            }
            Err(error) if error.raw_os_error() != Some(Errno::NXIO.raw_os_error()) => return Err(error),
            Err(_) if began.elapsed() > READER_WITHIN => {
                return Err(io::Error::other("nobody reads this pipe; start its reader"));
            }
            Err(_) => thread::sleep(PAUSE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::os::unix::fs::symlink;

    fn file(path: &Path) -> PathBuf {
        match Place::of(path).unwrap() {
            Place::File(path) => path,
            Place::Stream(_) => panic!("{} is no stream", path.display()),
        }
    }

    #[test]
    fn links_are_followed_to_what_is_there_or_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        fs::create_dir(base.join("deep")).unwrap();
        fs::write(base.join("deep/file"), "").unwrap();
        symlink("deep/file", base.join("link")).unwrap();
        symlink("../link", base.join("deep/back")).unwrap();
        symlink("deep/none", base.join("dangling")).unwrap();
        symlink("loop", base.join("loop")).unwrap();
        assert_eq!(file(&base.join("plain")), base.join("plain"));
        assert_eq!(file(&base.join("link")), base.join("deep/file"));
        let back = file(&base.join("deep/back"));
        assert_eq!(
            back.canonicalize().unwrap(),
            base.join("deep/file").canonicalize().unwrap()
        );
        assert_eq!(file(&base.join("dangling")), base.join("deep/none"));
        assert!(Place::of(&base.join("loop")).is_err() && Place::of(base).is_err());
    }

    #[test]
    fn a_device_is_written_through_and_says_when_it_is_full() {
        let Place::Stream(mut full) = Place::of(Path::new("/dev/full")).unwrap() else {
            panic!("a device is a stream");
        };
        assert_eq!(
            full.write_all(b"1").unwrap_err().kind(),
            io::ErrorKind::StorageFull
        );
    }

    #[test]
    fn a_pipe_waits_for_its_reader() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &path,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RWXU,
            0,
        )
        .unwrap();
        let late = path.clone();
        let reader = thread::spawn(move || {
            thread::sleep(Duration::from_millis(100));
            let mut text = String::new();
            File::open(late).unwrap().read_to_string(&mut text).unwrap();
            text
        });
        let Place::Stream(mut pipe) = Place::of(&path).unwrap() else {
            panic!("a pipe is a stream");
        };
        pipe.write_all(b"facts").unwrap();
        drop(pipe);
        assert_eq!(reader.join().unwrap(), "facts");
    }
}
