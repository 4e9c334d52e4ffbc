//! From the text of a scenario file to a [`Scenario`].

use crate::check::check_table;
use crate::document::Document;
use crate::error::{Error, Problem, advice, dotted};
use crate::file::File;
use crate::resolve::{Context, resolve};
use crate::scenario::Scenario;
use crate::schema::{Node, schema};
use serde_json::Value as Schema;
use toml::{Table, Value};

/// How a scenario file is to be read.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Options {
    /// Values that replace the file's, as pairs of dotted key and value (`--set KEY=VALUE`). Applied
    /// last and in order.
    pub overrides: Vec<(String, String)>,
    /// The arm to apply; the base scenario where absent.
    pub arm: Option<String>,
    /// Replaces the file's `scale`.
    pub scale: Option<f64>,
    /// Memory that a run may take [bytes]; unlimited where absent.
    pub memory_limit_bytes: Option<u64>,
}

/// Reads the scenario in `text`, which stands in the file `path`. Nothing but `text` is read.
///
/// # Errors
/// The first thing that is wrong, also in arms that are not applied.
pub fn parse(path: &str, text: &str, options: &Options) -> Result<Scenario, Error> {
    let mut reader = Reader {
        schema: schema(),
        sources: vec![(path.to_string(), text.to_string())],
    };
    reader.read(name(path), options)
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
        let help = "save it as UTF-8";
        Error::at(path, "", None, Problem::value(&[], message).help(help))
    })
}

/// Name of the scenario in the file `path`: no folder, no ending.
fn name(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.strip_suffix(".toml").unwrap_or(file)
}

/// The schema, and all texts that values come from: the file first, then the arguments.
struct Reader {
    schema: Schema,
    sources: Vec<(String, String)>,
}

impl Reader {
    fn read(&mut self, name: &str, options: &Options) -> Result<Scenario, Error> {
        let root = Node::root(&self.schema);
        let (path, text) = &self.sources[0];
        let written = Document::parse(text, 0)
            .map_err(|(message, place)| Error::at(path, text, place, Problem::value(&[], message)))?;
        let mut base = Document::of(defaults());
        base.overlay(root, &written)
            .map_err(|problem| self.error(&written, problem))?;
        check_table(root, &base.table, &mut Vec::new()).map_err(|problem| self.error(&base, problem))?;
        let arms = base.take_list("arm");
        let arm_names = self.arm_names(&base, &arms)?;
        base.remove("arm");

        let mut arguments = Vec::new();
        for (key, value) in &options.overrides {
            arguments.push(self.argument("--set", key, value)?);
        }
        if let Some(scale) = options.scale {
            arguments.push(self.argument("--scale", "scale", &scale.to_string())?);
        }
        if let Some(wanted) = &options.arm
            && !arm_names.contains(wanted)
        {
            return Err(self.unknown_arm(wanted, &arm_names));
        }

        let wanted = options.arm.as_deref();
        let context = |arm| Context {
            name,
            arm,
            arms: &arm_names,
            // What isn't played takes no memory.
            memory_limit_bytes: options.memory_limit_bytes.filter(|_| arm == wanted),
        };
        let mut chosen = self.play(&base, None, &arguments, &context(None))?;
        for (arm_name, arm) in arm_names.iter().zip(arms) {
            let scenario = self.play(&base, Some(arm), &arguments, &context(Some(arm_name)))?;
            if wanted == Some(arm_name) {
                chosen = scenario;
            }
        }
        Ok(chosen)
    }

    /// The scenario of `base` with an arm and the arguments laid over it.
    fn play(
        &self,
        base: &Document,
        arm: Option<Document>,
        arguments: &[Document],
        context: &Context<'_>,
    ) -> Result<Scenario, Error> {
        let root = Node::root(&self.schema);
        let mut document = base.clone();
        if let Some(mut arm) = arm {
            arm.remove("name");
            document
                .overlay(root, &arm)
                .map_err(|problem| self.error(&arm, problem))?;
        }
        for argument in arguments {
            document
                .overlay(root, argument)
                .map_err(|problem| self.error(argument, problem))?;
        }
        check_table(root, &document.table, &mut Vec::new())
            .map_err(|problem| self.error(&document, problem))?;
        let file: File =
            serde_path_to_error::deserialize(Value::Table(document.table.clone())).map_err(|error| {
                let path: Vec<String> = error.path().iter().map(ToString::to_string).collect();
                let message = format!("`{}`: {}", dotted(&path), error.inner().message());
                self.error(&document, Problem::value(&path, message))
            })?;
        resolve(&file, context).map_err(|problem| self.error(&document, problem))
    }

