//! Processes that meet, differ, stay away and die.

use chappe_cluster::{Hosts, Loss, MeetError, Membership, Secret, meet};
use std::io::Write;
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(20);

fn hosts(count: usize) -> Hosts {
    Hosts::loopback(count).unwrap()
}

type Met = (Result<Membership, MeetError>, Receiver<Loss>);

/// Starts a thread in which a process meets the others.
fn arrive(hosts: &Hosts, process: usize, hash: &str, within: Duration) -> JoinHandle<Met> {
    arrive_with(None, hosts, process, hash, within)
}

/// The same, with a secret.
fn arrive_with(
    secret: Option<&str>,
    hosts: &Hosts,
    process: usize,
    hash: &str,
    within: Duration,
) -> JoinHandle<Met> {
    let (hosts, terms) = (hosts.clone(), [("the scenario's hash", hash.to_string())]);
    let secret = secret.map(|secret| Secret::new(secret.as_bytes()).unwrap());
    let (tell, losses) = channel();
    thread::spawn(move || {
        let membership = meet(&hosts, process, &terms, secret.as_ref(), within, move |loss| {
            let _ = tell.send(loss);
        });
        (membership, losses)
    })
}

/// Connects as soon as somebody listens.
fn connect(address: &str) -> TcpStream {
    let began = Instant::now();
    loop {
        match TcpStream::connect(address) {
            Ok(stream) => return stream,
            Err(error) => assert!(began.elapsed() < LONG, "{error}"),
        }
    }
}

fn all_met(hosts: &Hosts) -> Vec<(Membership, Receiver<Loss>)> {
    let arriving: Vec<_> = (0..hosts.count()).map(|k| arrive(hosts, k, "a", LONG)).collect();
    let met = arriving.into_iter().map(|thread| {
        let (membership, losses) = thread.join().unwrap();
        (membership.unwrap(), losses)
    });
    met.collect()
}

#[test]
fn all_meet_and_have_last_words() {
    let hosts = hosts(3);
    let mut memberships = all_met(&hosts);
    for (k, (membership, _)) in memberships.iter().enumerate() {
        assert_eq!((membership.process(), membership.count()), (k, 3));
    }
    let mut losses = Vec::new();
    let mut others = Vec::new();
    for (membership, lost) in memberships.drain(1..) {
        losses.push(lost);
        others.push(thread::spawn(move || {
            membership
                .hand_over(&vec![membership.process() as u8; 1_000_000])
                .unwrap()
        }));
    }
    let (first, lost) = memberships.remove(0);
    losses.push(lost);
    assert_eq!(first.gather().unwrap(), [vec![1; 1_000_000], vec![2; 1_000_000]]);
    first.dismiss(b"well done");
    for other in others {
        assert_eq!(other.join().unwrap(), b"well done");
    }
    for lost in losses {
        assert!(lost.try_recv().is_err(), "nobody is lost who is done");
    }
}

#[test]
fn those_who_differ_name_each_other() {
    let hosts = hosts(2);
    let (zero, one) = (arrive(&hosts, 0, "a", LONG), arrive(&hosts, 1, "b", LONG));
    let error = |met: Met| met.0.err().unwrap().to_string();
    let (zero, one) = (error(zero.join().unwrap()), error(one.join().unwrap()));
    let [first, second] = [0, 1].map(|k| hosts.peer(k).unwrap());
    let advice = "give all processes the same scenario, options and version of chappe";
    assert_eq!(
        zero,
        format!(
            "{second} and {first} don't run the same: the scenario's hash is b there and a here; {advice}"
        )
    );
    assert_eq!(
        one,
        format!(
            "{first} and {second} don't run the same: the scenario's hash is a there and b here; {advice}"
        )
    );
}

#[test]
fn who_does_not_appear_is_named_at_the_deadline() {
    let hosts = hosts(3);
    let within = Duration::from_millis(300);
    // Process 2 waits longer, so that it is not process 0 that is left.
    let (zero, two) = (arrive(&hosts, 0, "a", within), arrive(&hosts, 2, "a", LONG));
    let error = |met: Met| met.0.err().unwrap().to_string();
    let one = hosts.peer(1).unwrap();
    let words = error(zero.join().unwrap());
    assert_eq!(
        words,
        format!("{one} did not appear within 300ms: it did not connect")
    );
    let words = error(two.join().unwrap());
    let zero = hosts.peer(0).unwrap();
    assert!(words.starts_with(&format!("{zero} left before")), "{words}");
}

#[test]
fn strangers_are_ignored() {
    let hosts = hosts(2);
    let zero = arrive(&hosts, 0, "a", LONG);
    let mut stranger = connect(hosts.address(0));
    stranger.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let one = arrive(&hosts, 1, "a", LONG).join().unwrap();
    assert!(zero.join().unwrap().0.is_ok() && one.0.is_ok());
}

