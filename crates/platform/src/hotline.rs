//! Hot-lines: the queue of questions at each page of a shard, answered by a bot or by people.
//!
//! The queue is at the page's home, because all customers of a page wait for the same people.

use crate::command::{Command, position};
use crate::config::{Config, Desk};
use crate::outbox::{Notice, Outbox};
use chappe_base::{Answerer, Fact, Map, MessageClass, MessageId, PageId, Party, SimTime, UserId};
use std::collections::VecDeque;

/// The waiting questions of one page, and how many people are free.
#[derive(Debug)]
struct Queue {
    /// People free to answer; `None` for a bot, which is always free.
    free: Option<u16>,
    /// Oldest first. An abandoned question stays until its turn, since removing it would need a search.
    waiting: VecDeque<MessageId>,
}

/// A question that is neither answered nor abandoned.
#[derive(Clone, Copy, Debug)]
struct Open {
    page: PageId,
    asked: SimTime,
    taken: Option<SimTime>,
}

/// The hot-lines of one shard.
#[derive(Debug)]
pub(crate) struct HotLine {
    queues: Vec<Queue>,
    open: Map<MessageId, Open>,
}

impl HotLine {
    pub(crate) fn new(desks: impl Iterator<Item = Desk>) -> HotLine {
        let queue = |desk| Queue {
            free: match desk {
                Desk::Bot => None,
                Desk::Humans(count) => Some(count),
            },
            waiting: VecDeque::new(),
        };
        HotLine {
            queues: desks.map(queue).collect(),
            open: Map::default(),
        }
    }

    /// Queues a question.
    pub(crate) fn ask(
        &mut self,
        now: SimTime,
        config: &Config,
        question: MessageId,
        user: UserId,
        page: PageId,
        intended: SimTime,
        out: &mut Outbox,
    ) {
        let (class, from, to) = (MessageClass::HotLine, Party::User(user), Party::Page(page));
        out.fact(Fact::Accepted {
            message: question,
            class,
            from,
            to,
            intended,
            kept: false,
        });
        out.fact(Fact::Delivered {
            message: question,
            class,
            from,
            to,
        });
        out.fact(Fact::Asked { question, user, page });
        out.notify(Notice::Question {
            question,
            page,
            intended,
        });
        self.open.insert(
            question,
            Open {
                page,
                asked: now,
                taken: None,
            },
        );
        let queue = &mut self.queues[config.homes.local(page.0)];
        queue.waiting.push_back(question);
        self.assign(now, config, page, out);
    }

    /// Assigns waiting questions while somebody is free.
    fn assign(&mut self, now: SimTime, config: &Config, page: PageId, out: &mut Outbox) {
        let queue = &mut self.queues[config.homes.local(page.0)];
        while queue.free != Some(0) {
            let Some(question) = queue.waiting.pop_front() else {
                return;
            };
            // Not open any more: the customer gave up.
            let Some(open) = self.open.get_mut(&question) else {
                continue;
            };
            open.taken = Some(now);
            queue.free = queue.free.map(|count| count - 1);
            out.notify(Notice::Assigned { question, page });
        }
    }

    /// Answers an assigned question, and assigns the next one.
    pub(crate) fn answer(
        &mut self,
        now: SimTime,
        config: &Config,
        question: MessageId,
        page: PageId,
        intended: SimTime,
        out: &mut Outbox,
    ) {
        let Some(Open {
            asked,
            taken: Some(taken),
            ..
        }) = self.open_at(question, page)
        else {
            return;
        };
        self.open.remove(&question);
        let free = &mut self.queues[config.homes.local(page.0)].free;
        let by = if free.is_some() {
            Answerer::Human
        } else {
            Answerer::Bot
        };
        *free = free.map(|count| count + 1);
        out.fact(Fact::Answered {
            question,
            page,
            by,
            wait_ns: taken - asked,
            sojourn_ns: now - asked,
        });
        let (message, user) = (question.at(position::ANSWER), question.initiator());
        out.forward(
            config.homes.user(user),
            Command::Notify {
                message,
                user,
                page,
                intended,
            },
        );
        self.assign(now, config, page, out);
    }

    /// Abandons a question, unless it is already assigned.
    pub(crate) fn give_up(&mut self, now: SimTime, question: MessageId, page: PageId, out: &mut Outbox) {
        if let Some(Open {
            asked, taken: None, ..
        }) = self.open_at(question, page)
        {
            self.open.remove(&question);
            out.fact(Fact::Abandoned {
                question,
                page,
                wait_ns: now - asked,
            });
        }
    }

    /// The question, if it is open at `page`.
    fn open_at(&self, question: MessageId, page: PageId) -> Option<Open> {
        self.open.get(&question).copied().filter(|open| open.page == page)
    }

    pub(crate) fn bytes(&self) -> usize {
        let waiting = |queue: &Queue| queue.waiting.capacity() * size_of::<MessageId>() + size_of::<Queue>();
        self.queues.iter().map(waiting).sum::<usize>() + self.open.allocation_size()
    }
}
