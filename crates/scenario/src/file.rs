//! The sections and keys of a scenario file. The sections about people and pages are those of the
//! workload.
//!
//! Each key is declared here once: its field has the type and default, its doc comment the meaning, and its
//! attributes the title, audience, unit, bounds, grade and source. The reference, the JSON Schema, forms and
//! checks are all made from these declarations, so that they cannot disagree.
//!
//! Grades: A official or primary, B press, C one vendor or case, D derived by arithmetic, `assumed` if there
//! is no usable source. A key without a grade is the scenario's own choice.

mod campaign;
mod catalogue;

use crate::design::Design;
use crate::ordered::Ordered;
use crate::policy::PolicyFile;
use crate::scenario::Lanes;
use crate::study::Study;
use chappe_base::{CommandClass, Duration, Law, Probability, SEED_MAX, Span};
use chappe_metrics::condition_patterns;
use chappe_workload::config::{Agents, History, Population, Sessions, Traffic};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) use campaign::{AudienceWord, CampaignFile, PacingWord, format_schema};
pub(crate) use catalogue::CatalogueFile;

const fn milliseconds(milliseconds: i64) -> Duration {
    Duration(Span(milliseconds * 1_000_000))
}

const fn hours(hours: i64) -> Duration {
    Duration(Span(hours * Span::HOUR.0))
}

/// A scenario file of chappe.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Scenario")]
pub(crate) struct File {
    /// What the scenario is about, in a few words.
    #[schemars(extend("x-audience" = "engineer"))]
    pub(crate) title: String,
    /// The question that the scenario asks.
    #[schemars(extend("x-audience" = "engineer"))]
    pub(crate) question: String,
    /// Seed of all random draws.
    #[schemars(range(max = SEED_MAX), extend("x-audience" = "engineer"))]
    pub(crate) seed: u64,
    /// How long the run lasts, at most 1,016 days.
    #[schemars(title = "Length of the run", extend("x-above-zero" = true, "x-audience" = "product"))]
    pub(crate) horizon: Duration,
    /// The time from which figures are counted; shorter than the horizon.
    #[schemars(title = "Warm-up", extend("x-audience" = "engineer"))]
    pub(crate) warm_up: Duration,
    /// Multiplies the number of people, and with it what belongs to them: shards that are given, budgets, stock, tiers, and
    /// the numbers of ads in ratings, plans and limits. Pages stay, since campaigns name them.
    #[schemars(range(min = 0.000001, max = 1_000_000.0), extend("x-unit" = "times", "x-audience" = "engineer"))]
    pub(crate) scale: f64,
    /// Who is on the platform.
    #[schemars(title = "Population", extend("x-audience" = "expert"))]
    pub(crate) population: Population,
    /// When people are online.
    #[schemars(title = "Sessions", extend("x-audience" = "expert"))]
    pub(crate) sessions: Sessions,
    /// How much people write, when, and how fast they answer.
    #[schemars(title = "Traffic", extend("x-audience" = "expert"))]
    pub(crate) traffic: Traffic,
    /// What people do besides chatting, and what pages do.
    #[schemars(title = "Behaviour", extend("x-audience" = "expert"))]
    pub(crate) agents: Agents,
    /// What happened before the first day.
    #[schemars(title = "History", extend("x-audience" = "expert"))]
    pub(crate) history: History,
    /// How long commands and notices travel.
    #[schemars(title = "Network", extend("x-audience" = "engineer"))]
    pub(crate) network: NetworkFile,
    /// What the platform is built of.
    #[schemars(title = "Platform", extend("x-audience" = "engineer"))]
    pub(crate) platform: PlatformFile,
    /// Who answers questions to pages.
    #[schemars(title = "Hot-line", extend("x-audience" = "expert"))]
    pub(crate) hotline: HotlineFile,
    /// What pages sell.
    #[schemars(title = "Catalogue", extend("x-audience" = "expert"))]
    pub(crate) catalogue: CatalogueFile,
    /// The rules for ads and for messages of pages: a preset, and rules that replace the preset's.
    #[schemars(title = "Policy", extend("x-audience" = "expert"))]
    pub(crate) policy: PolicyFile,
    /// The campaigns, numbered from 0 in the order of the file.
    // What people do in response to an ad is numbered by its campaign.
    #[schemars(title = "Campaign", length(max = 512), extend("x-audience" = "product"))]
    pub(crate) campaign: Vec<CampaignFile>,
    /// How the platform is built when it runs in real time.
    #[schemars(title = "Design", extend("x-audience" = "engineer"))]
    pub(crate) design: Design,
    // Arms are merged into the values of the file before these are deserialised, so this is empty then.
    /// Variants of the scenario.
    #[schemars(title = "Arm", schema_with = "arms_schema", extend("x-audience" = "engineer"))]
    pub(crate) arm: Vec<toml::Table>,
    /// What is studied over many runs.
    #[serde(skip_serializing_if = "Study::is_default")]
    #[schemars(title = "Study", extend("x-audience" = "engineer"))]
    pub(crate) study: Study,
    /// Conditions that the result must meet: a list for each metric, such as
    /// `"delivery.friend" = ["p(99) < 250ms"]`.
    #[schemars(schema_with = "thresholds_schema", extend("x-audience" = "engineer"))]
    pub(crate) thresholds: Ordered<Vec<String>>,
}

