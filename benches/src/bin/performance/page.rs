//! The page: `README.md` of the report.

use crate::data::{Data, Run};
use crate::promises::{self, Promise, Target};
use chappe_report::words;

/// The page about what was measured.
pub(crate) fn of(data: &Data) -> String {
    let sections = [
        head(data),
        promised(data),
        runs(data),
        memory(data),
        rates(data),
        repeat(),
    ];
    let sections: Vec<&str> = sections.iter().map(|section| section.trim_end()).collect();
    format!("{}\n", sections.join("\n\n"))
}

fn head(data: &Data) -> String {
    let machine = &data.machine;
    format!(
        "# Performance\n\n\
         What chappe promises of its speed, and what was measured. Written by `performance` in `benches/` from \
         `data.json`;\nno figure is typed in by hand. Ratios come from one run of the benches each, so they hold \
         better than the figures\nthemselves, which depend on the machine: {} cores of {}, {} of memory, {} on {}.\n\
         [notes.md](notes.md) says where the time goes, what was learned, and what prevents the promises that are \
         missed.",
        machine.cores,
        machine.processor,
        words::bytes(machine.memory_bytes),
        machine.os,
        machine.arch,
    )
}

fn promised(data: &Data) -> String {
    let number = |value| words::number(value);
    let row = |promise: &Promise| {
        let (word, target) = match promise.target {
            Target::AtLeast(target) => ("at least", target),
            Target::AtMost(target) => ("at most", target),
        };
        [
            promise.what.clone(),
            format!("{word} {} {}", number(target), promise.unit),
            promise.measured.map(number).unwrap_or_default(),
            promise.verdict(),
        ]
    };
    let rows = promises::of(data);
    let table = table(["promise", "target", "measured", ""], rows.iter().map(row));
    format!("## Promises\n\n{table}")
}

fn runs(data: &Data) -> String {
    let row = |what: &str, run: &Run| {
        [
            words::count(i64::from(run.users_count)),
            what.to_string(),
            words::count(run.messages_count),
            words::count(run.events_count as i64),
            words::duration(run.wall_ns as i64),
            format!("{:.0} ns", 1e9 / run.events_per_second()),
            words::bytes(run.peak_bytes),
            words::count(run.facts_count as i64),
            run.violation_count.to_string(),
            words::number(run.load_before),
        ]
    };
    let alone = data.alone.values().map(|run| row("one worker", run));
    let workers = data.two_workers.iter().map(|run| row("two workers", run));
    let halves = data
        .two_halves
        .iter()
        .map(|run| row("two halves side by side", run));
    let table = table(
        [
            "users",
            "how",
            "messages",
            "events",
            "time",
            "an event",
            "peak memory",
            "facts judged",
            "broken",
            "load before",
        ],
        alone.chain(workers).chain(halves),
    );
    let plots = if data.alone.len() < 2 {
        ""
    } else {
        "\n![Time of a day against people](plots/time.svg)\n\n![Peak memory against people](plots/memory.svg)"
    };
    format!(
        "## Whole platform\n\n\
         A day of `first-ads` with another number of users. Time is that of the simulation, audit and metrics \
         included, without\nthe writing of the report; an event costs time over events, of all workers together. Of two \
         halves, time is that of the\nlonger run and the rest is their sum. *Load before*: threads that ran or waited for a core before it began; of an idle\n\
         machine it is near 0.\n\n{table}{plots}"
    )
}

fn memory(data: &Data) -> String {
    let Some(largest) = data.alone.values().next_back() else {
        return String::new();
    };
    let mut parts: Vec<&String> = largest.bytes_per_user.keys().collect();
    parts.sort_by(|one, other| largest.bytes_per_user[*other].total_cmp(&largest.bytes_per_user[*one]));
    let sizes: Vec<String> = data
        .alone
        .keys()
        .map(|users| words::count(i64::from(*users)))
        .collect();
    let row = |part: &&String| {
        let held = data.alone.values();
        let bytes = held.map(|run| run.bytes_per_user.get(*part).copied().unwrap_or(0.0));
        std::iter::once((*part).clone())
            .chain(bytes.map(words::number))
            .collect::<Vec<_>>()
    };
    let head = std::iter::once("part".to_string()).chain(sizes);
    let table = table(head.collect::<Vec<_>>(), parts.iter().map(row));
    format!("## Memory by part\n\nBytes per user at the end of the day, by number of users.\n\n{table}")
}

fn rates(data: &Data) -> String {
    let row = |(name, rate): (&String, &crate::data::Rate)| {
        [
            format!("`{name}`"),
            words::count(rate.per_second as i64),
            format!(
                "{} to {}",
                words::count(rate.least_per_second as i64),
                words::count(rate.most_per_second as i64)
            ),
        ]
    };
    let table = table(
        ["benchmark", "per second", "95% confidence"],
        data.rates.iter().map(row),
    );
    format!(
        "## Benches\n\n\
         Medians. In `phold`, chappe's processes are entities on 64 shards; the heap has no processes but an array. \
         `phold/workers`\ntimes whole runs, start included; the others time a simulation under way.\n\n{table}"
    )
}

fn repeat() -> String {
    "## How to repeat\n\n\
     On a machine with nothing else to do; ten million users need 5.2 GB and some ten minutes. The first line has the C \
     library of Linux\nask for memory in large pages: with a million entities all over the memory that saves up to a \
     tenth of the time.\n\n\
     ```sh\n\
     export GLIBC_TUNABLES=glibc.malloc.hugetlb=1\n\
     cargo bench -p chappe-benches --features peers\n\
     cargo build --profile dist -p chappe-cli -p chappe-benches\n\
     target/dist/performance --rates --users 10000,30000,100000,300000,1000000 --pair 1000000\n\
     target/dist/performance --users 10000000\n\
     ```\n\n\
     Each part replaces what was measured of it before; without arguments the page is only written anew."
        .to_string()
}

/// A table of Markdown.
fn table<H, R>(head: H, rows: impl Iterator<Item = R>) -> String
where
    H: IntoIterator<Item: ToString>,
    R: IntoIterator<Item = String>,
{
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.into_iter().map(|cell| cell.to_string()).collect();
    let rule = format!("|{}\n", "---|".repeat(head.len()));
    let rows = rows.map(|row| line(row.into_iter().collect()));
    line(head) + &rule + &rows.collect::<String>()
}
