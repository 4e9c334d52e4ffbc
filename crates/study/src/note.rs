//! Notes that a study gives to its observer while it runs, each with its remedy.

use chappe_engine::Advice;
use chappe_metrics::Warning;
use chappe_report::words;
use std::path::PathBuf;

/// Something that a person ought to know while or after a study runs.
#[derive(Clone, PartialEq, Debug)]
pub enum Note {
    /// Another number of threads or processes would be better.
    Effort(Advice),
    /// The load is longer than the scenario.
    TapeGoesOn {
        /// The last day that the tape reaches, from 1.
        day: u32,
    },
    /// The load ended because its tape did.
    TapeEnded,
    /// A trial of a search for capacity, or a part of another study, has ended.
    Step(String),
    /// A cached run is damaged.
    DamagedRun {
        /// Its file.
        path: PathBuf,
    },
    /// The generator fell behind in one round of a comparison.
    GeneratorBehind {
        /// The variant that ran.
        variant: String,
        /// The round, from 1.
        round: usize,
    },
    /// The result is in doubt.
    Doubt(Warning),
    /// What was left out or found on the way, in a sentence.
    Notice(String),
}

/// How much a note matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// What happens.
    Step,
    /// What is good to know.
    Note,
    /// What puts the result in doubt.
    Warning,
}

impl Note {
    /// How much it matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Note::Step(_) => Severity::Step,
            Note::Effort(_)
            | Note::TapeGoesOn { .. }
            | Note::TapeEnded
            | Note::DamagedRun { .. }
            | Note::Notice(_) => Severity::Note,
            Note::GeneratorBehind { .. } | Note::Doubt(_) => Severity::Warning,
        }
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Note::Effort(Advice::MoreWorkersThanShards { workers_max }) => write!(
                f,
                "no more than {workers_max} worker(s) in a process have a shard to run, so that many run"
            ),
            Note::Effort(Advice::OneIsFaster { users, users_to_pay }) => write!(
                f,
                "one worker in one process is faster below about {} users of this kind; there are {users}",
                two_digits(*users_to_pay)
            ),
            Note::TapeGoesOn { day } => {
                write!(
                    f,
                    "the load is longer than the scenario, so the tape continues into day {day}"
                )
            }
            Note::TapeEnded => write!(
                f,
                "the load ended because its tape ended: a closed model can't say in advance how many commands it \
                 needs; give a shorter --duration"
            ),
            Note::Step(step) => write!(f, "{step}"),
            Note::Notice(notice) => write!(f, "{notice}"),
            Note::DamagedRun { path } => write!(f, "{} is damaged; its run is played again", path.display()),
            Note::GeneratorBehind { variant, round } => write!(
                f,
                "{variant}, round {round}: the generator fell behind; lower the rate, or leave the generator a core with --workers"
            ),
            Note::Doubt(warning) => write!(f, "{}; {}", warning.problem, warning.remedy),
        }
    }
}

/// Two digits of a number, for what is known no better.
fn two_digits(number: f64) -> f64 {
    let unit = 10f64.powi((number.max(1.0).log10() as i32 - 1).max(0));
    (number / unit).round() * unit
}

/// `count` of `thing`, in words.
pub(crate) fn counted(count: usize, thing: &str) -> String {
    words::counted(count as i64, thing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_rounded_to_what_is_known() {
        assert_eq!(two_digits(1_234_567.0), 1_200_000.0);
        assert_eq!(two_digits(87.4), 87.0);
        assert_eq!(two_digits(3.0), 3.0);
    }
}
