//! The scenarios of the project, as part of the program: they can be run and copied where the project's
//! folder is not at hand.

/// A scenario of the project.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shipped {
    /// Its name, which is that of its file without the ending.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
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
