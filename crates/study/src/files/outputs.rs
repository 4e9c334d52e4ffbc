//! Whether the outputs of a command destroy what it reads, or each other.

use super::partial::folder_of;
use super::place::followed;
use crate::error::Error;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// An output, by the option that asks for it.
#[derive(Clone, Copy, Debug)]
pub enum Output<'a> {
    /// A file.
    File(&'a str, &'a Path),
    /// The folder of a report, which is replaced with all that is in it.
    Folder(&'a str, &'a Path),
}

/// Makes sure that no output takes the place of a file in `inputs`, and that no two outputs have the same place. Called
/// before anything is simulated.
///
/// # Errors
/// Which output would destroy what.
pub fn check_outputs(inputs: &[PathBuf], outputs: &[Output<'_>]) -> Result<(), Error> {
    let help = "give each output a place of its own";
    let folders = outputs.iter().filter_map(|output| match output {
        Output::Folder(option, folder) => Some((option, folder.canonicalize().ok()?)),
        Output::File(..) => None,
    });
    let folders: Vec<_> = folders.collect();
    let mut known: Vec<(&str, Identity)> = Vec::new();
    for output in outputs {
        let Output::File(option, file) = *output else {
            continue;
        };
        let Some(identity) = Identity::of(file) else {
            continue;
        };
        let shown = file.display();
        let reads = |input: &PathBuf| Identity::of(input).is_some_and(|input| input.is_same(&identity));
        if inputs.iter().any(reads) {
            let problem = format!("{option} would replace `{shown}`, which this command reads");
            return Err(Error::usage_with(problem, help));
        }
        if let Some((other, _)) = known.iter().find(|(_, other)| other.is_same(&identity)) {
            let problem = format!("{other} and {option} would both write `{shown}`");
            return Err(Error::usage_with(problem, help));
        }
        if let Some((other, _)) = folders
            .iter()
            .find(|(_, folder)| identity.folder.starts_with(folder))
        {
            let problem = format!("{option} would write `{shown}` into the folder that {other} replaces");
            return Err(Error::usage_with(problem, help));
        }
        known.push((option, identity));
    }
    Ok(())
}

/// Which file a path means.
struct Identity {
    /// The folder that it is in, behind all symbolic links.
    folder: PathBuf,
    name: OsString,
    /// Device and number of a file that is there. It may have several paths.
    number: Option<(u64, u64)>,
}

impl Identity {
    /// The file of a path; `None` for a device or a pipe, which has no content that could be destroyed.
    fn of(path: &Path) -> Option<Identity> {
        let place = followed(path);
        let metadata = fs::metadata(path).ok();
        if metadata.as_ref().is_some_and(|metadata| !metadata.is_file()) {
            return None;
        }
        Some(Identity {
            // Without its folder, the file can't be written anyhow.
            folder: folder_of(&place).canonicalize().unwrap_or_default(),
            name: place.file_name()?.to_os_string(),
            number: metadata.map(|metadata| (metadata.dev(), metadata.ino())),
        })
    }

    fn is_same(&self, other: &Identity) -> bool {
        match (self.number, other.number) {
            (Some(number), Some(other)) => number == other,
            (None, None) => (&self.folder, &self.name) == (&other.folder, &other.name),
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn no_output_destroys_an_input_or_another_output() {
        let temporary = tempfile::tempdir().unwrap();
        let base = temporary.path();
        let path = |name: &str| base.join(name);
        fs::create_dir_all(path("it/deep")).unwrap();
        fs::write(path("town.toml"), "seed = 1").unwrap();
        fs::hard_link(path("town.toml"), path("hard")).unwrap();
        symlink("town.toml", path("soft")).unwrap();
        symlink("new", path("dangling")).unwrap();
        let inputs = [path("town.toml"), path("none")];
        let check = |outputs: &[(&str, &str)]| {
            let paths: Vec<_> = outputs
                .iter()
                .map(|(option, name)| (option, base.join(name)))
                .collect();
            let outputs: Vec<_> = paths
                .iter()
                .map(|(option, path)| match **option {
                    "--out" => Output::Folder(option, path),
                    _ => Output::File(option, path),
                })
                .collect();
            check_outputs(&inputs, &outputs).map_err(|error| error.to_string())
        };
        for name in ["town.toml", "hard", "soft", "it/../town.toml"] {
            let error = check(&[("--log", name)]).unwrap_err();
            assert!(
                error.starts_with("--log would replace") && error.contains(name),
                "{error}"
            );
        }
        let error = check(&[("--log", "dangling"), ("--trace", "it/../new")]).unwrap_err();
        assert!(error.starts_with("--log and --trace would both write"), "{error}");
        let error = check(&[("--log", "it/deep/facts.jsonl"), ("--out", "it")]).unwrap_err();
        assert!(error.contains("into the folder that --out replaces"), "{error}");
        check(&[
            ("--log", "new"),
            ("--trace", "it2"),
            ("--out", "it"),
            ("--out", "none"),
        ])
        .unwrap();
        check(&[("--log", "/dev/null"), ("--trace", "/dev/null")]).unwrap();
    }
}
