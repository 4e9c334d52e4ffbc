//! How many instructions commands of `chappe` take, counted by valgrind.
//!
//! `chappe gate` says by the environment what is to be counted. Without it: playing a scenario, by
//! `chappe explain`, since nine tenths of a small `chappe run` are the drawing of its plots.

#![allow(missing_docs, reason = "gungraun's macros document nothing")]

use gungraun::{
    Bench, BinaryBenchmark, BinaryBenchmarkConfig, BinaryBenchmarkGroup, Callgrind, Command, Stdio,
    binary_benchmark_group, main,
};
use std::env;
use std::path::PathBuf;

/// The program, the folder it is called in, and its commands: a JSON list of lists of words.
const ENVIRONMENT: [&str; 3] = ["CHAPPE_GATE_BINARY", "CHAPPE_GATE_FOLDER", "CHAPPE_GATE_COMMANDS"];

/// What is counted if the environment names nothing.
const DEFAULT: &str = "explain scenarios/first-ads.toml --user 0 --scale 0.002 --workers 1 --quiet";

/// What is to be counted.
struct Task {
    binary: PathBuf,
    folder: PathBuf,
    commands: Vec<Vec<String>>,
}

impl Task {
    fn find() -> Result<Task, String> {
        let [binary, folder, commands] = ENVIRONMENT.map(env::var_os);
        let (Some(binary), Some(folder), Some(commands)) = (binary, folder, commands) else {
            return Task::default();
        };
        let commands = serde_json::from_slice(commands.as_encoded_bytes())
            .map_err(|error| format!("{} is no list of lists of words: {error}", ENVIRONMENT[2]))?;
        Ok(Task {
            binary: binary.into(),
            folder: folder.into(),
            commands,
        })
    }

    /// A scenario, played by the `chappe` that was built as this bench was.
    fn default() -> Result<Task, String> {
        eprintln!(
            "`chappe gate` runs this bench, with {} set; without: {DEFAULT}",
            ENVIRONMENT.join(", ")
        );
        let bench = env::current_exe().map_err(|error| error.to_string())?;
        let beside = bench.ancestors().nth(2).map(|folder| folder.join("chappe"));
        let binary = beside
            .filter(|binary| binary.is_file())
            .ok_or("build `chappe` first, in the same profile")?;
        Ok(Task {
            binary,
            folder: [env!("CARGO_MANIFEST_DIR"), "..", ".."].iter().collect(),
            commands: vec![DEFAULT.split(' ').map(str::to_string).collect()],
        })
    }
}

/// Adds each command as `command_0`, `command_1` and so on.
fn add(group: &mut BinaryBenchmarkGroup) {
    let task = Task::find().unwrap_or_else(|problem| {
        eprintln!("{problem}");
        std::process::exit(2)
    });
    let mut config = BinaryBenchmarkConfig::default();
    config
        .current_dir(task.folder)
        // As `chappe` sets it itself, by starting anew: what is counted stays one process.
        .env("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1")
        .tool(Callgrind::with_args(["--cache-sim=no", "--dump-line=no"]));
    let mut benchmark = BinaryBenchmark::new("chappe");
    benchmark.config(config);
    for (index, words) in task.commands.iter().enumerate() {
        let mut command = Command::new(&task.binary);
        command.args(words).stdout(Stdio::Null);
        benchmark.bench(Bench::new(format!("command_{index}")).command(command));
    }
    group.binary_benchmark(benchmark);
}

binary_benchmark_group!(
    name = instructions,
    benchmarks = |group: &mut BinaryBenchmarkGroup| add(group)
);
main!(binary_benchmark_groups = instructions);
