//! Judges messages: each is delivered at most once, and none is lost.
//!
//! There are two independent sources: the driver's facts say what was served and what reached a device, the
//! platform's what was accepted and how each message ended. All facts of a message are on its recipient's
//! shard, so it is enough to keep open messages. Nothing is kept of a message that has reached its device, so
//! a message whose facts all appear twice passes.

use crate::devices::{Devices, Sent};
use crate::findings::FactContext;
use crate::promises::Promise;
use chappe_base::{CommandClass, Fact, Map, MessageClass, MessageId, Party, Seconds, Set, SimTime, Span};

/// Steps looked up together: each look-up usually misses the cache, and in a batch the misses overlap.
const TOGETHER: usize = 32;

/// The fold over one shard's messages.
#[derive(Debug)]
pub(crate) struct Messages {
    pub(crate) devices: Devices,
    /// A message between people that was served and not yet accepted or refused, and when it reached the shard.
    serving: Option<(MessageId, SimTime)>,
    /// The message accepted last, if it is open: most end with the next fact and never enter `open`.
    latest: Option<MessageId>,
    /// Accepted and not ended.
    open: Set<MessageId>,
    /// The message delivered last, if it is not on the device yet: most reach it with the next fact.
    latest_delivered: Option<(MessageId, InFlight)>,
    /// Delivered by the platform and not on the device yet.
    in_flight: Map<MessageId, InFlight>,
    /// Steps that wait for the next batch of look-ups.
    waiting: Vec<Waiting>,
    delivered_count: u64,
    read_count: u64,
}

/// When a message was delivered, and as which of the shard's.
#[derive(Clone, Copy, Debug)]
struct InFlight {
    since: Seconds,
    sent: Sent,
}

/// One step in the life of a message.
#[derive(Clone, Copy, Debug)]
enum Step {
    Accepted,
    /// How it ended, for violations.
    Ended(&'static str),
    Delivered(InFlight),
    HandedOut(Party),
    /// Handed out with the fact after its delivery.
    HandedOutAtOnce(Party, Sent),
}

/// A step that waits to be judged, with its fact and time.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    step: Step,
    message: MessageId,
    at: SimTime,
    fact: Option<Fact>,
}

impl Messages {
    pub(crate) fn new(devices: Devices) -> Messages {
        Messages {
            devices,
            serving: None,
            latest: None,
            open: Set::default(),
            latest_delivered: None,
            in_flight: Map::default(),
            waiting: Vec::new(),
            delivered_count: 0,
            read_count: 0,
        }
    }

    /// A command was served. The facts that it causes come before the next `served`.
    #[inline]
    pub(crate) fn served(
        &mut self,
        command: CommandClass,
        message: MessageId,
        since_arrival: Span,
        context: &mut FactContext<'_>,
    ) {
        self.expect_answer(context);
        if command == CommandClass::Message {
            self.serving = Some((message, SimTime(context.at.0 - since_arrival.0)));
        }
    }

    #[inline]
    fn expect_answer(&mut self, context: &mut FactContext<'_>) {
        if let Some((message, _)) = self.serving.take() {
            let what = format!(
                "message {} was served, but neither accepted nor refused",
                message.0
            );
            context.violation(Promise::DeliveredOnce, what);
        }
    }

    pub(crate) fn refused(&mut self, message: MessageId) {
        self.serving = self.serving.filter(|(serving, _)| *serving != message);
    }

    #[inline]
    pub(crate) fn accepted(
        &mut self,
        message: MessageId,
        class: MessageClass,
        (from, sent): (Party, SimTime),
        context: &mut FactContext<'_>,
    ) {
        context.checked(Promise::DeliveredOnce);
        if class == MessageClass::Friend && context.at >= SimTime::ZERO {
            match self.serving.take() {
                Some((served, arrival)) if served == message => {
                    self.devices.received(message, from, (sent, arrival), context);
                }
                Some(_) | None => {
                    let what = format!("message {} was accepted without having been served", message.0);
                    context.violation(Promise::DeliveredOnce, what);
                }
            }
        }
        // The message before is looked up only now: most have ended by then and need no look-up.
        match self.latest.replace(message) {
            Some(before) if before == message => {
                context.violation(Promise::DeliveredOnce, accepted_twice(message));
            }
            Some(before) => self.look_up(Step::Accepted, before, context),
            None => {}
        }
    }

