//! The Pareto frontier: the choices that no other choice beats in both gain and harm.

/// What a choice gains, and what harm it does.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Tradeoff {
    /// The more the better.
    pub gain: f64,
    /// The less the better.
    pub harm: f64,
}

impl Tradeoff {
    /// Whether it is as good as `other` in both, and better in one.
    #[must_use]
    pub fn dominates(self, other: Tradeoff) -> bool {
        let (gain, harm) = (self.gain - other.gain, other.harm - self.harm);
        gain >= 0.0 && harm >= 0.0 && gain + harm > 0.0
    }
}

/// Which of `choices` are on the frontier: those that no other one dominates.
#[must_use]
pub fn on_frontier(choices: &[Tradeoff]) -> Vec<bool> {
    let is_on_frontier = |choice: &Tradeoff| !choices.iter().any(|other| other.dominates(*choice));
    choices.iter().map(is_on_frontier).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_the_frontier_is_what_nothing_beats_in_both() {
        let choices = [
            (0.0, 0.0),
            (5.0, 2.0),
            (4.0, 3.0),
            (5.0, 2.0),
            (5.0, 4.0),
            (9.0, 9.0),
        ];
        let choices = choices.map(|(gain, harm)| Tradeoff { gain, harm });
        assert_eq!(on_frontier(&choices), [true, true, false, true, false, true]);
    }
}
