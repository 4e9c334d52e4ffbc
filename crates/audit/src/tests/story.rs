//! A short legal run on three shards that touches every promise, to be broken at will.

use crate::{
    Audit, Campaign, Cap, MessageReasons, PageLimits, Prices, Promise, Promises, QuietHours, TopicMatch,
    Verdict,
};
use chappe_base::*;

pub(super) const SHARDS: u16 = 3;
pub(super) const ANN: UserId = UserId(0);
pub(super) const BOB: UserId = UserId(1);
pub(super) const CYD: UserId = UserId(2);
/// Lives on Bob's shard.
pub(super) const DAN: UserId = UserId(4);
pub(super) const SHOP: PageId = PageId(0);
pub(super) const SHOES: Topic = Topic {
    category: 1,
    product: 0,
};
pub(super) const SALE: CampaignId = CampaignId(0);
pub(super) const SHOE: ProductId = ProductId(0);
pub(super) const OPENED: Act = Act(5);
pub(super) const AGREED: Act = Act(6);

/// The permit that Bob's and Dan's ads lean on.
pub(super) const PERMIT: Permit = Permit {
    conversation: OPENED,
    opt_in: Some(AGREED),
};

pub(super) fn promises() -> Promises {
    let daily = Cap {
        count: 1,
        every: Span::DAY,
    };
    let sale = Campaign {
        page: SHOP,
        format: Format::BackInStock,
        topic: SHOES,
        shoppers_only: false,
        product: Some(SHOE),
        bid: Money(25),
        budget: Money(200),
        start: SimTime::ZERO,
        end: SimTime::NEVER,
    };
    Promises {
        users_count: 6,
        pages_count: 3,
        offsets_minutes: vec![12 * 60; 6].into(),
        campaigns: vec![sale].into(),
        ads_allowed: true,
        opened_by_user: true,
        first_topic: TopicMatch::Product,
        formats: vec![Format::BackInStock],
        opt_in: Some(TopicMatch::Product),
        mute: true,
        not_within: Some(Span::HOUR),
        at_most: Some(Span(7 * Span::DAY.0)),
        user_caps: vec![daily],
        page_caps: vec![daily],
        quiet_hours: Some(QuietHours {
            from_minute: 22 * 60,
            to_minute: 7 * 60,
            holds: true,
        }),
        basis: None,
        unanswered_caps: Vec::new(),
        messages: Some(MessageReasons {
            within: Some(Span(7 * Span::DAY.0)),
            order_notices: true,
            human_answers: None,
            one_further: false,
        }),
        answered_by_people: Vec::new().into(),
        opt_in_requests: None,
        prices: Prices {
            reserve: Money(20),
            ..Prices::default()
        },
        page_limits: PageLimits {
            per_second: Some(80),
            ..PageLimits::default()
        },
        under_way_at_most: Span::HOUR,
    }
}

pub(super) fn message(number: u64) -> MessageId {
    MessageId(number)
}

/// Facts in the order in which they are told, one second apart unless said otherwise.
pub(super) struct Story {
    pub(super) promises: Promises,
    pub(super) now: SimTime,
    pub(super) records: Vec<Record>,
}

impl Story {
    pub(super) fn empty() -> Story {
        Story {
            promises: promises(),
            now: SimTime::ZERO,
            records: Vec::new(),
        }
    }

    pub(super) fn tell(&mut self, shard: ShardId, fact: Fact) {
        let at = self.now;
        self.records.push(Record { at, shard, fact });
    }

    pub(super) fn wait(&mut self) {
        self.now += Span::SECOND;
    }

    pub(super) fn homes() -> Homes {
        Homes::new(SHARDS)
    }

    pub(super) fn moved(
        &mut self,
        shard: ShardId,
        from: Account,
        to: Account,
        amount: Money,
        transfer: TransferId,
    ) {
        self.tell(
            shard,
            Fact::Moved {
                from,
                to,
                amount,
                transfer,
            },
        );
    }

    pub(super) fn opening(&mut self, party: Party, amount: Money) {
        let to = account(party);
        self.moved(
            Self::homes().party(party),
            Account::World,
            to,
            amount,
            TransferId::default(),
        );
    }

