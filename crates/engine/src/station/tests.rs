use super::*;
use proptest::prelude::*;

const S: Span = Span::SECOND;

fn at(seconds: i64) -> SimTime {
    SimTime(seconds * S.0)
}

fn ticket(arrival: Arrival) -> Ticket {
    match arrival {
        Arrival::Queued(ticket) => ticket,
        Arrival::Started(_) | Arrival::Dropped => panic!("{arrival:?} is no ticket"),
    }
}

/// A completion with its job, and the next on its server.
struct Done<J> {
    job: J,
    wait: Span,
    service: Span,
    next: Option<Started>,
}

fn complete<J: Copy>(station: &mut Station<J>, now: SimTime, server: u32) -> Done<J> {
    let Completion { wait, service } = station.complete(now, server);
    Done {
        job: *station.job(server),
        wait,
        service,
        next: station.serve_next(now, server),
    }
}

#[test]
fn serves_in_order_and_drops_what_has_no_room() {
    let mut station = Station::new(1, 2, Discipline::Fifo);
    let first = station.arrive(at(0), 'a', 0, Span(5 * S.0), false);
    let started = Started {
        server: 0,
        done_at: at(5),
    };
    assert_eq!(first, Arrival::Started(started));
    ticket(station.arrive(at(1), 'b', 7, S, false));
    ticket(station.arrive(at(2), 'c', 3, S, false));
    assert_eq!(station.arrive(at(2), 'd', 0, S, false), Arrival::Dropped);
    assert_eq!(station.busy(at(3)), Span(3 * S.0));
    let unfinished = station.unfinished(at(3));
    let unfinished: Vec<_> = unfinished
        .map(|(job, so_far)| (*job, so_far.wait.0 / S.0, so_far.service.0 / S.0))
        .collect();
    assert_eq!(unfinished, [('a', 0, 3), ('b', 2, 0), ('c', 1, 0)]);
    let done = complete(&mut station, at(5), 0);
    assert_eq!(
        (done.job, done.wait, done.service),
        ('a', Span::ZERO, Span(5 * S.0))
    );
    assert_eq!(done.next.map(|next| next.done_at), Some(at(6)));
    assert_eq!(station.waiting_count(), 1);
    let done = complete(&mut station, at(6), 0);
    assert_eq!((done.job, done.wait), ('b', Span(4 * S.0)));
    assert_eq!(complete(&mut station, at(7), 0).job, 'c');
    assert_eq!(
        (station.in_service_count(), station.busy(at(9))),
        (0, Span(7 * S.0))
    );
}

#[test]
fn lower_lanes_go_first_without_interrupting() {
    let mut station = Station::new(1, 9, Discipline::Priority { lanes_count: 3 });
    station.arrive(at(0), 0, 2, S, false);
    for (job, lane) in [(1, 2), (2, 0), (3, 1), (4, 0)] {
        ticket(station.arrive(at(0), job, lane, S, false));
    }
    let order: Vec<_> = (1..=5)
        .map(|now| complete(&mut station, at(now), 0).job)
        .collect();
    assert_eq!(order, [0, 2, 4, 3, 1]);
}

#[test]
fn an_old_ticket_removes_nobody() {
    let mut station = Station::new(1, 9, Discipline::Fifo);
    station.arrive(at(0), 'a', 0, S, false);
    let b = ticket(station.arrive(at(0), 'b', 0, S, false));
    complete(&mut station, at(1), 0);
    assert_eq!(station.renege(at(1), b), None);
    let c = ticket(station.arrive(at(1), 'c', 0, S, false));
    assert_eq!(station.renege(at(1), b), None);
    assert_eq!(station.renege(at(2), c), Some(('c', S)));
    assert_eq!(station.renege(at(2), c), None);
    assert_eq!(station.waiting_count(), 0);
}

/// A naive station: one list of waiting jobs, which is searched for the next.
struct Naive {
    servers: Vec<Option<(u32, SimTime, Span)>>,
    waiting: Vec<(u32, SimTime, u8, Span)>,
    room: usize,
}

