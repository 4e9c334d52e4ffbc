//! How each fact enters the figures.

use crate::collector::Collector;
use crate::record::AccountKind;
use crate::registry::{Count, Tick};
use chappe_base::{
    Account, ActKind, Answerer, CampaignId, CommandClass, Decision, Fact, MessageClass, MessageId, Money,
    OrderId, Party, Quality, Reaction, RefusalReason, ShardId, SimTime, Span, UserId,
};

impl Collector {
    /// Takes in one fact of `shard`. Facts may come in any order; in rising time it is fastest.
    ///
    /// A fact about a shard, page or campaign that the scenario doesn't have is a broken invariant
    /// of the caller.
    #[inline]
    pub fn observe(&mut self, shard: ShardId, at: SimTime, fact: &Fact) {
        if at < SimTime::ZERO {
            return self.observe_history(fact);
        }
        match *fact {
            Fact::Served {
                command,
                wait_ns,
                service_ns,
                ..
            } => self.served(shard, at, command, wait_ns, service_ns),
            Fact::Unserved {
                wait_ns, service_ns, ..
            } => {
                self.busy(shard, at, service_ns);
                self.waited(shard, at, wait_ns);
            }
            Fact::HandedOut {
                class,
                intended,
                kept,
                ..
            } => self.handed_out(at, class, intended, kept),
            Fact::Acknowledged {
                message,
                intended,
                after_ns,
                ..
            } => self.acknowledged(at + after_ns, message, intended),
            Fact::Accepted { message, class, .. } => {
                self.accepted[class as usize] += 1;
                self.tick(at, Tick::Accepted as usize + class as usize, 1);
                if class == MessageClass::Friend && message.act().position() == 0 {
                    self.count_over_time(at, Count::Begun, Tick::Begun);
                }
            }
            Fact::Delivered { class, .. } => {
                self.delivered[class as usize] += 1;
                self.tick(at, Tick::Delivered as usize + class as usize, 1);
            }
            Fact::Read { .. } => self.count(Count::Reads),
            Fact::Connected { .. } => self.count_over_time(at, Count::Connects, Tick::Connects),

            Fact::Dropped { command, .. } => {
                self.dropped[command as usize] += 1;
                self.count(Count::Dropped);
            }
            Fact::Reneged { wait_ns } => {
                self.waited(shard, at, wait_ns);
                if self.measured(at) {
                    self.probe_abandoned.record(wait_ns);
                }
            }
            Fact::Refused { reason, .. } => {
                self.refused_commands[reason as usize] += 1;
                self.count(refused(reason));
            }
            Fact::Withdrawn { rule, .. } => {
                self.withdrawn[rule as usize] += 1;
                self.count(Count::Withdrawn);
            }
            Fact::Held { .. } => self.count(Count::AdsHeld),
            Fact::Expired { .. } => self.count(Count::Expired),
            Fact::Pending { .. } => self.pending_count += 1,

            Fact::Blocked {
                user,
                party: Party::Page(_),
            } => self.turned_away(at, user, Count::Blocks, Tick::Blocks),
            Fact::Blocked {
                party: Party::User(_),
                ..
            } => self.count(Count::BlocksOfPeople),
            Fact::Unblocked { .. } => self.count(Count::Unblocks),
            Fact::Muted { user, .. } => self.turned_away(at, user, Count::Mutes, Tick::Mutes),
            Fact::Opened { page, .. } => {
                self.conversations_by_page[page.index()] += 1;
                self.count_over_time(at, Count::Conversations, Tick::Conversations);
            }
            Fact::Acted { .. } => self.count(Count::PageActs),
            Fact::LinkRefused { .. } => self.count(Count::LinksRefused),
            Fact::OptedIn { .. } => self.count_over_time(at, Count::OptInsGiven, Tick::OptIns),
            Fact::OptedOut { user, .. } => {
                self.turned_away(at, user, Count::OptInsRevoked, Tick::OptOuts);
            }

            Fact::Asked { .. } => self.count(Count::Asked),
            Fact::Answered {
                by,
                wait_ns,
                sojourn_ns,
                ..
            } => self.answered(at, by, wait_ns, sojourn_ns),
            Fact::Abandoned { wait_ns, .. } => {
                if self.measured(at) {
                    self.hotline_abandoned.record(wait_ns);
                }
            }

            Fact::OrderPlaced { order, price, .. } => {
                self.sold(order, price);
                self.count_over_time(at, Count::OrdersPlaced, Tick::Orders);
            }
            Fact::OrderPaid { .. } => self.count(Count::OrdersPaid),
            Fact::OrderShipped { .. } => self.count(Count::OrdersShipped),
            Fact::OrderDelivered { .. } => self.count(Count::OrdersDelivered),
            Fact::OrderCancelled { .. } => self.count(Count::OrdersCancelled),

            Fact::Moved { from, to, amount, .. } => {
                self.earned(at, from, to, amount);
                self.moved(from, to, amount);
            }
            Fact::TransferReserved {
                transfer,
                payer,
                amount,
                ..
            } => {
                // A page pays nobody but those whose orders are cancelled.
                if let Party::Page(_) = payer {
                    self.sold(transfer, -amount);
                }
                self.count(Count::PaymentsBegun);
            }
            Fact::TransferPosted { amount, .. } => {
                self.counts[Count::PaymentsVolume as usize] += amount.0;
                self.count_over_time(at, Count::PaymentsPosted, Tick::Payments);
            }
            Fact::TransferReleased { reason, .. } => {
                self.refused_transfers[reason as usize] += 1;
                self.count(Count::PaymentsReleased);
            }

            Fact::CampaignStarted {
                campaign,
                format,
                budget,
                ..
            } => {
                let funnel = &mut self.funnels[campaign.index()];
                funnel.format = Some(format);
                funnel.budget += budget;
            }
            Fact::Decided {
                campaign, decision, ..
            } => self.decided(at, campaign, decision),
            Fact::AdDelivered { campaign, price, .. } => self.ad_delivered(at, campaign, price),
            Fact::Reacted {
                campaign, reaction, ..
            } => self.reacted(campaign, reaction),

            Fact::Rated { quality, .. } => self.count(match quality {
                Quality::Green => Count::RatedGreen,
                Quality::Yellow => Count::RatedYellow,
                Quality::Red => Count::RatedRed,
            }),
            Fact::TierChanged { .. } => self.count(Count::TiersChanged),

            // Told by other facts: receipts by reads, stock by orders, credits by posts, leases by the ledger.
            Fact::ReadReceipt { .. }
            | Fact::Stocked { .. }
            | Fact::TransferCredited { .. }
            | Fact::CampaignEnded { .. }
            | Fact::Leased { .. }
            | Fact::LeaseReturned { .. }
            | Fact::BudgetUnserved { .. }
            | Fact::MessageCharged { .. }
            | Fact::ReachMoved { .. }
            | Fact::QuotaCharged { .. } => {}
        }
    }