    pub(super) fn served(&mut self, shard: ShardId, message: MessageId) {
        let command = CommandClass::Message;
        let (wait_ns, service_ns) = (Span::ZERO, Span::ZERO);
        self.tell(
            shard,
            Fact::Served {
                command,
                message,
                wait_ns,
                service_ns,
            },
        );
    }

    pub(super) fn accepted(&mut self, message: MessageId, class: MessageClass, from: Party, to: UserId) {
        let (intended, kept, to) = (self.now, false, Party::User(to));
        self.tell(
            Self::homes().party(to),
            Fact::Accepted {
                message,
                class,
                from,
                to,
                intended,
                kept,
            },
        );
    }

    pub(super) fn delivered(&mut self, message: MessageId, class: MessageClass, from: Party, to: UserId) {
        let to = Party::User(to);
        self.tell(
            Self::homes().party(to),
            Fact::Delivered {
                message,
                class,
                from,
                to,
            },
        );
    }

    pub(super) fn handed_out(&mut self, message: MessageId, class: MessageClass, to: UserId) {
        let (intended, kept, to) = (self.now, false, Party::User(to));
        self.tell(
            Self::homes().party(to),
            Fact::HandedOut {
                message,
                class,
                to,
                intended,
                kept,
            },
        );
    }

    pub(super) fn reserve(&mut self, transfer: TransferId, payer: Party, payee: Party, amount: Money) {
        let home = Self::homes().party(payer);
        self.moved(home, account(payer), held(payer), amount, transfer);
        self.tell(
            home,
            Fact::TransferReserved {
                transfer,
                payer,
                payee,
                amount,
            },
        );
        self.wait();
    }

    pub(super) fn credit(&mut self, transfer: TransferId, payee: Party, amount: Money) {
        let home = Self::homes().party(payee);
        self.moved(home, Account::Clearing, account(payee), amount, transfer);
        self.tell(home, Fact::TransferCredited { transfer, amount });
        self.wait();
    }

    pub(super) fn post(&mut self, transfer: TransferId, payer: Party, payee: Party, amount: Money) {
        let home = Self::homes().party(payer);
        self.moved(home, held(payer), Account::Clearing, amount, transfer);
        self.tell(
            home,
            Fact::TransferPosted {
                transfer,
                payer,
                payee,
                amount,
            },
        );
        self.wait();
    }

    pub(super) fn release(&mut self, transfer: TransferId, payer: Party, amount: Money) {
        let home = Self::homes().party(payer);
        self.moved(home, held(payer), account(payer), amount, transfer);
        let reason = RefusalReason::TimedOut;
        self.tell(home, Fact::TransferReleased { transfer, reason });
        self.wait();
    }

    /// An ad to `user` at a price of 20 is decided for and accepted.
    pub(super) fn offer_ad(&mut self, ad: MessageId, user: UserId) {
        let home = Self::homes().user(user);
        let (page, campaign, decision) = (SHOP, SALE, Decision::Allowed(PERMIT));
        self.tell(
            home,
            Fact::Decided {
                user,
                page,
                campaign,
                decision,
            },
        );
        self.moved(
            home,
            Account::Lease(SALE),
            Account::LeaseHeld(SALE),
            Money(20),
            TransferId::default(),
        );
        self.accepted(ad, MessageClass::Ad, Party::Page(SHOP), user);
        self.wait();
    }

    pub(super) fn deliver_ad(&mut self, ad: MessageId, user: UserId) {
        let home = Self::homes().user(user);
        self.delivered(ad, MessageClass::Ad, Party::Page(SHOP), user);
        self.moved(
            home,
            Account::LeaseHeld(SALE),
            Account::Revenue,
            Money(20),
            TransferId::default(),
        );
        let (campaign, price, permit) = (SALE, Money(20), PERMIT);
        self.tell(
            home,
            Fact::AdDelivered {
                message: ad,
                user,
                campaign,
                price,
                permit,
            },
        );
        self.wait();
        self.handed_out(ad, MessageClass::Ad, user);
    }

