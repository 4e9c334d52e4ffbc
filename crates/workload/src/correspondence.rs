//! What people write to each other where every message arrives at once: the agents' own draws, without a
//! platform between them.
//!
//! A run whose people are always on line, on a platform without load, accepts the same messages, give or take
//! its latency. This takes a small part of the run's time, so that a fit can try thousands of populations.

use crate::act_rates::{ActGoal, ActRates};
use crate::agents::contact_draws;
use crate::config::{Agents, Population as People, Sessions, Traffic};
use crate::conversation::{ConversationModel, Successor};
use crate::hours::ActiveTime;
use crate::population::Population;
use crate::schedule::Schedule;
use crate::trace::{Recorder, Trace};
use chappe_base::{Act, ActKind, Keyed, MessageId, SimTime, Span, UserId};

/// Between sending and arrival: about the sum of the default links.
const LATENCY: Span = Span(200_000_000);

/// The people of a scenario, as far as they write to each other.
#[derive(Clone, Debug)]
pub struct Correspondence {
    horizon: SimTime,
    population: Population,
    schedule: Schedule,
    act_rates: ActRates,
    conversations: ConversationModel,
    active_time: ActiveTime,
    contact: Keyed,
    /// By time zone [min]: how much of a mean day's acts fall on each day.
    days: Vec<(i16, Vec<f64>)>,
}

impl Correspondence {
    /// What these people write within `horizon`, under `seed`.
    #[must_use]
    pub fn new(
        people: &People,
        sessions: &Sessions,
        traffic: &Traffic,
        agents: &Agents,
        horizon: Span,
        seed: u64,
    ) -> Correspondence {
        let schedule = Schedule::new(traffic, horizon, seed);
        let days_count = (horizon.0 - 1).div_euclid(Span::DAY.0) as i32 + 1;
        let days_of = |zone| {
            (0..days_count)
                .map(|day| schedule.share_of_day(day, 1.0, zone))
                .collect()
        };
        let zones = people.time_zones.iter().map(|zone| zone.offset_minutes);
        Correspondence {
            horizon: SimTime::ZERO + horizon,
            population: Population::new(people, sessions, seed),
            days: zones.map(|zone| (zone, days_of(zone))).collect(),
            schedule,
            act_rates: ActRates::new(people, sessions, traffic, agents, seed),
            conversations: ConversationModel::new(traffic, people.silent_share, seed),
            active_time: ActiveTime::new(traffic),
            contact: contact_draws(seed),
        }
    }

    /// The messages as a trace. Nothing is under way when it begins.
    #[must_use]
    pub fn trace(&self) -> Trace {
        let mut messages = Recorder::default();
        for user in (0..self.population.users_count()).map(UserId) {
            if self.population.writes(user) {
                self.begun_by(user, &mut messages);
            }
        }
        messages.into_trace()
    }

    /// The conversations that `user` begins.
    fn begun_by(&self, user: UserId, messages: &mut Recorder) {
        let (activity, zone) = (
            self.population.activity(user),
            self.population.time_zone_minutes(user),
        );
        // The agents keep it in this precision.
        let activity = f64::from(activity as f32);
        let per_day = self.act_rates.per_day(activity, true);
        if per_day <= 0.0 {
            return;
        }
        let days = self
            .days
            .iter()
            .find(|(of, _)| *of == zone)
            .map(|(_, days)| days.iter());
        for (day, share) in days.into_iter().flatten().enumerate() {
            let day = day as i32;
            // Most days of most people have no act, which is seen at less cost than when one is.
            if self.schedule.is_idle(user, day, per_day * share) {
                continue;
            }
            for (slot, at) in self.schedule.day(user, day, zone, per_day) {
                let goal = self.act_rates.choose(user, day, slot, activity, true);
                if goal != ActGoal::Conversation || at >= self.horizon {
                    continue;
                }
                let first = MessageId::new(user, Act::new(day, slot, ActKind::Chat, 0));
                if let Some(friend) = self.population.contact(user, self.contact.word(first.0, 0)) {
                    self.converse(first, at, [user, friend], messages);
                }
            }
        }
    }

    /// A conversation from its `first` message to its end, or to the horizon.
    fn converse(&self, first: MessageId, at: SimTime, [from, to]: [UserId; 2], messages: &mut Recorder) {
        let (mut message, mut at, mut pair) = (first, at, [from, to]);
        while at < self.horizon {
            let [sender, reader] = pair;
            messages.add(at, sender, reader);
            let (from, delay) = match self
                .conversations
                .successor(message, self.population.writes(reader))
            {
                Successor::End => return,
                Successor::Reply => {
                    pair.reverse();
                    (at + LATENCY, self.conversations.reply_delay(message))
                }
                Successor::FollowUp => (at, self.conversations.follow_up_delay(message)),
            };
            let zone = self.population.time_zone_minutes(pair[0]);
            at = self.active_time.after(from, delay, zone);
            message = message.at(message.act().position() + 1);
        }
    }
}
