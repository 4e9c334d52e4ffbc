//! What stands in a scenario file: its sections and keys, each with its default, unit, grade and
//! source. The sections about people and pages are those of the workload.
//!
//! Grades: A official or primary, B press, C one vendor or case, D derived by arithmetic,
//! `assumed` where there is no usable source. A key without a grade is the scenario's own choice.

use crate::design::Design;
use crate::ordered::Ordered;
use crate::policy::PolicyFile;
use crate::scenario::Lanes;
use crate::study::Study;
use chappe_base::{Amount, CommandClass, Duration, Format, Law, Probability, Span};
use chappe_workload::config::{Agents, History, Population, Sessions, Traffic};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

const fn milliseconds(milliseconds: i64) -> Duration {
    Duration(Span(milliseconds * 1_000_000))
}

const fn hours(hours: i64) -> Duration {
    Duration(Span(hours * Span::HOUR.0))
}

/// A scenario file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct File {
    /// What it is about, in a few words.
    pub(crate) title: String,
    /// The question it asks.
    pub(crate) question: String,
    /// Seed of all random draws.
    pub(crate) seed: u64,
    /// How long the run lasts; at most 1,016 days.
    pub(crate) horizon: Duration,
    /// From when on figures count; shorter than the horizon.
    pub(crate) warm_up: Duration,
    /// Multiplies the number of people.
    #[schemars(range(min = 0.000001, max = 1_000_000.0), extend("x-unit" = "times"))]
    pub(crate) scale: f64,
    /// Who is on the platform.
    pub(crate) population: Population,
    /// Who is on line when.
    pub(crate) sessions: Sessions,
    /// How much is written, when, and how fast it is answered.
    pub(crate) traffic: Traffic,
    /// What people do besides chatting, and what pages do.
    pub(crate) agents: Agents,
    /// What has happened before day one.
    pub(crate) history: History,
    /// How long commands and notices travel.
    pub(crate) network: NetworkFile,
    /// What the platform is built of.
    pub(crate) platform: PlatformFile,
    /// Who answers questions to pages.
    pub(crate) hotline: HotlineFile,
    /// What pages sell.
    pub(crate) catalogue: CatalogueFile,
    /// The rules that an ad must pass: a preset, and rules that replace the preset's.
    pub(crate) policy: PolicyFile,
    /// The campaigns, numbered from 0 in the order of the file.
    pub(crate) campaign: Vec<CampaignFile>,
    /// How the platform is built where it runs in real time.
    pub(crate) design: Design,
    /// Variants of the scenario.
    pub(crate) arm: Vec<ArmFile>,
    /// What is studied over many runs.
    #[serde(skip_serializing_if = "Study::is_default")]
    pub(crate) study: Study,
    /// What the result must fulfil: for each metric a list of conditions, such as
    /// `"delivery.friend" = ["p(99) < 250ms"]`.
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

/// How long commands and notices travel. What crosses shards takes at least the smallest floor.
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

/// Latency of one kind of link, e.g. `{ floor = "50ms", extra = { exponential = "5ms" } }`.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkFile {
    /// Never less than this; above zero.
    pub(crate) floor: Duration,
    /// What is added to the floor.
    pub(crate) extra: Law,
}

/// What the platform is built of.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PlatformFile {
    /// Shards that people and pages are spread over. Part of the result, unlike the number of
    /// workers.
    #[schemars(range(min = 1), extend("x-unit" = "shards", "x-grade" = "assumed"))]
    pub(crate) shards: u16,
    /// Commands that a shard serves at once.
    #[schemars(range(min = 1), extend("x-unit" = "servers per shard", "x-grade" = "assumed"))]
    pub(crate) servers: u16,
    /// Who is served first.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) lanes: Lanes,
    /// Commands that may wait at a shard; any more are dropped and counted.
    #[schemars(range(min = 1), extend("x-unit" = "commands per shard", "x-grade" = "assumed"))]
    pub(crate) queue_capacity: u32,
    /// Share of the capacity at which the busiest hour runs; capacity follows from it. Above 0 and
    /// below 1.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) peak_utilisation: Probability,
    /// Mean service time of each class of command, relative to one another, where capacity follows
    /// from `peak_utilisation`.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) cost: Costs,
    /// Standard deviation of the logarithm of a service time within its class, where capacity
    /// follows from `peak_utilisation`; 0 for constant times.
    #[schemars(range(min = 0, max = 5), extend("x-grade" = "assumed"))]
    pub(crate) service_sigma: f64,
    /// Service times as they are, instead of `peak_utilisation`, `cost` and `service_sigma`: a law
    /// for each class of command. A class that is left out takes no time.
    pub(crate) service: Option<ServiceLaws>,
    /// After how long without an answer the payer's shard cancels a transfer.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) transfer_timeout: Duration,
    /// How long an idempotency key is remembered; an older one is refused.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) key_life: Duration,
    /// How long a message is kept for a user who stays off line.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) inbox_life: Duration,
    /// How long a shard may hold a lease of a campaign's budget.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) lease_life: Duration,
    /// Ads that one lease pays for.
    #[schemars(range(min = 1), extend("x-unit" = "ads per lease", "x-grade" = "assumed"))]
    pub(crate) lease_ads: u32,
    /// Share of a payment to a page that the platform keeps.
    pub(crate) payment_fee: Probability,
}

