//! Looking up the metrics of a record by their registered names.
//!
//! A record may lack a figure: it was written by another version, or nothing was observed. Then there is none, and never
//! a zero: `words::told` and `words::told_count` say in a sentence that it is missing.

use crate::words;
use chappe_base::{MessageClass, RuleKind};
use chappe_metrics::{
    Clock, HARM, LoadRecord, Metric, Observed, RunRecord, Summary, ThresholdOutcome, ThresholdVerdict,
};

/// A record with the look-ups that every part of a report needs.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) record: &'a RunRecord,
}

impl<'a> Reading<'a> {
    /// The histogram of that name, if anything was observed.
    pub(crate) fn histogram(self, name: &str) -> Option<&'a Summary> {
        match self.record.result.metrics.get(name)? {
            Metric::Histogram(summary) => (summary.count > 0).then_some(summary),
            Metric::Counter { .. } | Metric::Gauge { .. } | Metric::Ratio { .. } => None,
        }
    }

    /// The counter or gauge of that name, if there is one.
    pub(crate) fn count(self, name: &str) -> Option<i64> {
        match self.record.result.metrics.get(name)? {
            Metric::Counter { value, .. } | Metric::Gauge { value, .. } => Some(*value),
            Metric::Histogram(_) | Metric::Ratio { .. } => None,
        }
    }

    /// How many observations the histogram of that name has, if there is one.
    pub(crate) fn observations(self, name: &str) -> Option<u64> {
        match self.record.result.metrics.get(name)? {
            Metric::Histogram(summary) => Some(summary.count),
            Metric::Counter { .. } | Metric::Gauge { .. } | Metric::Ratio { .. } => None,
        }
    }

    /// The ratio of that name, if its whole is anything: part and whole.
    pub(crate) fn ratio(self, name: &str) -> Option<(i64, i64)> {
        match self.record.result.metrics.get(name)? {
            Metric::Ratio {
                numerator,
                denominator,
                ..
            } => (*denominator != 0).then_some((*numerator, *denominator)),
            Metric::Histogram(_) | Metric::Counter { .. } | Metric::Gauge { .. } => None,
        }
    }

    /// The time series of that name, if any of its values differs from zero.
    pub(crate) fn series(self, name: &str) -> Option<&'a [Option<i64>]> {
        let column = self.record.result.series.column(name)?;
        let values = &column.values;
        let tells = values.iter().flatten().any(|&value| value != 0);
        tells.then_some(values)
    }

    /// Messages of all classes: accepted or delivered, as `what` says; none if one of the classes is missing.
    pub(crate) fn messages(self, what: &str) -> Option<i64> {
        MessageClass::ALL
            .iter()
            .map(|class| self.count(&format!("messages.{what}.{}", class.label())))
            .sum()
    }

    /// Bare requests that ended: served or out of patience.
    pub(crate) fn probes(self) -> Option<i64> {
        let ended = self.ratio("queue.abandoned").map(|(_, ended)| ended);
        ended.or_else(|| self.count("queue.served"))
    }

    /// Whether the run was about a bare queue and no people.
    pub(crate) fn queue_only(self) -> bool {
        self.probes().is_some_and(|probes| probes > 0) && self.messages("accepted") == Some(0)
    }

    /// Whether any campaign was judged, or the record does not say and there are campaigns.
    pub(crate) fn has_ads(self) -> bool {
        let decided = self.count("ads.decided");
        decided.map_or(!self.record.result.campaigns.is_empty(), |decided| decided > 0)
    }

    /// Opt-outs, mutes and blocks together.
    pub(crate) fn turned_away(self) -> Option<i64> {
        self.ratio(HARM).map(|(count, _)| count)
    }

    /// Ad slots that the policy judged per second of the measured time of a load.
    pub(crate) fn decisions_per_second(self, load: &LoadRecord) -> Option<f64> {
        let refused = RuleKind::ALL.iter();
        let refused = refused.map(|rule| format!("decision.refused.{}", rule.label()));
        let mut all = refused.chain(["decision.allowed".to_owned()]);
        let judged: Option<u64> = all.by_ref().map(|name| self.observations(&name)).sum();
        load.outcome.per_second(judged?)
    }

    /// Where warm-up ends and where the series end, in the time of the series [ns].
    pub(crate) fn stretch(self) -> (i64, i64) {
        let (window, table) = (self.record.result.window, &self.record.result.series);
        match &self.record.load {
            None => (window.warm_up_ns, window.until_ns),
            // A load counts its seconds from the start of its warm-up; the scenario's time is the tape's.
            Some(load) => {
                let rows = table.columns.iter().map(|column| column.values.len()).max();
                let length_ns = rows.unwrap_or(0) as i64 * table.interval_ns;
                (load.plan.warm_up_ns, table.start_ns + length_ns)
            }
        }
    }

    /// In which time the figures are: every figure is labelled with it.
    pub(crate) fn clock_words(self) -> String {
        match self.record.clock {
            Clock::Virtual => "virtual time",
            Clock::Wall => "wall-clock time",
        }
        .to_owned()
    }
}

/// What a message class is called, in the plural.
pub(crate) fn class_words(class: MessageClass) -> &'static str {
    match class {
        MessageClass::Friend => "Friends",
        MessageClass::HotLine => "Hot-line",
        MessageClass::OrderNotice => "Order notices",
        MessageClass::Ad => "Ads",
    }
}

/// What a threshold was held against, with its unit, and of how many observations that is.
#[must_use]
pub fn observed(verdict: &ThresholdVerdict) -> String {
    let figure = figure(verdict.observed);
    match (verdict.observed, verdict.samples_count) {
        (Observed::Nothing, _) | (_, None) => figure,
        (_, Some(count)) => format!("{figure} of {}", words::counted(count as i64, "observation")),
    }
}

/// What a threshold came to: in a word, or with why it can't be told.
pub(crate) fn outcome_words(verdict: &ThresholdVerdict) -> String {
    match (verdict.outcome(), verdict.samples_wanted) {
        (ThresholdOutcome::Kept, _) => "kept".to_owned(),
        (ThresholdOutcome::Missed, _) | (ThresholdOutcome::Inconclusive, None) => "missed".to_owned(),
        (ThresholdOutcome::Inconclusive, Some(wanted)) => {
            let lacking = match verdict.observed {
                Observed::Nothing => "nothing to judge by",
                Observed::Value { .. } | Observed::Ratio { .. } => "too few observations to tell",
            };
            format!(
                "{lacking}: it takes {}",
                words::counted(wanted as i64, "observation")
            )
        }
    }
}

fn figure(observed: Observed) -> String {
    match observed {
        Observed::Nothing => "no observation".to_owned(),
        Observed::Value { value, unit } => words::value(value, unit),
        Observed::Ratio {
            numerator,
            denominator,
            unit,
        } => words::ratio(numerator, denominator, unit),
    }
}
