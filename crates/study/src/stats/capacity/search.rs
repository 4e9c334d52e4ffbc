//! The search itself: bracket, bisect, confirm.

use super::{Capacity, Limits, Outcome, Trial};
use chappe_metrics::{CapacityEnd, CapacityTrial, TrialPhase};

/// By how much lower a rate must be to show whether thresholds depend on it.
const MUCH_LOWER: f64 = 64.0;
/// What is at least this share of what it was has come no nearer.
const NO_NEARER: f64 = 0.9;

/// A rate that is too high.
#[derive(Clone, Copy)]
struct Failed {
    rate: f64,
    /// For the generator, not the platform.
    by_generator: bool,
}

/// A search under way. What ends it early comes as an `Err`.
pub(super) struct Search<'a> {
    limits: &'a Limits,
    trial: &'a mut dyn FnMut(f64) -> Trial,
    trials: Vec<CapacityTrial>,
    /// The highest rate that kept and was not refuted.
    kept: Option<f64>,
    /// The lowest rate that failed.
    failed: Option<Failed>,
    /// The first rate that missed a threshold, and how far it missed each.
    first_miss: Option<(f64, Vec<f64>)>,
}

impl<'a> Search<'a> {
    pub(super) fn new(limits: &'a Limits, trial: &'a mut dyn FnMut(f64) -> Trial) -> Search<'a> {
        Search {
            limits,
            trial,
            trials: Vec::new(),
            kept: None,
            failed: None,
            first_miss: None,
        }
    }

    pub(super) fn run(mut self) -> Capacity {
        let ended = match self.answer() {
            Ok(ended) | Err(ended) => ended,
        };
        Capacity {
            ended,
            kept_rate: self.kept,
            failed_rate: self.failed.map(|failed| failed.rate),
            trials: self.trials,
        }
    }

    fn answer(&mut self) -> Result<CapacityEnd, CapacityEnd> {
        let kept = self.bracket()?;
        let kept = self.bisect(kept)?;
        self.confirm(kept)
    }

    /// Grows or shrinks until a kept rate stands right below a failed one, or is the cap.
    fn bracket(&mut self) -> Result<f64, CapacityEnd> {
        let limits = self.limits;
        let mut rate = limits.start_rate;
        loop {
            self.probe(rate, TrialPhase::Bracket)?;
            rate = match (self.kept, self.failed) {
                (Some(kept), Some(_)) => return Ok(kept),
                (Some(kept), None) if kept >= limits.cap_rate => return Ok(kept),
                (Some(kept), None) => (kept * limits.growth).min(limits.cap_rate),
                (None, _) => self.below(rate / limits.growth)?,
            };
        }
    }

    /// Halves the bracket, by the geometric middle, until it is within the width.
    fn bisect(&mut self, mut kept: f64) -> Result<f64, CapacityEnd> {
        while let Some(failed) = self.failed
            && failed.rate > kept * (1.0 + self.limits.width)
        {
            self.probe(kept * (failed.rate / kept).sqrt(), TrialPhase::Bisect)?;
            kept = self.kept.unwrap_or(kept);
        }
        Ok(kept)
    }

    /// Tries `rate` again, and steps down from it until a rate keeps most times.
    fn confirm(&mut self, mut rate: f64) -> Result<CapacityEnd, CapacityEnd> {
        loop {
            let Some(failed) = self.refuted(rate)? else {
                self.kept = Some(rate);
                return Ok(match self.failed {
                    Some(failed) if failed.by_generator => CapacityEnd::Generator,
                    Some(_) => CapacityEnd::Found,
                    None => CapacityEnd::Cap,
                });
            };
            let ratio = self.step_down_from(rate);
            self.failed = Some(failed);
            self.kept = self.highest_kept_below(rate);
            rate = self.below(rate / ratio)?;
        }
    }

    /// By what to divide the kept `rate` for the next one: the whole bracket moves, so that its width
    /// stays. A bracket narrower than bisection leaves it, as right below the cap, would creep.
    fn step_down_from(&self, rate: f64) -> f64 {
        let widest = 1.0 + self.limits.width;
        match self.failed {
            Some(failed) if failed.rate >= rate * widest.sqrt() => failed.rate / rate,
            Some(_) | None => widest,
        }
    }

    /// How `rate` failed, if it doesn't keep in most of its confirmations.
    fn refuted(&mut self, rate: f64) -> Result<Option<Failed>, CapacityEnd> {
        let count = self.limits.confirmations_count;
        let (mut failed_count, mut by_generator) = (0, true);
        for _ in 0..count {
            if let Some(failed) = self.failed_at(rate, TrialPhase::Confirm)? {
                failed_count += 1;
                by_generator &= failed.by_generator;
            }
            // The rest can't make it most times any more.
            if failed_count >= count.div_ceil(2) {
                return Ok(Some(Failed { rate, by_generator }));
            }
        }
        Ok(None)
    }

    /// A rate to go down to from the one that failed last, no lower than the floor.
    fn below(&self, rate: f64) -> Result<f64, CapacityEnd> {
        match self.failed {
            Some(failed) if failed.rate <= self.limits.floor_rate => Err(if failed.by_generator {
                CapacityEnd::Generator
            } else {
                CapacityEnd::Nothing
            }),
            Some(_) | None => Ok(rate.max(self.limits.floor_rate)),
        }
    }

    /// Tries `rate`, which becomes one end of the bracket.
    fn probe(&mut self, rate: f64, phase: TrialPhase) -> Result<(), CapacityEnd> {
        match self.failed_at(rate, phase)? {
            Some(failed) => self.failed = Some(failed),
            None => self.kept = Some(rate),
        }
        Ok(())
    }

    /// Tries `rate`; `None` if it kept.
    fn failed_at(&mut self, rate: f64, phase: TrialPhase) -> Result<Option<Failed>, CapacityEnd> {
        if self.trials.len() >= self.limits.trials_max as usize {
            return Err(CapacityEnd::Trials);
        }
        let Trial {
            outcome,
            achieved_rate,
            p50_ns,
            p99_ns,
            excess,
        } = (self.trial)(rate);
        if outcome == Outcome::Interrupted {
            return Err(CapacityEnd::Interrupted);
        }
        self.trials.push(CapacityTrial {
            rate,
            phase,
            kept: outcome == Outcome::Kept,
            generator_limited: outcome == Outcome::GeneratorLimited,
            unmeasured: outcome == Outcome::Unmeasured,
            achieved_rate,
            p50_ns,
            p99_ns,
        });
        match outcome {
            Outcome::Kept => Ok(None),
            Outcome::Breached if self.is_no_nearer(rate, &excess) => Err(CapacityEnd::NotByRate),
            Outcome::Breached => Ok(Some(Failed {
                rate,
                by_generator: false,
            })),
            Outcome::Unmeasured => Err(CapacityEnd::Unmeasured),
            Outcome::GeneratorLimited => Ok(Some(Failed {
                rate,
                by_generator: true,
            })),
            Outcome::Interrupted => Err(CapacityEnd::Interrupted),
        }
    }

    /// Whether the thresholds that are missed at `rate` were missed hardly further at a much higher one, and none was ever
    /// kept.
    fn is_no_nearer(&mut self, rate: f64, excess: &[f64]) -> bool {
        let (first_rate, first) = self.first_miss.get_or_insert_with(|| (rate, excess.to_vec()));
        if self.kept.is_some() || rate * MUCH_LOWER > *first_rate {
            return false;
        }
        let mut missed = excess.iter().zip(first).filter(|(now, _)| **now > 0.0).peekable();
        missed.peek().is_some() && missed.all(|(now, first)| *now >= NO_NEARER * *first)
    }

    fn highest_kept_below(&self, rate: f64) -> Option<f64> {
        let kept = self.trials.iter().filter(|trial| trial.kept && trial.rate < rate);
        kept.map(|trial| trial.rate).max_by(f64::total_cmp)
    }
}
