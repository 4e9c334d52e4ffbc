//! The load that a scenario offers in its busiest hour, by arithmetic. The platform's capacity is derived
//! from it before anything is run.

use crate::config::{Agents, History, Population, Sessions, Shape, Traffic};
use chappe_base::{CommandClass, Span};

/// Number of command classes.
const CLASSES: usize = CommandClass::ALL.len();

/// Commands per second to the whole platform in the busiest hour, by class in the order of
/// [`CommandClass::ALL`]. An estimate; a run reports the utilisation that results.
#[must_use]
pub fn offered_load(
    population: &Population,
    sessions: &Sessions,
    traffic: &Traffic,
    agents: &Agents,
    history: &History,
) -> [f64; CLASSES] {
    let users = f64::from(population.users);
    let visits = agents.page_visits_per_day;
    let questions = visits * agents.question_share.get();
    let orders = visits * agents.purchase_share.get();
    let payments = agents.payments_per_day;
    let connects = connects_per_day(sessions, traffic, visits + payments);
    // Commands per occasion, as the platform's modules send them.
    let per_person_and_day = |class: CommandClass| match class {
        CommandClass::Connect => connects,
        CommandClass::Message | CommandClass::Read => traffic.messages_per_day + payments,
        // Visit; ask, question, give up, answer, notify; three notices of an order.
        CommandClass::PageMessage => visits + 5.0 * questions + 3.0 * orders,
        // Check out, place, ship, arrive.
        CommandClass::Order => 4.0 * orders,
        // Reserve, credit, post, time-out; for an order, post and time-out.
        CommandClass::Payment => 4.0 * payments + 2.0 * orders,
        CommandClass::Consent => {
            visits * agents.opt_in_on_visit.get() + orders * agents.opt_in_after_order.get()
        }
        // Deliveries and reactions, if one in ten conversations with a page is with an advertiser.
        CommandClass::Ad | CommandClass::Control => 0.1 * connects * history.page_conversations.min(1.0),
        CommandClass::Probe => 0.0,
    };
    let busiest = busiest_hour(population, traffic);
    let mut load = [0.0; CLASSES];
    for class in CommandClass::ALL {
        load[*class as usize] = users * per_person_and_day(*class) / Span::DAY.as_secs_f64() * busiest;
    }
    load
}

/// How often the mean person comes on line. An act brings the device on line unless it already is, so r
/// occasions a day and sessions of length L give r / (1 + r L).
fn connects_per_day(sessions: &Sessions, traffic: &Traffic, others: f64) -> f64 {
    let slow = traffic.messages_per_day * (1.0 - traffic.quick_reply_share.get());
    let occasions = sessions.check_ins_per_day + traffic.conversations_per_day + slow + others;
    let with = |length: Span| {
        let days = length.as_secs_f64() / Span::DAY.as_secs_f64();
        occasions / (1.0 + occasions * days)
    };
    let push = sessions.push_share.get();
    push * with(sessions.push_session.mean()) + (1.0 - push) * with(sessions.app_session.mean())
}

/// Activity in the busiest hour, as a multiple of the mean: the hours of the day over all time zones, and the
/// slope of a ramp. A spike is unplanned load, so no capacity is added for it.
#[must_use]
pub fn busiest_hour(population: &Population, traffic: &Traffic) -> f64 {
    let mean = traffic.hourly.iter().sum::<f64>() / 24.0;
    let shares: f64 = population.time_zones.iter().map(|zone| zone.share).sum();
    let activity = |hour: i32| {
        let local = |offset: i16| (hour + i32::from(offset).div_euclid(60)).rem_euclid(24) as usize;
        let zones = population.time_zones.iter();
        zones
            .map(|zone| zone.share / shares * traffic.hourly[local(zone.offset_minutes)] / mean)
            .sum::<f64>()
    };
    let daily = (0..24).map(activity).fold(0.0, f64::max);
    match traffic.shape {
        Shape::Constant => 1.0,
        Shape::Daily => daily,
        Shape::Ramp { from, to } => from.max(to),
        Shape::Spike { .. } => daily,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_hour_of_one_zone_is_the_peak_of_the_curve() {
        let mut population = Population::default();
        population.time_zones.truncate(1);
        let peak = busiest_hour(&population, &Traffic::default());
        assert!((peak - 2.33).abs() < 0.01, "{peak}");
        let world = busiest_hour(&Population::default(), &Traffic::default());
        assert!(1.0 < world && world < peak, "zones even it out: {world}");
    }

    #[test]
    fn load_grows_with_people_and_with_what_they_do() {
        let load = |users, messages_per_day| {
            let population = Population {
                users,
                ..Population::default()
            };
            let traffic = Traffic {
                messages_per_day,
                ..Traffic::default()
            };
            let (sessions, agents, history) = (Sessions::default(), Agents::default(), History::default());
            offered_load(&population, &sessions, &traffic, &agents, &history)[CommandClass::Message as usize]
        };
        assert!((load(2000, 32.0) / load(1000, 32.0) - 2.0).abs() < 1e-9);
        assert!(load(1000, 64.0) > load(1000, 32.0) * 1.9);
    }
}
