//! Judges why a page may contact a user: the basis of each ad, the conditions for other messages, and
//! requests for an opt-in.
//!
//! Some bases hold only once or once in a while, so their use is recorded. Times are kept in whole seconds,
//! rounded down, and only what is certain is a violation.

use crate::consent::{Consents, UserPage};
use crate::findings::FactContext;
use crate::promises::{Campaign, MessageReasons, OptInRequests, OptInTerms, Promise, Promises};
use chappe_base::{Act, Map, MessageClass, MessageId, PageId, Permit, Seconds, SimTime, Span, Topic, UserId};
use std::sync::Arc;

/// The basis of an ad, as far as it can be used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Basis {
    /// One that cannot be used up, or none is needed.
    Free,
    /// The one further message.
    Further,
    /// An opt-in, which is used up for a while or for good.
    OptIn(Act),
}

/// The fold over one shard's contacts from pages to users.
#[derive(Debug)]
pub(crate) struct Reasons {
    messages: Option<MessageReasons>,
    answered_by_people: Arc<[bool]>,
    requests: Option<OptInRequests>,
    /// When the one further message was sent, until the user's next act.
    further: Map<UserPage, Seconds>,
    /// When an opt-in on record was last the basis of an ad.
    used: Map<(UserId, Act), Seconds>,
}

impl Reasons {
    pub(crate) fn new(promises: &Promises) -> Reasons {
        Reasons {
            messages: promises.messages,
            answered_by_people: Arc::clone(&promises.answered_by_people),
            requests: promises.opt_in_requests,
            further: Map::default(),
            used: Map::default(),
        }
    }

    /// A user acted towards a page.
    #[inline]
    pub(crate) fn acted(&mut self, user_page: UserPage) {
        if !self.further.is_empty() {
            self.further.remove(&user_page);
        }
    }

    /// Judges the request behind an opt-in, before the opt-in is on record.
    pub(crate) fn opted_in(
        &mut self,
        (user, page): UserPage,
        topic: Topic,
        act: Act,
        consents: &Consents,
        context: &mut FactContext<'_>,
    ) {
        self.used.remove(&(user, act));
        self.opted_out((user, page), topic, consents);
        let Some(requests) = self.requests.filter(|_| context.at >= SimTime::ZERO) else {
            return;
        };
        context.checked(Promise::MessagesPermitted);
        let since = consents.act_before((user, page)).map(|act| context.at - act);
        let before = consents.opt_in_on((user, page), topic);
        let age = before.map(|before| before.age(context.at));
        let why = if !is_within(since, Some(requests.within)) {
            "outside the window"
        } else if age.is_some_and(|age| age < days(requests.again_after_days)) {
            "again too soon"
        } else {
            return;
        };
        let what = format!("user {} was asked by page {} for an opt-in {why}", user.0, page.0);
        context.violation(Promise::MessagesPermitted, what);
    }

    /// Forgets the use of the opt-in on `topic`, just before it is removed from `consents`.
    pub(crate) fn opted_out(&mut self, user_page: UserPage, topic: Topic, consents: &Consents) {
        if let Some(opt_in) = consents.opt_in_on(user_page, topic) {
            self.used.remove(&(user_page.0, opt_in.act));
        }
    }

    /// The basis of an ad that was allowed.
    ///
    /// # Errors
    /// If no basis holds.
    pub(crate) fn of_ad(
        &self,
        promises: &Promises,
        campaign: &Campaign,
        user: UserId,
        permit: &Permit,
        consents: &Consents,
        at: SimTime,
    ) -> Result<Basis, String> {
        let Some(rule) = promises.basis else {
            return Ok(Basis::Free);
        };
        let user_page = (user, campaign.page);
        let since = consents.last_act(user_page).map(|act| at - act);
        if is_within(since, rule.within) {
            return Ok(Basis::Free);
        }
        if let (Some(terms), Some(act)) = (rule.opt_in, permit.opt_in) {
            let is_on_record = consents.has_opt_in(user_page, terms.topic, campaign.topic, Some(act));
            if is_on_record && self.is_good(terms, user_page, act, consents, at) {
                return Ok(Basis::OptIn(act));
            }
        }
        if rule.one_further && since.is_some() && !self.further.contains_key(&user_page) {
            return Ok(Basis::Further);
        }
        Err("on no ground that holds".into())
    }

