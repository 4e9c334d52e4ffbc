//! What is run, as one value.
//!
//! A record, a log, a baseline and the processes of a distributed run all say with a [`RunSpec`] what was run. Whoever
//! plays a run again reads it from there: the scenario file may have been moved, edited or deleted since. How a run is
//! carried out (threads, folders, progress) never belongs to it.

use crate::text::Duration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What `schema` says in every [`RunSpec`] that this version writes.
pub const RUN_SPEC_SCHEMA: &str = "chappe/spec/2";

/// All that it takes to play a run again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RunSpec {
    /// Version of this format: [`RUN_SPEC_SCHEMA`].
    pub schema: String,
    /// Version of the program that the run belongs to. Another version may come to another result.
    pub program: String,
    /// The scenario file.
    pub scenario: ScenarioText,
    /// The arm that is played; null for the base scenario.
    #[serde(default)]
    pub arm: Option<String>,
    /// Values that replace the file's, in order, as pairs of dotted key and value.
    #[serde(default)]
    pub set: Vec<(String, String)>,
    /// Values that a study lays over these, in order, as pairs of dotted key and value: what a new arm changes, and the keys
    /// that it varies. Unlike `set` they do not change the load by which the platform got its size.
    #[serde(default)]
    pub over: Vec<(String, String)>,
    /// Seed of all random draws; null for the scenario's own.
    #[serde(default)]
    pub seed: Option<u64>,
    /// What the population is multiplied by; null for the scenario's own scale.
    #[serde(default)]
    pub scale: Option<f64>,
    /// Where the run ends before the scenario's horizon.
    #[serde(default)]
    pub until: Option<Duration>,
    /// The trace that is replayed, if the scenario replays one.
    #[serde(default)]
    pub trace: Option<TraceId>,
}

/// A scenario file as it was read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioText {
    /// Name of the file, without its folder.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Which trace a run replays.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TraceId {
    /// Its path, as the scenario has it.
    pub path: String,
    /// Hash over its messages, in 16 hexadecimal digits.
    pub hash: String,
}

/// Why a [`RunSpec`] can't be played by this program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RunSpecMismatch {
    /// Its format is another.
    Format {
        /// The format that it has.
        found: String,
    },
    /// It belongs to another version of the program.
    Program {
        /// The version that it belongs to.
        found: String,
        /// The version that would play it.
        this: String,
    },
}

impl std::fmt::Display for RunSpecMismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RunSpecMismatch::Format { found } => write!(
                f,
                "the run is described in the format `{found}`, and this version reads `{RUN_SPEC_SCHEMA}`"
            ),
            RunSpecMismatch::Program { found, this } => write!(
                f,
                "the run was made by chappe {found}, and this is chappe {this}, which may come to another result"
            ),
        }
    }
}

impl std::error::Error for RunSpecMismatch {}

impl RunSpec {
    /// The scenario in `text`, as it is, for version `program` of the program. `path` may lead through folders: only
    /// the file's name is kept, so that no record names a place on somebody's machine.
    #[must_use]
    pub fn new(program: &str, path: &str, text: String) -> RunSpec {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        RunSpec {
            schema: RUN_SPEC_SCHEMA.to_string(),
            program: program.to_string(),
            scenario: ScenarioText {
                name: name.to_string(),
                text,
            },
            arm: None,
            set: Vec::new(),
            over: Vec::new(),
            seed: None,
            scale: None,
            until: None,
            trace: None,
        }
    }

    /// Makes sure that version `program` of the program comes to the same result.
    ///
    /// # Errors
    /// Says what differs.
    pub fn check(&self, program: &str) -> Result<(), RunSpecMismatch> {
        RunSpec::check_versions(&self.schema, &self.program, program)
    }

    /// The same check on the `schema` and the `program` of a spec whose other fields were not read yet: in another
    /// format they may be different ones.
    ///
    /// # Errors
    /// Says what differs.
    pub fn check_versions(schema: &str, program: &str, this: &str) -> Result<(), RunSpecMismatch> {
        if schema != RUN_SPEC_SCHEMA {
            return Err(RunSpecMismatch::Format {
                found: schema.to_string(),
            });
        }
        if program != this {
            return Err(RunSpecMismatch::Program {
                found: program.to_string(),
                this: this.to_string(),
            });
        }
        Ok(())
    }

    /// The options that make `chappe run` play it, behind the name of the scenario.
    #[must_use]
    pub fn options(&self) -> Vec<String> {
        let mut words = Vec::new();
        let mut option = |name: &str, value: String| words.extend([name.to_string(), value]);
        for (key, value) in self.set.iter().chain(&self.over) {
            option("--set", format!("{key}={value}"));
        }
        if let Some(arm) = &self.arm {
            option("--arm", arm.clone());
        }
        if let Some(seed) = self.seed {
            option("--seed", seed.to_string());
        }
        if let Some(scale) = self.scale {
            option("--scale", scale.to_string());
        }
        if let Some(until) = self.until {
            option("--until", until.to_string());
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> RunSpec {
        RunSpec {
            set: vec![("population.users".to_string(), "10".to_string())],
            until: Duration::parse("6h").ok(),
            seed: Some(u64::MAX),
            scale: Some(0.1),
            ..RunSpec::new("0.1.0", "some/where/first-ads.toml", "seed = 1".to_string())
        }
    }

    #[test]
    fn a_run_spec_reads_back_as_it_was_and_names_no_folder() {
        let text = serde_json::to_string(&spec()).unwrap();
        assert!(text.contains("\"name\":\"first-ads.toml\"") && !text.contains("where"));
        assert_eq!(serde_json::from_str::<RunSpec>(&text).unwrap(), spec());
    }

    #[test]
    fn another_format_or_version_is_refused_with_what_differs() {
        assert_eq!(spec().check("0.1.0"), Ok(()));
        let error = spec().check("0.2.0").unwrap_err().to_string();
        assert!(error.contains("0.1.0") && error.contains("0.2.0"), "{error}");
        let newer = RunSpec {
            schema: "chappe/spec/3".to_string(),
            ..spec()
        };
        let error = newer.check("0.1.0").unwrap_err().to_string();
        assert!(error.contains("chappe/spec/3"), "{error}");
    }

    #[test]
    fn its_options_are_those_of_the_command() {
        let options = "--set population.users=10 --seed 18446744073709551615 --scale 0.1 --until 6h";
        assert_eq!(spec().options().join(" "), options);
    }
}
