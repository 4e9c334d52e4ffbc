//! Judges consent: the audit's own record of conversations, opt-ins, mutes and blocks, made of facts alone.
//!
//! It is a second implementation of what the platform keeps in `conversations`, on purpose: an error in one
//! is not repeated in the other.

use crate::promises::{Campaign, Promise, Promises, TopicMatch};
use crate::verdict::{FactContext, name};
use chappe_base::{
    Act, AppendMap, Map, MessageId, PageId, Party, Permit, Seconds, Set, SimTime, Span, Topic, UserId,
};

const OPENED: u8 = 1;
const BY_USER: u8 = 2;
const BLOCKED: u8 = 4;
const MUTED: u8 = 8;
const OPTED_IN: u8 = 16;
const OPTED_OUT: u8 = 32;
const BOUGHT: u8 = 64;

/// A user and a page.
pub(crate) type UserPage = (UserId, PageId);

/// A live opt-in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OptIn {
    topic: Topic,
    pub(crate) act: Act,
    given: Seconds,
}

impl OptIn {
    /// Its age, up to a second more than the true one.
    pub(crate) fn age(&self, now: SimTime) -> Span {
        now - self.given.time()
    }
}

/// The record of one user and one page. It holds the opt-in on the topic of first contact; the few others are
/// apart, which saves memory for all conversations.
#[derive(Clone, Copy, Debug)]
struct Conversation {
    opened: Act,
    topic: Topic,
    last_act: Seconds,
    /// The act before the last.
    act_before: Seconds,
    opt_in: Act,
    opted_in: Seconds,
    flags: u8,
}

impl Default for Conversation {
    fn default() -> Conversation {
        Conversation {
            opened: Act::default(),
            topic: Topic::default(),
            last_act: Seconds::NEVER,
            act_before: Seconds::NEVER,
            opt_in: Act::default(),
            opted_in: Seconds::NEVER,
            flags: 0,
        }
    }
}

impl Conversation {
    fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    fn set(&mut self, flag: u8, on: bool) {
        self.flags = self.flags & !flag | if on { flag } else { 0 };
    }
}

/// The fold over one shard's users and what they agreed to.
#[derive(Default, Debug)]
pub(crate) struct Consents {
    conversations: AppendMap<UserPage, Conversation>,
    /// Opt-ins on topics other than that of first contact.
    other_opt_ins: Map<UserPage, Vec<OptIn>>,
    blocked_people: Set<(UserId, UserId)>,
}

impl Consents {
    pub(crate) fn opened(
        &mut self,
        user_page: UserPage,
        act: Act,
        by_user: bool,
        topic: Topic,
        now: Seconds,
    ) {
        let conversation = self.conversations.get_or_insert(user_page);
        if conversation.is(OPENED) {
            return;
        }
        conversation.opened = act;
        conversation.topic = topic;
        conversation.set(OPENED, true);
        conversation.set(BY_USER, by_user);
        if by_user {
            conversation.last_act = now;
        }
    }

    #[inline]
    pub(crate) fn acted(&mut self, user_page: UserPage, now: Seconds) {
        let conversation = self.conversations.get_or_insert(user_page);
        conversation.act_before = std::mem::replace(&mut conversation.last_act, now);
    }

    /// The time of the user's last act, rounded down to the second.
    pub(crate) fn last_act(&self, user_page: UserPage) -> Option<SimTime> {
        let conversation = self.conversations.get(&user_page)?;
        (conversation.last_act != Seconds::NEVER).then(|| conversation.last_act.time())
    }

    /// The time of the act before the user's last, rounded down to the second.
    pub(crate) fn act_before(&self, user_page: UserPage) -> Option<SimTime> {
        let conversation = self.conversations.get(&user_page)?;
        (conversation.act_before != Seconds::NEVER).then(|| conversation.act_before.time())
    }

    pub(crate) fn opted_in(&mut self, user_page: UserPage, topic: Topic, act: Act, given: Seconds) {
        self.drop_opt_in(user_page, topic);
        let conversation = self.conversations.get_or_insert(user_page);
        conversation.set(OPTED_OUT, false);
        if conversation.is(OPENED) && conversation.topic == topic {
            conversation.opt_in = act;
            conversation.opted_in = given;
            conversation.set(OPTED_IN, true);
        } else {
            let others = self.other_opt_ins.entry(user_page).or_default();
            others.push(OptIn { topic, act, given });
        }
    }

    /// The user revoked consent: the opt-in on `topic`, and all ads of the page.
    pub(crate) fn opted_out(&mut self, user_page: UserPage, topic: Topic) {
        self.drop_opt_in(user_page, topic);
        self.conversations.get_or_insert(user_page).set(OPTED_OUT, true);
    }

