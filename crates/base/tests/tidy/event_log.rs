//! `docs/log.md`: every fact of the event log, from the schema of [`Record`].

use crate::workspace::{fenced, read, root};
use chappe_base::Record;
use serde_json::{Map, Value};
use std::fmt::Write;

const HEAD: &str = r#"# The event log

*Generated from the facts' own doc comments; `UPDATE_DOCS=1 cargo test -p chappe-base` writes it anew.*

`chappe run SCENARIO --log FILE` writes every fact of a run, one JSON object per line. `chappe audit FILE` audits such a
log, if it is complete. Facts of history come first. All others are in order of time, then of shard, and for one shard in
the order in which they happened. The log is the same for any number of workers.

## The first line

It says what was run, so the log alone is enough to audit it. [docs/record.md](record.md#what-was-run) explains the `spec`.

| field | meaning |
|---|---|
| `schema` | `chappe/log/3` |
| `spec` | what was run, as in `run.json`: |
| `spec.schema` | `chappe/spec/2` |
| `spec.program` | version of the program |
| `spec.scenario` | name and text of the scenario file |
| `spec.arm` | the arm that was run, or null for the base scenario |
| `spec.set` | pairs of key and value that replaced the file's: `--set` |
| `spec.over` | further pairs that a study laid over these |
| `spec.seed` | the seed that replaced the file's, or null |
| `spec.scale` | what the population was multiplied by, or null |
| `spec.until` | where the run ended before the scenario's horizon, or null |
| `spec.trace` | name and hash of the trace that was replayed, or null |

## The last line

It says how many facts there are. A log without it, or with another number of facts, is incomplete: what is missing would
look like what the platform lost, so `chappe audit` refuses it.

| field | meaning |
|---|---|
| `end.facts_count` | lines between the first and the last |

## All other lines

```json
{"at":3133207109,"shard":53,"fact":{"accepted":{"message":"23386122108929","class":"friend","from":{"user":5445},"to":{"user":9909},"intended":917824967,"kept":true}}}
{"at":156812644612,"shard":31,"fact":{"ad_delivered":{"message":"20199256451073","user":4703,"campaign":3,"price":9000,"permit":{"conversation":29361152,"opt_in":null}}}}
```

| field | type | meaning |
|---|---|---|
| `at` | time | When it happened; negative in history, before day one. |
| `shard` | number | On which shard. |
| `fact` | object | What happened: one field, named after the fact. |

Types:

- **time**: whole nanoseconds since midnight UTC of day one.
- **ns**: a length of time in whole nanoseconds.
- **micro-units**: an amount of money in millionths of the scenario's one currency.
- **message**: the number of a message, and of the order, the transfer or the question that begins
  with it; 0 stands for none. It is a text, since many readers of JSON round numbers of more than 53 bits. Its upper 32 bits are the user whose act began the conversation, its lower
  32 bits that act.
- **act**: one act of one user, as in a message's lower 32 bits: day (10 bits, from 8 days before day one),
  slot within the day (9 bits), whether it is about reading (1 bit), kind (2 bits: chat, page, ad, response),
  position within the conversation (10 bits).
- **user**, **page**, **shard**, **campaign**, **product**: a number from 0; campaigns stand in the order of
  the scenario, products in that of their page's catalogue.
- types with a link are described at the end.

Each fact comes from the *platform*, which says what it did, or from the *driver*, which says what it
saw for itself: what left a service queue, what reached a device. The audit compares the two.

## Facts

"#;

/// What a type of the schema is called in the document, if it is plain.
fn plain(name: &str) -> Option<&'static str> {
    match name {
        "SimTime" => Some("time"),
        "Span" => Some("ns"),
        "Money" => Some("micro-units"),
        "MessageId" => Some("message"),
        "Act" => Some("act"),
        "UserId" => Some("user"),
        "PageId" => Some("page"),
        "ShardId" => Some("shard"),
        "CampaignId" => Some("campaign"),
        "ProductId" => Some("product"),
        _ => None,
    }
}

fn text(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default();
    assert!(!text.is_empty(), "no description: {schema}");
    text.replace('\n', " ")
}

/// The type of a field, in a word.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return plain(name).map_or_else(|| format!("[{name}](#{})", name.to_lowercase()), str::to_string);
    }
    if let Some(branches) = schema["anyOf"].as_array() {
        return branches.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    match schema["type"].as_str() {
        Some("integer") => "number".to_string(),
        Some(other) => other.to_string(),
        None => panic!("no type: {schema}"),
    }
}

