//! Which choices nothing beats.

/// A choice by what it gains and what harm it does.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Choice {
    /// The more the better.
    pub gain: f64,
    /// The less the better.
    pub harm: f64,
}

impl Choice {
    /// Whether it is as good as `other` in both, and better in one.
    #[must_use]
    pub fn beats(self, other: Choice) -> bool {
        let (gain, harm) = (self.gain - other.gain, other.harm - self.harm);
        gain >= 0.0 && harm >= 0.0 && gain + harm > 0.0
    }
}

/// Which of `choices` no other one beats: those that are optimal in the sense of Pareto.
#[must_use]
pub fn unbeaten(choices: &[Choice]) -> Vec<bool> {
    let is_unbeaten = |choice: &Choice| !choices.iter().any(|other| other.beats(*choice));
    choices.iter().map(is_unbeaten).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_is_what_nothing_beats_in_both() {
        let choices = [
            (0.0, 0.0),
            (5.0, 2.0),
            (4.0, 3.0),
            (5.0, 2.0),
            (5.0, 4.0),
            (9.0, 9.0),
        ];
        let choices = choices.map(|(gain, harm)| Choice { gain, harm });
        assert_eq!(unbeaten(&choices), [true, true, false, true, false, true]);
    }
}
