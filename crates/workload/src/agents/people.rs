//! The behaviour of people towards each other: come on line, write, answer, read, pay, block.

use super::agenda::Planned;
use super::{Actions, Agents, Person, Wake};
use crate::act_rates::ActGoal;
use crate::conversation::Successor;
use crate::history::HIGHEST_AMOUNT;
use chappe_base::{Act, ActKind, MessageId, Money, Party, SimTime, Span, UserId, unit};
use chappe_platform::Command;

/// From the last message of a conversation to the block that follows it.
const BLOCK_DELAY: Span = Span::MINUTE;
/// From a payment to its repetition by a client that got no answer.
const RETRY_DELAY: Span = Span(30 * Span::SECOND.0);

impl Agents {
    pub(super) fn start_people(&mut self, actions: &mut Actions) {
        let homes = self.world.homes();
        for local in 0..self.people.len() {
            let user = UserId(homes.number(self.shard, local));
            self.schedule_next(user, 0, 0, SimTime::ZERO, actions);
            for (message, to, at) in self
                .world
                .under_way(user, f64::from(self.person(user).activity))
                .filter(|(_, _, at)| *at < self.world.horizon)
            {
                actions.wakes.push((
                    at,
                    Wake::Write {
                        message,
                        from: user,
                        to,
                    },
                ));
            }
        }
    }

    /// Plans the user's next act, in `slot` of `day` or later. Skips a check-in while the app is still open,
    /// because nothing would happen.
    fn schedule_next(&mut self, user: UserId, day: i32, slot: u32, now: SimTime, actions: &mut Actions) {
        let world = &self.world;
        let Person {
            online_until,
            activity,
            time_zone_minutes: zone,
            writes,
            ..
        } = *self.person(user);
        let activity = f64::from(activity);
        let per_day = world.act_rates.per_day(activity, writes);
        let (mut day, mut slot, mut previous) = (day, slot, now);
        while per_day > 0.0 && previous < world.horizon {
            match world.schedule.next(user, day, slot, previous, zone, per_day) {
                Some(at)
                    if at < online_until
                        && world.act_rates.choose(user, day, slot, activity, writes) == ActGoal::CheckIn =>
                {
                    (slot, previous) = (slot + 1, at);
                }
                Some(at) => {
                    if at < world.horizon {
                        let (day, slot) = (day as i16, slot as u16);
                        let planned = Planned { at, user, day, slot };
                        self.agenda.plan(now, planned, actions);
                    }
                    return;
                }
                None => {
                    (day, slot) = (day + 1, 0);
                    previous = SimTime::ZERO + Span(Span::DAY.0 * i64::from(day));
                }
            }
        }
    }

    /// Begins the act in `slot` of `day`, unless it is lost to ads, and plans the next.
    pub(super) fn begin(&mut self, now: SimTime, user: UserId, day: i32, slot: u32, actions: &mut Actions) {
        if self.keeps(now, user, day, slot) {
            self.begin_act(now, user, day, slot, actions);
        }
        self.schedule_next(user, day, slot + 1, now, actions);
    }

    fn begin_act(&mut self, now: SimTime, user: UserId, day: i32, slot: u32, actions: &mut Actions) {
        let person = self.person(user);
        let activity = f64::from(person.activity);
        let begins = self
            .world
            .act_rates
            .choose(user, day, slot, activity, person.writes);
        let kind = match begins {
            ActGoal::PageVisit => ActKind::Page,
            ActGoal::Conversation | ActGoal::CheckIn | ActGoal::Payment => ActKind::Chat,
        };
        let occasion = MessageId::new(user, Act::new(day, slot, kind, 0));
        self.come_on_line(now, occasion, user, actions);
        match begins {
            ActGoal::CheckIn => {}
            ActGoal::PageVisit => self.visit(now, occasion, user, actions),
            ActGoal::Conversation | ActGoal::Payment => {
                let word = self.world.draws.contact.word(occasion.0, 0);
                if let Some(friend) = self.world.population.contact(user, word) {
                    if begins == ActGoal::Payment {
                        self.pay(now, occasion, user, friend, actions);
                    }
                    self.write(now, occasion, user, friend, actions);
                }
            }
        }
    }

    /// Opens the app, unless it is open.
    pub(super) fn come_on_line(
        &mut self,
        now: SimTime,
        occasion: MessageId,
        user: UserId,
        actions: &mut Actions,
    ) {
        if self.is_online(user, now) {
            return;
        }
        let session = self.world.session(user);
        let until = now + session.sample(self.world.draws.session.word(occasion.0, 0));
        self.person_mut(user).online_until = until;
        actions.commands.push((
            now,
            Command::Connect {
                occasion,
                user,
                until,
            },
        ));
    }

    fn is_online(&self, user: UserId, at: SimTime) -> bool {
        at < self.person(user).online_until
    }

