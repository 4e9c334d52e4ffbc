//! Judges decisions on ads, and deliveries, by the record of what users agreed to.

use super::{BLOCKED, BOUGHT, BY_USER, Consents, Conversation, MUTED, OPENED, OPTED_OUT, UserPage};
use crate::findings::{FactContext, name};
use crate::promises::{Campaign, Promise, Promises, TopicMatch};
use chappe_base::{Act, MessageId, Party, Permit, Seconds, SimTime, Span, Topic, UserId};

impl Consents {
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
        judge_quiet_hours(promises, user, context.at)
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
}

/// Judges a decision or a delivery by the time of the user's day.
///
/// # Errors
/// If it is in quiet hours.
pub(crate) fn judge_quiet_hours(promises: &Promises, user: UserId, at: SimTime) -> Result<(), String> {
    match promises.quiet_minute(user, at)? {
        Some(minute) => Err(format!("at minute {minute} of the user's day, in quiet hours")),
        None => Ok(()),
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