    /// Reads an argument `key=value` and keeps its text for errors.
    fn argument(&mut self, flag: &str, key: &str, value: &str) -> Result<Document, Error> {
        let source = self.sources.len();
        let plain = format!("{key} = {value}");
        let quoted = || format!("{key} = {}", Value::String(value.to_string()));
        let root = Node::root(&self.schema);
        let reads = |text: &str| Document::parse(text, source).ok().filter(is_one_key);
        let fits = |document: &Document| {
            let (path, value) = leaf(&document.table);
            let Some(within) = root.below(&path) else {
                return true;
            };
            // A text may stand without its quotes, also where it looks like a number.
            let text = within.branches().iter().any(|branch| branch.is("string"));
            !text || matches!(value, Value::String(_) | Value::Table(_) | Value::Boolean(_))
        };
        let read = |text: String| reads(&text).map(|document| (text, document));
        let found = read(plain)
            .filter(|(_, document)| fits(document))
            .or_else(|| read(quoted()));
        match found {
            Some((text, document)) => {
                self.sources.push((flag.to_string(), text));
                Ok(document)
            }
            None => {
                let message = format!("{flag} `{key}={value}`: `{key}` is no key");
                let help = "write for example --set population.users=1000000";
                let problem = Problem::value(&[], message).help(help);
                Err(Error::at(flag, "", None, problem))
            }
        }
    }

    /// The arms' names, all different.
    fn arm_names(&self, base: &Document, arms: &[Document]) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> = Vec::new();
        for (index, arm) in arms.iter().enumerate() {
            let name = arm.table.get("name").and_then(Value::as_str).unwrap_or_default();
            if name.is_empty() || names.iter().any(|known| known == name) {
                let message = match name {
                    "" => format!("arm {index} has no name"),
                    _ => format!("two arms are called `{name}`"),
                };
                let path = ["arm".to_string(), index.to_string(), "name".to_string()];
                return Err(self.error(base, Problem::value(&path, message)));
            }
            names.push(name.to_string());
        }
        Ok(names)
    }

    fn unknown_arm(&self, wanted: &str, names: &[String]) -> Error {
        let message = format!("there is no arm `{wanted}`");
        let help = match names {
            [] => "the scenario has no arms".to_string(),
            names => advice(wanted, names.iter().map(String::as_str)),
        };
        Error::at("", "", None, Problem::value(&[], message).help(help))
    }

    /// `problem` at the place where `document` has it from.
    fn error(&self, document: &Document, problem: Problem) -> Error {
        let Some(origin) = document.origin(&problem.path) else {
            let (name, text) = &self.sources[0];
            return Error::at(name, text, None, problem);
        };
        let (name, text) = &self.sources[origin.source];
        // What encloses a missing key is named by its own key.
        let on_key = problem.on_key || !document.has(&problem.path);
        let place = if on_key { &origin.key } else { &origin.value };
        Error::at(name, text, Some(place.clone()), problem)
    }
}

/// All values as they are where a file doesn't say otherwise, so that a file can change a part of a
/// table. Names that a file chooses itself are not among them: any of its own replace all.
fn defaults() -> Table {
    let mut table = Table::try_from(File::default()).expect("the defaults are values of a file");
    if let Some(Value::Table(catalogue)) = table.get_mut("catalogue") {
        catalogue.remove("categories");
    }
    table
}

/// Whether `document` sets one key and no other.
fn is_one_key(document: &Document) -> bool {
    document.table.len() == 1
}

/// The one key that an argument sets, and its value.
fn leaf(table: &Table) -> (Vec<String>, Value) {
    let mut path = Vec::new();
    let mut value = Value::Table(table.clone());
    while let Value::Table(table) = &value {
        let mut entries = table.iter();
        let (Some((key, within)), None) = (entries.next(), entries.next()) else {
            break;
        };
        path.push(key.clone());
        value = within.clone();
    }
    (path, value)
}
