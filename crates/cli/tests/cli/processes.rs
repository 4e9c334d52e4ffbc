//! One run in several processes of this machine.

use crate::chappe::{Bench, CHAPPE, Ran, SCENARIO, messages_count};
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The town with links so slow that windows are few: each costs two processes much more than the little
/// that happens in it.
fn town() -> Bench {
    let slow = ["client_to_platform", "platform_to_client", "server_to_server"];
    let slow = slow.map(|link| format!("{link}.floor = \"1s\"\n"));
    let bench = Bench::new();
    bench.write("town.toml", format!("{SCENARIO}\n[network]\n{}", slow.concat()));
    bench
}

/// Writes `hosts.txt` with so many addresses of this machine that are free.
fn hosts(bench: &Bench, count: usize) -> Vec<String> {
    let listeners: Vec<TcpListener> = (0..count)
        .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
        .collect();
    let addresses: Vec<String> = listeners
        .iter()
        .map(|l| l.local_addr().unwrap().to_string())
        .collect();
    bench.write("hosts.txt", addresses.join("\n"));
    addresses
}

fn start(bench: &Bench, arguments: &str) -> Child {
    Command::new(CHAPPE)
        .args(arguments.split_whitespace())
        .current_dir(bench.folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn ended(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// Starts both processes of `hosts.txt`, with arguments of their own.
fn start_both(bench: &Bench, arguments: [&str; 2]) -> [Child; 2] {
    [0, 1].map(|k| {
        let arguments = arguments[k];
        start(
            bench,
            &format!("run {arguments} -q --out it --hosts hosts.txt --process {k}"),
        )
    })
}

#[test]
fn two_processes_write_the_record_of_one() {
    let bench = town();
    bench.chappe("run town.toml -q --until 1h --out one").out();
    bench
        .chappe("run town.toml -q --until 1h --out two --processes 2 --workers 2")
        .out();
    let (one, two) = (bench.json("one/run.json"), bench.json("two/run.json"));
    assert_eq!(one["result"], two["result"]);
    assert_eq!(one["digest"], two["digest"]);
    assert_eq!(one["execution"]["events_count"], two["execution"]["events_count"]);
    let execution = &two["execution"];
    assert_eq!(
        (&execution["processes"], &execution["workers"]),
        (&2.into(), &2.into())
    );
    let memory = &execution["memory"];
    let peaks = memory["peak_bytes_by_process"].as_array().unwrap();
    let sum: u64 = peaks.iter().map(|peak| peak.as_u64().unwrap()).sum();
    assert_eq!((peaks.len(), memory["peak_bytes"].as_u64()), (2, Some(sum)));
    assert_eq!(bench.list("."), ["one", "town.toml", "two"]);
}

#[test]
fn all_processes_end_with_the_exit_code_of_the_first() {
    let bench = town();
    let address = hosts(&bench, 2).remove(0);
    let scenario = bench.read("town.toml") + "\n[thresholds]\n\"delivery.friend\" = [\"count < 1\"]\n";
    bench.write("strict.toml", scenario);
    let [zero, one] = start_both(&bench, ["strict.toml --until 1h"; 2]).map(ended);
    assert_eq!((zero.code, one.code), (99, 99), "{}{}", zero.err, one.err);
    let words = format!("error: process 0 ({address}) ended with exit code 99; its own error says why\n");
    assert_eq!(one.err, words);
    assert!(
        zero.err.contains("threshold not met: delivery.friend count < 1"),
        "{}",
        zero.err
    );
}

#[test]
fn processes_with_a_secret_run_together_and_others_are_kept_out() {
    let bench = town();
    bench.write("secret", "correct horse battery staple\n");
    bench.write("wrong", "another secret of mine");
    let addresses = hosts(&bench, 2);
    let run = "town.toml --until 15m";
    let right = format!("{run} --secret secret");
    for ran in start_both(&bench, [&right, &right]).map(ended) {
        ran.out();
    }
    let wrong = format!("{run} --secret wrong");
    let [zero, one] = start_both(&bench, [&format!("{right} --connect-within 2s"), &wrong]).map(ended);
    assert_eq!((zero.code, one.code), (1, 2), "{}{}", zero.err, one.err);
    let words = format!(
        "error: process 0 ({}) has another secret; give all processes the same one\n",
        addresses[0]
    );
    assert_eq!(one.err, words);
    assert!(zero.err.contains("does not know the secret"), "{}", zero.err);
    let secret = [("CHAPPE_SECRET", "short")];
    let ran = bench.chappe_in(&secret, &format!("run {run} --hosts hosts.txt --process 0"));
    assert_eq!(ran.code, 2);
    assert!(
        ran.err
            .contains("the secret has 5 characters, and 16 are the fewest"),
        "{}",
        ran.err
    );
    bench.refused(
        "run town.toml --hosts hosts.txt --process 0 --secret none",
        "can't read none",
    );
}

/// Waits until a process has met the others and simulates, which the names of its threads show.
fn wait_until_it_runs(process: &Child) {
    let began = Instant::now();
    let is_running = || {
        let threads = fs::read_dir(format!("/proc/{}/task", process.id())).unwrap();
        let mut names = threads
            .flatten()
            .map(|thread| fs::read_to_string(thread.path().join("comm")));
        names.any(|name| name.is_ok_and(|name| name.starts_with("timely:work")))
    };
    while !is_running() {
        assert!(began.elapsed() < Duration::from_secs(60), "it never simulates");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn whoever_dies_is_named_and_no_record_looks_whole() {
    for (dies, stays) in [(1, 0), (0, 1)] {
        let bench = town();
        let addresses = hosts(&bench, 2);
        let mut both = start_both(&bench, ["town.toml --set horizon=300d"; 2]).map(Some);
        both.iter().flatten().for_each(wait_until_it_runs);
        let mut dying = both[dies].take().unwrap();
        dying.kill().unwrap();
        let died = Instant::now();
        let left = ended(both[stays].take().unwrap());
        assert!(died.elapsed() < Duration::from_secs(10), "{:?}", died.elapsed());
        dying.wait().unwrap();
        assert_eq!(left.code, 1, "{}", left.err);
        let address = &addresses[dies];
        let words = format!("error: process {dies} ({address}) is gone: it ended before the run was over\n");
        assert_eq!(left.err, words);
        assert!(!bench.path("it").exists());
        for file in bench.list(".") {
            // What the first process was making goes with it, unless it was killed itself.
            let is_whole = Path::new(&bench.path(&file)).join("run.json").exists();
            assert!(!is_whole && (dies == 0 || !file.contains("partial")), "{file}");
        }
    }
}

#[test]
fn processes_that_would_not_run_the_same_refuse_and_name_both() {
    let bench = town();
    bench.write(
        "city.toml",
        bench.read("town.toml").replace("users = 400", "users = 500"),
    );
    for (other, what) in [
        ("city.toml", "the scenario's hash"),
        ("town.toml --seed 4", "the seed"),
        ("town.toml --until 90m", "the end of the run"),
        ("town.toml --workers 2", "the number of workers"),
    ] {
        let addresses = hosts(&bench, 2);
        let [zero, one] = start_both(&bench, ["town.toml --workers 1", other]).map(ended);
        let [first, second] = [0, 1].map(|k| format!("process {k} ({})", addresses[k]));
        for (ran, words) in [
            (
                zero,
                format!("{second} and {first} don't run the same: {what} is "),
            ),
            (
                one,
                format!("{first} and {second} don't run the same: {what} is "),
            ),
        ] {
            assert_eq!((ran.code, messages_count(&ran.err)), (2, 1), "{}", ran.err);
            assert!(ran.err.contains(&words), "{}", ran.err);
        }
    }
    assert_eq!(bench.list("."), ["city.toml", "hosts.txt", "town.toml"]);
}

#[test]
fn a_process_that_never_appears_is_named_at_the_deadline() {
    let bench = town();
    let addresses = hosts(&bench, 2);
    for (here, there, why) in [
        (0, 1, "it did not connect"),
        (1, 0, "Connection refused (os error 111)"),
    ] {
        let ran = bench.chappe(&format!(
            "run town.toml --hosts hosts.txt --process {here} --connect-within 200ms"
        ));
        assert_eq!(ran.code, 1);
        let words = format!(
            "error: process {there} ({}) did not appear within 200ms: {why}\n",
            addresses[there]
        );
        assert!(ran.err.ends_with(&words), "{}", ran.err);
    }
    assert_eq!(bench.list("."), ["hosts.txt", "town.toml"]);
}

#[test]
fn hosts_and_numbers_that_are_wrong() {
    let bench = town();
    for (hosts, words) in [
        (
            "a:1\nb",
            "hosts.txt:2: `b` is no `host:port`; write one address a line, such as `node1:2101`",
        ),
        (
            "# one\na:1\na:1",
            "hosts.txt:3: `a:1` is also in line 2; each process needs its own address",
        ),
        (
            "a:1",
            "hosts.txt: 1 host(s) are too few; list at least two, or leave --hosts out",
        ),
        (
            "a:1\nb:1",
            "process 2 is out of range: the hosts are numbered from 0 to 1",
        ),
    ] {
        bench.write("hosts.txt", hosts);
        bench.refused("run town.toml --hosts hosts.txt --process 2", words);
    }
    for (arguments, words) in [
        ("--hosts none.txt --process 0", "can't read none.txt"),
        ("--hosts hosts.txt", "--process <K>"),
        ("--process 0", "--hosts <FILE>"),
        (
            "--processes 2 --hosts hosts.txt --process 0",
            "cannot be used with",
        ),
        ("--processes 0", "give a number from 1 to 64"),
        (
            "--processes 2 --log facts.jsonl",
            "--log and --trace don't work in several processes",
        ),
    ] {
        bench.refused(&format!("run town.toml {arguments}"), words);
    }
}

#[test]
fn more_workers_or_processes_than_shards_are_said_and_not_run() {
    let bench = town();
    for (arguments, words, counts) in [
        (
            "--workers 9",
            "note: no more than 4 worker(s) in a process have a shard to run",
            (1, 4),
        ),
        (
            "--processes 9",
            "note: no more than 4 process(es) have a shard to run",
            (4, 1),
        ),
        (
            "--processes 2 --workers 9",
            "note: no more than 2 worker(s) in a process have a shard to run",
            (2, 2),
        ),
    ] {
        let ran = bench.chappe(&format!("run town.toml --until 15m --out it {arguments}"));
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(ran.err.contains(words), "{}", ran.err);
        let execution = &bench.json("it/run.json")["execution"];
        let (processes, workers) = counts;
        assert_eq!(
            (&execution["processes"], &execution["workers"]),
            (&processes.into(), &workers.into())
        );
        assert!(
            ran.err
                .contains("note: one worker in one process is faster below about"),
            "{}",
            ran.err
        );
    }
}

#[test]
fn the_job_files_in_the_documents_are_well_formed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cluster");
    let text = fs::read_to_string(folder.join("statefulset.yaml")).unwrap();
    let documents = yaml_rust2::YamlLoader::load_from_str(&text).unwrap();
    let kinds: Vec<_> = documents
        .iter()
        .map(|document| document["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["Service", "ConfigMap", "StatefulSet"]);
    let [service, config, set] = [0, 1, 2].map(|index| &documents[index]);
    let hosts: Vec<&str> = config["data"]["hosts.txt"].as_str().unwrap().lines().collect();
    assert_eq!(set["spec"]["replicas"].as_i64(), Some(hosts.len() as i64));
    assert_eq!(set["spec"]["serviceName"], service["metadata"]["name"]);
    let port = service["spec"]["ports"][0]["port"].as_i64().unwrap();
    for (number, host) in hosts.iter().enumerate() {
        assert_eq!(*host, format!("chappe-{number}.chappe:{port}"));
    }
    let bash = Command::new("bash")
        .arg("-n")
        .arg(folder.join("chappe.slurm"))
        .output();
    // Where there is no bash, there is no Slurm either.
    if let Ok(checked) = bash {
        assert!(
            checked.status.success(),
            "{}",
            String::from_utf8_lossy(&checked.stderr)
        );
    }
}