impl Default for File {
    fn default() -> File {
        File {
            title: String::new(),
            question: String::new(),
            seed: 1,
            horizon: Duration(Span::DAY),
            warm_up: Duration(Span::ZERO),
            scale: 1.0,
            population: Population::default(),
            sessions: Sessions::default(),
            traffic: Traffic::default(),
            agents: Agents::default(),
            history: History::default(),
            network: NetworkFile::default(),
            platform: PlatformFile::default(),
            hotline: HotlineFile::default(),
            catalogue: CatalogueFile::default(),
            policy: PolicyFile::default(),
            campaign: Vec::new(),
            design: Design::default(),
            arm: Vec::new(),
            study: Study::default(),
            thresholds: Ordered::default(),
        }
    }
}

/// How long commands and notices travel. No shard can affect another sooner than after the smallest floor. A device keeps
/// its latency for a minute, or for as long as the longest latency: what it sends, and what it gets, arrives in order.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NetworkFile {
    /// From a device to the platform.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) client_to_platform: LinkFile,
    /// From the platform to a device.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) platform_to_client: LinkFile,
    /// From one shard to another.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) server_to_server: LinkFile,
}

impl Default for NetworkFile {
    fn default() -> NetworkFile {
        let client = LinkFile {
            floor: milliseconds(50),
            extra: Law::LogNormal {
                median: milliseconds(40),
                sigma: 0.6,
            },
        };
        NetworkFile {
            client_to_platform: client,
            platform_to_client: client,
            server_to_server: LinkFile {
                floor: milliseconds(50),
                extra: Law::Exponential(milliseconds(5)),
            },
        }
    }
}

/// Latency of one kind of link, such as `{ floor = "50ms", extra = { exponential = "5ms" } }`.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkFile {
    /// The least latency, above zero.
    #[schemars(extend("x-above-zero" = true))]
    pub(crate) floor: Duration,
    /// Random latency that is added to the floor.
    pub(crate) extra: Law,
}

