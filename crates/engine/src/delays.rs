//! How long links and service take. Each delay is drawn from a key that says what it is for, so one message
//! or policy rule more changes no other delay.

use crate::connection::Connection;
use chappe_base::{Keyed, Law, MessageId, Purpose, Sampler, ShardId, SimTime, Span};
use chappe_platform::{Command, Notice};
use chappe_scenario::{CLASS_COUNT, Link, Scenario, Service};
use chappe_workload::config::Probe;
use chappe_workload::offered_load;

/// The laws of links and service in a run, with their keyed draws.
#[derive(Clone, Debug)]
pub(crate) struct Delays {
    pub(crate) service: Service,
    pub(crate) probe: Option<Probe>,
    pub(crate) patience: Keyed,
    pub(crate) arrival: Keyed,
    laws: [Sampler; CLASS_COUNT],
    to_platform: Connection,
    to_client: Connection,
    between_shards: Latency,
    serving: Keyed,
}

/// The latency of a link between shards, where each command goes its own way and may overtake another.
#[derive(Clone, Debug)]
struct Latency {
    floor: Span,
    extra: Sampler,
    keyed: Keyed,
}

impl Latency {
    fn new(link: Link, keyed: Keyed) -> Latency {
        Latency {
            floor: link.floor,
            extra: Sampler::new(link.extra),
            keyed,
        }
    }

    #[inline]
    fn draw(&self, occurrence: impl FnOnce() -> [u64; 2]) -> Span {
        self.floor
            + self.extra.draw(|| {
                let [a, b] = occurrence();
                self.keyed.word(a, b)
            })
    }
}

impl Delays {
    pub(crate) fn new(scenario: &Scenario) -> Delays {
        let (seed, network) = (scenario.seed, scenario.network);
        let keyed = |purpose| Keyed::new(seed, purpose);
        Delays {
            service: scenario.service.clone(),
            probe: scenario.traffic.probe,
            patience: keyed(Purpose::Patience),
            arrival: keyed(Purpose::Arrival),
            laws: scenario.service.laws.map(Sampler::new),
            to_platform: Connection::new(network.client_to_platform, keyed(Purpose::ClientUp)),
            to_client: Connection::new(network.platform_to_client, keyed(Purpose::ClientDown)),
            between_shards: Latency::new(network.server_to_server, keyed(Purpose::Between)),
            serving: keyed(Purpose::Service),
        }
    }

    /// When a command that its device sends at `at` reaches a shard.
    #[inline]
    pub(crate) fn to_platform(&self, at: SimTime, command: &Command) -> SimTime {
        let device = command.device().expect("agents send what clients may send");
        self.to_platform.arrival(at, device)
    }

    /// Latency from shard to shard.
    #[inline]
    pub(crate) fn between_shards(&self, now: SimTime, command: &Command) -> Span {
        self.between_shards.draw(|| occurrence(now, command))
    }

    /// When a notice reaches its device.
    #[inline]
    pub(crate) fn to_client(&self, now: SimTime, notice: &Notice) -> SimTime {
        self.to_client.arrival(now, notice.to())
    }

    /// Time in service at a shard.
    #[inline]
    pub(crate) fn service_time(&self, shard: ShardId, now: SimTime, command: &Command) -> Span {
        self.laws[command.class() as usize].draw(|| {
            let [a, b] = occurrence(now, command);
            self.serving.word(a, b ^ u64::from(shard.0) << 48)
        })
    }

    /// Time until the next probe.
    pub(crate) fn probe_gap(&self, probe: Probe, word: u64) -> Span {
        let mean = Span::from_secs_f64(1.0 / probe.rate);
        Law::Exponential(chappe_base::Duration(mean)).sample(word)
    }
}

/// The key of a draw for a command: its message and class, or its class and time if it has no message.
#[inline]
fn occurrence(at: SimTime, command: &Command) -> [u64; 2] {
    let (message, class) = (command.message(), command.class() as u64);
    if message == MessageId(0) {
        [class, at.0 as u64]
    } else {
        [message.0, class]
    }
}

/// Commands per second that clients send to the whole platform in the busiest hour, by class.
fn load(scenario: &Scenario) -> [f64; CLASS_COUNT] {
    offered_load(
        &scenario.population,
        &scenario.sessions,
        &scenario.traffic,
        &scenario.agents,
        &scenario.history,
    )
}

/// About how many events a window, as long as the lookahead, has in the busiest hour.
#[must_use]
pub(crate) fn events_per_window(scenario: &Scenario) -> f64 {
    /// Arrival and completion of a command, and the notices that it causes.
    const EVENTS_PER_COMMAND: f64 = 3.5;
    let probes = scenario.traffic.probe.map_or(0.0, |probe| {
        probe.rate * f64::from(scenario.platform.homes.shards())
    });
    let commands_per_second = load(scenario).iter().sum::<f64>() + probes;
    commands_per_second * EVENTS_PER_COMMAND * scenario.lookahead().as_secs_f64()
}