    /// When a delay of `user` that begins at `from` is over.
    #[inline]
    pub(super) fn over(&self, from: SimTime, delay: Span, user: UserId) -> SimTime {
        let zone = self.person(user).time_zone_minutes;
        self.world.active_time.after(from, delay, zone)
    }

    /// Sends a message, and plans a follow-up if the same person writes again before an answer.
    pub(super) fn write(
        &mut self,
        at: SimTime,
        message: MessageId,
        from: UserId,
        to: UserId,
        actions: &mut Actions,
    ) {
        actions.commands.push((
            at,
            Command::Send {
                message,
                from,
                to,
                intended: at,
            },
        ));
        match self
            .world
            .conversations
            .successor(message, self.world.population.writes(to))
        {
            Successor::FollowUp => {
                let delay = self.world.conversations.follow_up_delay(message);
                let again = self.over(at, delay, from);
                self.write_later(again, next(message), from, to, actions);
            }
            Successor::Reply => {}
            Successor::End => self.end_conversation(at, message, from, to, actions),
        }
    }

    /// Plans a message. If its sender will still be on line it becomes a command now, which saves a wake.
    fn write_later(
        &mut self,
        at: SimTime,
        message: MessageId,
        from: UserId,
        to: UserId,
        actions: &mut Actions,
    ) {
        if at >= self.world.horizon {
            return;
        }
        if self.is_online(from, at) {
            self.write(at, message, from, to, actions);
        } else {
            actions.wakes.push((at, Wake::Write { message, from, to }));
        }
    }

    /// Ends a conversation; a small share ends with a block.
    fn end_conversation(
        &self,
        at: SimTime,
        message: MessageId,
        from: UserId,
        to: UserId,
        actions: &mut Actions,
    ) {
        let [block, unblock] = self.world.draws.block.words(message.0, 0);
        let (user, party) = (from, Party::User(to));
        if unit(block) < self.world.agents.block_friend_share.get() {
            let blocked = at + BLOCK_DELAY;
            actions.commands.push((blocked, Command::Block { user, party }));
            if unit(unblock) < self.world.agents.unblock_share.get() {
                actions
                    .commands
                    .push((blocked + Span::DAY, Command::Unblock { user, party }));
            }
        }
    }

    /// Reads a friend's message, and perhaps answers it.
    pub(super) fn receive(
        &mut self,
        now: SimTime,
        message: MessageId,
        sender: UserId,
        reader: UserId,
        actions: &mut Actions,
    ) {
        let conversations = &self.world.conversations;
        // In a replay the trace has the answers.
        let is_replay = self.world.trace.is_some();
        let answers = !is_replay
            && conversations.successor(message, self.world.population.writes(reader)) == Successor::Reply;
        if answers {
            let delay = conversations.reply_delay(message);
            // The message is read after half of the reply delay; the rest is for writing.
            let read = self.over(now, Span(delay.0 / 2), reader);
            let answered = self.over(now, delay, reader);
            self.read_later(read, message, sender, reader, actions);
            self.write_later(answered, next(message), reader, sender, actions);
        } else {
            let read = self.over(now, conversations.reading_delay(message), reader);
            self.read_later(read, message, sender, reader, actions);
        }
    }

    fn read_later(
        &self,
        at: SimTime,
        message: MessageId,
        sender: UserId,
        reader: UserId,
        actions: &mut Actions,
    ) {
        if at >= self.world.horizon {
            return;
        }
        if self.is_online(reader, at) {
            actions.commands.push((
                at,
                Command::Read {
                    message,
                    reader,
                    sender,
                },
            ));
        } else {
            actions.wakes.push((
                at,
                Wake::Read {
                    message,
                    reader,
                    sender,
                },
            ));
        }
    }

    /// Pays a friend. A share of clients sends the payment twice with the same key.
    fn pay(&self, now: SimTime, transfer: MessageId, payer: UserId, payee: UserId, actions: &mut Actions) {
        let [size, retry] = self.world.draws.amount.words(transfer.0, 0);
        let agents = &self.world.agents;
        let z = chappe_base::standard_normal_quantile(unit(size));
        let units = agents.payment_median.0.units() * libm::exp(agents.payment_sigma * z);
        let units = units.min(HIGHEST_AMOUNT);
        // People pay whole cents.
        let amount = Money((libm::round(units * 100.0).max(1.0) as i64) * (Money::UNIT.0 / 100));
        let command = Command::Pay {
            transfer,
            payer,
            payee,
            amount,
            issued: now,
        };
        actions.commands.push((now, command));
        if unit(retry) < agents.payment_retry_share.get() {
            actions.commands.push((now + RETRY_DELAY, command));
        }
    }
}

/// The next message of the conversation.
fn next(message: MessageId) -> MessageId {
    message.at(message.act().position() + 1)
}
