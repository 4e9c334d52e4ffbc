//! The closed sets that facts refer to (classes, rules, formats, reasons), each value with its label.
//!
//! Labels are the names in the event log, in records and in reports. Changing one breaks every stored file.

/// Defines an enum of a closed set, with the label of each variant in files and reports. A crate that uses it
/// needs `serde` and `schemars`.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $label:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[derive(::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $label)] $variant),*
        }

        impl $name {
            /// All values, in the order of counters and reports.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// Its name in files and reports.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $($name::$variant => $label),* }
            }
        }
    };
}

words! {
    /// The class of a message. Latencies are measured per class, and classes choose service lanes.
    MessageClass {
        /// Between two people.
        Friend = "friend",
        /// A question to a page, or its answer.
        HotLine = "hot_line",
        /// A page's notice about an order.
        OrderNotice = "order_notice",
        /// An ad.
        Ad = "ad",
    }
}

words! {
    /// What a shard spends service time on.
    CommandClass {
        /// A device comes on line.
        Connect = "connect",
        /// A message between people.
        Message = "message",
        /// A read receipt.
        Read = "read",
        /// A user's act towards a page, or the page's answer.
        PageMessage = "page_message",
        /// A step of an order.
        Order = "order",
        /// A step of a transfer of money.
        Payment = "payment",
        /// Consent given or revoked: opt-in, opt-out, mute, block.
        Consent = "consent",
        /// Delivery of an ad.
        Ad = "ad",
        /// Leases, campaigns, timers.
        Control = "control",
        /// A request that does nothing but load a queue.
        Probe = "probe",
    }
}

words! {
    /// A rule that can refuse an ad, a page's message or its request for an opt-in.
    RuleKind {
        /// The platform shows no ads at all.
        NoAds = "no_ads",
        /// The user blocked the page.
        Block = "block",
        /// The user muted the page.
        Mute = "mute",
        /// Who opened the conversation.
        OpenedBy = "opened_by",
        /// The ad's topic against the topic of first contact.
        FirstTopic = "first_topic",
        /// The ad's format.
        Format = "format",
        /// Consent to be contacted.
        OptIn = "opt_in",
        /// Time since the user's last act towards the page.
        Window = "window",
        /// Ads per user over all pages.
        UserCap = "frequency_cap",
        /// Ads per user from one page.
        PageCap = "page_cap",
        /// Night in the user's own time zone.
        QuietHours = "quiet_hours",
        /// The campaign has not begun or has ended.
        Running = "running",
        /// The product is not in stock.
        Stock = "stock",
        /// No budget is left, or pacing grants none yet.
        Budget = "budget",
        /// The basis of an ad: none of those that the policy accepts holds.
        Basis = "grounds",
        /// Ads per user over all pages that the user has not answered.
        UnansweredCap = "unanswered_cap",
        /// A page's message outside the window, without a tag that covers it.
        Tag = "tag",
        /// When and how often a page may request an opt-in.
        OptInRequest = "opt_in_request",
        /// The bid is below the reserve.
        Reserve = "reserve",
        /// The bid is below the list price of a marketing message.
        MessagePrice = "message_price",
        /// People whom the page may reach in 24 hours.
        Tier = "tier",
        /// The page's quality rating.
        Quality = "quality",
        /// Messages of the page per second.
        Throughput = "throughput",
        /// Messages of the page per month.
        Quota = "quota",
    }
}

words! {
    /// The three ad formats.
    Format {
        /// A sale with an end.
        FlashSale = "flash-sale",
        /// A new product.
        NewProduct = "new-product",
        /// A product is back in stock.
        BackInStock = "back-in-stock",
    }
}

words! {
    /// How a user came to a page.
    Entry {
        /// A link on a receipt.
        Receipt = "receipt",
        /// A link on a poster.
        Poster = "poster",
        /// A link or plugin on the page's own site.
        Site = "site",
        /// A link from an ad.
        Ad = "ad",
        /// Found without a link.
        Search = "search",
        /// Before day one.
        History = "history",
    }
}

words! {
    /// Where consent was given.
    OptInSource {
        /// The button after checkout.
        CheckoutButton = "checkout_button",
        /// A short link.
        ShortLink = "short_link",
        /// The user wrote first.
        WroteFirst = "wrote_first",
        /// A plugin on the page's site.
        SitePlugin = "site_plugin",
        /// Before day one.
        History = "history",
    }
}

words! {
    /// Who answered on the hot-line.
    Answerer {
        /// A bot.
        Bot = "bot",
        /// A person of the page's staff.
        Human = "human",
    }
}

words! {
    /// What a user did with an ad.
    Reaction {
        /// Opened it.
        Open = "open",
        /// Followed its link.
        Click = "click",
        /// Bought through it.
        Buy = "buy",
    }
}

words! {
    /// How people take the ads of a page.
    Quality {
        /// Well.
        Green = "green",
        /// With some complaints, or seldom opened.
        Yellow = "yellow",
        /// With many complaints.
        Red = "red",
    }
}

words! {
    /// A step of reach on its way between a page's home and a shard.
    ReachStep {
        /// The page's home leases it to a shard.
        Leased = "leased",
        /// The shard has it.
        Arrived = "arrived",
        /// The shard returns what no recipient of the last 24 hours uses.
        Returned = "returned",
        /// The page's home has it again.
        Regained = "regained",
    }
}

words! {
    /// Why the platform refused a command.
    RefusalReason {
        /// The recipient blocked the sender.
        Blocked = "blocked",
        /// No such page.
        UnknownPage = "unknown_page",
        /// The payer has less money than the amount.
        InsufficientFunds = "insufficient_funds",
        /// The amount is not above zero, payer and payee are the same, the payee is unknown, or the key
        /// comes from the future.
        InvalidTransfer = "invalid_transfer",
        /// The idempotency key was used with other parameters.
        KeyReused = "key_reused",
        /// The idempotency key is older than the platform remembers.
        KeyExpired = "key_expired",
        /// No answer in time.
        TimedOut = "timed_out",
        /// Nothing left in stock.
        OutOfStock = "out_of_stock",
        /// No such product, or not at that price.
        WrongPrice = "wrong_price",
        /// No such order, or it is past that state.
        WrongState = "wrong_state",
        /// No conversation to do it in.
        NoConversation = "no_conversation",
        /// The message has not reached the device yet.
        NotDelivered = "not_delivered",
        /// A page's message outside the window, without a tag that covers it.
        Tag = "tag",
        /// The opt-in answers a request that the page was not allowed to make.
        OptInRequest = "opt_in_request",
    }
}

impl RefusalReason {
    /// The rule of the policy that refused, if one did.
    #[must_use]
    pub fn rule(self) -> Option<RuleKind> {
        match self {
            RefusalReason::Tag => Some(RuleKind::Tag),
            RefusalReason::OptInRequest => Some(RuleKind::OptInRequest),
            RefusalReason::Blocked
            | RefusalReason::UnknownPage
            | RefusalReason::InsufficientFunds
            | RefusalReason::InvalidTransfer
            | RefusalReason::KeyReused
            | RefusalReason::KeyExpired
            | RefusalReason::TimedOut
            | RefusalReason::OutOfStock
            | RefusalReason::WrongPrice
            | RefusalReason::WrongState
            | RefusalReason::NoConversation
            | RefusalReason::NotDelivered => None,
        }
    }
}
