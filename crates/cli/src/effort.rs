//! What the terminal says about how many threads and processes pay.

use crate::args::Workers;
use crate::machine;
use chappe_engine::{Advice, Effort};
use chappe_scenario::Scenario;

/// As many threads as were asked for and have a shard to run, or as many as pay.
pub(crate) fn effort(asked: Workers, processes: usize, scenario: &Scenario) -> Effort {
    match asked {
        Workers::Number(count) => Effort::fixed(count, processes, scenario),
        Workers::Auto => Effort::automatic(machine::cores(), processes, scenario),
    }
}

/// Prints a note if fewer workers run than were asked for, or if one alone would be faster.
pub(crate) fn advise(effort: Effort, asked: Workers, scenario: &Scenario) {
    let asked = match asked {
        Workers::Number(count) => Some(count),
        Workers::Auto => None,
    };
    for advice in effort.advice(asked, scenario) {
        match advice {
            Advice::MoreWorkersThanShards { workers_max } => eprintln!(
                "note: no more than {workers_max} worker(s) in a process have a shard to run, so that many run"
            ),
            Advice::OneIsFaster { users, users_to_pay } => eprintln!(
                "note: one worker in one process is faster below about {} users of this kind; there are {users}",
                round(users_to_pay),
            ),
        }
    }
}

/// Two digits of a number, for what is known no better.
fn round(number: f64) -> f64 {
    let unit = 10f64.powi((number.max(1.0).log10() as i32 - 1).max(0));
    (number / unit).round() * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_rounded_to_what_is_known() {
        assert_eq!(round(1_234_567.0), 1_200_000.0);
        assert_eq!(round(87.4), 87.0);
        assert_eq!(round(3.0), 3.0);
    }
}
