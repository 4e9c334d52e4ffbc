//! Messages at the recipient's shard: accept or refuse, deliver or keep for a user who is off line, read,
//! block.
//!
//! The recipient's shard decides, since it knows blocks and presence.

use crate::config::Desk;
use crate::conversation::Flag;
use crate::outbox::{Notice, Outbox};
use crate::people::Kept;
use crate::policy::{Basis, MessageContext, MessageRule};
use crate::shard::Shard;
use chappe_base::{
    Fact, MessageClass, MessageId, PageId, Party, RefusalReason, RuleKind, SimTime, Span, UserId,
};

impl Shard {
    /// Receives a friend's message.
    pub(crate) fn receive(
        &mut self,
        now: SimTime,
        message: MessageId,
        from: UserId,
        to: UserId,
        intended: SimTime,
        out: &mut Outbox,
    ) {
        let (by, recipient) = (Party::User(from), Party::User(to));
        if self.has_blocked(to, by) {
            out.fact(Fact::Refused {
                message,
                by,
                to: recipient,
                reason: RefusalReason::Blocked,
            });
            return out.notify(Notice::Refused {
                message,
                user: from,
                reason: RefusalReason::Blocked,
            });
        }
        self.accept(now, message, MessageClass::Friend, by, to, intended, out);
        out.notify(Notice::Acknowledged {
            message,
            user: from,
            intended,
        });
    }

    /// Receives a page's answer or notice.
    pub(crate) fn receive_from_page(
        &mut self,
        now: SimTime,
        message: MessageId,
        class: MessageClass,
        page: PageId,
        to: UserId,
        intended: SimTime,
        out: &mut Outbox,
    ) {
        let from = Party::Page(page);
        match self.judge_message(now, class, page, to) {
            Ok(()) => self.accept(now, message, class, from, to, intended, out),
            Err(reason) => out.fact(Fact::Refused {
                message,
                by: from,
                to: Party::User(to),
                reason,
            }),
        }
    }

    /// Judges a page's message by the user's block and by the policy. Uses up the one further message if that
    /// is what admits it.
    fn judge_message(
        &mut self,
        now: SimTime,
        class: MessageClass,
        page: PageId,
        to: UserId,
    ) -> Result<(), RefusalReason> {
        let place = self.people.find(self.config.homes.local(to.0), page);
        let conversation = place.map(|place| self.people.conversation(place));
        if conversation.is_some_and(|conversation| conversation.is(Flag::Blocked)) {
            return Err(RefusalReason::Blocked);
        }
        let contact = MessageContext {
            class,
            by_people: self.config.pages[page.index()].desk != Desk::Bot,
            since_last_act: conversation.and_then(|conversation| conversation.since_last_act(now)),
            further_sent: conversation.is_some_and(|conversation| conversation.is(Flag::FurtherSent)),
        };
        let rule = self.config.policy.judge_message(&contact);
        if let (Ok(Some(MessageRule::OneFurther)), Some(place)) = (rule, place) {
            self.people.use_basis(place, Basis::Further, now);
        }
        rule.map(|_| ()).map_err(|_| RefusalReason::Tag)
    }

    fn accept(
        &mut self,
        now: SimTime,
        message: MessageId,
        class: MessageClass,
        from: Party,
        to: UserId,
        intended: SimTime,
        out: &mut Outbox,
    ) {
        let local = self.config.homes.local(to.0);
        let kept = !self.people.is_online(local, now);
        out.fact(Fact::Accepted {
            message,
            class,
            from,
            to: Party::User(to),
            intended,
            kept,
        });
        if kept {
            self.people.keep(
                local,
                Kept {
                    message,
                    from,
                    intended,
                    since: now.seconds(),
                    class,
                },
            );
        } else {
            out.fact(Fact::Delivered {
                message,
                class,
                from,
                to: Party::User(to),
            });
            out.notify(Notice::Message {
                message,
                class,
                from,
                to,
                intended,
                kept,
            });
        }
    }