    /// A message ended; `how` describes it in violations.
    #[inline]
    pub(crate) fn ended(&mut self, message: MessageId, how: &'static str, context: &mut FactContext<'_>) {
        context.checked(Promise::DeliveredOnce);
        if self.latest == Some(message) {
            self.latest = None;
        } else {
            self.look_up(Step::Ended(how), message, context);
        }
    }

    #[inline]
    pub(crate) fn delivered(&mut self, message: MessageId, context: &mut FactContext<'_>) {
        self.ended(message, "delivered", context);
        self.delivered_count += 1;
        let in_flight = InFlight {
            since: context.at.seconds(),
            sent: self.devices.sent(),
        };
        if let Some((before, in_flight)) = self.latest_delivered.replace((message, in_flight)) {
            self.look_up(Step::Delivered(in_flight), before, context);
        }
    }

    #[inline]
    pub(crate) fn handed_out(&mut self, message: MessageId, to: Party, context: &mut FactContext<'_>) {
        context.checked(Promise::DeliveredOnce);
        let at_once = self.latest_delivered.take_if(|(latest, _)| *latest == message);
        // Both wait for their turn: the order at the device is judged when earlier steps have been.
        let step = match at_once {
            Some((_, in_flight)) => Step::HandedOutAtOnce(to, in_flight.sent),
            None => Step::HandedOut(to),
        };
        self.look_up(step, message, context);
    }

    /// Queues a step, and judges the batch when it is full.
    #[inline]
    fn look_up(&mut self, step: Step, message: MessageId, context: &mut FactContext<'_>) {
        if self.waiting.is_empty() {
            self.waiting.reserve_exact(TOGETHER);
        }
        self.waiting.push(Waiting {
            step,
            message,
            at: context.at,
            fact: context.fact.copied(),
        });
        if self.waiting.len() == TOGETHER {
            self.look_up_all(context);
        }
    }

    fn look_up_all(&mut self, context: &mut FactContext<'_>) {
        for Waiting {
            step,
            message,
            at,
            fact,
        } in self.waiting.drain(..)
        {
            let id = message.0;
            let mut context = FactContext {
                at,
                fact: fact.as_ref(),
                findings: context.findings,
            };
            let broken = match step {
                Step::Accepted if self.open.insert(message) => continue,
                Step::Accepted => accepted_twice(message),
                Step::Ended(_) if self.open.remove(&message) => continue,
                Step::Ended(how) => format!(
                    "message {id} was {how}, but is not open: it has ended before or was never accepted"
                ),
                Step::Delivered(in_flight) => {
                    self.in_flight.insert(message, in_flight);
                    continue;
                }
                Step::HandedOutAtOnce(to, sent) => {
                    self.devices.handed_out(message, to, sent, &mut context);
                    continue;
                }
                Step::HandedOut(to) => match self.in_flight.remove(&message) {
                    Some(in_flight) => {
                        self.devices.handed_out(message, to, in_flight.sent, &mut context);
                        continue;
                    }
                    None => format!("message {id} reached a device, but was not delivered, or did so before"),
                },
            };
            context.violation(Promise::DeliveredOnce, broken);
        }
    }

    /// A message was read, so it must have been delivered. Delivered messages are not remembered: only the
    /// counts are compared.
    #[inline]
    pub(crate) fn read(&mut self, message: MessageId, context: &mut FactContext<'_>) {
        context.checked(Promise::DeliveredOnce);
        self.read_count += 1;
        if self.read_count > self.delivered_count {
            // Reset, so that one such message is not reported again with every later one.
            self.read_count = self.delivered_count;
            let what = format!(
                "message {} was read, but all that were delivered had been read before",
                message.0
            );
            context.violation(Promise::DeliveredOnce, what);
        }
    }