/// What the platform is built of.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PlatformFile {
    /// Shards over which people and pages are spread. Multiplied by the top-level `scale`, at least one. If it is left out,
    /// the load of the base scenario decides: as many as keep the servers busy for `peak_utilisation` of the busiest hour.
    #[schemars(range(min = 1), extend("x-unit" = "shards", "x-grade" = "assumed"))]
    pub(crate) shards: Option<u16>,
    /// Commands that a shard serves at the same time.
    #[schemars(range(min = 1), extend("x-unit" = "servers per shard", "x-grade" = "assumed"))]
    pub(crate) servers: u16,
    /// Who is served first.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) lanes: Lanes,
    /// Clients' commands that may wait at a shard. If the queue is full, further ones are dropped and
    /// counted.
    #[schemars(range(min = 1, max = 1_000_000_000), extend("x-unit" = "commands per shard", "x-grade" = "assumed"))]
    pub(crate) queue_capacity: u32,
    /// Share of the busiest hour for which the servers are to be busy, if the number of shards follows from the load. Ads are
    /// not in it.
    #[schemars(range(min = 0.001, max = 0.999), extend("x-grade" = "assumed"))]
    pub(crate) peak_utilisation: Probability,
    /// Mean time that a command of cost 1 takes a server.
    #[schemars(extend("x-above-zero" = true, "x-grade" = "assumed", "x-source" = "with it 100,000 people of the default workload keep one server busy for 70% of their busiest hour"))]
    pub(crate) unit_cost: Duration,
    /// Makes service times such that the load of the base scenario, ads apart, keeps the servers busy for this share of its
    /// busiest hour, whatever their number. Reports say so beside their latencies.
    #[schemars(range(min = 0.001, max = 0.999), extend("x-grade" = "assumed"))]
    pub(crate) stretch_to: Option<Probability>,
    /// Mean service time of each class of command, as a multiple of `unit_cost`.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) cost: Costs,
    /// Standard deviation of the logarithm of a service time within its class; 0 for constant times.
    #[schemars(range(min = 0, max = 5), extend("x-grade" = "assumed"))]
    pub(crate) service_sigma: f64,
    /// Service times, instead of `unit_cost`, `cost`, `service_sigma` and `stretch_to`: a law for each class of command. A
    /// class that is left out takes no time.
    pub(crate) service: Option<ServiceLaws>,
    /// Time without an answer after which the payer's shard cancels a transfer.
    #[schemars(extend("x-above-zero" = true, "x-grade" = "assumed"))]
    pub(crate) transfer_timeout: Duration,
    /// How long an idempotency key is remembered. A payment with an older key is refused.
    #[schemars(extend("x-above-zero" = true, "x-grade" = "assumed"))]
    pub(crate) key_life: Duration,
    /// How long a message is kept for a user who stays offline.
    #[schemars(extend("x-above-zero" = true, "x-grade" = "assumed"))]
    pub(crate) inbox_life: Duration,
    /// How long a shard may hold a lease of a campaign's budget.
    #[schemars(extend("x-above-zero" = true, "x-grade" = "assumed"))]
    pub(crate) lease_life: Duration,
    /// Ads that one lease pays for.
    #[schemars(range(min = 1, max = 1_000_000), extend("x-unit" = "ads per lease", "x-grade" = "assumed"))]
    pub(crate) lease_ads: u32,
    /// Share of a payment to a page that the platform keeps.
    pub(crate) payment_fee: Probability,
}

/// What a command of cost 1 takes a server, where nobody says otherwise.
pub(crate) const UNIT_COST: Duration = Duration(Span(8_900_000));

impl Default for PlatformFile {
    fn default() -> PlatformFile {
        PlatformFile {
            shards: None,
            servers: 1,
            lanes: Lanes::Fifo,
            queue_capacity: 100_000,
            peak_utilisation: Probability::of(0.7),
            unit_cost: UNIT_COST,
            stretch_to: None,
            cost: Costs::default(),
            service_sigma: 0.5,
            service: None,
            transfer_timeout: milliseconds(10_000),
            key_life: hours(24),
            inbox_life: hours(30 * 24),
            lease_life: hours(1),
            lease_ads: 20,
            payment_fee: Probability::of(0.0),
        }
    }
}