    /// Marks a device as on line. If it was off line, delivers the kept messages and then opens an ad slot.
    pub(crate) fn connect(
        &mut self,
        now: SimTime,
        occasion: MessageId,
        user: UserId,
        until: SimTime,
        out: &mut Outbox,
    ) {
        let local = self.config.homes.local(user.0);
        if until <= now {
            return;
        }
        let was_offline = self.people.connect(local, now, until);
        out.fact(Fact::Connected { user, until });
        if was_offline {
            // Kept messages come first: an ad among them counts towards the caps by which the slot is judged.
            while let Some(kept) = self.people.take_kept(local) {
                self.hand_out(now, user, kept, out);
            }
            if self.ads.slots_open && !self.config.pushes_ads {
                self.ad_slot(now, occasion, user, out);
            }
        }
    }

    fn hand_out(&mut self, now: SimTime, user: UserId, kept: Kept, out: &mut Outbox) {
        let Kept {
            message,
            from,
            intended,
            since,
            class,
        } = kept;
        let to = Party::User(user);
        let is_ad = class == MessageClass::Ad;
        // A second more, because `since` is rounded down.
        if now - since.time() > self.config.inbox_life + Span::SECOND {
            out.fact(Fact::Expired { message });
            self.expire_ad(now, message, out);
        } else if is_ad {
            self.deliver_ad(now, message, user, true, out);
        } else if self.has_blocked(user, from) {
            out.fact(Fact::Withdrawn {
                message,
                rule: RuleKind::Block,
            });
        } else {
            out.fact(Fact::Delivered {
                message,
                class,
                from,
                to,
            });
            out.notify(Notice::Message {
                message,
                class,
                from,
                to: user,
                intended,
                kept: true,
            });
        }
    }

    /// Records that a friend's message was read.
    pub(crate) fn read(&mut self, message: MessageId, reader: UserId, sender: UserId, out: &mut Outbox) {
        // A client could claim to have read what it never got.
        if self.people.keeps(self.config.homes.local(reader.0), message) {
            let reason = RefusalReason::NotDelivered;
            out.fact(Fact::Refused {
                message,
                by: Party::User(reader),
                to: Party::User(sender),
                reason,
            });
            return out.notify(Notice::Refused {
                message,
                user: reader,
                reason,
            });
        }
        out.fact(Fact::Read {
            message,
            user: reader,
        });
        out.notify(Notice::ReadBy {
            message,
            user: sender,
        });
    }

    pub(crate) fn has_blocked(&self, user: UserId, party: Party) -> bool {
        let local = self.config.homes.local(user.0);
        match party {
            Party::User(other) => self.people.has_blocked(local, other),
            Party::Page(page) => self
                .people
                .find(local, page)
                .is_some_and(|place| self.people.conversation(place).is(Flag::Blocked)),
        }
    }

    /// Blocks a person, or a page that the user has a conversation with.
    pub(crate) fn block(&mut self, user: UserId, party: Party, out: &mut Outbox) {
        if self.set_block(user, party, true) {
            out.fact(Fact::Blocked { user, party });
            if let Party::Page(page) = party {
                self.note_complaint(page, out);
            }
        }
    }

    /// Lifts a block.
    pub(crate) fn unblock(&mut self, user: UserId, party: Party, out: &mut Outbox) {
        if self.set_block(user, party, false) {
            out.fact(Fact::Unblocked { user, party });
        }
    }

    /// Sets or lifts a block. Returns whether that changed anything.
    fn set_block(&mut self, user: UserId, party: Party, blocked: bool) -> bool {
        let local = self.config.homes.local(user.0);
        match party {
            Party::User(other) if blocked => self.people.block_person(local, other),
            Party::User(other) => self.people.unblock_person(local, other),
            Party::Page(page) => self.people.find(local, page).is_some_and(|place| {
                let conversation = self.people.conversation_mut(place);
                conversation.set(Flag::Blocked, blocked)
            }),
        }
    }
}
