//! What the document says of repeating a record: the command, the hashes, and the machine it was made on.

use super::sections::{section, texts};
use super::tabled;
use crate::chart::Table;
use crate::summary::in_full;
use crate::words;
use chappe_metrics::{Execution, PredictionError, RunRecord};
use maud::{Markup, html};

pub(super) fn repeat(record: &RunRecord) -> Markup {
    let scenario = &record.scenario;
    section(record, "repeat", || {
        html! {
            @if record.load.is_some() {
                p {
                    "The same scenario, seed and version give the same commands at the same intended "
                    "times. The figures are of this machine at that time: compare several runs."
                }
            } @else {
                p {
                    "The same scenario, seed and version give the same figures to the bit, on any "
                    "machine and with any number of workers: then the digest is the same too."
                }
            }
            pre { (command(record)) }
            (tabled(&Table {
                head: texts(["", ""]),
                rows: vec![
                    texts(["Digest of the run", &record.digest]),
                    texts(["Hash of the scenario", &scenario.hash]),
                    texts(["Seed", &record.seed.to_string()]),
                    texts(["Version", &record.version]),
                ],
            }))
        }
    })
}

/// The command that repeats the run: the one that made it, or one that does the same.
fn command(record: &RunRecord) -> String {
    let scenario = &record.scenario;
    let mut words: Vec<String> = match record.execution.command.split_first() {
        Some((_, arguments)) => arguments.to_vec(),
        None => {
            let file = format!("scenarios/{}.toml", scenario.name);
            let mut words = vec!["run".to_owned(), file];
            if let Some(arm) = &scenario.arm {
                words.extend(["--arm".to_owned(), arm.clone()]);
            }
            words.extend(["--seed".to_owned(), record.seed.to_string()]);
            words
        }
    };
    if record.interrupted && record.load.is_none() {
        let until = format!("{}ns", record.result.window.until_ns);
        words.extend(["--until".to_owned(), until]);
    }
    line(&words)
}

/// A command of chappe with these arguments, as a shell takes it.
#[must_use]
pub fn line(arguments: &[String]) -> String {
    let quoted = arguments.iter().map(|word| quoted(word));
    let words: Vec<String> = std::iter::once("chappe".to_owned()).chain(quoted).collect();
    words.join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let harmless = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:,+".contains(letter);
    if !word.is_empty() && word.chars().all(harmless) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// How far simulations were off when they were last held against the wall clock.
fn predictions_off(error: &PredictionError) -> String {
    let percent = words::percent;
    let knee = match error.knee {
        Some(knee) => format!(", the knee by {}", percent(knee)),
        None => String::new(),
    };
    format!(
        "medians off by up to {}, 0.99 quantiles by up to {}{knee}; measured {} on {}",
        words::told(error.p50, percent),
        words::told(error.p99, percent),
        error.measured,
        error.machine.processor,
    )
}

pub(super) fn execution(record: &RunRecord) -> Markup {
    let execution = &record.execution;
    let memory = &execution.memory;
    section(record, "execution", || {
        let (events, why) = if record.load.is_some() {
            let why = "What the load ran on, and what it took. Every figure above depends on it.";
            ("Commands served", why)
        } else {
            let why = "What the run took on this machine, in wall-clock time. Nothing above depends on it.";
            ("Events", why)
        };
        let mut rows = vec![
            texts([events, &words::count(execution.events_count as i64)]),
            texts([
                &format!("{events} per second"),
                &words::count(execution.events_per_second as i64),
            ]),
            texts(["Processes", &execution.processes.to_string()]),
            texts(["Workers, in each", &execution.workers.to_string()]),
        ];
        rows.extend(machine(execution));
        if let Some(full) = &execution.full_size {
            rows.push(texts([
                "At full size, estimated from this run's cost",
                &in_full(full),
            ]));
        }
        if let Some(error) = &execution.prediction_error {
            let off = predictions_off(error);
            rows.push(texts([
                "Error of predictions of live loads, as last measured",
                &off,
            ]));
        }
        let parts = memory.per_user.iter().map(|part| {
            vec![
                words::title(&part.part),
                words::bytes(part.bytes_total),
                format!("{} B", words::number(part.bytes_per_user)),
            ]
        });
        html! {
            p { (why) }
            (tabled(&Table { head: texts(["", ""]), rows }))
            @if !memory.per_user.is_empty() {
                h3 { "Memory of the state" }
                (tabled(&Table { head: texts(["part", "total", "per user"]), rows: parts.collect() }))
            }
        }
    })
}

/// When, on what, and for how long.
pub(crate) fn machine(execution: &Execution) -> Vec<Vec<String>> {
    let machine = &execution.machine;
    vec![
        texts(["Started", &execution.started]),
        texts(["Took", &words::duration(execution.wall_ns as i64)]),
        texts([
            "Memory at its peak",
            &words::told(execution.memory.known_peak_bytes(), words::bytes),
        ]),
        texts(["Processor", &machine.processor]),
        texts(["Cores", &machine.cores.to_string()]),
        texts([
            "Main memory",
            &words::told(machine.known_memory_bytes(), words::bytes),
        ]),
        texts(["System", &format!("{} on {}", machine.os, machine.arch)]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_take_them_apart() {
        assert_eq!(quoted("--set"), "--set");
        assert_eq!(quoted("campaign.0.bid=\"0.02\""), "'campaign.0.bid=\"0.02\"'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