#[test]
fn those_who_connect_and_say_nothing_hold_up_nobody() {
    let hosts = hosts(2);
    let within = Duration::from_secs(1);
    let began = Instant::now();
    let zero = arrive(&hosts, 0, "a", within);
    let _silent: Vec<TcpStream> = (0..100).map(|_| connect(hosts.address(0))).collect();
    let error = zero.join().unwrap().0.err().unwrap().to_string();
    assert!(error.contains("did not appear within 1s"), "{error}");
    assert!(began.elapsed() < 3 * within, "{:?}", began.elapsed());

    let hosts = self::hosts(2);
    let zero = arrive(&hosts, 0, "a", LONG);
    let _silent: Vec<TcpStream> = (0..100).map(|_| connect(hosts.address(0))).collect();
    let one = arrive(&hosts, 1, "a", LONG).join().unwrap();
    assert!(zero.join().unwrap().0.is_ok() && one.0.is_ok());
}

#[test]
fn those_who_share_a_secret_meet() {
    let hosts = hosts(3);
    let secret = Some("correct horse battery staple");
    let all: Vec<_> = (0..3)
        .map(|k| arrive_with(secret, &hosts, k, "a", LONG))
        .collect();
    // Nobody leaves before all have met.
    let met: Vec<Met> = all.into_iter().map(|one| one.join().unwrap()).collect();
    for (membership, _) in met {
        assert!(membership.is_ok(), "{:?}", membership.err());
    }
}

#[test]
fn whoever_does_not_know_the_secret_is_kept_out_and_told() {
    let right = Some("correct horse battery staple");
    let advice = "give all processes the same one";
    for (wrong, words) in [
        (Some("another secret of mine"), advice),
        (None, "a secret is given there and not given here"),
    ] {
        let hosts = hosts(2);
        let zero = arrive_with(right, &hosts, 0, "a", Duration::from_secs(1));
        let error = arrive_with(wrong, &hosts, 1, "a", LONG)
            .join()
            .unwrap()
            .0
            .err()
            .unwrap();
        assert!(error.is_usage() && error.to_string().contains(words), "{error}");
        let error = zero.join().unwrap().0.err().unwrap().to_string();
        assert!(
            error.ends_with("whoever said it was that process does not know the secret"),
            "{error}"
        );
    }
    // The one who asks for a secret finds that the other has none.
    let hosts = hosts(2);
    let (zero, one) = (
        arrive(&hosts, 0, "a", LONG),
        arrive_with(right, &hosts, 1, "a", LONG),
    );
    let error = |met: Met| met.0.err().unwrap().to_string();
    let (zero, one) = (error(zero.join().unwrap()), error(one.join().unwrap()));
    assert!(
        zero.contains("a secret is given there and not given here"),
        "{zero}"
    );
    assert!(
        one.contains("a secret is not given there and given here"),
        "{one}"
    );
}

#[test]
fn a_stranger_does_not_take_the_place_of_a_process_with_a_secret() {
    let hosts = hosts(2);
    let secret = Some("correct horse battery staple");
    let zero = arrive_with(secret, &hosts, 0, "a", LONG);
    drop(connect(hosts.address(0)));
    let stranger = arrive_with(Some("another secret of mine"), &hosts, 1, "a", LONG);
    assert!(stranger.join().unwrap().0.is_err());
    let one = arrive_with(secret, &hosts, 1, "a", LONG).join().unwrap();
    assert!(zero.join().unwrap().0.is_ok() && one.0.is_ok());
}

#[test]
fn two_of_one_number_are_refused() {
    let hosts = hosts(4);
    let of = |one: usize| {
        let lines = [0, one, 3].map(|k| format!("{}\n", hosts.address(k)));
        Hosts::parse("hosts", &lines.concat()).unwrap()
    };
    let (here, there) = (of(1), of(2));
    let zero = arrive(&here, 0, "a", LONG);
    let ones = [&here, &there].map(|hosts| arrive(hosts, 1, "a", LONG));
    let error = zero.join().unwrap().0.err().unwrap().to_string();
    let one = here.peer(1).unwrap();
    assert_eq!(
        error,
        format!("two processes say they are {one}; give each its own number")
    );
    for one in ones {
        let error = one.join().unwrap().0.err().unwrap().to_string();
        assert!(error.contains("left before all processes had met"), "{error}");
    }
}

#[test]
fn whoever_is_gone_is_named_to_all_the_same() {
    let hosts = hosts(3);
    let mut memberships = all_met(&hosts);
    let (gone, _) = memberships.remove(1);
    drop(gone);
    for (membership, losses) in &memberships {
        let loss = losses.recv_timeout(LONG).unwrap();
        assert_eq!(loss.peer, hosts.peer(1).unwrap());
        // Whoever waits for final messages learns of it too, each time it asks.
        for _ in 0..2 {
            let error = match membership.process() {
                0 => membership.gather().unwrap_err(),
                _ => membership.hand_over(&[]).unwrap_err(),
            };
            assert_eq!(error, loss);
        }
        assert_eq!(
            loss.to_string(),
            format!("{} is gone: it ended before the run was over", loss.peer)
        );
    }
}