    fn drop_opt_in(&mut self, user_page: UserPage, topic: Topic) {
        if let Some(conversation) = self.conversations.get_mut(&user_page)
            && conversation.topic == topic
        {
            conversation.set(OPTED_IN, false);
        }
        if let Some(others) = self.other_opt_ins.get_mut(&user_page) {
            others.retain(|other| other.topic != topic);
            if others.is_empty() {
                self.other_opt_ins.remove(&user_page);
            }
        }
    }

    /// The user reserved money for an order with the page.
    pub(crate) fn bought(&mut self, user_page: UserPage) {
        self.conversations.get_or_insert(user_page).set(BOUGHT, true);
    }

    pub(crate) fn muted(&mut self, user_page: UserPage) {
        self.conversations.get_or_insert(user_page).set(MUTED, true);
    }

    pub(crate) fn blocked(&mut self, user: UserId, party: Party, on: bool) {
        match party {
            Party::Page(page) => self.conversations.get_or_insert((user, page)).set(BLOCKED, on),
            Party::User(person) => {
                if on {
                    self.blocked_people.insert((user, person));
                } else {
                    self.blocked_people.remove(&(user, person));
                }
            }
        }
    }

    /// The live opt-ins of a user for a page.
    fn opt_ins(&self, user_page: UserPage) -> impl Iterator<Item = OptIn> {
        let conversation = self
            .conversations
            .get(&user_page)
            .filter(|conversation| conversation.is(OPTED_IN));
        let first = conversation.map(|conversation| OptIn {
            topic: conversation.topic,
            act: conversation.opt_in,
            given: conversation.opted_in,
        });
        let others = self.other_opt_ins.get(&user_page).into_iter().flatten().copied();
        first.into_iter().chain(others)
    }

    /// Whether a live opt-in covers `topic`, and was given by `act` if that is named.
    pub(crate) fn has_opt_in(
        &self,
        user_page: UserPage,
        scope: TopicMatch,
        topic: Topic,
        act: Option<Act>,
    ) -> bool {
        self.opt_ins(user_page)
            .any(|opt_in| scope.holds(opt_in.topic, topic) && act.is_none_or(|act| act == opt_in.act))
    }

    /// The live opt-in on `topic`.
    pub(crate) fn opt_in_on(&self, user_page: UserPage, topic: Topic) -> Option<OptIn> {
        self.opt_ins(user_page).find(|opt_in| opt_in.topic == topic)
    }

    /// The live opt-in that `act` gave.
    pub(crate) fn opt_in_of(&self, user_page: UserPage, act: Act) -> Option<OptIn> {
        self.opt_ins(user_page).find(|opt_in| opt_in.act == act)
    }

    /// Judges the delivery of a message that is not an ad. Ads are judged with their permit.
    #[inline]
    pub(crate) fn delivered(
        &self,
        message: MessageId,
        from: Party,
        to: Party,
        context: &mut FactContext<'_>,
    ) {
        let Party::User(user) = to else { return };
        context.checked(Promise::ConsentKept);
        let is_blocked = match from {
            Party::User(person) => {
                !self.blocked_people.is_empty() && self.blocked_people.contains(&(user, person))
            }
            Party::Page(page) => self.is((user, page), BLOCKED),
        };
        if is_blocked {
            let what = format!(
                "message {} of {} was delivered to user {}, who blocks them",
                message.0,
                name(from),
                user.0
            );
            context.violation(Promise::ConsentKept, what);
        }
    }

    /// Judges a decision that allows an ad of `campaign`. Blocks are judged at delivery, where they hold
    /// under any policy.
    ///
    /// # Errors
    /// What is wrong with the decision.
    pub(crate) fn judge_decision(
        &self,
        promises: &Promises,
        campaign: &Campaign,
        user: UserId,
        permit: &Permit,
        context: &FactContext<'_>,
    ) -> Result<(), String> {
        let user_page = (user, campaign.page);
        let conversation = self.cited(user_page, permit)?;
        judge_mute(promises, &conversation)?;
        if promises.opened_by_user && !conversation.is(BY_USER) {
            return Err("though the user did not open the conversation".into());
        }
        if campaign.shoppers_only && !conversation.is(BOUGHT) {
            return Err("who never bought of the page, for a campaign for shoppers".into());
        }
        if !promises.first_topic.holds(conversation.topic, campaign.topic) {
            return Err(format!(
                "on topic {}/{} after first contact on {}/{}",
                campaign.topic.category,
                campaign.topic.product,
                conversation.topic.category,
                conversation.topic.product
            ));
        }
        if !promises.formats.contains(&campaign.format) {
            return Err(format!(
                "in the format {}, which is not allowed",
                campaign.format.label()
            ));
        }
        self.judge_cited_opt_in(promises, user_page, campaign.topic, permit)?;
        judge_window(promises, conversation.last_act, context)?;
        if let Some(quiet) = promises.quiet_hours {
            let minute = promises
                .local_minute(user, context.at)
                .ok_or("though the user has no time zone")?;
            if quiet.covers(minute) {
                return Err(format!("at minute {minute} of the user's day, in quiet hours"));
            }
        }
        Ok(())
    }