    /// Whether an opt-in has not expired and is not used up.
    fn is_good(
        &self,
        terms: OptInTerms,
        user_page: UserPage,
        act: Act,
        consents: &Consents,
        at: SimTime,
    ) -> bool {
        let is_free = match (self.used.get(&(user_page.0, act)), terms.every) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(used), Some(every)) => at - used.time() >= every,
        };
        let age = consents.opt_in_of(user_page, act).map(|opt_in| opt_in.age(at));
        is_free && age.is_none_or(|age| age - Span::SECOND < days(terms.life_days))
    }

    /// Records the use of a basis.
    pub(crate) fn take(&mut self, user_page: UserPage, basis: Basis, at: SimTime) {
        match basis {
            Basis::Free => {}
            Basis::Further => {
                self.further.insert(user_page, at.seconds());
            }
            Basis::OptIn(act) => {
                self.used.insert((user_page.0, act), at.seconds());
            }
        }
    }

    /// An ad that used its basis at `taken` is delivered: the use counts from now on. Whether the opt-in is
    /// still in force is judged in [`Consents::judge_delivery`].
    ///
    /// # Errors
    /// If the opt-in is used up or too old.
    pub(crate) fn delivered(
        &mut self,
        terms: Option<OptInTerms>,
        user_page: UserPage,
        basis: Basis,
        taken: Seconds,
        consents: &Consents,
        at: SimTime,
    ) -> Result<(), String> {
        let (Basis::OptIn(act), Some(terms)) = (basis, terms) else {
            return Ok(());
        };
        self.give_back(user_page, basis, taken);
        if consents.opt_in_of(user_page, act).is_none() {
            return Ok(());
        }
        let is_good = self.is_good(terms, user_page, act, consents, at);
        self.take(user_page, basis, at);
        if is_good {
            return Ok(());
        }
        Err(format!(
            "on the opt-in of act {}, which is used up or too old",
            act.0
        ))
    }

    /// Releases the basis of an ad that used it at `at` and was not delivered.
    pub(crate) fn give_back(&mut self, user_page: UserPage, basis: Basis, at: Seconds) {
        match basis {
            Basis::Free => {}
            Basis::Further => {
                if self.further.get(&user_page) == Some(&at) {
                    self.further.remove(&user_page);
                }
            }
            Basis::OptIn(act) => {
                if self.used.get(&(user_page.0, act)) == Some(&at) {
                    self.used.remove(&(user_page.0, act));
                }
            }
        }
    }

    /// Judges a page's accepted message that is not an ad.
    pub(crate) fn message(
        &mut self,
        message: MessageId,
        class: MessageClass,
        page: PageId,
        user: UserId,
        consents: &Consents,
        context: &mut FactContext<'_>,
    ) {
        let Some(reasons) = self.messages else { return };
        context.checked(Promise::MessagesPermitted);
        let user_page = (user, page);
        let since = consents.last_act(user_page).map(|act| context.at - act);
        let by_people = self.answered_by_people.get(page.index()) == Some(&true);
        let is_permitted = is_within(since, reasons.within)
            || match class {
                MessageClass::OrderNotice => reasons.order_notices,
                MessageClass::HotLine => by_people && is_within(since, reasons.human_answers),
                MessageClass::Friend | MessageClass::Ad => false,
            };
        if is_permitted {
            return;
        }
        if reasons.one_further && since.is_some() && !self.further.contains_key(&user_page) {
            return self.take(user_page, Basis::Further, context.at);
        }
        let what = format!(
            "message {} of page {} was accepted for user {} outside the window, without a reason",
            message.0, page.0, user.0
        );
        context.violation(Promise::MessagesPermitted, what);
    }

    pub(crate) fn bytes(&self) -> usize {
        self.further.allocation_size() + self.used.allocation_size()
    }
}

fn days(days: u16) -> Span {
    Span(i64::from(days) * Span::DAY.0)
}

/// Whether an act `since` ago may be within `most`. Its time was rounded down, so a second is in favour.
fn is_within(since: Option<Span>, most: Option<Span>) -> bool {
    let (Some(since), Some(most)) = (since, most) else {
        return false;
    };
    since.0.saturating_sub(Span::SECOND.0) <= most.0
}