    fn observe_history(&mut self, fact: &Fact) {
        if let Fact::Moved { from, to, amount, .. } = *fact {
            self.moved(from, to, amount);
        } else if let Fact::Opened { page, .. } = *fact {
            self.conversations_by_page[page.index()] += 1;
            self.count(Count::HistoryConversations);
        } else if let Fact::OptedIn { .. } = fact {
            self.count(Count::HistoryOptIns);
        } else if let Fact::OrderPlaced { .. } = fact {
            self.count(Count::HistoryOrders);
        }
    }

    #[inline]
    fn count(&mut self, count: Count) {
        self.counts[count as usize] += 1;
    }

    #[inline]
    fn tick(&mut self, at: SimTime, tick: usize, amount: i64) {
        self.ticks[self.intervals.index(at)][tick] += amount;
    }

    #[inline]
    fn count_over_time(&mut self, at: SimTime, count: Count, tick: Tick) {
        self.count(count);
        self.tick(at, tick as usize, 1);
    }

    fn turned_away(&mut self, at: SimTime, user: UserId, count: Count, tick: Tick) {
        self.turned_away.insert(user);
        self.count_over_time(at, count, tick);
    }

    #[inline]
    fn measured(&self, at: SimTime) -> bool {
        at >= self.config.warm_up
    }

    #[inline]
    fn served(&mut self, shard: ShardId, at: SimTime, command: CommandClass, wait: Span, service: Span) {
        self.tick(at, Tick::Served as usize, 1);
        self.busy(shard, at, service);
        self.waited(shard, at, wait);
        if !self.measured(at) {
            return;
        }
        self.wait[command as usize].record(wait);
        self.service[command as usize].record(service);
        if command == CommandClass::Probe {
            self.probe_sojourn.record(wait + service);
            self.probe_delayed_count += (wait > Span::ZERO) as u64;
        }
    }

    /// A server of `shard` was busy for `service` until `at`.
    #[inline]
    fn busy(&mut self, shard: ShardId, at: SimTime, service: Span) {
        if service == Span::ZERO {
            return;
        }
        let (shard, shards) = (shard.index(), self.config.shards as usize);
        let start = SimTime((at.0 - service.0).max(0));
        let busy = &mut self.busy;
        self.intervals.spread(start, at, |interval, span| {
            busy.by_interval[interval * shards + shard] += span.0;
        });
        busy.hours
            .spread(start, at, |hour, span| busy.by_hour[hour] += span.0);
        if at >= self.config.warm_up {
            self.busy.by_shard[shard] += (at - start.max(self.config.warm_up)).0;
        }
    }

