//! One scenario in two processes.

use chappe_cluster::{ClusterError, DistributedRun, Hosts, HostsError, LossCause, meet};
use chappe_engine::{SimulateOptions, Simulated, StopFlag, simulate};
use chappe_scenario::{Overrides, Scenario, ScenarioFile};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

const WITHIN: Duration = Duration::from_secs(20);

/// A small scenario with slow links, so that the run has few windows.
fn scenario() -> Scenario {
    town(500)
}

/// The scenario with so many people.
fn town(users_count: u32) -> Scenario {
    let text = include_str!("../../../../scenarios/first-ads.toml");
    let users = users_count.to_string();
    let changes = [
        ("population.users", users.as_str()),
        ("platform.shards", "4"),
        ("horizon", "1h"),
        ("warm_up", "0s"),
        ("campaign", "[]"),
        ("network.client_to_platform.floor", "1s"),
        ("network.platform_to_client.floor", "1s"),
        ("network.server_to_server.floor", "1s"),
    ];
    let overrides = Overrides {
        set: changes
            .map(|(key, value)| (key.to_string(), value.to_string()))
            .into(),
        ..Overrides::default()
    };
    let file = ScenarioFile::parse("first-ads.toml", text).unwrap();
    file.resolve(&overrides).unwrap()
}

fn join(hosts: &Hosts, process: usize) -> Result<DistributedRun, ClusterError> {
    let terms = [("the seed", "1".to_string())];
    DistributedRun::join(hosts, process, &terms, None, WITHIN, |_| {})
}

/// The result of a run and the peak memory of its processes.
type Combined = (Simulated, Vec<u64>);

/// Runs the scenario in two processes. The first one ends the run with `exit_code`, or with a loss if the
/// second one leaves without handing over its result.
fn run_in_two(
    scenario: &Scenario,
    exit_code: u8,
    second_leaves: bool,
) -> (Result<Combined, ClusterError>, Result<(), ClusterError>) {
    let hosts = Hosts::loopback(2).unwrap();
    let stop = StopFlag::new();
    thread::scope(|scope| {
        let second = scope.spawn(|| {
            let mut run = join(&hosts, 1)?;
            let result = run.simulate(scenario, SimulateOptions::new(&stop))?;
            if second_leaves {
                return Ok(());
            }
            run.hand_over(result, 20)
        });
        let mut run = join(&hosts, 0).unwrap();
        let result = run.simulate(scenario, SimulateOptions::new(&stop)).unwrap();
        let combined = run.combine(result, 10);
        run.dismiss(exit_code);
        (combined, second.join().unwrap())
    })
}

#[test]
fn two_processes_come_to_the_result_of_one() {
    let scenario = scenario();
    let (combined, second) = run_in_two(&scenario, 0, false);
    let (simulated, peaks) = combined.unwrap();
    assert!(second.is_ok(), "{second:?}");
    assert_eq!(peaks, [10, 20]);
    let alone = simulate(&scenario, SimulateOptions::new(&StopFlag::new()));
    assert!(alone.events_count > 1_000, "{}", alone.events_count);
    assert_eq!(
        (simulated.digest, simulated.events_count),
        (alone.digest, alone.events_count)
    );
}

#[test]
fn the_others_end_with_the_exit_code_of_the_first() {
    let (_, second) = run_in_two(&scenario(), 99, false);
    let error = second.unwrap_err();
    assert!(
        matches!(error, ClusterError::FirstFailed { code: 99, .. }),
        "{error:?}"
    );
    assert!(!error.is_usage());
}

#[test]
fn a_process_that_leaves_before_it_hands_over_is_lost() {
    let (combined, _) = run_in_two(&scenario(), 0, true);
    match combined.map(|_| ()) {
        Err(ClusterError::Lost(loss)) => assert_eq!(loss.peer.process, 1),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_process_that_hands_over_without_playing_its_part_is_named() {
    let scenario = scenario();
    let hosts = Hosts::loopback(2).unwrap();
    let stop = StopFlag::new();
    let (tell, losses) = channel();
    let terms = [("the seed", "1".to_string())];
    thread::scope(|scope| {
        scope.spawn(|| {
            let idle = meet(&hosts, 1, &terms, None, WITHIN, |_| {}).unwrap();
            idle.hand_over(&[])
        });
        let report = move |loss| tell.send(loss).unwrap();
        let mut run = DistributedRun::join(&hosts, 0, &terms, None, WITHIN, report).unwrap();
        // Its threads wait for the other process, which the command ends by ending itself.
        thread::spawn(move || {
            let scenario = scenario;
            run.simulate(&scenario, SimulateOptions::new(&stop)).map(drop)
        });
        let loss = losses.recv_timeout(Duration::from_secs(10)).unwrap();
        assert_eq!((loss.peer.process, loss.cause), (1, LossCause::Nonsense));
    });
}

#[test]
fn a_process_that_sends_events_about_people_who_do_not_exist_is_named() {
    let hosts = Hosts::loopback(2).unwrap();
    let others = hosts.clone();
    // Once its peer has left, it waits for ever or crashes; the command ends with the process.
    thread::spawn(move || {
        let mut run = join(&others, 1)?;
        run.simulate(&town(5_000), SimulateOptions::new(&StopFlag::new()))
            .map(drop)
    });
    let (tell, losses) = channel();
    let terms = [("the seed", "1".to_string())];
    let report = move |loss| tell.send(loss).unwrap();
    let mut run = DistributedRun::join(&hosts, 0, &terms, None, WITHIN, report).unwrap();
    let stop = StopFlag::new();
    let played = run.simulate(&scenario(), SimulateOptions::new(&stop));
    match played.map(drop) {
        Err(ClusterError::Lost(loss)) => {
            assert_eq!((loss.peer.process, loss.cause), (1, LossCause::Nonsense))
        }
        other => panic!("{other:?}"),
    }
    let told = losses.try_recv().unwrap();
    assert_eq!((told.peer.process, told.cause), (1, LossCause::Nonsense));
}

#[test]
fn a_number_that_the_hosts_do_not_have_is_refused() {
    let hosts = Hosts::loopback(2).unwrap();
    let error = join(&hosts, 2).map(|_| ()).unwrap_err();
    assert!(
        matches!(error, ClusterError::Hosts(HostsError::OutOfRange { last: 1, .. })),
        "{error:?}"
    );
    assert!(error.is_usage());
}
