//! The send times of an open model: arithmetic on the shape of its rate, so that no send waits for another.

/// How the rate of an open model changes over time. Rates are in commands per second.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Shape {
    /// A constant rate.
    Constant {
        /// The rate.
        rate: f64,
    },
    /// A rate that changes linearly.
    Ramp {
        /// At the start.
        from: f64,
        /// At the end.
        to: f64,
    },
    /// Steps of equal height and length.
    Stairs {
        /// Rate of the first step.
        from: f64,
        /// Rate of the last step.
        to: f64,
        /// Number of steps, at least two.
        steps: u32,
    },
    /// A base rate with a peak in the middle, which lasts a fifth of the time.
    Spike {
        /// The base rate.
        rate: f64,
        /// The rate of the peak.
        peak: f64,
    },
}

impl Shape {
    /// The lowest and the highest rate.
    #[must_use]
    pub fn rates(&self) -> (f64, f64) {
        let (one, other) = match *self {
            Shape::Constant { rate } => (rate, rate),
            Shape::Ramp { from, to } | Shape::Stairs { from, to, .. } => (from, to),
            Shape::Spike { rate, peak } => (rate, peak),
        };
        // Not `min` and `max`, which would hide a NaN.
        if one <= other { (one, other) } else { (other, one) }
    }
}

/// An interval in which the rate changes linearly.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Segment {
    begins_s: f64,
    lasts_s: f64,
    from: f64,
    to: f64,
    /// Sends before this segment.
    before: f64,
}

impl Segment {
    fn sends(&self) -> f64 {
        (self.from + self.to) / 2.0 * self.lasts_s
    }

    /// Time from the segment's beginning until it has made `sends` sends [s].
    fn when(&self, sends: f64) -> f64 {
        if self.from == self.to {
            return sends / self.from;
        }
        // The root t of from·t + (to − from)·t²/(2·lasts) = sends. The usual formula would subtract nearly
        // equal numbers if the slope is small; this form does not.
        let slope = (self.to - self.from) / self.lasts_s;
        let root = (self.from * self.from + 2.0 * slope * sends).max(0.0).sqrt();
        let sum = self.from + root;
        if sum > 0.0 { 2.0 * sends / sum } else { 0.0 }
    }
}

/// The send times of an open model. Each is computed from its number.
#[derive(Clone, PartialEq, Debug)]
pub struct Schedule {
    segments: Vec<Segment>,
    count: u64,
    /// Segment of the send that was looked up last.
    segment: usize,
}

impl Schedule {
    /// `shape` over `lasts_s` seconds, after `warm_up_s` seconds at its initial rate.
    #[must_use]
    pub fn new(shape: Shape, warm_up_s: f64, lasts_s: f64) -> Schedule {
        let level = |part: f64, rate: f64| (part * lasts_s, rate, rate);
        let parts = match shape {
            Shape::Constant { rate } => vec![level(1.0, rate)],
            Shape::Ramp { from, to } => vec![(lasts_s, from, to)],
            Shape::Stairs { from, to, steps } => {
                let height = (to - from) / f64::from(steps.max(2) - 1);
                let step = |number| level(1.0 / f64::from(steps), from + height * f64::from(number));
                (0..steps).map(step).collect()
            }
            Shape::Spike { rate, peak } => vec![level(0.4, rate), level(0.2, peak), level(0.4, rate)],
        };
        let first = parts.first().map_or(0.0, |part| part.1);
        let parts = std::iter::once((warm_up_s, first, first)).chain(parts);
        let (mut begins_s, mut before) = (0.0, 0.0);
        let segments = parts.filter(|part| part.0 > 0.0).map(|(lasts_s, from, to)| {
            let segment = Segment {
                begins_s,
                lasts_s,
                from,
                to,
                before,
            };
            begins_s += lasts_s;
            before += segment.sends();
            segment
        });
        let segments: Vec<Segment> = segments.collect();
        let last = segments.last();
        let sends = last.map_or(0.0, |last| last.before + last.sends());
        Schedule {
            segments,
            count: sends.round() as u64,
            segment: 0,
        }
    }

    /// Number of sends.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The intended time of send `number`, counted from 0 [ns from the start]; `None` if there are fewer.
    /// Looking up rising numbers is fastest.
    pub fn intended_ns(&mut self, number: u64) -> Option<u64> {
        let sends = number as f64;
        if number >= self.count() {
            return None;
        }
        if self.segments[self.segment].before > sends {
            self.segment = 0;
        }
        while let Some(next) = self.segments.get(self.segment + 1)
            && next.before <= sends
        {
            self.segment += 1;
        }
        let segment = &self.segments[self.segment];
        let at_s = segment.begins_s + segment.when(sends - segment.before);
        Some((at_s * 1e9) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn times(shape: Shape, warm_up_s: f64, lasts_s: f64) -> Vec<u64> {
        let mut schedule = Schedule::new(shape, warm_up_s, lasts_s);
        (0..schedule.count())
            .map(|number| schedule.intended_ns(number).unwrap())
            .collect()
    }

    #[test]
    fn a_constant_rate_sends_at_even_distances() {
        let times = times(Shape::Constant { rate: 1000.0 }, 1.0, 2.0);
        assert_eq!(times.len(), 3000);
        assert!(
            times
                .windows(2)
                .all(|pair| (999_999..=1_000_001).contains(&(pair[1] - pair[0])))
        );
    }

    #[test]
    fn a_ramp_has_sent_a_quarter_by_half_time() {
        let times = times(
            Shape::Ramp {
                from: 0.0,
                to: 2000.0,
            },
            0.0,
            10.0,
        );
        assert_eq!(times.len(), 10_000);
        let by_half = times.iter().filter(|at| **at < 5_000_000_000).count();
        assert!((2499..=2501).contains(&by_half), "{by_half}");
    }

    #[test]
    fn stairs_and_spikes_have_the_rates_they_say() {
        let stairs = times(
            Shape::Stairs {
                from: 100.0,
                to: 300.0,
                steps: 3,
            },
            0.0,
            3.0,
        );
        let within =
            |times: &[u64], second: u64| times.iter().filter(|at| **at / 1_000_000_000 == second).count();
        assert_eq!([0, 1, 2].map(|second| within(&stairs, second)), [100, 200, 300]);
        let spike = times(
            Shape::Spike {
                rate: 10.0,
                peak: 1000.0,
            },
            0.0,
            5.0,
        );
        assert_eq!(
            [0, 1, 2, 3, 4].map(|second| within(&spike, second)),
            [10, 10, 1000, 10, 10]
        );
    }

    proptest! {
        #[test]
        fn sends_never_go_back(from in 0.0f64..1e4, to in 1.0f64..1e4, steps in 2u32..9, warm_up in 0.0f64..2.0) {
            for shape in [Shape::Ramp { from, to }, Shape::Stairs { from, to, steps }, Shape::Spike { rate: from, peak: to }] {
                let times = times(shape, warm_up, 1.5);
                prop_assert!(times.windows(2).all(|pair| pair[0] <= pair[1]));
                prop_assert!(times.last().is_none_or(|last| *last as f64 <= (warm_up + 1.5) * 1e9 + 1.0));
            }
        }
    }
}
