//! Agents: the behaviour of the people and pages of one shard.
//!
//! An agent gets notices and wakes, and responds with commands and further wakes. It cannot look into the
//! platform, just as a person cannot. Every choice is a draw keyed by its occasion, so that agents may be
//! asked in any order.

mod activity;
mod ads;
mod agenda;
mod pages;
mod people;
mod replay;
mod visits;
mod world;

use crate::agents::ads::AdExposure;
use crate::agents::agenda::Agenda;
use crate::agents::replay::Replay;
use chappe_base::{Map, MessageClass, MessageId, Party, ShardId, SimTime, UserId, prefetch};
use chappe_platform::{Command, Notice};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(crate) use world::contact_draws;
pub use world::{World, WorldConfig};

/// What an agent has planned for itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Wake {
    /// A person begins the act in a slot of a day.
    Begin {
        /// The person.
        user: UserId,
        /// The day, 0 for day one.
        day: i16,
        /// The slot within the day.
        slot: u16,
    },
    /// A person writes a message, on line or not.
    Write {
        /// The message.
        message: MessageId,
        /// The sender.
        from: UserId,
        /// The recipient.
        to: UserId,
    },
    /// A person reads a message, on line or not.
    Read {
        /// The message.
        message: MessageId,
        /// The reader.
        reader: UserId,
        /// The sender.
        sender: UserId,
    },
    /// The hour begins for which acts are in the agenda.
    Hour,
    /// Plays the next message of the trace whose sender is this shard's.
    Replay,
}

/// The output of agents. Reused for the next event, so that nothing is allocated.
#[derive(Default, Debug)]
pub struct Actions {
    /// Commands with the times at which their clients send them.
    pub commands: Vec<(SimTime, Command)>,
    /// Wakes with their times.
    pub wakes: Vec<(SimTime, Wake)>,
}

impl Actions {
    /// Empties both lists and keeps their memory.
    pub fn clear(&mut self) {
        self.commands.clear();
        self.wakes.clear();
    }
}

/// A user's agent: until when the device is on line, and traits that are computed once.
#[derive(Clone, Copy, Debug)]
struct Person {
    online_until: SimTime,
    activity: f32,
    time_zone_minutes: i16,
    writes: bool,
    /// Whether [`Agents::ads`] has an entry for them.
    has_seen_ads: bool,
}

/// The agents of one shard's users and pages.
#[derive(Debug)]
pub struct Agents {
    world: Arc<World>,
    shard: ShardId,
    /// By local index.
    people: Vec<Person>,
    agenda: Agenda,
    /// People who have seen ads.
    ads: Map<UserId, AdExposure>,
    replay: Replay,
}

impl Agents {
    /// The agents of `shard`.
    #[must_use]
    pub fn new(world: Arc<World>, shard: ShardId) -> Agents {
        let homes = world.homes();
        let users = (0..homes.count(shard, world.population.users_count()))
            .map(|local| UserId(homes.number(shard, local)));
        let person = |user| Person {
            online_until: world.on_line_at_start(user).unwrap_or(SimTime::ZERO),
            activity: world.population.activity(user) as f32,
            time_zone_minutes: world.population.time_zone_minutes(user),
            writes: world.population.writes(user),
            has_seen_ads: false,
        };
        Agents {
            people: users.map(person).collect(),
            agenda: Agenda::default(),
            ads: Map::default(),
            replay: Replay::new(&world, shard),
            world,
            shard,
        }
    }

    /// The agents' first wakes and commands, at time zero.
    pub fn start(&mut self, actions: &mut Actions) {
        self.start_people(actions);
        self.start_pages(actions);
        self.replay.schedule(&self.world, actions);
    }

    /// Handles a wake.
    pub fn wake(&mut self, now: SimTime, wake: Wake, actions: &mut Actions) {
        match wake {
            Wake::Begin { user, day, slot } => {
                self.begin(now, user, i32::from(day), u32::from(slot), actions)
            }
            Wake::Write { message, from, to } => {
                self.come_on_line(now, message, from, actions);
                self.write(now, message, from, to, actions);
            }
            Wake::Read {
                message,
                reader,
                sender,
            } => {
                self.come_on_line(now, message.reading(), reader, actions);
                actions.commands.push((
                    now,
                    Command::Read {
                        message,
                        reader,
                        sender,
                    },
                ));
            }
            Wake::Hour => self.agenda.begin_hour(now, actions),
            Wake::Replay => self.replay(now, actions),
        }
    }

    /// Handles a notice.
    pub fn notice(&mut self, now: SimTime, notice: &Notice, actions: &mut Actions) {
        match *notice {
            Notice::Message {
                message,
                class,
                from: Party::User(sender),
                to,
                ..
            } => {
                debug_assert_eq!(class, MessageClass::Friend);
                self.receive(now, message, sender, to, actions);
            }
            Notice::Message {
                message,
                class: MessageClass::OrderNotice,
                from: Party::Page(page),
                to,
                ..
            } => {
                self.see_order_notice(now, message, page, to, actions);
            }
            Notice::Ad {
                message,
                user,
                campaign,
                ..
            } => self.see_ad(now, message, user, campaign, actions),
            Notice::Assigned { question, page } => self.handle_question(now, question, page, actions),
            Notice::NewOrder { order, page } => self.handle_order(now, order, page, actions),
            Notice::SoldOut { page, product } => self.handle_sold_out(now, page, product, actions),
            Notice::Message { .. }
            | Notice::Question { .. }
            | Notice::Acknowledged { .. }
            | Notice::ReadBy { .. }
            | Notice::Refused { .. }
            | Notice::Paid { .. } => {}
        }
    }

    #[inline]
    fn person(&self, user: UserId) -> &Person {
        &self.people[self.world.platform.homes.local(user.0)]
    }

    #[inline]
    fn person_mut(&mut self, user: UserId) -> &mut Person {
        &mut self.people[self.world.platform.homes.local(user.0)]
    }

    /// Prefetches what an event of `user`, who is this shard's, needs first.
    #[inline]
    pub fn touch(&self, user: UserId) {
        prefetch(self.person(user));
    }

    /// Memory of the agents [bytes].
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.people.capacity() * size_of::<Person>()
            + self.agenda.bytes()
            + self.ads.allocation_size()
            + self.replay.bytes()
    }
}
