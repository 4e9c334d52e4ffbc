//! A load as somebody asks for it: a shape by name, with the numbers that belong to it.

use crate::error::Error;
use chappe_load::{Plan, Shape};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How the rate changes over time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoadShape {
    /// The same rate all the time.
    Constant,
    /// Evenly from one rate to another.
    Ramp,
    /// From one rate to another in steps.
    Stairs,
    /// One rate, and in the middle another.
    Spike,
    /// The same rate for an hour.
    Soak,
    /// Clients that wait for each answer.
    Closed,
}

impl LoadShape {
    /// All shapes.
    pub const ALL: [LoadShape; 6] = [
        LoadShape::Constant,
        LoadShape::Ramp,
        LoadShape::Stairs,
        LoadShape::Spike,
        LoadShape::Soak,
        LoadShape::Closed,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            LoadShape::Constant => "constant",
            LoadShape::Ramp => "ramp",
            LoadShape::Stairs => "stairs",
            LoadShape::Spike => "spike",
            LoadShape::Soak => "soak",
            LoadShape::Closed => "closed",
        }
    }

    /// What it is, in a phrase.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            LoadShape::Constant => "the same rate all the time",
            LoadShape::Ramp => "evenly from --rate to --to",
            LoadShape::Stairs => "from --rate to --to in --steps steps",
            LoadShape::Spike => "at --rate, but at --to for a fifth of the time in the middle",
            LoadShape::Soak => "the same rate for an hour, unless --duration says otherwise",
            LoadShape::Closed => {
                "a closed model: --clients wait until each command is served, and then --think before the next"
            }
        }
    }

    fn is_open(self) -> bool {
        self != LoadShape::Closed
    }

    fn has_two_rates(self) -> bool {
        matches!(self, LoadShape::Ramp | LoadShape::Stairs | LoadShape::Spike)
    }
}

impl fmt::Display for LoadShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for LoadShape {
    type Err = String;

    fn from_str(text: &str) -> Result<LoadShape, String> {
        let found = LoadShape::ALL.into_iter().find(|shape| shape.name() == text);
        found.ok_or_else(|| format!("no shape is called `{text}`"))
    }
}

/// A load as it is asked for. What is left out has a default; what means nothing for the shape is refused.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AskedLoad {
    /// How the rate changes over time.
    pub shape: LoadShape,
    /// Clients' commands per second; 10,000 if left out.
    pub rate: Option<f64>,
    /// The last rate of a ramp or of stairs, or the rate of a spike [commands per second].
    pub to: Option<f64>,
    /// The number of steps of stairs; 5 if left out.
    pub steps: Option<u32>,
    /// The number of clients of a closed model; 1,000 if left out.
    pub clients: Option<u32>,
    /// How long a client of a closed model waits before its next command; 100 ms if left out.
    pub think: Option<Duration>,
    /// How long is measured; 10 s if left out, for a soak 1 h.
    pub duration: Option<Duration>,
}

impl AskedLoad {
    /// What is to be offered, and for how long.
    ///
    /// # Errors
    /// A number is given that means nothing for the shape: it would be ignored.
    pub fn plan(&self) -> Result<(Plan, Duration), Error> {
        self.check()?;
        let rate = self.rate.unwrap_or(10_000.0);
        let to = self.to.unwrap_or(rate);
        let plan = match self.shape {
            LoadShape::Constant | LoadShape::Soak => Plan::Open(Shape::Constant { rate }),
            LoadShape::Ramp => Plan::Open(Shape::Ramp { from: rate, to }),
            LoadShape::Stairs => Plan::Open(Shape::Stairs {
                from: rate,
                to,
                steps: self.steps.unwrap_or(5),
            }),
            LoadShape::Spike => Plan::Open(Shape::Spike { rate, peak: to }),
            LoadShape::Closed => Plan::Closed {
                clients: self.clients.unwrap_or(1_000),
                think: self.think.unwrap_or(Duration::from_millis(100)),
            },
        };
        let usual = match self.shape {
            LoadShape::Soak => Duration::from_secs(3600),
            LoadShape::Constant
            | LoadShape::Ramp
            | LoadShape::Stairs
            | LoadShape::Spike
            | LoadShape::Closed => Duration::from_secs(10),
        };
        Ok((plan, self.duration.unwrap_or(usual)))
    }

    fn check(&self) -> Result<(), Error> {
        type Fits = fn(LoadShape) -> bool;
        let is_closed: Fits = |shape| !shape.is_open();
        let options: [(_, _, Fits); 5] = [
            ("--rate", self.rate.is_some(), LoadShape::is_open),
            ("--to", self.to.is_some(), LoadShape::has_two_rates),
            ("--steps", self.steps.is_some(), |shape| {
                shape == LoadShape::Stairs
            }),
            ("--clients", self.clients.is_some(), is_closed),
            ("--think", self.think.is_some(), is_closed),
        ];
        let ignored = options
            .into_iter()
            .find(|(_, is_given, fits)| *is_given && !fits(self.shape));
        let Some((option, _, fits)) = ignored else {
            return Ok(());
        };
        let fitting = LoadShape::ALL.into_iter().filter(|shape| fits(*shape));
        let fitting: Vec<&str> = fitting.map(LoadShape::name).collect();
        Err(Error::usage_with(
            format!("{option} means nothing for --shape {}", self.shape),
            format!("leave it out, or give --shape {}", fitting.join(", or ")),
        ))
    }
}