    /// Balances, stock and consent from before day one.
    pub(super) fn history(&mut self) {
        self.now = SimTime(-Span::DAY.0);
        for user in 0..6 {
            self.opening(Party::User(UserId(user)), Money(500));
        }
        self.opening(Party::Page(SHOP), Money(1000));
        let (page, product, units) = (SHOP, SHOE, 2);
        self.tell(ShardId(0), Fact::Stocked { page, product, units });
        for user in [BOB, DAN] {
            let home = Self::homes().user(user);
            let (topic, by_user, entry) = (SHOES, true, Entry::Poster);
            self.tell(
                home,
                Fact::Opened {
                    user,
                    page,
                    act: OPENED,
                    by_user,
                    topic,
                    entry,
                },
            );
            let source = OptInSource::WroteFirst;
            self.tell(
                home,
                Fact::OptedIn {
                    user,
                    page,
                    topic,
                    source,
                    act: AGREED,
                },
            );
        }
        self.now = SimTime::ZERO;
    }

    pub(super) fn campaign_begins(&mut self) {
        let (home, none) = (ShardId(0), TransferId::default());
        let (campaign, page, budget) = (SALE, SHOP, Money(200));
        self.moved(home, Account::Page(SHOP), Account::Campaign(SALE), budget, none);
        let (format, topic) = (Format::BackInStock, SHOES);
        self.tell(
            home,
            Fact::CampaignStarted {
                campaign,
                page,
                format,
                topic,
                budget,
            },
        );
        self.wait();
        let (to, amount, until) = (ShardId(1), Money(60), SimTime::NEVER);
        self.moved(home, Account::Campaign(SALE), Account::Clearing, amount, none);
        self.tell(
            home,
            Fact::Leased {
                campaign,
                to,
                amount,
                until,
            },
        );
        self.wait();
        self.moved(to, Account::Clearing, Account::Lease(SALE), amount, none);
        self.wait();
    }

    fn campaign_ends(&mut self) {
        let (home, none) = (ShardId(0), TransferId::default());
        let (campaign, amount) = (SALE, Money(40));
        self.moved(ShardId(1), Account::Lease(SALE), Account::Clearing, amount, none);
        self.tell(ShardId(1), Fact::LeaseReturned { campaign, amount });
        self.wait();
        self.tell(home, Fact::CampaignEnded { campaign });
        self.moved(home, Account::Clearing, Account::Campaign(SALE), amount, none);
        self.moved(
            home,
            Account::Campaign(SALE),
            Account::Page(SHOP),
            Money(180),
            none,
        );
        self.wait();
    }

    fn order(&mut self) {
        let (order, user, page, product, price) = (message(40), BOB, SHOP, SHOE, Money(50));
        let (buyer, shop) = (Party::User(BOB), Party::Page(SHOP));
        self.reserve(order, buyer, shop, price);
        self.tell(
            ShardId(0),
            Fact::OrderPlaced {
                order,
                user,
                page,
                product,
                price,
            },
        );
        self.credit(order, shop, price);
        self.tell(ShardId(0), Fact::OrderPaid { order, page });
        let notice = MessageClass::OrderNotice;
        self.accepted(message(41), notice, shop, BOB);
        self.delivered(message(41), notice, shop, BOB);
        self.handed_out(message(41), notice, BOB);
        self.post(order, buyer, shop, price);
        self.tell(ShardId(0), Fact::OrderShipped { order, page });
        self.wait();
        self.tell(ShardId(0), Fact::OrderDelivered { order, page });
    }

    /// The legal run.
    pub(super) fn legal() -> Story {
        let mut story = Story::empty();
        story.history();
        story.campaign_begins();
        story.offer_ad(message(20), BOB);
        story.deliver_ad(message(20), BOB);
        story.offer_ad(message(21), DAN);
        let (message_21, rule) = (message(21), RuleKind::Block);
        story.tell(
            ShardId(1),
            Fact::Withdrawn {
                message: message_21,
                rule,
            },
        );
        story.moved(
            ShardId(1),
            Account::LeaseHeld(SALE),
            Account::Lease(SALE),
            Money(20),
            TransferId::default(),
        );
        story.wait();
        let (ann, friend) = (Party::User(ANN), MessageClass::Friend);
        story.served(ShardId(1), message(10));
        story.accepted(message(10), friend, ann, BOB);
        story.delivered(message(10), friend, ann, BOB);
        story.served(ShardId(1), message(11));
        story.accepted(message(11), friend, ann, DAN);
        story.wait();
        story.handed_out(message(10), friend, BOB);
        story.delivered(message(11), friend, ann, DAN);
        story.tell(
            ShardId(1),
            Fact::Read {
                message: message(10),
                user: BOB,
            },
        );
        story.wait();
        story.handed_out(message(11), friend, DAN);
        let (bob, cyd) = (Party::User(BOB), Party::User(CYD));
        story.reserve(message(30), bob, cyd, Money(100));
        story.credit(message(30), cyd, Money(100));
        story.post(message(30), bob, cyd, Money(100));
        story.reserve(message(31), bob, cyd, Money(70));
        story.release(message(31), bob, Money(70));
        story.order();
        story.campaign_ends();
        story.now += Span(2 * Span::HOUR.0);
        story.tell(
            ShardId(0),
            Fact::Connected {
                user: ANN,
                until: story.now,
            },
        );
        story
    }

