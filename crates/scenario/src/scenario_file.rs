//! A scenario file, read and checked once, from which scenarios are resolved.
//!
//! A what-if study resolves hundreds of variants of one file. So reading the text, merging the defaults and
//! checking every arm happens in [`ScenarioFile::parse`], and [`ScenarioFile::resolve`] only merges and
//! checks what was asked for.

use crate::argument::Argument;
use crate::check::check_table;
use crate::document::Document;
use crate::error::{Error, Problem, advice, dotted};
use crate::file::File;
use crate::key::{Key, keys_in};
use crate::resolve::{Context, resolve};
use crate::scenario::Scenario;
use crate::schema::{NOT_IN_ARMS, Node, shared};
use crate::text;
use toml::{Table, Value};

/// Number of the file among the texts that values come from; arguments follow.
const FILE: usize = 0;

/// What replaces the values of a scenario file.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Overrides {
    /// Pairs of a dotted key and its value (`--set KEY=VALUE`). They are applied after the arm, in order.
    pub set: Vec<(String, String)>,
    /// Further pairs of a dotted key and its value, which a study lays over all others. Unlike `set` they do not change the
    /// load by which the platform gets its size.
    pub over: Vec<(String, String)>,
    /// The arm to apply; the base scenario if absent.
    pub arm: Option<String>,
    /// Replaces the file's `seed`.
    pub seed: Option<u64>,
    /// Replaces the file's `scale`.
    pub scale: Option<f64>,
    /// Memory that a run may use [bytes]; unlimited if absent.
    pub memory_limit_bytes: Option<u64>,
}

/// A scenario file that is valid, with all its arms.
#[derive(Clone, Debug)]
pub struct ScenarioFile {
    /// The file's name or path, for errors.
    source: String,
    text: String,
    /// The file's values over the defaults, without arms.
    base: Document,
    arms: Vec<Document>,
    arm_names: Vec<String>,
}

impl ScenarioFile {
    /// Reads and checks the scenario in `text`, which is stored in the file `name`; `name` may be a path.
    /// Nothing but `text` is read.
    ///
    /// # Errors
    /// The first fault of the base scenario or of an arm.
    pub fn parse(name: &str, text: &str) -> Result<ScenarioFile, Error> {
        text::check(stem(name)).map_err(|message| {
            let message = format!("the file's name {:?}: {message}", stem(name));
            Error::nowhere(Problem::value(&[], message))
        })?;
        let mut written = Document::parse(text, FILE).map_err(|(problem, range)| match range {
            Some(range) => Error::at(name, text, range, problem),
            None => Error::nowhere(problem),
        })?;
        let mut file = ScenarioFile {
            source: name.to_string(),
            text: text.to_string(),
            base: Document::of(defaults()),
            arms: Vec::new(),
            arm_names: Vec::new(),
        };
        let root = Node::root(shared());
        // What is written is checked before it is merged, so that editors, which see only that, agree.
        let checked = check_arm_keys(&written.table)
            .and_then(|()| check_table(root, &mut written.table, &mut Vec::new()))
            .and_then(|()| arm_names(&written.table));
        file.arm_names = checked.map_err(|problem| file.error(&[], &written, problem))?;
        let merged = file.base.overlay(root, &written);
        merged.map_err(|problem| file.error(&[], &written, problem))?;
        file.arms = file.base.take_arms();
        file.resolve(&Overrides::default())?;
        for number in 0..file.arms.len() {
            file.play(Some(number), &[], 0, None)?;
        }
        Ok(file)
    }

    /// The names of the arms, in the order of the file.
    #[must_use]
    pub fn arms(&self) -> &[String] {
        &self.arm_names
    }

