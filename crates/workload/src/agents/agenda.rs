//! Acts planned for later hours.
//!
//! Every user has a next act, most of them hours away. As kernel events they would be most of the calendar.
//! Here a planned act takes 16 bytes, a quarter of an event; one wake per hour turns the hour's acts into
//! events.

use super::{Actions, Wake};
use chappe_base::{SimTime, Span, UserId};
use std::collections::BTreeMap;

/// Planned acts by hour. The first act planned for an hour schedules a wake at its beginning.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    hours: BTreeMap<i64, Vec<Planned>>,
}

/// An act of a person, in a slot of a day.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Planned {
    pub(super) at: SimTime,
    pub(super) user: UserId,
    pub(super) day: i16,
    pub(super) slot: u16,
}

impl Planned {
    fn wake(self) -> (SimTime, Wake) {
        let Planned { at, user, day, slot } = self;
        (at, Wake::Begin { user, day, slot })
    }
}

impl Agenda {
    /// Plans an act at or after `now`. An act of the current hour becomes a wake at once.
    pub(super) fn plan(&mut self, now: SimTime, planned: Planned, actions: &mut Actions) {
        let hour = hour_of(planned.at);
        if hour == hour_of(now) {
            actions.wakes.push(planned.wake());
            return;
        }
        let others = self.hours.entry(hour).or_default();
        if others.is_empty() {
            actions.wakes.push((SimTime(hour * Span::HOUR.0), Wake::Hour));
        }
        others.push(planned);
    }

    /// Turns the acts of the hour that begins at `now` into wakes.
    pub(super) fn begin_hour(&mut self, now: SimTime, actions: &mut Actions) {
        let planned = self.hours.remove(&hour_of(now)).unwrap_or_default();
        actions.wakes.extend(planned.into_iter().map(Planned::wake));
    }

    /// Memory of the planned acts [bytes].
    pub(super) fn bytes(&self) -> usize {
        let room: usize = self.hours.values().map(Vec::capacity).sum();
        room * size_of::<Planned>()
    }
}

fn hour_of(at: SimTime) -> i64 {
    at.0 / Span::HOUR.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(user: u32, seconds: i64) -> Planned {
        Planned {
            at: SimTime(seconds * Span::SECOND.0),
            user: UserId(user),
            day: 0,
            slot: 7,
        }
    }

    fn plan(agenda: &mut Agenda, now: SimTime, planned: Planned) -> Vec<(SimTime, Wake)> {
        let mut actions = Actions::default();
        agenda.plan(now, planned, &mut actions);
        actions.wakes
    }

    #[test]
    fn what_is_of_this_hour_becomes_a_wake_at_once() {
        let mut agenda = Agenda::default();
        let (now, soon) = (SimTime(3_600 * Span::SECOND.0), planned(1, 7_199));
        assert_eq!(plan(&mut agenda, now, soon), [soon.wake()]);
        assert_eq!(agenda.bytes(), 0);
    }

    #[test]
    fn what_is_of_another_hour_waits_for_it() {
        let mut agenda = Agenda::default();
        let start = SimTime::ZERO;
        let (first, second, later) = (planned(1, 3_601), planned(2, 3_600), planned(3, 86_400));
        let hour = |number: i64| (SimTime(number * Span::HOUR.0), Wake::Hour);
        assert_eq!(plan(&mut agenda, start, first), [hour(1)]);
        assert_eq!(plan(&mut agenda, start, second), [], "it is woken already");
        assert_eq!(plan(&mut agenda, start, later), [hour(24)]);
        let mut actions = Actions::default();
        agenda.begin_hour(hour(1).0, &mut actions);
        assert_eq!(actions.wakes, [first.wake(), second.wake()]);
        actions.clear();
        agenda.begin_hour(hour(24).0, &mut actions);
        assert_eq!(actions.wakes, [later.wake()]);
        assert_eq!(agenda.bytes(), 0);
    }

    #[test]
    fn a_planned_act_takes_little_room() {
        assert_eq!(size_of::<Planned>(), 16);
    }
}