fn fields(document: &mut String, properties: &Map<String, Value>) {
    let _ = writeln!(document, "| field | type | meaning |\n|---|---|---|");
    for (name, schema) in properties {
        let _ = writeln!(document, "| `{name}` | {} | {} |", kind(schema), text(schema));
    }
}

fn only(properties: &Value) -> (&String, &Value) {
    let properties = properties.as_object().expect("an object");
    assert_eq!(properties.len(), 1);
    properties.iter().next().expect("one property")
}

fn fact(document: &mut String, schema: &Value) {
    let (name, body) = only(&schema["properties"]);
    let description = text(schema);
    let (origin, description) = match description.strip_prefix("*Driver*: ") {
        Some(rest) => {
            let (first, others) = rest.split_at(1);
            ("driver", first.to_uppercase() + others)
        }
        None => ("platform", description),
    };
    let _ = writeln!(document, "### `{name}`\n\n*{origin}* · {description}\n");
    fields(document, body["properties"].as_object().expect("fields"));
    document.push('\n');
}

/// A type that is one of several: words, or objects of one field.
fn choice(document: &mut String, branches: &[Value]) {
    let _ = writeln!(document, "| value | meaning |\n|---|---|");
    for branch in branches {
        let value = match branch["const"].as_str() {
            Some(word) => format!("`\"{word}\"`"),
            None => {
                let (name, schema) = only(&branch["properties"]);
                format!("`{{\"{name}\": …}}`, a {}", kind(schema))
            }
        };
        let _ = writeln!(document, "| {value} | {} |", text(branch));
    }
    document.push('\n');
}

fn document() -> String {
    let schema = serde_json::to_value(schemars::schema_for!(Record)).unwrap();
    let types = schema["$defs"].as_object().expect("types");
    let mut document = HEAD.to_string();
    for schema in types["Fact"]["oneOf"].as_array().expect("facts") {
        fact(&mut document, schema);
    }
    document.push_str("## Types\n\n");
    for (name, schema) in types {
        if name == "Fact" || plain(name).is_some() {
            continue;
        }
        let _ = writeln!(document, "### {name}\n\n{}\n", text(schema));
        match schema["oneOf"].as_array() {
            Some(branches) => choice(&mut document, branches),
            None => {
                fields(&mut document, schema["properties"].as_object().expect("fields"));
                document.push('\n');
            }
        }
    }
    document.truncate(document.trim_end().len());
    document.push('\n');
    document
}

#[test]
fn the_event_log_is_documented_field_by_field() {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(root().join("docs/log.md"), document()).unwrap();
    }
    assert!(
        read("docs/log.md") == document(),
        "docs/log.md is out of date: UPDATE_DOCS=1 cargo test -p chappe-base"
    );
}

#[test]
fn the_documented_lines_are_facts() {
    let head = HEAD.to_string();
    let lines = fenced(&head, "json");
    assert!(!lines.is_empty());
    for line in lines {
        let record: Record = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(serde_json::to_string(&record).unwrap(), line);
    }
}

/// The names of the fields of a struct in `source`, which `opening` begins.
fn fields_of<'a>(source: &'a str, opening: &str) -> Vec<&'a str> {
    let (_, body) = source.split_once(opening).expect("the struct");
    let (body, _) = body.split_once("\n}").expect("its end");
    let lines = body
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//") && !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.trim_start_matches("pub "))
        .collect()
}

#[test]
fn the_first_and_the_last_line_are_documented() {
    let header = read("crates/study/src/files/event_log.rs");
    let header = fields_of(&header, "\nstruct Header {");
    assert_eq!(header, ["schema", "spec"]);
    let spec = read("crates/base/src/run_spec.rs");
    let spec = fields_of(&spec, "\npub struct RunSpec {");
    assert!(spec.len() > 3, "{spec:?}");
    let log = read("crates/study/src/files/event_log.rs");
    assert_eq!(fields_of(&log, "\nstruct EndMark {"), ["end"]);
    let end = fields_of(&log, "\nstruct End {");
    assert!(
        end.iter().all(|name| HEAD.contains(&format!("| `end.{name}` |"))),
        "{end:?}"
    );
    let names = header.into_iter().map(str::to_string);
    for name in names.chain(spec.into_iter().map(|name| format!("spec.{name}"))) {
        assert!(
            HEAD.contains(&format!("| `{name}` |")),
            "`{name}` is not documented"
        );
    }
}
