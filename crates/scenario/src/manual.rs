//! `docs/scenario.md`: the reference of all keys of a scenario file.

use crate::assumed::inline;
use crate::key::{Audience, Bounds, Key, Kind, Section, sections};
use crate::presets;
use serde_json::Value;
use std::fmt::Write;

const HEAD: &str = "# The scenario file

*Generated from the schema (`chappe schema`); `UPDATE_DOCS=1 cargo test -p chappe-scenario` writes it anew.*

A scenario is one TOML file. Every key has a default, so a file gives only the keys that its question is
about. `--set` replaces any value on the command line: `--set population.users=1000000`,
`--set campaign.0.budget=500`. Relative paths are relative to the scenario file. The first line
`#:schema scenario.schema.json` makes editors complete and check keys; the schema is in `scenarios/`.

Durations are texts such as `\"90s\"`, `\"2h 30m\"`, `\"1 day\"` or `\"0.5d\"`. Amounts of money are texts such as
`\"0.02\"`, in one currency for the whole scenario. A *law* of durations is one of
`{ constant = \"1s\" }`, `{ exponential = \"1s\" }` (its mean), `{ uniform = [\"1s\", \"2s\"] }` and
`{ log-normal = { median = \"1s\", sigma = 0.5 } }` (sigma: standard deviation of the logarithm).

The column *for* says who decides on a key: **product** staff, an **engineer** (what the platform is built
of, and how it is studied), or an **expert** on behaviour (the parameters behind the figures).

Grades say how good the source of a default is: **A** official or primary, **B** press, **C** one vendor
or one case, **D** derived by arithmetic, **assumed** if there is no usable source. Vary assumed figures in a
sweep; reports list them. A key without a grade is the scenario's own choice.
";

/// The text of `docs/scenario.md`: every key with its meaning, type, unit, default, audience, grade and
/// source.
#[must_use]
pub fn document() -> String {
    let sections = sections();
    let mut text = HEAD.to_string();
    start(&mut text, &sections);
    for section in &sections {
        let Section { name, is_list, .. } = section;
        let heading = match (name.as_str(), is_list) {
            ("", _) => "Top level".to_string(),
            (name, true) => format!("`[[{name}]]`"),
            (name, false) => format!("`[{name}]`"),
        };
        let _ = write!(text, "\n## {heading}\n\n");
        if !section.description.is_empty() {
            let _ = write!(text, "{}\n\n", section.description);
        }
        text.push_str("| key | meaning | type | unit | default | for | grade and source |\n");
        text.push_str("|---|---|---|---|---|---|---|\n");
        for key in &section.keys {
            let _ = writeln!(text, "| {} |", cells(section, key).join(" | "));
        }
        if name == "policy" {
            text.push_str("\nThe presets, each rule with its grade and source:\n\n```text\n");
            let presets: Vec<String> = presets::all().iter().map(|preset| preset.describe()).collect();
            text.push_str(&presets.join("\n"));
            text.push_str("```\n");
        }
    }
    text
}

/// The keys for product staff, which most questions are about.
fn start(text: &mut String, sections: &[Section]) {
    text.push_str("\n## Where to start\n\n");
    text.push_str("Most questions are about these keys. `N` is the number of a campaign, from 0.\n\n");
    text.push_str("| key | name | group |\n|---|---|---|\n");
    let keys = sections.iter().flat_map(|section| &section.keys);
    for key in keys.filter(|key| key.audience == Audience::Product) {
        let _ = writeln!(text, "| `{}` | {} | {} |", key.path, key.title, key.group);
    }
}

fn cells(section: &Section, key: &Key) -> [String; 7] {
    let prefix = match (section.name.as_str(), section.is_list) {
        ("", _) => String::new(),
        (name, true) => format!("{name}.N."),
        (name, false) => format!("{name}."),
    };
    let default = match &key.default {
        None => String::new(),
        Some(Value::Null) => "unset".to_string(),
        Some(value) => format!("`{}`", inline(value)),
    };
    let grade = key.grade.map(|grade| grade.to_string()).unwrap_or_default();
    let source = key.source.as_ref().map(|source| format!(": {source}"));
    let cells = [
        format!("`{}`", key.path.strip_prefix(&prefix).unwrap_or(&key.path)),
        key.description.clone(),
        format!("{}{}", key.kind, range(key)),
        key.unit.clone().unwrap_or_default(),
        default,
        key.audience.label().to_string(),
        grade + &source.unwrap_or_default(),
    ];
    cells.map(|cell| cell.replace('|', "\\|"))
}

/// The bounds of a number that its kind does not imply.
fn range(key: &Key) -> String {
    let Bounds { least, most, .. } = key.bounds;
    if key.kind == Kind::Probability {
        return String::new();
    }
    // The greatest number of a type says more about the program than about the key.
    let of_types = [f64::from(u16::MAX), f64::from(u32::MAX)];
    match (least, most.filter(|most| !of_types.contains(most))) {
        (Some(least), Some(most)) => format!(", {least} to {most}"),
        (Some(least), None) => format!(", at least {least}"),
        (None, Some(most)) => format!(", at most {most}"),
        (None, None) => String::new(),
    }
}
