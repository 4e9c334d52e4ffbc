//! The keys of a scenario file as data: what the reference, a form and a search need to know of each.
//!
//! A key is declared once, as a field with its doc comment and attributes. The keys here are read from the
//! schema that is generated from these declarations.

mod kind;

use crate::schema::{Node, shared};
use serde_json::Value;
use toml::Table;

pub use kind::Kind;

/// One key of a scenario file.
#[derive(Clone, PartialEq, Debug)]
pub struct Key {
    /// The dotted path, as for `--set`. `N` stands for the number of a list's item, as in
    /// `campaign.N.bid`, except in [`crate::ScenarioFile::keys`], which has a key for each item.
    pub path: String,
    /// A name for forms, in a few words.
    pub title: String,
    /// The heading under which it is shown.
    pub group: String,
    /// Who decides on it.
    pub audience: Audience,
    /// What values it takes.
    pub kind: Kind,
    /// The unit of its figure, if it has one.
    pub unit: Option<String>,
    /// The value if a file does not give one; null means that it is unset. None if a file must give one.
    pub default: Option<Value>,
    /// The bounds of its number.
    pub bounds: Bounds,
    /// How good the source of its default is. None if the value is the scenario's own choice.
    pub grade: Option<Grade>,
    /// The source of its default, or why it is assumed.
    pub source: Option<String>,
    /// What it means, in a sentence or two.
    pub description: String,
}

/// The bounds of a number, both included.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Bounds {
    /// The least value.
    pub least: Option<f64>,
    /// The greatest value.
    pub most: Option<f64>,
    /// Why a number has no bounds.
    pub unbounded: Option<String>,
}

/// Who decides on a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Audience {
    /// Product staff: the questions that scenarios are written for.
    Product,
    /// Engineers: what the platform is built of, and how it is studied.
    Engineer,
    /// Whoever models behaviour: the parameters behind the figures.
    Expert,
}

impl Audience {
    /// All of them.
    pub const ALL: [Audience; 3] = [Audience::Product, Audience::Engineer, Audience::Expert];

    /// The word for it in the schema.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Audience::Product => "product",
            Audience::Engineer => "engineer",
            Audience::Expert => "expert",
        }
    }

    fn labelled(word: &str) -> Option<Audience> {
        Audience::ALL
            .into_iter()
            .find(|audience| audience.label() == word)
    }
}

/// How good the source of a figure is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Grade {
    /// Official or primary.
    A,
    /// Press.
    B,
    /// One vendor or one case.
    C,
    /// Derived by arithmetic.
    D,
    /// No usable source.
    Assumed,
}

impl Grade {
    /// All grades, the best first.
    pub const ALL: [Grade; 5] = [Grade::A, Grade::B, Grade::C, Grade::D, Grade::Assumed];

    /// The word for it: `A` to `D`, or `assumed`.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Grade::A => "A",
            Grade::B => "B",
            Grade::C => "C",
            Grade::D => "D",
            Grade::Assumed => "assumed",
        }
    }

    pub(crate) fn of(schema: Node<'_>) -> Option<Grade> {
        let word = schema.text("x-grade")?;
        Grade::ALL.into_iter().find(|grade| grade.label() == word)
    }
}

impl std::fmt::Display for Grade {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.label())
    }
}

/// Keys at the top level, or of one top-level table or list of tables.
pub(crate) struct Section {
    /// Its key; empty at the top level.
    pub(crate) name: String,
    /// Whether it is a list of tables.
    pub(crate) is_list: bool,
    /// What it is about.
    pub(crate) description: String,
    /// Its keys, in the order of their declaration.
    pub(crate) keys: Vec<Key>,
}

/// All keys, section by section. An arm has only its name here: its other keys are those of the scenario.
pub(crate) fn sections() -> Vec<Section> {
    let root = Node::root(shared());
    let mut sections = vec![Section {
        name: String::new(),
        is_list: false,
        description: String::new(),
        keys: Vec::new(),
    }];
    for (name, schema) in root.entries() {
        let outer = Outer {
            path: String::new(),
            title: String::new(),
            group: "Run".to_string(),
            audience: Audience::Expert,
        };
        let branches = schema.branches();
        let [branch] = branches.as_slice() else {
            continue;
        };
        let item = branch.item(0).map(Node::resolved);
        let table = item.unwrap_or(*branch);
        if table.properties().is_none() {
            outer.walk(name, schema, &mut sections[0].keys);
            continue;
        }
        let mut keys = Vec::new();
        let within = outer.within(name, schema, item.is_some());
        for (key, schema) in table.entries() {
            if name != "arm" || key == "name" {
                within.walk(key, schema, &mut keys);
            }
        }
        // What the items are says more than what the list is.
        let described = if item.is_some() { table } else { schema };
        sections.push(Section {
            name: name.to_string(),
            is_list: item.is_some(),
            description: described.sentence("description"),
            keys,
        });
    }
    sections
}