impl Naive {
    fn arrive(&mut self, now: SimTime, job: u32, lane: u8, service: Span, must_stay: bool) -> &'static str {
        if let Some(server) = self.servers.iter_mut().find(|server| server.is_none()) {
            *server = Some((job, now, Span::ZERO));
            "started"
        } else if self.waiting.len() < self.room || must_stay {
            self.waiting.push((job, now, lane, service));
            "queued"
        } else {
            "dropped"
        }
    }

    /// Ends the service of `job`. Returns its wait, and the next job with the end of its service.
    fn complete(&mut self, now: SimTime, job: u32) -> (Span, Option<(u32, SimTime)>) {
        let serves =
            |server: &&mut Option<(u32, SimTime, Span)>| server.is_some_and(|(served, ..)| served == job);
        let server = self.servers.iter_mut().find(serves).expect("in service");
        let wait = server.take().expect("in service").2;
        // The first of the lowest lane: `min_by_key` takes the first of equals.
        let places = 0..self.waiting.len();
        let next = places.min_by_key(|&place| self.waiting[place].2).map(|place| {
            let (job, arrived_at, _, service) = self.waiting.remove(place);
            *server = Some((job, now, now - arrived_at));
            (job, now + service)
        });
        (wait, next)
    }
}

#[derive(Clone, Debug)]
enum Step {
    Arrive { lane: u8, service: i64, must_stay: bool },
    Complete { pick: usize },
    Renege { pick: usize },
}

fn step() -> impl Strategy<Value = (i64, Step)> {
    let step = prop_oneof![
        3 => (0u8..3, 0i64..10, prop::bool::weighted(0.1)).prop_map(|(lane, service, must_stay)| Step::Arrive { lane, service, must_stay }),
        2 => (0usize..8).prop_map(|pick| Step::Complete { pick }),
        1 => (0usize..64).prop_map(|pick| Step::Renege { pick }),
    ];
    (0i64..3, step)
}

/// A station and a naive one that do the same.
struct Pair {
    station: Station<u32>,
    naive: Naive,
    /// Server and job of each service.
    running: Vec<(u32, u32)>,
    /// Jobs that have waited, also those that wait no longer.
    tickets: Vec<(Ticket, u32)>,
}

impl Pair {
    fn arrive(&mut self, now: SimTime, job: u32, lane: u8, service: Span, must_stay: bool) {
        let name = match self.station.arrive(now, job, lane, service, must_stay) {
            Arrival::Started(started) => {
                assert_eq!(started.done_at, now + service);
                self.running.push((started.server, job));
                "started"
            }
            Arrival::Queued(ticket) => {
                self.tickets.push((ticket, job));
                "queued"
            }
            Arrival::Dropped => "dropped",
        };
        assert_eq!(name, self.naive.arrive(now, job, lane, service, must_stay));
    }

    fn complete(&mut self, now: SimTime, pick: usize) {
        let (server, job) = self.running.swap_remove(pick % self.running.len());
        let done = complete(&mut self.station, now, server);
        let (wait, next) = self.naive.complete(now, job);
        assert_eq!((done.job, done.wait), (job, wait));
        assert_eq!(
            done.next.map(|next| next.done_at),
            next.map(|(_, done_at)| done_at)
        );
        if let (Some(started), Some((next, _))) = (done.next, next) {
            self.running.push((started.server, next));
        }
    }

    fn renege(&mut self, now: SimTime, pick: usize) {
        let (ticket, job) = self.tickets[pick % self.tickets.len()];
        let place = self.naive.waiting.iter().position(|waiting| waiting.0 == job);
        let left = place.map(|place| self.naive.waiting.remove(place));
        let expected = left.map(|(job, arrived_at, ..)| (job, now - arrived_at));
        assert_eq!(self.station.renege(now, ticket), expected);
    }
}

proptest! {
    #[test]
    fn agrees_with_a_plain_one(
        servers_count in 1u32..4,
        room in 0u32..6,
        steps in prop::collection::vec(step(), 1..200),
    ) {
        let mut pair = Pair {
            station: Station::new(servers_count, room, Discipline::Priority { lanes_count: 3 }),
            naive: Naive {
                servers: vec![None; servers_count as usize],
                waiting: Vec::new(),
                room: room as usize,
            },
            running: Vec::new(),
            tickets: Vec::new(),
        };
        let mut now = SimTime::ZERO;
        for (job, (pause, step)) in (0..).zip(steps) {
            now += Span(pause);
            match step {
                Step::Arrive { lane, service, must_stay } => {
                    pair.arrive(now, job, lane, Span(service), must_stay);
                }
                Step::Complete { .. } if pair.running.is_empty() => {}
                Step::Complete { pick } => pair.complete(now, pick),
                Step::Renege { .. } if pair.tickets.is_empty() => {}
                Step::Renege { pick } => pair.renege(now, pick),
            }
            prop_assert_eq!(pair.station.waiting_count() as usize, pair.naive.waiting.len());
            let busy = pair.naive.servers.iter().flatten().count();
            prop_assert_eq!(pair.station.in_service_count() as usize, busy);
        }
    }
}
