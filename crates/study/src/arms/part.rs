//! A part of a sweep, for several machines that share it.

use crate::error::Error;
use std::str::FromStr;

/// Part `index` of `count`, from 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    index: u64,
    count: u64,
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Part, String> {
        let numbers = text.split_once('/').and_then(|(index, count)| {
            let index: u64 = index.trim().parse().ok()?;
            Some((index, count.trim().parse().ok()?))
        });
        match numbers {
            Some((index, count)) if (1..=count).contains(&index) => Ok(Part {
                index: index - 1,
                count,
            }),
            _ => Err("write I/N with I from 1 to N, for example 2/8".to_string()),
        }
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index + 1, self.count)
    }
}

impl Part {
    /// Whether run `number` belongs to it.
    pub(crate) fn has(self, number: usize) -> bool {
        number as u64 % self.count == self.index
    }

    /// The part of this process in an array of jobs of Slurm, SGE or AWS Batch, as its environment tells; `variable` gives
    /// an environment variable.
    ///
    /// # Errors
    /// This is no job of an array, or of how many jobs is unknown.
    pub fn of_array(variable: &dyn Fn(&str) -> Option<String>) -> Result<Part, Error> {
        let number = |name: &str| variable(name)?.parse::<u64>().ok();
        let part = |index: Option<u64>, first: u64, step: u64, count: Option<u64>| {
            let index = index?.checked_sub(first)? / step.max(1);
            let count = count?;
            (index < count).then_some(Part { index, count })
        };
        let slurm = part(
            number("SLURM_ARRAY_TASK_ID"),
            number("SLURM_ARRAY_TASK_MIN").unwrap_or(0),
            number("SLURM_ARRAY_TASK_STEP").unwrap_or(1),
            number("SLURM_ARRAY_TASK_COUNT"),
        );
        let (first, step) = (number("SGE_TASK_FIRST"), number("SGE_TASK_STEPSIZE"));
        let (first, step) = (first.unwrap_or(1), step.unwrap_or(1).max(1));
        let last = number("SGE_TASK_LAST").and_then(|last| last.checked_sub(first));
        let grid = part(
            number("SGE_TASK_ID"),
            first,
            step,
            last.map(|last| last / step + 1),
        );
        let (index, size) = ("AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE");
        let batch = part(number(index), 0, 1, number(size));
        if let Some(part) = slurm.or(grid).or(batch) {
            return Ok(part);
        }
        let indices = ["SLURM_ARRAY_TASK_ID", index, "PBS_ARRAY_INDEX", "PBS_ARRAYID"];
        let problem = match indices.into_iter().find(|name| number(name).is_some()) {
            Some(name) => {
                format!("this is an array job ({name}), but no variable gives the number of its jobs")
            }
            None => "this is no job of an array".to_string(),
        };
        Err(Error::usage_with(problem, "give --part I/N, counted from 1"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_belongs_to_one_part() {
        let parts = ["1/3", "2/3", "3/3"].map(|text| text.parse::<Part>().unwrap());
        for number in 0..10 {
            assert_eq!(parts.iter().filter(|part| part.has(number)).count(), 1);
        }
        for wrong in ["0/3", "4/3", "3", "a/b", "1/0"] {
            assert!(wrong.parse::<Part>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_array_of_jobs_gives_each_its_part() {
        let part = |variables: &[(&str, &str)]| {
            let variables = variables.to_vec();
            Part::of_array(&move |name: &str| {
                let found = variables.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| value.to_string())
            })
            .map(|part| part.to_string())
            .ok()
        };
        let slurm = [
            ("SLURM_ARRAY_TASK_ID", "5"),
            ("SLURM_ARRAY_TASK_MIN", "1"),
            ("SLURM_ARRAY_TASK_STEP", "2"),
            ("SLURM_ARRAY_TASK_COUNT", "4"),
        ];
        assert_eq!(part(&slurm), Some("3/4".to_string()));
        let grid = [
            ("SGE_TASK_ID", "2"),
            ("SGE_TASK_FIRST", "1"),
            ("SGE_TASK_LAST", "8"),
            ("SGE_TASK_STEPSIZE", "1"),
        ];
        assert_eq!(part(&grid), Some("2/8".to_string()));
        let batch = [
            ("AWS_BATCH_JOB_ARRAY_INDEX", "0"),
            ("AWS_BATCH_JOB_ARRAY_SIZE", "2"),
        ];
        assert_eq!(part(&batch), Some("1/2".to_string()));
        assert_eq!(part(&[("SGE_TASK_ID", "undefined")]), None);
        assert_eq!(part(&[]), None);
        assert_eq!(part(&[("PBS_ARRAY_INDEX", "3")]), None);
    }
}
