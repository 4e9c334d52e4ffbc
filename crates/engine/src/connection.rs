//! The connection between a device and the platform: first in, first out, in each direction.
//!
//! A device's latency is drawn anew every while, and not for each command or notice: two that are sent together would
//! overtake each other half of the time. Where a shorter latency begins, it counts only once everything that was sent
//! before it has arrived. So the time of arrival is a function of device and time of sending alone, which never falls:
//! nothing has to be remembered of what is under way, and nothing that is sent moves anything else.

use chappe_base::{Keyed, Law, Party, Sampler, SimTime, Span};
use chappe_scenario::Link;

/// The shortest time for which a device keeps its latency.
const KEPT_MIN: Span = Span::MINUTE;
/// The longest such time, and the longest latency: what takes longer is cut off.
const KEPT_MAX: Span = Span::DAY;

/// One direction of the connections of all devices.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    floor: Span,
    extra: Sampler,
    keyed: Keyed,
    /// For how long a device keeps its latency: at least as long as the longest, so that nothing is under way for longer
    /// than until the end of the next such period.
    kept: Span,
    /// The longest that is added to the floor.
    longest: Span,
}

impl Connection {
    pub(crate) fn new(link: Link, keyed: Keyed) -> Connection {
        let longest = link.extra.longest().min(KEPT_MAX);
        Connection {
            floor: link.floor,
            extra: Sampler::new(link.extra),
            keyed,
            kept: longest.max(KEPT_MIN),
            longest,
        }
    }

    /// When what is sent at `at` over the connection of `device` arrives.
    #[inline]
    pub(crate) fn arrival(&self, at: SimTime, device: Party) -> SimTime {
        if let Law::Constant(extra) = self.extra.law() {
            return at + self.floor + extra.0;
        }
        let period = at.0.div_euclid(self.kept.0);
        let begun = SimTime(period * self.kept.0);
        let arrival = at + self.extra(device, period);
        let arrival = match at - begun < self.longest {
            true => arrival.max(begun + self.extra(device, period - 1)),
            false => arrival,
        };
        arrival + self.floor
    }

    /// What is added to the floor for a device in a period.
    #[inline]
    fn extra(&self, device: Party, period: i64) -> Span {
        let device = match device {
            Party::User(user) => u64::from(user.0),
            Party::Page(page) => 1 << 32 | u64::from(page.0),
        };
        let word = || self.keyed.word(device, period as u64);
        self.extra.draw(word).min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::{Duration, PageId, Purpose, UserId};

    const ANN: Party = Party::User(UserId(0));

    fn connection(extra: Law) -> Connection {
        let floor = Span(50_000_000);
        Connection::new(Link { floor, extra }, Keyed::new(7, Purpose::ClientUp))
    }

    fn laws() -> [Law; 5] {
        let log_normal = |sigma| Law::LogNormal {
            median: Duration(Span(40_000_000)),
            sigma,
        };
        [
            Law::Constant(Duration(Span::SECOND)),
            Law::Exponential(Duration(Span::MINUTE)),
            Law::Uniform(Duration(Span::ZERO), Duration(Span(3 * Span::MINUTE.0))),
            log_normal(0.6),
            log_normal(5.0),
        ]
    }

    #[test]
    fn nothing_overtakes_on_a_connection() {
        for law in laws() {
            let connection = connection(law);
            let mut last = SimTime(i64::MIN);
            for step in -2_000..20_000 {
                // Uneven steps, many of them close to where a period ends.
                let at = SimTime(step * 997_000_000 + step % 7 * 1_000);
                let arrival = connection.arrival(at, ANN);
                assert!(arrival >= last, "{law:?} at {at:?}");
                assert!(arrival >= at + connection.floor);
                last = arrival;
            }
        }
    }

    #[test]
    fn latencies_follow_their_law_over_devices_and_periods() {
        let law = Law::LogNormal {
            median: Duration(Span(40_000_000)),
            sigma: 0.6,
        };
        let connection = connection(law);
        let draws = (0..100_000_u32).map(|number| {
            let at = SimTime(i64::from(number / 100) * 61 * Span::SECOND.0);
            let device = Party::User(UserId(number % 100));
            (connection.arrival(at, device) - at - connection.floor).as_secs_f64()
        });
        let mean = draws.sum::<f64>() / 100_000.0;
        assert!((mean / law.mean().as_secs_f64() - 1.0).abs() < 0.02, "{mean}");
    }

    #[test]
    fn devices_have_latencies_of_their_own() {
        let connection = connection(laws()[3]);
        let at = SimTime(30 * Span::SECOND.0);
        let arrivals = [ANN, Party::User(UserId(1)), Party::Page(PageId(0))];
        let [ann, bob, shop] = arrivals.map(|device| connection.arrival(at, device));
        assert!(ann != bob && ann != shop && bob != shop);
    }
}
