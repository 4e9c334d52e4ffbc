//! The arguments of the commands that put the live platform under load.

use super::run::workers;
use super::{Show, Source, duration};
use crate::source::default_folder;
use chappe_study::files::{OutputFolder, ReportKind};
use chappe_study::live::{AskedLoad, LoadShape, Offer, Variants};
use chappe_study::{Error, Opened, Threads};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// What load is offered, and to what.
#[derive(Args, Clone, Debug)]
pub(crate) struct OfferArgs {
    #[command(flatten)]
    pub(crate) source: Source,
    /// How long to send before anything is measured.
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = duration)]
    pub(crate) warm_up: Duration,
    /// The time of the scenario at which the load begins [default: the end of the scenario's warm-up].
    #[arg(long, value_name = "TIME", value_parser = chappe_base::Duration::parse)]
    pub(crate) from: Option<chappe_base::Duration>,
    /// Threads that run shards: a number, or `auto` for one per core. Leave the generator a core.
    #[arg(long, value_name = "N", default_value = "auto", env = "CHAPPE_WORKERS", value_parser = workers)]
    pub(crate) workers: Threads,
    /// Threads that send commands.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) injectors: u16,
    /// The folder for record and report [default: reports/out/<scenario>-load; with --compare -comparison, of the
    /// other commands -capacity and -calibration].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) show: Show,
}

impl OfferArgs {
    /// With how many threads, and whether silently.
    pub(crate) fn how(&self) -> (Threads, bool) {
        (self.workers, self.show.is_silent())
    }

    /// The folder of a report of that kind.
    pub(crate) fn folder(&self, kind: ReportKind, opened: &Opened) -> Result<OutputFolder, Error> {
        let usual = || default_folder(kind, opened);
        OutputFolder::prepare(&self.out.clone().unwrap_or_else(usual), kind)
    }

    /// How loads are offered.
    pub(crate) fn offer(&self) -> Offer {
        Offer {
            warm_up: self.warm_up,
            from: self.from,
            injectors: self.injectors,
        }
    }
}

#[derive(Args, Clone, Debug)]
pub(crate) struct LoadArgs {
    #[command(flatten)]
    pub(crate) offer: OfferArgs,
    /// Clients' commands per second; not for a closed model [default: 10000].
    #[arg(long, value_name = "N")]
    pub(crate) rate: Option<f64>,
    /// How long to measure [default: 10s; 1h for a soak].
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) duration: Option<Duration>,
    /// How the rate changes over time.
    #[arg(long, default_value = "constant", value_parser = shapes())]
    pub(crate) shape: LoadShape,
    /// The last rate of a ramp or of stairs, or the rate of a spike; for these alone.
    #[arg(long, value_name = "N", required_if_eq_any = [("shape", "ramp"), ("shape", "stairs"), ("shape", "spike")])]
    pub(crate) to: Option<f64>,
    /// The number of steps of stairs; for these alone [default: 5].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub(crate) steps: Option<u32>,
    /// The number of clients of a closed model; for it alone [default: 1000].
    #[arg(long, value_name = "N")]
    pub(crate) clients: Option<u32>,
    /// How long a client of a closed model waits before its next command; for it alone [default: 100ms].
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) think: Option<Duration>,
    /// Measure variants of one key in turn, and say how they differ.
    #[arg(long, value_name = "KEY=A,B,...", value_parser = Variants::from_str)]
    pub(crate) compare: Option<Variants>,
    /// Rounds of a comparison. In each round every variant runs once.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 6,
        requires = "compare",
        value_parser = clap::value_parser!(u32).range(3..=1000)
    )]
    pub(crate) rounds: u32,
    /// Simulate the same load first, with this calibration.json of `chappe calibrate`, and say how far that is off.
    #[arg(long, value_name = "FILE", conflicts_with = "compare")]
    pub(crate) predict: Option<PathBuf>,
}

impl LoadArgs {
    /// The load that is asked for.
    pub(crate) fn asked(&self) -> AskedLoad {
        AskedLoad {
            shape: self.shape,
            rate: self.rate,
            to: self.to,
            steps: self.steps,
            clients: self.clients,
            think: self.think,
            duration: self.duration,
        }
    }
}

fn shapes() -> impl TypedValueParser<Value = LoadShape> {
    let value = |shape: LoadShape| PossibleValue::new(shape.name()).help(shape.meaning());
    PossibleValuesParser::new(LoadShape::ALL.map(value)).try_map(|name| name.parse::<LoadShape>())
}

#[derive(Args, Clone, Debug)]
pub(crate) struct CapacityArgs {
    #[command(flatten)]
    pub(crate) offer: OfferArgs,
    /// The first rate [commands per second].
    #[arg(long, value_name = "N", default_value_t = 10_000.0)]
    pub(crate) rate: f64,
    /// The highest rate that is tried [commands per second].
    #[arg(long, value_name = "N", default_value_t = 4_000_000.0)]
    pub(crate) cap: f64,
    /// How long each rate is held.
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration)]
    pub(crate) duration: Duration,
    /// The largest number of trials.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) trials: u32,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct CalibrateArgs {
    #[command(flatten)]
    pub(crate) offer: OfferArgs,
    /// Clients' commands per second.
    #[arg(long, value_name = "N", default_value_t = 50_000.0)]
    pub(crate) rate: f64,
    /// How long to measure.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub(crate) duration: Duration,
}
