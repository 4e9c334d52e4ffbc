//! A scenario, checked and resolved: what a run is made from. Its types are those of the platform and the
//! workload, so that nothing after this point reads scenario keys.

use crate::design::Design;
use crate::study::Study;
use chappe_base::{CommandClass, Law, SimTime, Span};
use chappe_metrics::{PlatformSize, Threshold};
use chappe_platform::Config;
use chappe_workload::config::{Agents, History, Population, Sessions, Traffic};
use serde::{Deserialize, Serialize};

/// A scenario with one of its arms applied, or the base scenario.
#[derive(Clone, PartialEq, Debug)]
pub struct Scenario {
    /// Name of its file without folder and ending.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The question it asks.
    pub question: String,
    /// The arm that is applied; None for the base scenario.
    pub arm: Option<String>,
    /// Names of all its arms, in the order of the file.
    pub arms: Vec<String>,
    /// Seed of all random draws.
    pub seed: u64,
    /// The memory that the state of a run takes, about [bytes].
    pub state_bytes: u64,
    /// When the run ends.
    pub horizon: SimTime,
    /// The time from which figures are counted, before the horizon.
    pub warm_up: SimTime,
    /// Hash over everything that affects what happens, in 16 hexadecimal digits. It does not cover the
    /// seed, title, question, thresholds, study, other arms, comments and layout.
    pub hash: String,
    /// Who is on the platform; `users` is already scaled.
    pub population: Population,
    /// Number of people at a `scale` of 1.
    pub users_in_full: u32,
    /// When people are online.
    pub sessions: Sessions,
    /// How much people write, when, and how fast they answer.
    pub traffic: Traffic,
    /// What people do besides chatting, and what pages do.
    pub agents: Agents,
    /// What happened before the first day.
    pub history: History,
    /// What the platform's shards are built from.
    pub platform: Config,
    /// How long commands and notices travel.
    pub network: Network,
    /// How shards spend service time.
    pub service: Service,
    /// How the platform got its size.
    pub size: PlatformSize,
    /// What pages sell, by name, and how stock moves.
    pub catalogue: Catalogue,
    /// How the platform is built when it runs in real time.
    pub design: Design,
    /// What is studied over many runs of it.
    pub study: Study,
    /// Conditions that the result must meet.
    pub thresholds: Vec<Threshold>,
    /// Parameters without a source that are in effect.
    pub assumed: Vec<Assumed>,
}

impl Scenario {
    /// What a reader must know of the platform's size before reading how long anything waited.
    #[must_use]
    pub fn size_note(&self) -> Option<String> {
        self.size.note(self.platform.homes.shards())
    }

    /// The smallest latency between shards, above zero: no shard can affect another sooner.
    #[must_use]
    pub fn lookahead(&self) -> Span {
        let Network {
            client_to_platform,
            platform_to_client,
            server_to_server,
        } = self.network;
        client_to_platform
            .floor
            .min(platform_to_client.floor)
            .min(server_to_server.floor)
    }
}

/// Latency per kind of link.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Network {
    /// From a device to the shard that decides its command.
    pub client_to_platform: Link,
    /// From a shard to a device.
    pub platform_to_client: Link,
    /// From one shard to another.
    pub server_to_server: Link,
}

/// Latency of one kind of link: a floor, and a random part.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Link {
    /// The least latency, above zero.
    pub floor: Span,
    /// Random latency that is added to the floor.
    pub extra: Law,
}

/// How shards spend service time.
#[derive(Clone, PartialEq, Debug)]
pub struct Service {
    /// Commands that a shard serves at the same time.
    pub servers: u16,
    /// Which commands are served first.
    pub lanes: Lanes,
    /// Clients' commands that may wait at a shard. If the queue is full, further ones are dropped and
    /// counted.
    pub queue_capacity: u32,
    /// How long each class of command takes, in the order of [`CommandClass::ALL`].
    pub laws: [Law; CLASS_COUNT],
}

/// Which commands are served first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lanes {
    /// Commands in the order of arrival.
    Fifo,
    /// Ads and control only while no other command waits.
    #[serde(rename = "priority")]
    PeopleFirst,
}

impl Lanes {
    /// The lane of `class`; lane 0 is served before lane 1.
    #[must_use]
    pub fn lane(self, class: CommandClass) -> usize {
        match self {
            Lanes::Fifo => 0,
            Lanes::PeopleFirst => match class {
                CommandClass::Ad | CommandClass::Control => 1,
                CommandClass::Connect
                | CommandClass::Message
                | CommandClass::Read
                | CommandClass::PageMessage
                | CommandClass::Order
                | CommandClass::Payment
                | CommandClass::Consent
                | CommandClass::Probe => 0,
            },
        }
    }
}

/// Number of classes of command.
pub const CLASS_COUNT: usize = CommandClass::ALL.len();

/// What pages sell, by name, and how stock moves. Page p sells category p modulo the number of categories.
#[derive(Clone, PartialEq, Debug)]
pub struct Catalogue {
    /// The categories, by number.
    pub categories: Vec<Category>,
    /// Units of a product that a page has at the start, and receives at each restocking.
    pub stock_units: u32,
    /// Share of the products that are out of stock at the start.
    pub out_of_stock_share: f64,
    /// Time from selling the last unit of a product to receiving new stock.
    pub restock_after: Law,
}

/// One category of products.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Category {
    /// Its name.
    pub name: String,
    /// Names of its products, by number.
    pub products: Vec<String>,
}

/// A parameter without a source that is in effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assumed {
    /// Its key in the scenario.
    pub key: String,
    /// Its value in this run, as it is written in a scenario.
    pub value: String,
    /// Its unit, if it has one.
    pub unit: Option<String>,
    /// What it means.
    pub description: String,
}