/// All keys of a scenario file, in the order of the reference.
#[must_use]
pub fn keys() -> Vec<Key> {
    sections().into_iter().flat_map(|section| section.keys).collect()
}

/// What values the key at `path` takes, dotted as for `--set`; None if there is no such key.
#[must_use]
pub fn kind_of(path: &str) -> Option<Kind> {
    let path: Vec<String> = path.split('.').map(str::to_string).collect();
    Node::root(shared()).below(&path).map(Kind::of)
}

/// All keys, those of lists once for each item of `base`, which has so many arms beside.
pub(crate) fn keys_in(base: &Table, arms_count: usize) -> Vec<Key> {
    let length = |list: &str| match list {
        "arm" => arms_count,
        list => {
            let mut keys = list.split('.');
            let first = keys.next().and_then(|key| base.get(key));
            let value = keys.try_fold(first, |value, key| Some(value?.get(key)));
            value
                .flatten()
                .and_then(toml::Value::as_array)
                .map_or(0, Vec::len)
        }
    };
    let list_of = |key: &Key| key.path.split_once(".N.").map(|(list, _)| list.to_string());
    let mut found = Vec::new();
    for keys in keys().chunk_by(|a, b| list_of(a) == list_of(b)) {
        let Some(list) = list_of(&keys[0]) else {
            found.extend_from_slice(keys);
            continue;
        };
        for number in 0..length(&list) {
            found.extend(keys.iter().cloned().map(|key| Key {
                path: key.path.replacen(".N.", &format!(".{number}."), 1),
                ..key
            }));
        }
    }
    found
}

/// What the keys of a table have from the tables around them.
struct Outer {
    /// Path of the table, with a dot at its end.
    path: String,
    /// Title of the table, if its keys need it before their own.
    title: String,
    group: String,
    audience: Audience,
}

impl Outer {
    fn audience(&self, schema: Node<'_>) -> Audience {
        let word = schema.text("x-audience");
        word.and_then(Audience::labelled).unwrap_or(self.audience)
    }

    fn title(&self, name: &str, schema: Node<'_>) -> String {
        let own = schema.text("title").map(str::to_string);
        let own = own.unwrap_or_else(|| name.replace('_', " "));
        match self.title.as_str() {
            "" => capital(&own),
            outer => format!("{outer}: {own}"),
        }
    }

    /// What the keys of the section `name` have from it.
    fn within(&self, name: &str, schema: Node<'_>, is_list: bool) -> Outer {
        let number = if is_list { "N." } else { "" };
        Outer {
            path: format!("{}{name}.{number}", self.path),
            title: String::new(),
            group: self.title(name, schema),
            audience: self.audience(schema),
        }
    }

    /// Adds the key `name`, and the keys of the table or of the list of tables that it is.
    fn walk(&self, name: &str, schema: Node<'_>, keys: &mut Vec<Key>) {
        keys.push(self.key(name, schema));
        let branches = schema.branches();
        let list = branches
            .iter()
            .find_map(|branch| branch.item(0).map(Node::resolved));
        let tables = branches.iter().copied().chain(list);
        let mut tables = tables.filter(|branch| branch.properties().is_some());
        let (Some(table), None) = (tables.next(), tables.next()) else {
            return;
        };
        let number = if list.is_some() { "N." } else { "" };
        let group = schema.text("x-group").map(str::to_string);
        let inner = Outer {
            path: format!("{}{name}.{number}", self.path),
            title: match group {
                Some(_) => String::new(),
                None => self.title(name, schema),
            },
            group: group.unwrap_or_else(|| self.group.clone()),
            audience: self.audience(schema),
        };
        for (key, schema) in table.entries() {
            inner.walk(key, schema, keys);
        }
    }

    fn key(&self, name: &str, schema: Node<'_>) -> Key {
        let text = |keyword| Some(schema.sentence(keyword)).filter(|text| !text.is_empty());
        Key {
            path: format!("{}{name}", self.path),
            title: self.title(name, schema),
            group: self.group.clone(),
            audience: self.audience(schema),
            kind: Kind::of(schema),
            unit: text("x-unit"),
            default: schema.value.get("default").cloned(),
            bounds: bounds(schema),
            grade: Grade::of(schema),
            source: text("x-source"),
            description: schema.sentence("description"),
        }
    }
}

/// The bounds of a number, beside the reference or in the one type of number that it refers to.
fn bounds(schema: Node<'_>) -> Bounds {
    let branches = schema.branches();
    let number = branches
        .iter()
        .find(|branch| branch.is("number") || branch.is("integer"));
    let Some(number) = number else {
        return Bounds::default();
    };
    let bound = |keyword| schema.number(keyword).or(number.number(keyword));
    Bounds {
        least: bound("minimum"),
        most: bound("maximum"),
        unbounded: schema
            .text("x-unbounded")
            .or(number.text("x-unbounded"))
            .map(str::to_string),
    }
}

/// `text` with a capital at its beginning.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}
