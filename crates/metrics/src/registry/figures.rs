//! The figures that studies compare: each is one number of a run in virtual time.

use super::{Definition, Kind, UnknownMetric, definitions, find};
use crate::record::Clock;

/// The metric of which studies know quantiles.
const FRIENDS: &str = "delivery.friend";
/// These quantiles, as studies name them.
const QUANTILES: [&str; 2] = ["delivery.friend p(50)", "delivery.friend p(99)"];

/// Why a study can't compare a figure.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UnknownFigure {
    /// No such metric.
    #[error(transparent)]
    UnknownMetric(#[from] UnknownMetric),
    /// No such quantile.
    #[error("there is no figure `{0}`; studies know delivery.friend p(50) and delivery.friend p(99)")]
    Quantile(String),
    /// The metric has more than one value.
    #[error(
        "`{metric}` is a {}, and no single figure; take a counter, a gauge or a ratio, or delivery.friend p(99)",
        kind.label()
    )]
    Several {
        /// The metric.
        metric: String,
        /// Its kind.
        kind: Kind,
    },
    /// The metric exists on the wall clock only.
    #[error("a simulation has no `{0}`; only a load has it")]
    OfLoads(String),
}

impl Definition {
    fn is_figure(&self) -> bool {
        !matches!(self.kind, Kind::Histogram | Kind::Series) && self.clocks.contains(&Clock::Virtual)
    }
}

/// The names of all figures that studies can compare.
pub fn figures() -> impl Iterator<Item = &'static str> {
    let single = definitions().iter().filter(|metric| metric.is_figure());
    single.map(|metric| metric.name.as_str()).chain(QUANTILES)
}

/// The metric of the figure of that name: a metric with a single value, or a quantile of one.
///
/// # Errors
/// Says what studies can compare instead.
pub fn find_figure(name: &str) -> Result<&'static Definition, UnknownFigure> {
    if QUANTILES.contains(&name) {
        return Ok(find(FRIENDS)?);
    }
    if name.contains(" p(") {
        return Err(UnknownFigure::Quantile(name.to_owned()));
    }
    let metric = find(name)?;
    if metric.is_figure() {
        return Ok(metric);
    }
    let name = name.to_owned();
    Err(match metric.kind {
        Kind::Histogram | Kind::Series => UnknownFigure::Several {
            metric: name,
            kind: metric.kind,
        },
        Kind::Counter | Kind::Gauge | Kind::Ratio => UnknownFigure::OfLoads(name),
    })
}
