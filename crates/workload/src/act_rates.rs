//! What people begin, and how often: conversations, check-ins, page visits, payments.

use crate::config::{Agents, Population, Sessions, Traffic};
use chappe_base::{Keyed, Purpose, UserId, unit};

/// What an act is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum ActGoal {
    /// A conversation with a friend.
    Conversation,
    /// Opening the app with nothing to send.
    CheckIn,
    /// Turning to a page.
    PageVisit,
    /// A payment to a friend.
    Payment,
}

/// How often people begin each kind of act.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ActRates {
    keyed: Keyed,
    /// Per day, of the mean person among those who write.
    conversations: f64,
    payments: f64,
    /// Per day, of everyone.
    check_ins: f64,
    /// Per day, of the mean person.
    page_visits: f64,
}

impl ActRates {
    /// The rates of a scenario. With a replayed trace, nobody begins a conversation.
    #[must_use]
    pub(crate) fn new(
        population: &Population,
        sessions: &Sessions,
        traffic: &Traffic,
        agents: &Agents,
        seed: u64,
    ) -> ActRates {
        // Those who write make up for those who don't, so that the population's rate is as configured.
        let writing_share = 1.0 - population.silent_share.get();
        let of_writers = |per_day: f64| {
            if writing_share > 0.0 {
                per_day / writing_share
            } else {
                0.0
            }
        };
        let conversations = match traffic.replay {
            Some(_) => 0.0,
            None => traffic.conversations_per_day,
        };
        ActRates {
            keyed: Keyed::new(seed, Purpose::ActKind),
            conversations: of_writers(conversations),
            payments: of_writers(agents.payments_per_day),
            check_ins: sessions.check_ins_per_day,
            page_visits: agents.page_visits_per_day,
        }
    }

    /// Acts per day of a person with this activity. Check-ins do not depend on activity; everything else is
    /// proportional to it.
    #[must_use]
    #[inline]
    pub(crate) fn per_day(&self, activity: f64, writes: bool) -> f64 {
        let active = if writes {
            self.page_visits + self.conversations + self.payments
        } else {
            self.page_visits
        };
        self.check_ins + activity * active
    }

    /// What `user` begins in `slot` of `day`.
    #[must_use]
    #[inline]
    pub(crate) fn choose(&self, user: UserId, day: i32, slot: u32, activity: f64, writes: bool) -> ActGoal {
        let key = (day as u32 as u64) << 32 | slot as u64;
        let point = unit(self.keyed.word(user.0 as u64, key)) * self.per_day(activity, writes);
        // What only people who write begin comes last, so that the rest is the same draw for everyone.
        if point < self.check_ins {
            return ActGoal::CheckIn;
        }
        let point = (point - self.check_ins) / activity;
        if point < self.page_visits || !writes {
            ActGoal::PageVisit
        } else if point < self.page_visits + self.conversations {
            ActGoal::Conversation
        } else {
            ActGoal::Payment
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::Probability;

    fn shares(act_rates: &ActRates, writes: bool) -> [f64; 4] {
        let mut counts = [0.0; 4];
        for user in 0..100_000 {
            counts[act_rates.choose(UserId(user), 2, 3, 1.0, writes) as usize] += 1e-5;
        }
        counts.map(|share| share * act_rates.per_day(1.0, writes))
    }

    #[test]
    fn each_kind_keeps_its_rate_over_the_population() {
        let population = Population {
            silent_share: Probability::of(0.25),
            ..Population::default()
        };
        let (sessions, traffic) = (Sessions::default(), Traffic::default());
        let agents = Agents {
            payments_per_day: 1.0,
            ..Agents::default()
        };
        let act_rates = ActRates::new(&population, &sessions, &traffic, &agents, 1);
        let (writing, silent) = (shares(&act_rates, true), shares(&act_rates, false));
        let expected = [5.4, sessions.check_ins_per_day, 0.3, 1.0];
        for kind in 0..4 {
            let mean = 0.75 * writing[kind] + 0.25 * silent[kind];
            assert!((mean / expected[kind] - 1.0).abs() < 0.03, "{kind}: {mean}");
        }
        assert_eq!((silent[0], silent[3]), (0.0, 0.0));
    }

    #[test]
    fn a_replayed_trace_leaves_no_conversation_to_begin() {
        let traffic = Traffic {
            replay: Some("trace.txt".into()),
            ..Traffic::default()
        };
        let (population, sessions) = (Population::default(), Sessions::default());
        let act_rates = ActRates::new(&population, &sessions, &traffic, &Agents::default(), 1);
        assert_eq!(shares(&act_rates, true)[ActGoal::Conversation as usize], 0.0);
    }
}
