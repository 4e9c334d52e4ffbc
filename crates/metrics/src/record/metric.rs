//! Metrics and series as records have them.

use chappe_base::words;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

words! {
    /// What a figure is counted in; the word also ends the names of columns.
    Unit {
        /// Nanoseconds.
        Nanoseconds = "ns",
        /// Pieces of what the name says.
        Count = "count",
        /// Millionths of the scenario's currency.
        MicroUnits = "micro_units",
        /// Millionths of a whole.
        PartsPerMillion = "ppm",
        /// Bytes.
        Bytes = "bytes",
        /// A part of a whole, kept as numerator and denominator.
        Share = "share",
        /// How many for each thousand, kept as numerator and denominator.
        PerThousand = "per_thousand",
    }
}

impl Unit {
    /// A quotient in this unit; none if the denominator is zero.
    #[must_use]
    pub fn ratio(self, numerator: i64, denominator: i64) -> Option<f64> {
        (denominator != 0).then(|| (numerator * self.one()) as f64 / denominator as f64)
    }

    /// How many of this unit make one.
    #[must_use]
    pub fn one(self) -> i64 {
        match self {
            Unit::Share | Unit::Count | Unit::Bytes => 1,
            Unit::PerThousand => 1_000,
            Unit::MicroUnits | Unit::PartsPerMillion => 1_000_000,
            Unit::Nanoseconds => 1_000_000_000,
        }
    }

    pub(super) fn is_share(&self) -> bool {
        *self == Unit::Share
    }
}

pub(super) fn share() -> Unit {
    Unit::Share
}

/// One metric's value.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Metric {
    /// How a length of time was distributed.
    Histogram(Summary),
    /// How many, or how much, from time zero to the end of the run.
    Counter {
        /// What it is counted in.
        unit: Unit,
        /// The count.
        value: i64,
    },
    /// How many, or how much, there was at the end.
    Gauge {
        /// What it is counted in.
        unit: Unit,
        /// The level.
        value: i64,
    },
    /// A quotient: numerator / denominator. There is none where the denominator is zero.
    Ratio {
        /// What is divided: the part, where it is a share.
        numerator: i64,
        /// By what it is divided: the whole, where it is a share.
        denominator: i64,
        /// What the quotient is told in; left out for a share.
        #[serde(default = "share", skip_serializing_if = "Unit::is_share")]
        unit: Unit,
    },
}

impl Metric {
    /// Its one value, in its unit; none of a histogram, nor of a ratio whose denominator is zero.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        match *self {
            Metric::Counter { value, .. } | Metric::Gauge { value, .. } => Some(value as f64),
            Metric::Ratio {
                numerator,
                denominator,
                unit,
            } => unit.ratio(numerator, denominator),
            Metric::Histogram(_) => None,
        }
    }
}

/// A histogram in brief. All values are in `unit`; without observations they are zero.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// What the values are counted in.
    pub unit: Unit,
    /// How many observations.
    pub count: u64,
    /// The smallest, exact.
    pub min: i64,
    /// The largest, exact.
    pub max: i64,
    /// The mean, exact but for rounding to the unit.
    pub mean: i64,
    /// Median, within 0.1%, as are all quantiles.
    pub p50: i64,
    /// 0.9 quantile.
    pub p90: i64,
    /// 0.99 quantile.
    pub p99: i64,
    /// 0.999 quantile.
    pub p999: i64,
    /// Quantiles from 0 to 1, rising.
    pub quantiles: Vec<Quantile>,
    /// Observations beyond the histogram's range: counted at its end.
    pub saturated_count: u64,
}

/// One quantile of a histogram.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Quantile {
    /// Which, in [0, 1].
    pub q: f64,
    /// Its value, in the histogram's unit.
    pub value: i64,
}

/// Figures per interval: columns of equal length.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct SeriesTable {
    /// Start of the first interval [ns since midnight UTC of day one].
    pub start_ns: i64,
    /// Length of each interval [ns]; the run may end within the last.
    pub interval_ns: i64,
    /// The columns, in the order of the registry.
    pub columns: Vec<Column>,
}

impl SeriesTable {
    /// The column of that registered name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// One time series.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Column {
    /// Registered name.
    pub name: String,
    /// What the values are counted in.
    pub unit: Unit,
    /// One value per interval; null where nothing was observed that could have one.
    pub values: Vec<Option<i64>>,
}