    /// The conversation that the permit cites.
    ///
    /// # Errors
    /// If there is none on record, or the permit cites another one.
    fn cited(&self, user_page: UserPage, permit: &Permit) -> Result<Conversation, String> {
        let conversation = self
            .conversations
            .get(&user_page)
            .copied()
            .filter(|conversation| conversation.is(OPENED));
        let conversation = conversation.ok_or("though there is no conversation between them")?;
        if conversation.opened != permit.conversation {
            return Err(format!(
                "citing act {} for a conversation that act {} opened",
                permit.conversation.0, conversation.opened.0
            ));
        }
        Ok(conversation)
    }

    /// Judges an ad's delivery by what the user may have changed since the decision. `basis_opt_in` is the
    /// act of the opt-in that is the ad's basis, and how closely its topic must match; `None` for another
    /// basis.
    ///
    /// # Errors
    /// What is wrong with the delivery.
    pub(crate) fn judge_delivery(
        &self,
        promises: &Promises,
        campaign: &Campaign,
        user: UserId,
        permit: &Permit,
        decided: Option<Permit>,
        basis_opt_in: Option<(TopicMatch, Act)>,
    ) -> Result<(), String> {
        let user_page = (user, campaign.page);
        if self.is(user_page, BLOCKED) {
            return Err("who blocks the page".into());
        }
        if let Some(conversation) = self.conversations.get(&user_page) {
            judge_mute(promises, conversation)?;
        }
        let is_decided = decided == Some(*permit);
        let (scope, act) = match (promises.opt_in, basis_opt_in) {
            (Some(scope), _) => (scope, permit.opt_in.filter(|_| !is_decided)),
            (None, Some((scope, act))) => (scope, Some(act)),
            (None, None) => return Ok(()),
        };
        let cites_it = permit.opt_in.is_some() && act.is_none_or(|act| permit.opt_in == Some(act));
        if cites_it && self.has_opt_in(user_page, scope, campaign.topic, act) {
            Ok(())
        } else {
            Err("without an opt-in that is in force".into())
        }
    }

    fn is(&self, user_page: UserPage, flag: u8) -> bool {
        let conversation = self.conversations.get(&user_page);
        conversation.is_some_and(|conversation| conversation.is(flag))
    }

    fn judge_cited_opt_in(
        &self,
        promises: &Promises,
        user_page: UserPage,
        topic: Topic,
        permit: &Permit,
    ) -> Result<(), String> {
        match permit.opt_in {
            None if promises.opt_in.is_some() => Err("without citing an opt-in".into()),
            None => Ok(()),
            Some(act) => {
                let scope = promises.opt_in.unwrap_or(TopicMatch::Any);
                if self.has_opt_in(user_page, scope, topic, Some(act)) {
                    Ok(())
                } else {
                    Err(format!("citing act {} for an opt-in that is not in force", act.0))
                }
            }
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        let others = self
            .other_opt_ins
            .values()
            .map(|others| others.capacity() * size_of::<OptIn>());
        self.conversations.bytes()
            + self.other_opt_ins.allocation_size()
            + others.sum::<usize>()
            + self.blocked_people.allocation_size()
    }
}

/// Judges by mutes and opt-outs.
///
/// # Errors
/// If the user wants no ads of the page.
fn judge_mute(promises: &Promises, conversation: &Conversation) -> Result<(), String> {
    if promises.mute && conversation.is(MUTED) {
        return Err("who muted the page".into());
    }
    if promises.mute && conversation.is(OPTED_OUT) {
        return Err("who opted out of its ads".into());
    }
    Ok(())
}

/// Judges the time since the user's last act, which is known to the second: only what is certain is a
/// violation.
fn judge_window(promises: &Promises, last_act: Seconds, context: &FactContext<'_>) -> Result<(), String> {
    let since = (last_act != Seconds::NEVER).then(|| context.at - last_act.time());
    if let (Some(least), Some(since)) = (promises.not_within, since)
        && since < least
    {
        return Err(format!(
            "{} s after the user's last act, sooner than {} s",
            since.as_secs_f64(),
            least.as_secs_f64()
        ));
    }
    let Some(most) = promises.at_most else {
        return Ok(());
    };
    match since {
        None => Err("though the user has never acted towards the page".into()),
        Some(since) if since.0.saturating_sub(Span::SECOND.0) > most.0 => Err(format!(
            "{} s after the user's last act, later than {} s",
            since.as_secs_f64(),
            most.as_secs_f64()
        )),
        Some(_) => Ok(()),
    }
}
