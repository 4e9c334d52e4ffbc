//! Agents: how the people and pages of one shard behave.
//!
//! An agent sees notices and wakes, and answers with commands and further wakes. It never looks
//! into the platform, and every choice it makes is drawn by its occasion.

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

pub use world::{World, WorldConfig};

/// What an agent will do of its own accord.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Wake {
    /// A person begins the act in a slot of a day.
    Begin {
        /// Who.
        user: UserId,
        /// The day.
        day: i16,
        /// The slot.
        slot: u16,
    },
    /// A person writes a message, on line or not.
    Write {
        /// The message.
        message: MessageId,
        /// Who.
        from: UserId,
        /// To whom.
        to: UserId,
    },
    /// A person reads a message, on line or not.
    Read {
        /// The message.
        message: MessageId,
        /// Who.
        reader: UserId,
        /// Who sent it.
        sender: UserId,
    },
    /// An hour begins for which acts are planned.
    Hour,
    /// The next message of a trace whose sender lives here.
    Replay,
}

/// What agents want done. Reused from event to event, so nothing is allocated.
#[derive(Default, Debug)]
pub struct Actions {
    /// Commands, each with the time at which its client sends it.
    pub commands: Vec<(SimTime, Command)>,
    /// What the agents themselves go on with, and when.
    pub wakes: Vec<(SimTime, Wake)>,
}

impl Actions {
    /// Forgets everything, keeps the room.
    pub fn clear(&mut self) {
        self.commands.clear();
        self.wakes.clear();
    }
}

/// What a user's agent keeps: until when the device is on line, and what is computed once.
#[derive(Clone, Copy, Debug)]
struct Person {
    online_until: SimTime,
    activity: f32,
    time_zone_minutes: i16,
    writes: bool,
    /// Whether there is anything about them in [`Agents::ads`].
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
    /// Those who have seen ads.
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

    /// What the agents go on with from time zero.
    pub fn start(&mut self, actions: &mut Actions) {
        self.start_people(actions);
        self.start_pages(actions);
        self.replay.schedule(&self.world, actions);
    }

    /// An agent's own time has come.
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

    /// An agent gets to see something.
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

    /// Prefetches what an event of `user`, who lives here, needs first.
    #[inline]
    pub fn touch(&self, user: UserId) {
        prefetch(self.person(user));
    }

    /// Bytes held.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.people.capacity() * size_of::<Person>()
            + self.agenda.bytes()
            + self.ads.allocation_size()
            + self.replay.bytes()
    }
}