    /// Reports what is still open as lost. Returns the messages that were delivered and have not reached
    /// their devices.
    pub(crate) fn finish(&mut self, context: &mut FactContext<'_>) -> Vec<(MessageId, Seconds)> {
        self.expect_answer(context);
        self.look_up_all(context);
        let mut lost: Vec<_> = self.open.iter().copied().chain(self.latest).collect();
        lost.sort_unstable();
        for message in lost {
            let what = format!("message {} was accepted and never ended: it is lost", message.0);
            context.violation(Promise::DeliveredOnce, what);
        }
        let in_flight = self.in_flight.drain().chain(self.latest_delivered);
        let mut in_flight: Vec<_> = in_flight
            .map(|(message, in_flight)| (message, in_flight.since))
            .collect();
        in_flight.sort_unstable();
        in_flight
    }

    pub(crate) fn bytes(&self) -> usize {
        self.open.allocation_size() + self.in_flight.allocation_size() + self.devices.bytes()
    }
}

#[cold]
fn accepted_twice(message: MessageId) -> String {
    format!("message {} was accepted twice", message.0)
}

/// Counts the messages delivered at most `under_way_at_most` before the end of the run; reports the others as
/// lost.
pub(crate) fn settle(
    in_flight: &[(MessageId, Seconds)],
    under_way_at_most: Span,
    context: &mut FactContext<'_>,
) -> u64 {
    let oldest = context.at.0.saturating_sub(under_way_at_most.0);
    let mut in_flight_count = 0;
    for (message, delivered) in in_flight {
        if (delivered.time() + Span::SECOND).0 >= oldest {
            in_flight_count += 1;
            continue;
        }
        let what = format!(
            "message {} was delivered and never reached its device: it is lost",
            message.0
        );
        context.violation(Promise::DeliveredOnce, what);
    }
    in_flight_count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Findings;
    use crate::promises::Promises;
    use chappe_base::{Homes, ShardId, UserId};

    fn at<R>(second: i64, findings: &mut Findings, judge: impl FnOnce(&mut FactContext<'_>) -> R) -> R {
        let fact = Fact::Expired {
            message: MessageId(second as u64),
        };
        judge(&mut FactContext {
            at: SimTime(second),
            fact: Some(&fact),
            findings,
        })
    }

    #[test]
    fn what_is_looked_up_later_is_found_as_of_its_own_fact() {
        let devices = Devices::new(Homes::new(1), ShardId(0), &Promises::default());
        let (mut messages, mut findings) = (Messages::new(devices), Findings::new(None));
        let ann = Party::User(UserId(0));
        let kept: Vec<MessageId> = (0..3 * TOGETHER as u64).map(MessageId).collect();
        for &message in &kept {
            at(1, &mut findings, |context| {
                messages.accepted(message, MessageClass::HotLine, (ann, SimTime::ZERO), context);
            });
        }
        for &message in &kept {
            at(2, &mut findings, |context| messages.delivered(message, context));
        }
        at(3, &mut findings, |context| {
            messages.handed_out(kept[5], ann, context)
        });
        at(4, &mut findings, |context| {
            messages.handed_out(kept[5], ann, context)
        });
        at(5, &mut findings, |context| {
            messages.ended(kept[7], "withdrawn", context)
        });
        for &message in kept.iter().filter(|message| **message != kept[5]) {
            at(6, &mut findings, |context| {
                messages.handed_out(message, ann, context)
            });
        }
        let in_flight = at(7, &mut findings, |context| messages.finish(context));
        assert_eq!(in_flight, []);
        let (_, violations) = findings.conclude();
        let reported: Vec<_> = violations
            .iter()
            .map(|violation| (violation.at.0, violation.fact, violation.what.as_str()))
            .collect();
        let fact = |second| {
            Some(Fact::Expired {
                message: MessageId(second),
            })
        };
        assert_eq!(
            reported,
            [
                (
                    4,
                    fact(4),
                    "message 5 reached a device, but was not delivered, or did so before"
                ),
                (
                    5,
                    fact(5),
                    "message 7 was withdrawn, but is not open: it has ended before or was never accepted"
                ),
            ]
        );
    }
}
