//! How people react to ads.

use super::seconds;
use chappe_base::{Duration, Law, Probability, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How people react to ads: probabilities per ad seen, and what ads cost in activity over weeks.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdReactions {
    /// Probability to open it.
    #[schemars(extend("x-grade" = "C", "x-source" = "marketing messages are read about 68%"))]
    pub open: Probability,
    /// Clicks, having opened it for the first time, at full relevance.
    #[schemars(title = "Clicks per opened ad", extend("x-audience" = "product", "x-grade" = "C", "x-source" = "click 5–15%"))]
    pub click: Probability,
    /// Fall of the clicks with exposures n to the campaign: (n + 1) to this power.
    #[schemars(range(min = -10, max = 10), extend("x-grade" = "C", "x-source" = "clicks fall as (n+1)^-0.43"))]
    pub wear_out: f64,
    /// Buys, having clicked.
    #[schemars(title = "Purchases per click", extend("x-audience" = "product", "x-grade" = "assumed", "x-source" = "conversion: not found at usable quality"))]
    pub buy: Probability,
    /// Relevance of an ad whose topic matches that of first contact in the product, in the category, and in
    /// neither.
    #[schemars(extend("x-grade" = "assumed"))]
    pub relevance: [Probability; 3],
    /// Annoyance that one irrelevant ad adds.
    #[schemars(range(min = 0, max = 1_000), extend("x-grade" = "assumed"))]
    pub annoyance_per_ad: f64,
    /// Time in which annoyance falls to 1/e.
    #[schemars(extend("x-above-zero" = true, "x-unit" = "days", "x-grade" = "D", "x-source" = "ad load experiment over 21 months: about 75 days"))]
    pub annoyance_life: Duration,
    /// Log-odds of opting out, muting or blocking on an ad, without annoyance.
    #[schemars(title = "Refusals of ads", range(min = -100, max = 100), extend("x-audience" = "product", "x-grade" = "assumed", "x-source" = "block and opt-out rate per ad: not found at usable quality"))]
    pub refusal_base: f64,
    /// What one unit of annoyance adds to these log-odds.
    #[schemars(range(min = -100, max = 100), extend("x-grade" = "assumed"))]
    pub refusal_slope: f64,
    /// Share of those who refuse that opts out. Those who neither opt out nor mute block the page.
    #[schemars(title = "Opt-outs among refusals", extend("x-audience" = "product", "x-grade" = "assumed"))]
    pub opt_out_share: Probability,
    /// Share of those who refuse that mutes the page.
    #[schemars(extend("x-grade" = "assumed"))]
    pub mute_share: Probability,
    /// Time from an ad's arrival to the reaction.
    #[schemars(extend("x-grade" = "assumed"))]
    pub delay: Law,
    /// How the effect of ads on a person's activity develops over weeks.
    #[schemars(extend("x-grade" = "D", "x-source" = "ad load experiment with 35 million listeners over 21 months: the effect of a year is three times that of a month; another network found the effect of the long run smaller than that of the short"))]
    pub long_run: LongRun,
    /// Share of activity lost per ad an hour: in the long run if the effect grows, at first if it shrinks.
    #[schemars(range(min = 0, max = 10), extend("x-unit" = "share per ad an hour", "x-grade" = "D", "x-source" = "ad load experiment over 21 months: listening falls by about 2% per ad an hour"))]
    pub activity_loss: f64,
    /// Use of the messenger per day, by which ads per day are converted to ads per hour.
    #[schemars(extend("x-above-zero" = true, "x-grade" = "assumed"))]
    pub use_per_day: Duration,
    /// Time constant of the long run, both when ads begin and when they stop.
    #[schemars(extend("x-above-zero" = true, "x-unit" = "days", "x-grade" = "D", "x-source" = "ad load experiment over 21 months: a ratio of three between a year and a month gives 75 days"))]
    pub long_run_life: Duration,
    /// Time constant of the effect at first, if it shrinks.
    #[schemars(extend("x-above-zero" = true, "x-unit" = "days", "x-grade" = "assumed"))]
    pub short_run_life: Duration,
    /// Share of the effect at first that remains in the long run, if it shrinks.
    #[schemars(extend("x-grade" = "assumed"))]
    pub lasting_share: Probability,
}

/// How the effect of ads on activity develops.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LongRun {
    /// Ads cost no activity.
    None,
    /// It grows slowly: annoyed people use the messenger less and less.
    Grows,
    /// It is strong at first and shrinks: people get used to ads.
    Shrinks,
}

impl Default for AdReactions {
    fn default() -> AdReactions {
        AdReactions {
            open: Probability::of(0.68),
            click: Probability::of(0.10),
            wear_out: -0.43,
            buy: Probability::of(0.10),
            relevance: [Probability::of(1.0), Probability::of(0.6), Probability::of(0.1)],
            annoyance_per_ad: 1.0,
            annoyance_life: Duration(Span(75 * Span::DAY.0)),
            refusal_base: -4.6,
            refusal_slope: 0.7,
            opt_out_share: Probability::of(0.5),
            mute_share: Probability::of(0.25),
            delay: Law::LogNormal {
                median: seconds(300),
                sigma: 1.35,
            },
            long_run: LongRun::Grows,
            activity_loss: 0.02,
            use_per_day: seconds(30 * 60),
            long_run_life: Duration(Span(75 * Span::DAY.0)),
            short_run_life: Duration(Span(7 * Span::DAY.0)),
            lasting_share: Probability::of(0.5),
        }
    }
}
