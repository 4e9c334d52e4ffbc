//! What a trace tells of delays without a search: the laws of quick answers and of bursts, with their standard
//! errors.

use chappe_workload::{Noise, Part, Trace, TraceStatistics, quick_and_slow};

/// The bounds of the longest delay that is read off [s]: between them, nine in ten replies.
const LONGEST_S: [u32; 2] = [6 * 3_600, 48 * 3_600];
/// The quantile of replies up to which delays are read off.
const MOST: f64 = 0.9;
/// Drawings for the standard errors, and the messages in all of them together that take too long.
const DRAWINGS: [u32; 2] = [8, 40];
const DRAWN_MESSAGES: usize = 2_000_000;
/// What stands in for the delays of a trace that has too few.
const UNKNOWN: Part = Part {
    share: 0.5,
    median_s: 60.0,
    sigma: 1.0,
};

/// Log-normal laws of delays between the messages of a pair.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Laws {
    /// Answers: the quick ones, and where the search for the others begins.
    pub(crate) replies: [Part; 2],
    /// The same person again: bursts, and where the search for the others begins.
    pub(crate) follow_ups: [Part; 2],
}

/// What chance moves: the figures of a trace and the laws that are read off it.
pub(crate) struct Spread {
    /// Standard errors of [`TraceStatistics::figures`].
    pub(crate) figures: Vec<f64>,
    /// Standard errors of [`Laws::read_off`].
    pub(crate) laws: Vec<f64>,
    /// Statistics of the trace with other draws of its people.
    pub(crate) resampled: Vec<TraceStatistics>,
}

impl Laws {
    /// The laws of a trace with these `statistics`.
    pub(crate) fn of(statistics: &TraceStatistics) -> Laws {
        let [least, most] = LONGEST_S;
        let longest_s = statistics.replies_s.quantile(MOST).clamp(least, most);
        let parts = |sample| quick_and_slow(sample, longest_s).unwrap_or([UNKNOWN; 2]);
        Laws {
            replies: parts(&statistics.replies_s),
            follow_ups: parts(&statistics.follow_ups_s),
        }
    }

    /// What is taken as it is read off: median [s] and sigma of quick answers and of bursts.
    pub(crate) fn read_off(&self) -> [f64; 4] {
        let [answer, burst] = [self.replies[0], self.follow_ups[0]];
        [answer.median_s, answer.sigma, burst.median_s, burst.sigma]
    }

    /// The same in words, each with its standard error.
    pub(crate) fn words(&self, errors: &[f64]) -> String {
        let names = [
            "a quick answer's median",
            "its sigma",
            "a burst's median",
            "its sigma",
        ];
        let units = [" s", "", " s", ""];
        let values = self.read_off().into_iter().zip(errors).zip(names).zip(units);
        let words = values.map(|(((value, error), name), unit)| match unit {
            "" => format!("{name} {value:.2} ± {error:.2}"),
            unit => format!("{name} {value:.0} ± {error:.0}{unit}"),
        });
        words.collect::<Vec<_>>().join(", ")
    }
}

impl Spread {
    pub(crate) fn of(trace: &Trace, zone: i16) -> Spread {
        let [least, most] = DRAWINGS;
        let count = (DRAWN_MESSAGES / trace.messages.len().max(1)) as u32;
        let figures_of = |statistics: &TraceStatistics| {
            let figures = statistics.figures().into_iter();
            let values = figures.map(|figure| figure.value.unwrap_or(f64::NAN));
            values.chain(Laws::of(statistics).read_off()).collect()
        };
        let Noise { errors, resampled } = Noise::of(trace, zone, count.clamp(least, most), &figures_of);
        let (figures, laws) = errors.split_at(errors.len() - 4);
        Spread {
            figures: figures.to_vec(),
            laws: laws.to_vec(),
            resampled,
        }
    }
}