    /// Every key that this file has or may have; the keys of a list once for each of its items, such as
    /// `campaign.0.bid` and `campaign.1.bid`.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        keys_in(&self.base.table, self.arm_names.len())
    }

    /// The base scenario or one of the arms, with values replaced. The arm replaces values of the file, and
    /// `overrides` replace values of the arm.
    ///
    /// Only the requested arm is checked: an override that makes another arm invalid is reported when that
    /// arm is resolved.
    ///
    /// # Errors
    /// The first fault: of an override, or of what the values result in.
    pub fn resolve(&self, overrides: &Overrides) -> Result<Scenario, Error> {
        let mut arguments: Vec<Argument> = Vec::new();
        for (key, value) in &overrides.set {
            arguments.push(Argument::read(arguments.len() + 1, "--set", key, value)?);
        }
        if let Some(scale) = overrides.scale {
            let number = arguments.len() + 1;
            arguments.push(Argument::read(number, "--scale", "scale", &scale.to_string())?);
        }
        if let Some(seed) = overrides.seed {
            let number = arguments.len() + 1;
            arguments.push(Argument::read(number, "--seed", "seed", &seed.to_string())?);
        }
        let base_count = arguments.len();
        for (key, value) in &overrides.over {
            arguments.push(Argument::read(arguments.len() + 1, "--set", key, value)?);
        }
        let arm = match &overrides.arm {
            None => None,
            Some(name) => Some(self.arm_number(name)?),
        };
        self.play(arm, &arguments, base_count, overrides.memory_limit_bytes)
    }

    fn arm_number(&self, wanted: &str) -> Result<usize, Error> {
        let number = self.arm_names.iter().position(|name| name == wanted);
        number.ok_or_else(|| {
            let message = format!("there is no arm `{wanted}`");
            let help = match self.arm_names.as_slice() {
                [] => "the scenario has no arms".to_string(),
                names => advice(wanted, names.iter().map(String::as_str)),
            };
            Error::nowhere(Problem::value(&[], message).help(help))
        })
    }

    /// The scenario of an arm, or of the base, with arguments merged into it. The first `base_count` of them also hold for
    /// the scenario by whose load the platform gets its size.
    fn play(
        &self,
        arm: Option<usize>,
        arguments: &[Argument],
        base_count: usize,
        memory_limit_bytes: Option<u64>,
    ) -> Result<Scenario, Error> {
        let (document, file) = self.merged(arm, arguments)?;
        let base = match (arm, arguments.len()) {
            (None, count) if count == base_count => file.clone(),
            // What holds for the arm alone, such as a part of a rule that only it has, is no part of the base.
            _ => self
                .merged(None, &arguments[..base_count])
                .map_or_else(|_| file.clone(), |(_, base)| base),
        };
        let context = Context {
            name: stem(&self.source),
            arm: arm.map(|number| self.arm_names[number].as_str()),
            arms: &self.arm_names,
            memory_limit_bytes,
        };
        resolve(&file, &base, &context).map_err(|problem| self.error(arguments, &document, problem))
    }

    /// The values of an arm, or of the base, with arguments merged into them.
    fn merged(&self, arm: Option<usize>, arguments: &[Argument]) -> Result<(Document, File), Error> {
        let root = Node::root(shared());
        let mut document = self.base.clone();
        let arm_document = arm.map(|number| &self.arms[number]);
        for over in arm_document
            .into_iter()
            .chain(arguments.iter().map(|argument| &argument.document))
        {
            let merged = document.overlay(root, over);
            merged.map_err(|problem| self.error(arguments, over, problem))?;
        }
        check_table(root, &mut document.table, &mut Vec::new())
            .map_err(|problem| self.error(arguments, &document, problem))?;
        let values = Value::Table(std::mem::take(&mut document.table));
        let file = serde_path_to_error::deserialize(values).map_err(|error| {
            let path: Vec<String> = error.path().iter().map(ToString::to_string).collect();
            let message = format!("`{}`: {}", dotted(&path), error.inner().message());
            self.error(arguments, &document, Problem::value(&path, message))
        })?;
        Ok((document, file))
    }

    /// `problem` at the place from which `document` has it.
    fn error(&self, arguments: &[Argument], document: &Document, mut problem: Problem) -> Error {
        let Some(origin) = document.origin(&problem.path) else {
            return Error::nowhere(problem);
        };
        let (source, text) = match origin.source {
            FILE => (self.source.as_str(), self.text.as_str()),
            number => (arguments[number - 1].flag, arguments[number - 1].text.as_str()),
        };
        // A missing key has no place; the key of the table around it does.
        let on_key = problem.on_key || !document.has(&problem.path);
        let range = if on_key { &origin.key } else { &origin.value };
        if let Some(arm) = origin.arm {
            let path = std::mem::take(&mut problem.path);
            problem.path = vec!["arm".to_string(), arm.to_string()];
            problem.path.extend(path);
        }
        Error::at(source, text, range.clone(), problem)
    }
}

/// Takes `bytes`, the content of the file `path`, as text.
///
/// # Errors
/// Says where the bytes stop being UTF-8.
pub fn from_bytes(path: &str, bytes: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = good.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        let message = format!("`{path}` is not UTF-8 text: line {line}, byte {column}");
        Error::nowhere(Problem::value(&[], message).help("save it as UTF-8"))
    })
}

/// Name of the scenario in the file `path`: without folder and ending.
fn stem(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.strip_suffix(".toml").unwrap_or(file)
}

/// All default values, so that a file can change a part of a table. Categories are not among them: a file
/// that names any replaces all.
fn defaults() -> Table {
    let mut table = Table::try_from(File::default()).expect("the defaults are values of a file");
    if let Some(Value::Table(catalogue)) = table.get_mut("catalogue") {
        catalogue.remove("categories");
    }
    table
}

fn arms_of(base: &Table) -> impl Iterator<Item = &Value> {
    base.get("arm").and_then(Value::as_array).into_iter().flatten()
}

/// Refuses keys of the scenario that an arm cannot change. The schema refuses them too, but calls them
/// unknown.
fn check_arm_keys(base: &Table) -> Result<(), Problem> {
    for (number, arm) in arms_of(base).enumerate() {
        if let Some(key) = NOT_IN_ARMS.iter().find(|key| arm.get(**key).is_some()) {
            let path = ["arm".to_string(), number.to_string(), key.to_string()];
            let message = format!("an arm cannot change `{key}`");
            let help = format!("set `{key}` once for the whole file");
            return Err(Problem::key(&path, message).help(help));
        }
    }
    Ok(())
}

/// The names of the arms, which all differ.
fn arm_names(base: &Table) -> Result<Vec<String>, Problem> {
    let mut names: Vec<String> = Vec::new();
    for (number, arm) in arms_of(base).enumerate() {
        let name = arm.get("name").and_then(Value::as_str).unwrap_or_default();
        if names.iter().any(|known| known == name) {
            let message = format!("two arms are called `{name}`");
            let path = ["arm".to_string(), number.to_string(), "name".to_string()];
            return Err(Problem::value(&path, message));
        }
        names.push(name.to_string());
    }
    Ok(names)
}