impl Default for PlatformFile {
    fn default() -> PlatformFile {
        PlatformFile {
            shards: 64,
            servers: 1,
            lanes: Lanes::Fifo,
            queue_capacity: 100_000,
            peak_utilisation: Probability::of(0.7),
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

/// One value for each class of command; `$each` says how a value is declared.
macro_rules! per_class {
    ($(#[$doc:meta])* $name:ident, $value:ty, $(#[$each:meta])* ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub(crate) struct $name {
            /// A device comes on line.
            $(#[$each])* connect: $value,
            /// A message between people.
            $(#[$each])* message: $value,
            /// A read receipt.
            $(#[$each])* read: $value,
            /// A user's act towards a page, and its answer.
            $(#[$each])* page_message: $value,
            /// A step of an order.
            $(#[$each])* order: $value,
            /// A step of a transfer of money.
            $(#[$each])* payment: $value,
            /// Consent given or taken back: opt-in, opt-out, mute, block.
            $(#[$each])* consent: $value,
            /// Delivery of an ad.
            $(#[$each])* ad: $value,
            /// Leases, campaigns, timers.
            $(#[$each])* control: $value,
            /// A bare request that does nothing.
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
    /// Mean service times, relative to one another.
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
    /// Service times as they are.
    #[derive(Default)]
    ServiceLaws, Option<Law>,
);

/// Who answers questions to pages.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct HotlineFile {
    /// Share of the pages whose hot-line is a bot.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) bot_share: Probability,
    /// People at the hot-line of a page of mean traffic, where no bot answers.
    #[schemars(range(min = 0, max = 65_535.0), extend("x-unit" = "people", "x-grade" = "assumed"))]
    pub(crate) staff: f64,
    /// How staff falls with a page's rank by visits: exponent of a Zipf law, 0 for the same
    /// everywhere. Nobody has less than one.
    #[schemars(range(min = 0, max = 10), extend("x-grade" = "assumed"))]
    pub(crate) staff_exponent: f64,
}

impl Default for HotlineFile {
    fn default() -> HotlineFile {
        HotlineFile {
            bot_share: Probability::of(0.3),
            staff: 3.0,
            staff_exponent: 0.8,
        }
    }
}

/// What pages sell.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CatalogueFile {
    /// Categories in order, each with the names of its products, e.g.
    /// `shoes = ["trail", "road"]`. Page p deals in category p modulo their number. Naming any
    /// replaces them all.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) categories: Ordered<Vec<String>>,
    /// The median price.
    #[schemars(extend("x-unit" = "currency", "x-grade" = "assumed"))]
    pub(crate) price_median: Amount,
    /// Standard deviation of the logarithm of a price.
    #[schemars(range(min = 0, max = 5), extend("x-grade" = "assumed"))]
    pub(crate) price_sigma: f64,
    /// Units of a product that a page has at the start and gets at every restocking.
    #[schemars(extend("x-unit" = "units", "x-grade" = "assumed"))]
    pub(crate) stock: u32,
    /// Time from running out of a product to getting new stock.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) restock_after: Law,
    /// Share of the products that are out of stock at the start.
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) out_of_stock_share: Probability,
}

impl Default for CatalogueFile {
    fn default() -> CatalogueFile {
        let category = |name: &str, products: &[&str]| {
            let products = products.iter().map(|product| product.to_string());
            (name.to_string(), products.collect())
        };
        CatalogueFile {
            categories: Ordered(vec![
                category("shoes", &["trail", "road", "winter"]),
                category("books", &["novels", "travel", "cooking"]),
                category("flowers", &["roses", "tulips"]),
                category("phones", &["handsets", "covers", "chargers"]),
            ]),
            price_median: Amount(chappe_base::Money(30_000_000)),
            price_sigma: 0.6,
            stock: 100,
            restock_after: Law::LogNormal {
                median: hours(12),
                sigma: 0.5,
            },
            out_of_stock_share: Probability::of(0.1),
        }
    }
}

/// One campaign.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CampaignFile {
    /// Its form.
    #[schemars(schema_with = "format_schema")]
    pub(crate) format: Format,
    /// Number of the page whose it is.
    pub(crate) page: u32,
    /// What it is about: `category/product`, which the page must deal in.
    pub(crate) topic: String,
    /// What it pays for one ad delivered.
    #[schemars(extend("x-unit" = "currency"))]
    pub(crate) bid: Amount,
    /// What it pays in total at most.
    #[schemars(extend("x-unit" = "currency"))]
    pub(crate) budget: Amount,
    /// When it begins, from the start of the run; at the start where absent.
    #[serde(default)]
    pub(crate) start: Duration,
    /// When it ends, from the start of the run. A flash sale has an end.
    #[serde(default)]
    pub(crate) end: Option<Duration>,
    /// How long it lasts, instead of `end`.
    #[serde(default)]
    pub(crate) lasting: Option<Duration>,
    /// How it spends its budget.
    #[serde(default)]
    pub(crate) pacing: PacingWord,
    /// For whom it is, of those in conversation with the page.
    #[serde(default)]
    pub(crate) audience: AudienceWord,
}

/// For whom a campaign is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AudienceWord {
    /// All of them.
    #[default]
    Everyone,
    /// Those who have bought something of the page since the run began.
    Shoppers,
}

/// How a campaign spends its budget.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PacingWord {
    /// Evenly until its end, or the horizon.
    #[default]
    Even,
    /// As fast as there are slots.
    Asap,
}

/// The schema of a [`Format`].
pub(crate) fn format_schema(_: &mut SchemaGenerator) -> Schema {
    let labels: Vec<&str> = Format::ALL.iter().map(|format| format.label()).collect();
    json_schema!({ "type": "string", "enum": labels })
}

/// A variant of the scenario: a name, and the keys that it changes, dotted as for `--set`, e.g.
/// `policy.preset = "no-ads"`. Tables are merged key by key; `campaign.0.bid` changes one campaign.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ArmFile {
    /// Its name.
    pub(crate) name: String,
    #[serde(flatten)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    overrides: toml::Table,
}
