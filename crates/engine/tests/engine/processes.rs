//! Several processes of one run. Here they are threads, connected over loopback as processes are.

use crate::play::{first_ads, play, record};
use chappe_base::SimTime;
use chappe_engine::{
    PartialResult, Peers, Progress, SimulateOptions, Simulated, StopFlag, simulate, simulate_distributed,
};
use chappe_scenario::Scenario;
use std::net::{TcpListener, TcpStream};
use std::thread;

/// The main scenario with slow links, so that it has few windows. With two processes, ending a window takes
/// much longer than its events.
fn slow_links(set: &[(&str, &str)]) -> Scenario {
    const SLOW: [(&str, &str); 3] = [
        ("network.client_to_platform.floor", "1s"),
        ("network.platform_to_client.floor", "1s"),
        ("network.server_to_server.floor", "1s"),
    ];
    first_ads(&[&SLOW, set].concat())
}

/// The sockets of one process to the others.
type Sockets = Vec<Option<TcpStream>>;

/// For each of `count` processes, a connection to every other.
fn connected(count: usize) -> Vec<Sockets> {
    let mut sockets: Vec<Sockets> = (0..count).map(|_| (0..count).map(|_| None).collect()).collect();
    for one in 0..count {
        for other in 0..one {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let calling = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (called, _) = listener.accept().unwrap();
            for (here, there, socket) in [(one, other, calling), (other, one, called)] {
                socket.set_nodelay(true).unwrap();
                sockets[here][there] = Some(socket);
            }
        }
    }
    sockets
}

/// Runs one of two processes. If `interrupt`, it stops the run.
fn one_of_two(scenario: &Scenario, peers: Peers, workers: usize, interrupt: bool) -> Vec<u8> {
    let stop = StopFlag::new();
    let mut progress = |_: Progress| {
        if interrupt {
            stop.raise();
        }
    };
    let options = SimulateOptions::new(&stop)
        .workers(workers)
        .progress(&mut progress);
    let part = simulate_distributed(scenario, peers, options).unwrap();
    postcard::to_stdvec(&part).unwrap()
}

/// Runs a scenario in two processes. If `interrupt`, the second one stops the run.
fn play_apart(scenario: &Scenario, workers: usize, interrupt: bool) -> Simulated {
    let mut parts = thread::scope(|scope| {
        let process = |(process, sockets): (usize, Sockets)| {
            let interrupted = interrupt && process == 1;
            scope.spawn(move || {
                one_of_two(
                    scenario,
                    Peers::new(process, 2, move |_| sockets),
                    workers,
                    interrupted,
                )
            })
        };
        let processes: Vec<_> = connected(2).into_iter().enumerate().map(process).collect();
        let parts = processes.into_iter().map(|process| process.join().unwrap());
        let read = |bytes: Vec<u8>| postcard::from_bytes::<PartialResult>(&bytes).unwrap();
        parts.map(read).collect::<Vec<_>>()
    });
    let first = parts.remove(0);
    Simulated::merge(first, parts)
}

fn assert_same(scenario: &Scenario, left: &Simulated, right: &Simulated) {
    assert_eq!(left.digest, right.digest);
    assert_eq!(left.events_count, right.events_count);
    assert_eq!(record(scenario, left).result, record(scenario, right).result);
}

#[test]
fn one_process_four_workers_and_two_processes_come_to_the_same() {
    let scenario = slow_links(&[]);
    let alone = play(&scenario, 1).simulated;
    assert!(alone.events_count > 10_000, "{}", alone.events_count);
    assert_same(&scenario, &alone, &play(&scenario, 4).simulated);
    for workers in [1, 2] {
        let apart = play_apart(&scenario, workers, false);
        assert_eq!(apart.workers_count, workers);
        assert_same(&scenario, &alone, &apart);
    }
}

#[test]
fn an_interrupt_in_one_process_stops_all_at_one_time() {
    let scenario = slow_links(&[("population.users", "16000")]);
    let apart = play_apart(&scenario, 1, true);
    let stopped_at = apart.stopped_at.expect("somebody asked");
    assert!(stopped_at > SimTime::ZERO && stopped_at < scenario.horizon);
    let meant = simulate(
        &scenario,
        SimulateOptions::new(&StopFlag::new()).until(Some(stopped_at)),
    );
    assert_same(&scenario, &meant, &apart);
}
