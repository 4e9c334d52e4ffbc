//! What became of campaigns, refusals, money, thresholds and promises in a run.

use super::Unit;
use chappe_base::{Account, CommandClass, Format, RefusalReason, RuleKind, words};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of one campaign.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Funnel {
    /// The campaign's number, in the order of the scenario.
    pub campaign: u16,
    /// The page's number.
    pub page: u32,
    /// The ad's format; null if it never began.
    pub format: Option<Format>,
    /// Budget set aside [micro-units].
    pub budget_micro: i64,
    /// People with a conversation with the page.
    pub audience_count: u64,
    /// Ad slots for which the policy judged it.
    pub decided_count: u64,
    /// Slots in which it was allowed.
    pub allowed_count: u64,
    /// Slots in which it was refused, by the first rule to refuse; rules that refused none are
    /// left out.
    pub refused: Vec<Tally<RuleKind>>,
    /// Ads delivered and charged.
    pub delivered_count: u64,
    /// Ads opened.
    pub opened_count: u64,
    /// Ads whose link was followed.
    pub clicked_count: u64,
    /// Purchases through an ad.
    pub bought_count: u64,
    /// What the platform earned [micro-units].
    pub revenue_micro: i64,
    /// Orders placed in answer to its ads, at their price, less those cancelled [micro-units].
    #[serde(default)]
    pub sales_micro: i64,
}

/// How often, by label.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Tally<T> {
    /// Of what.
    pub label: T,
    /// How many.
    pub count: u64,
}

/// What was refused. Labels that refused nothing are left out.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Refusals {
    /// Ads by the first rule to refuse, in the policy's order of rules.
    pub ads: Vec<Tally<RuleKind>>,
    /// Accepted ads withdrawn before delivery, by rule.
    pub withdrawn: Vec<Tally<RuleKind>>,
    /// Commands by reason.
    pub commands: Vec<Tally<RefusalReason>>,
    /// Transfers that ended without money moving, by reason.
    pub transfers: Vec<Tally<RefusalReason>>,
    /// Commands lost to a full queue, by class.
    pub dropped: Vec<Tally<CommandClass>>,
}

words! {
    /// Kind of account.
    AccountKind {
        /// Outside the platform: where opening balances come from.
        World = "world",
        /// Between shards: transfers in flight.
        Clearing = "clearing",
        /// What the platform has earned with ads that won an auction.
        Revenue = "revenue",
        /// What users can spend.
        User = "user",
        /// What users have promised to transfers that are not yet ended.
        UserHeld = "user_held",
        /// What pages can spend.
        Page = "page",
        /// What pages have promised to transfers that are not yet ended.
        PageHeld = "page_held",
        /// Budgets of campaigns, at their pages' homes.
        Campaign = "campaign",
        /// Parts of budgets that are leased to shards and not reserved.
        Lease = "lease",
        /// Parts of leases that are reserved for ads on their way.
        LeaseHeld = "lease_held",
        /// What the platform has earned with messages by list price and plan.
        MessageRevenue = "message_revenue",
        /// What the platform has kept of payments to pages.
        PaymentRevenue = "payment_revenue",
    }
}

impl From<Account> for AccountKind {
    fn from(account: Account) -> AccountKind {
        match account {
            Account::World => AccountKind::World,
            Account::Clearing => AccountKind::Clearing,
            Account::Revenue => AccountKind::Revenue,
            Account::User(_) => AccountKind::User,
            Account::UserHeld(_) => AccountKind::UserHeld,
            Account::Page(_) => AccountKind::Page,
            Account::PageHeld(_) => AccountKind::PageHeld,
            Account::Campaign(_) => AccountKind::Campaign,
            Account::Lease(_) => AccountKind::Lease,
            Account::LeaseHeld(_) => AccountKind::LeaseHeld,
            Account::MessageRevenue => AccountKind::MessageRevenue,
            Account::PaymentRevenue => AccountKind::PaymentRevenue,
        }
    }
}

/// What all accounts of a kind hold together.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Balance {
    /// Kind of account.
    pub account: AccountKind,
    /// What they hold [micro-units].
    pub balance_micro: i64,
}

/// Whether one threshold holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ThresholdVerdict {
    /// The metric's registered name.
    pub metric: String,
    /// The condition, as the scenario has it.
    pub condition: String,
    /// What was observed.
    pub observed: Observed,
    /// Of how many observations, where it is a figure of observations; null otherwise.
    #[serde(default)]
    pub samples_count: Option<u64>,
    /// If there were too few observations to tell: how many it takes; null otherwise.
    #[serde(default)]
    pub samples_wanted: Option<u64>,
    /// Whether it holds. Where there were too few observations to tell, it does not.
    pub passed: bool,
}

/// What a threshold comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ThresholdOutcome {
    /// It holds.
    Kept,
    /// It does not hold.
    Missed,
    /// There were too few observations to tell, or none.
    Inconclusive,
}

impl ThresholdVerdict {
    /// What it comes to.
    #[must_use]
    pub fn outcome(&self) -> ThresholdOutcome {
        match (self.passed, self.samples_wanted) {
            (true, _) => ThresholdOutcome::Kept,
            (false, None) => ThresholdOutcome::Missed,
            (false, Some(_)) => ThresholdOutcome::Inconclusive,
        }
    }
}

/// The figure that a threshold was compared with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Observed {
    /// No observation.
    Nothing,
    /// A figure.
    Value {
        /// The figure.
        value: i64,
        /// What it is counted in.
        unit: Unit,
    },
    /// A quotient.
    #[serde(rename = "share")]
    Ratio {
        /// What is divided.
        numerator: i64,
        /// By what it is divided, not zero.
        denominator: i64,
        /// What the quotient is told in; left out for a share.
        #[serde(default = "super::metric::share", skip_serializing_if = "Unit::is_share")]
        unit: Unit,
    },
}

/// What the audit found.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct AuditSummary {
    /// Whether no promise was broken.
    pub passed: bool,
    /// Facts judged.
    pub facts_count: u64,
    /// Each promise with how often it was checked.
    pub promises: Vec<PromiseSummary>,
    /// The first violations, in the order of the facts.
    pub violations: Vec<ViolationSummary>,
    /// The command that replays the violations, if any.
    pub replay: Option<String>,
}

/// One promise.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PromiseSummary {
    /// The promise's name, as the audit has it.
    pub promise: String,
    /// What it says.
    pub description: String,
    /// How often it was checked.
    pub checked_count: u64,
    /// How often it was broken.
    pub violation_count: u64,
}

/// One broken promise.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ViolationSummary {
    /// The promise's name, as the audit has it.
    pub promise: String,
    /// When it was broken [ns since midnight UTC of day one].
    pub at_ns: i64,
    /// On which shard; null where it shows only over all shards.
    pub shard: Option<u16>,
    /// What happened, with the facts that show it.
    pub description: String,
}