    /// Tells again the only fact for which `which` holds.
    pub(super) fn doubled(mut self, which: impl Fn(&Fact) -> bool) -> Story {
        let place = self.place(which);
        self.records.insert(place + 1, self.records[place]);
        self
    }

    /// Leaves out the only fact for which `which` holds.
    pub(super) fn without(mut self, which: impl Fn(&Fact) -> bool) -> Story {
        let place = self.place(which);
        self.records.remove(place);
        self
    }

    /// Tells `fact` on `shard` just before the only fact for which `which` holds.
    pub(super) fn before(mut self, which: impl Fn(&Fact) -> bool, shard: ShardId, fact: Fact) -> Story {
        let place = self.place(which);
        let at = self.records[place].at;
        self.records.insert(place, Record { at, shard, fact });
        self
    }

    /// Changes the only fact for which `which` holds.
    pub(super) fn changed(mut self, which: impl Fn(&Fact) -> bool, change: impl FnOnce(&mut Fact)) -> Story {
        let place = self.place(which);
        change(&mut self.records[place].fact);
        self
    }

    fn place(&self, which: impl Fn(&Fact) -> bool) -> usize {
        let places: Vec<usize> = (0..self.records.len())
            .filter(|place| which(&self.records[*place].fact))
            .collect();
        assert_eq!(places.len(), 1, "{places:?}");
        places[0]
    }

    pub(super) fn verdict(&self) -> Verdict {
        let mut audit = Audit::new(Self::homes(), &self.promises);
        for record in &self.records {
            audit.observe(record).unwrap();
        }
        audit.finish()
    }

    /// The same story under other promises.
    pub(super) fn relaxed(mut self, change: impl FnOnce(&mut Promises)) -> Story {
        change(&mut self.promises);
        self
    }

    /// Checks that `promise` is broken, whatever else follows from it, and that a violation of it
    /// says `words`.
    pub(super) fn breaks_some(&self, promise: Promise, words: &str) {
        let verdict = self.verdict();
        let texts: Vec<String> = verdict.violations.iter().map(ToString::to_string).collect();
        let says = |what: &String| what.contains(promise.label()) && what.contains(words);
        assert!(texts.iter().any(says), "no {words:?} in {texts:#?}");
    }

    /// Checks that exactly `promise` is broken, and that a violation says `words`.
    pub(super) fn breaks(&self, promise: Promise, words: &str) {
        let verdict = self.verdict();
        let mut broken: Vec<Promise> = verdict
            .violations
            .iter()
            .map(|violation| violation.promise)
            .collect();
        broken.dedup();
        let texts: Vec<String> = verdict.violations.iter().map(ToString::to_string).collect();
        assert_eq!(broken, [promise], "{texts:#?}");
        assert!(
            texts.iter().any(|texts| texts.contains(words)),
            "no {words:?} in {texts:#?}"
        );
    }
}

pub(super) fn account(party: Party) -> Account {
    match party {
        Party::User(user) => Account::User(user),
        Party::Page(page) => Account::Page(page),
    }
}

pub(super) fn held(party: Party) -> Account {
    match party {
        Party::User(user) => Account::UserHeld(user),
        Party::Page(page) => Account::PageHeld(page),
    }
}

/// The amount that a fact about money tells.
pub(super) fn amount_of(fact: &mut Fact) -> Option<&mut Money> {
    if let Fact::Moved { amount, .. }
    | Fact::TransferReserved { amount, .. }
    | Fact::TransferCredited { amount, .. }
    | Fact::TransferPosted { amount, .. }
    | Fact::Leased { amount, .. }
    | Fact::LeaseReturned { amount, .. }
    | Fact::AdDelivered { price: amount, .. } = fact
    {
        Some(amount)
    } else {
        None
    }
}
