//! The scenarios of the project, as part of the program: they can be run and copied where the project's
//! folder is not at hand.

use crate::{Error, Overrides, ScenarioFile};
use serde::Serialize;

/// A scenario of the project.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shipped {
    /// Its name, which is that of its file without the ending.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// A scenario of the project, in brief.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Listed {
    /// Its name.
    pub name: &'static str,
    /// Its title.
    pub title: String,
    /// The question that it asks.
    pub question: String,
    /// Names of its arms.
    pub arms: Vec<String>,
}

macro_rules! shipped {
    ($($name:literal)*) => {
        &[$(Shipped {
            name: $name,
            text: include_str!(concat!("../../../scenarios/", $name, ".toml")),
        }),*]
    };
}

/// All scenarios of the project, by name.
#[must_use]
pub fn all() -> &'static [Shipped] {
    shipped![
        "ad-blast"
        "back-in-stock"
        "capacity"
        "daily-cap"
        "first-ads"
        "flash-sale"
        "friends-pay"
        "hot-line"
        "messenger-day"
        "no-ads-or-leak-2016"
        "one-more-or-tags"
        "opt-in-button"
        "order-to-opt-in"
        "peak-minutes"
        "policies"
        "quarter"
        "queue"
        "rated-red"
        "reminders-only"
        "replay"
        "same-topic"
        "short-link-storm"
        "workload-fit"
    ]
}

/// All scenarios of the project in brief, by name.
///
/// # Errors
/// If one of them is wrong, which is a mistake in chappe.
pub fn list() -> Result<Vec<Listed>, Error> {
    let listed = all().iter().map(|shipped| {
        let scenario = ScenarioFile::parse(shipped.name, shipped.text)?.resolve(&Overrides::default())?;
        Ok(Listed {
            name: shipped.name,
            title: scenario.title,
            question: scenario.question,
            arms: scenario.arms,
        })
    });
    listed.collect()
}

/// The scenario called `name`.
#[must_use]
pub fn named(name: &str) -> Option<Shipped> {
    all().iter().copied().find(|shipped| shipped.name == name)
}

/// The recorded trace in the file `file`, which a shipped scenario names in `traffic.replay`.
#[must_use]
pub fn trace(file: &str) -> Option<&'static str> {
    let traces = [(
        "sample-trace.txt",
        include_str!("../../../scenarios/sample-trace.txt"),
    )];
    traces
        .into_iter()
        .find(|(name, _)| *name == file)
        .map(|(_, text)| text)
}