    /// A command waited at `shard` for so long, until about `at`.
    #[inline]
    fn waited(&mut self, shard: ShardId, at: SimTime, wait: Span) {
        if self.measured(at) {
            let longest = &mut self.busy.longest_wait[shard.index()];
            *longest = wait.0.max(*longest);
        }
    }

    #[inline]
    fn handed_out(&mut self, at: SimTime, class: MessageClass, intended: SimTime, kept: bool) {
        if !self.measured(intended) {
            return;
        }
        let span = at - intended;
        if kept {
            self.reach[class as usize].record(span);
            return;
        }
        self.delivery[class as usize].record(span);
        if class == MessageClass::Friend {
            let interval = self.intervals.index(at);
            self.friend_delivery[interval].saturating_record(span.0.max(0) as u64);
        }
    }

    #[inline]
    fn acknowledged(&mut self, at: SimTime, message: MessageId, intended: SimTime) {
        if !self.measured(intended) {
            return;
        }
        let between_people = message.of(ActKind::Chat) == message;
        let distribution = if between_people {
            &mut self.acknowledged_friend
        } else {
            &mut self.acknowledged_page
        };
        distribution.record(at - intended);
    }

    fn answered(&mut self, at: SimTime, by: Answerer, wait: Span, sojourn: Span) {
        self.count(match by {
            Answerer::Bot => Count::AnsweredByBot,
            Answerer::Human => Count::AnsweredByHuman,
        });
        if self.measured(at) {
            self.hotline_wait.record(wait);
            self.hotline_answer.record(sojourn);
        }
    }

    fn moved(&mut self, from: Account, to: Account, amount: Money) {
        self.ledger[AccountKind::from(from) as usize] -= amount.0;
        self.ledger[AccountKind::from(to) as usize] += amount.0;
    }

    /// What the platform earned, by source; what it pays back counts against it.
    #[inline]
    fn earned(&mut self, at: SimTime, from: Account, to: Account, amount: Money) {
        let (count, amount) = if to == Account::Revenue {
            (Count::RevenueAds, amount)
        } else if to == Account::PaymentRevenue {
            (Count::RevenuePayments, amount)
        } else if from == Account::MessageRevenue {
            (Count::RevenueUtility, -amount)
        } else if to != Account::MessageRevenue {
            return;
        } else if let Account::LeaseHeld(_) = from {
            (Count::RevenueMarketing, amount)
        } else {
            (Count::RevenueUtility, amount)
        };
        self.counts[count as usize] += amount.0;
        self.tick(at, Tick::Revenue as usize, amount.0);
    }

    /// An order was placed in answer to an ad, or paid back.
    fn sold(&mut self, order: OrderId, price: Money) {
        if let Some(campaign) = order.act().answers()
            && let Some(funnel) = self.funnels.get_mut(campaign.index())
        {
            funnel.sales += price;
            self.counts[Count::SalesAds as usize] += price.0;
        }
    }

    fn decided(&mut self, at: SimTime, campaign: CampaignId, decision: Decision) {
        self.count(Count::AdsDecided);
        let funnel = &mut self.funnels[campaign.index()];
        match decision {
            Decision::Allowed(_) => {
                funnel.allowed += 1;
                self.count_over_time(at, Count::AdsAllowed, Tick::AdsAllowed);
            }
            Decision::Refused(rule) => {
                funnel.refused[rule as usize] += 1;
                self.tick(at, Tick::AdsRefused as usize, 1);
            }
        }
    }

    fn ad_delivered(&mut self, at: SimTime, campaign: CampaignId, price: Money) {
        let funnel = &mut self.funnels[campaign.index()];
        funnel.delivered += 1;
        funnel.revenue += price;
        self.count_over_time(at, Count::AdsDelivered, Tick::AdsDelivered);
    }

    fn reacted(&mut self, campaign: CampaignId, reaction: Reaction) {
        let funnel = &mut self.funnels[campaign.index()];
        let (stage, count) = match reaction {
            Reaction::Open => (&mut funnel.opened, Count::AdsOpened),
            Reaction::Click => (&mut funnel.clicked, Count::AdsClicked),
            Reaction::Buy => (&mut funnel.bought, Count::AdsBought),
        };
        *stage += 1;
        self.count(count);
    }
}

/// Whose refusals a reason counts among.
fn refused(reason: RefusalReason) -> Count {
    match reason {
        RefusalReason::Blocked
        | RefusalReason::UnknownPage
        | RefusalReason::NoConversation
        | RefusalReason::NotDelivered
        | RefusalReason::Tag
        | RefusalReason::OptInRequest => Count::MessagesRefused,
        RefusalReason::InsufficientFunds
        | RefusalReason::InvalidTransfer
        | RefusalReason::KeyReused
        | RefusalReason::KeyExpired
        | RefusalReason::TimedOut => Count::PaymentsRefused,
        RefusalReason::OutOfStock | RefusalReason::WrongPrice | RefusalReason::WrongState => {
            Count::OrdersRefused
        }
    }
}
