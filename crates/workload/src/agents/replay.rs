//! Replay of a real trace: its messages take the place of synthetic messages between friends.

use super::{Actions, Agents, Wake, World};
use crate::trace::Trace;
use chappe_base::{Act, ActKind, MessageId, ShardId, SimTime, UserId};
use chappe_platform::Command;
use std::collections::VecDeque;

/// The part of a trace whose senders live on one shard.
#[derive(Debug)]
pub(super) struct Replay {
    /// Messages still to be played: index in the trace, and number among those of the sender.
    lines: VecDeque<(u32, u32)>,
}

impl Replay {
    pub(super) fn new(world: &World, shard: ShardId) -> Replay {
        let homes = world.homes();
        let mut sent = vec![0; homes.count(shard, world.population.users_count())];
        let mut lines = VecDeque::new();
        let messages = world
            .trace
            .iter()
            .flat_map(|trace| trace.messages.iter().enumerate());
        for (index, message) in messages.filter(|(_, message)| homes.user(message.sender) == shard) {
            let number: &mut u32 = &mut sent[homes.local(message.sender.0)];
            lines.push_back((index as u32, *number));
            *number += 1;
        }
        Replay { lines }
    }

    /// Schedules a wake for the next message.
    pub(super) fn schedule(&self, world: &World, actions: &mut Actions) {
        if let (Some(trace), Some((index, _))) = (&world.trace, self.lines.front()) {
            let at = Trace::time(trace.messages[*index as usize], world.replay_speed);
            if at < world.horizon {
                actions.wakes.push((at, Wake::Replay));
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.lines.capacity() * size_of::<(u32, u32)>()
    }
}

impl Agents {
    /// Sends the message whose time has come.
    pub(super) fn replay(&mut self, now: SimTime, actions: &mut Actions) {
        let world = self.world.clone();
        if let (Some(trace), Some((index, number))) = (&world.trace, self.replay.lines.pop_front()) {
            let line = trace.messages[index as usize];
            let message = replayed(line.sender, number);
            self.come_on_line(now, message, line.sender, actions);
            let command = Command::Send {
                message,
                from: line.sender,
                to: line.receiver,
                intended: now,
            };
            actions.commands.push((now, command));
            self.replay.schedule(&world, actions);
        }
    }
}

/// The id of a sender's `number`-th message in a trace. It has position 1, so that it differs from the id of
/// every act that the sender begins.
fn replayed(sender: UserId, number: u32) -> MessageId {
    let (day, slot) = (
        (number / Act::SLOTS) as i32 - Act::HISTORY_DAYS,
        number % Act::SLOTS,
    );
    MessageId::new(sender, Act::new(day, slot, ActKind::Chat, 1))
}