/// One value for each class of command; `$each` are the attributes of each value.
macro_rules! per_class {
    ($(#[$doc:meta])* $name:ident, $value:ty, $(#[$each:meta])* ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub(crate) struct $name {
            /// A device comes online.
            $(#[$each])* connect: $value,
            /// A message between people.
            $(#[$each])* message: $value,
            /// A read receipt.
            $(#[$each])* read: $value,
            /// A user's act towards a page, and the page's answer.
            $(#[$each])* page_message: $value,
            /// A step of an order.
            $(#[$each])* order: $value,
            /// A step of a transfer of money.
            $(#[$each])* payment: $value,
            /// Consent given or withdrawn: opt-in, opt-out, mute, block.
            $(#[$each])* consent: $value,
            /// Delivery of an ad.
            $(#[$each])* ad: $value,
            /// Leases, campaigns, timers.
            $(#[$each])* control: $value,
            /// A request that does nothing.
            $(#[$each])* probe: $value,
        }

        impl $name {
            /// The value for `class`.
            pub(crate) fn of(&self, class: CommandClass) -> $value {
                match class {
                    CommandClass::Connect => self.connect,
                    CommandClass::Message => self.message,
                    CommandClass::Read => self.read,
                    CommandClass::PageMessage => self.page_message,
                    CommandClass::Order => self.order,
                    CommandClass::Payment => self.payment,
                    CommandClass::Consent => self.consent,
                    CommandClass::Ad => self.ad,
                    CommandClass::Control => self.control,
                    CommandClass::Probe => self.probe,
                }
            }
        }
    };
}

per_class!(
    /// Mean service times relative to one another.
    Costs, f64, #[schemars(range(min = 0, max = 1_000_000.0))]
);

impl Default for Costs {
    fn default() -> Costs {
        Costs {
            connect: 1.0,
            message: 1.0,
            read: 0.3,
            page_message: 1.0,
            order: 2.0,
            payment: 2.0,
            consent: 0.5,
            ad: 1.5,
            control: 0.5,
            probe: 1.0,
        }
    }
}

per_class!(
    /// Service times by class of command.
    #[derive(Default)]
    ServiceLaws, Option<Law>,
);

/// Who answers questions to pages.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct HotlineFile {
    /// Share of the pages whose hot-line is a bot.
    #[schemars(title = "Pages answered by a bot", extend("x-audience" = "product", "x-grade" = "assumed"))]
    pub(crate) bot_share: Probability,
    /// People at the hot-line of a page with mean traffic and without a bot. If it is left out, each page has as many as its
    /// questions keep busy for `staff_utilisation` of the busiest hour. Every hot-line has at least one person.
    #[schemars(title = "Staff of a hot-line", range(min = 0, max = 65_535.0), extend("x-audience" = "product", "x-unit" = "people", "x-grade" = "assumed"))]
    pub(crate) staff: Option<f64>,
    /// Share of the busiest hour for which staff are to be busy, if their number follows from the questions.
    #[schemars(range(min = 0.001, max = 0.999), extend("x-grade" = "assumed"))]
    pub(crate) staff_utilisation: Probability,
    /// How staff falls with a page's rank by visits, if `staff` is given: exponent of a Zipf law; 0 gives every page the same
    /// staff.
    #[schemars(range(min = 0, max = 10), extend("x-grade" = "assumed"))]
    pub(crate) staff_exponent: f64,
}

impl Default for HotlineFile {
    fn default() -> HotlineFile {
        HotlineFile {
            bot_share: Probability::of(0.3),
            staff: None,
            staff_utilisation: Probability::of(0.7),
            staff_exponent: 0.8,
        }
    }
}

/// The schema of thresholds: conditions that a metric can have, by the metric's name. An arm may change one of them by
/// its number.
fn thresholds_schema(_: &mut SchemaGenerator) -> Schema {
    let patterns = condition_patterns();
    let of_metrics = |(pattern, names): (&String, &Vec<&str>)| {
        let names = names.join("|").replace('.', "\\.");
        let condition = json!({ "pattern": pattern });
        let conditions = json!({ "items": condition, "patternProperties": { "^[0-9]+$": condition } });
        json!({ "patternProperties": { (format!("^(?:{names})$")): conditions } })
    };
    let kinds: Vec<serde_json::Value> = patterns.iter().map(of_metrics).collect();
    let mut names: Vec<&str> = patterns.values().flatten().copied().collect();
    names.sort_unstable();
    json_schema!({
        "type": "object",
        "additionalProperties": { "type": "array", "items": { "type": "string" } },
        "propertyNames": { "enum": names },
        "allOf": kinds,
    })
}

/// The schema of arms; [`crate::schema::schema`] adds the definition.
fn arms_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "$ref": "#/$defs/Arm" } })
}
