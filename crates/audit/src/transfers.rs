//! Judges transfers: each is reserved, credited and posted, or reserved and released; each step once, with
//! one double entry of the same amount.
//!
//! Payer and payee are usually on different shards, so a shard sees only its part of a transfer. Keeping all
//! parts until the end would take memory without bound. So a shard keeps a part while it is open and at least
//! a day after its end, and then adds it to a fingerprint: the sum over credits, minus that over posts, of a
//! hash of transfer, payee and amount. Over all shards, fingerprints and kept parts cancel, except for
//! transfers that are credited and not yet posted. Where the post has waited in a queue for over a day, the
//! payee's part is in the fingerprint, so it can't be told whether such a transfer is credited: then nobody is
//! accused.

use crate::findings::{FactContext, name};
use crate::promises::Promise;
use chappe_base::{Digest, Map, Money, Party, Seconds, SimTime, Span, TransferId};
use serde::{Deserialize, Serialize};

/// A step of a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Step {
    Reserve,
    Credit,
    Post,
    Release,
}

impl Step {
    const ALL: [Step; 4] = [Step::Reserve, Step::Credit, Step::Post, Step::Release];

    fn label(self) -> &'static str {
        match self {
            Step::Reserve => "reserved",
            Step::Credit => "credited",
            Step::Post => "posted",
            Step::Release => "released",
        }
    }

    fn bit(self, half: Half) -> u8 {
        1 << (2 * self as u8 + half as u8)
    }

    fn both(self) -> u8 {
        self.bit(Half::Entry) | self.bit(Half::Report)
    }
}

/// Each step has two facts: its double entry, and the report of the step itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Half {
    Entry,
    Report,
}

impl Half {
    fn label(self) -> &'static str {
        match self {
            Half::Entry => "money",
            Half::Report => "word",
        }
    }
}

/// What one fact says of a transfer; `None` where it does not say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TransferReport {
    pub(crate) transfer: TransferId,
    pub(crate) step: Step,
    pub(crate) half: Half,
    pub(crate) amount: Option<Money>,
    pub(crate) payer: Option<Party>,
    pub(crate) payee: Option<Party>,
}

/// One shard's part of a transfer: all of the payer's side, all of the payee's, or both.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Part {
    amount: Option<Money>,
    payer: Option<Party>,
    payee: Option<Party>,
    at: Seconds,
    /// The halves of steps seen so far, one bit each.
    halves: u8,
}

impl Part {
    fn has(&self, step: Step) -> bool {
        self.halves & step.both() == step.both()
    }

    fn is_open(&self) -> bool {
        self.has(Step::Reserve) && !self.has(Step::Post) && !self.has(Step::Release)
    }

    /// Whether its last fact is kept on `day` even if it has ended.
    fn is_recent(&self, day: i32) -> bool {
        self.at.time().day() >= day - 1
    }

    fn fingerprint(&self, transfer: TransferId) -> u64 {
        let mut chain = Digest::default();
        chain.push(&(transfer, self.payee, self.amount));
        chain.value()
    }

    /// Credits minus posts, as a fingerprint.
    fn balance(&self, transfer: TransferId) -> u64 {
        let fingerprint = self.fingerprint(transfer);
        let count = u64::from(self.has(Step::Credit)).wrapping_sub(u64::from(self.has(Step::Post)));
        fingerprint.wrapping_mul(count)
    }

    fn find_missing_halves(&self, transfer: TransferId, context: &mut FactContext<'_>) {
        for step in Step::ALL {
            let halves = self.halves & step.both();
            if halves != 0 && halves != step.both() {
                let half = if halves == step.bit(Half::Entry) {
                    Half::Entry
                } else {
                    Half::Report
                };
                let what = format!(
                    "transfer {} was {} in {} only",
                    transfer.0,
                    step.label(),
                    half.label()
                );
                context.violation(Promise::MoneyConserved, what);
            }
        }
    }

    /// Judges a step that ends the transfer at the payer's shard: it was reserved, and not ended the other
    /// way.
    ///
    /// # Errors
    /// What is wrong with the step.
    fn judge_end(&self, step: Step, transfer: TransferId) -> Result<(), String> {
        let id = transfer.0;
        let other = match step {
            Step::Reserve | Step::Credit => return Ok(()),
            Step::Post => Step::Release,
            Step::Release => Step::Post,
        };
        if self.halves & other.both() != 0 {
            let (end, before) = (step.label(), other.label());
            return Err(format!("transfer {id} was {end} after it was {before}"));
        }
        if !self.has(Step::Reserve) {
            return Err(format!("transfer {id} was {}, but never reserved", step.label()));
        }
        Ok(())
    }
}

/// Takes over a value, or returns the old and the new one if they differ.
fn agree<T: PartialEq + Copy>(known: &mut Option<T>, report: Option<T>) -> Result<(), (T, T)> {
    match (*known, report) {
        (Some(before), Some(now)) if before != now => Err((before, now)),
        _ => {
            *known = known.or(report);
            Ok(())
        }
    }
}

/// The fold over one shard's parts of transfers.
#[derive(Default, Debug)]
pub(crate) struct Transfers {
    parts: Map<TransferId, Part>,
    /// The day of the latest fact. Parts that ended before the day before it are in `forgotten`.
    day: i32,
    forgotten: u64,
}

/// One shard's summary of transfers at the end of the run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct TransferSums {
    day: i32,
    forgotten: u64,
    parts: Vec<(TransferId, Part)>,
}

impl Transfers {
    /// Judges a fact about a transfer.
    pub(crate) fn observe(&mut self, report: TransferReport, context: &mut FactContext<'_>) {
        context.checked(Promise::MoneyConserved);
        self.forget(context);
        if let Err(what) = self.note(report, context.at) {
            context.violation(Promise::MoneyConserved, what);
        }
    }

    fn note(&mut self, report: TransferReport, at: SimTime) -> Result<(), String> {
        let TransferReport {
            transfer, step, half, ..
        } = report;
        let id = transfer.0;
        if report.amount.is_some_and(|amount| amount <= Money::ZERO) {
            return Err(format!(
                "transfer {id} was {} with an amount that is not above zero",
                step.label()
            ));
        }
        let part = self.parts.entry(transfer).or_insert(Part {
            amount: None,
            payer: None,
            payee: None,
            at: at.seconds(),
            halves: 0,
        });
        if part.halves & step.bit(half) != 0 {
            return Err(format!(
                "transfer {id} was {} twice in {}",
                step.label(),
                half.label()
            ));
        }
        part.halves |= step.bit(half);
        part.at = at.seconds();
        agree(&mut part.amount, report.amount).map_err(|(before, now)| {
            format!(
                "transfer {id} is of {} micro-units, but was {} with {}",
                before.0,
                step.label(),
                now.0
            )
        })?;
        let parties = agree(&mut part.payer, report.payer).and(agree(&mut part.payee, report.payee));
        parties.map_err(|(before, now)| {
            format!(
                "transfer {id} was {} with {} in place of {}",
                step.label(),
                name(now),
                name(before)
            )
        })?;
        part.judge_end(step, transfer)
    }

    /// Once a day, adds the parts that ended long ago to the fingerprint.
    fn forget(&mut self, context: &mut FactContext<'_>) {
        let day = context.at.day();
        if day <= self.day {
            return;
        }
        self.day = day;
        let is_kept = |part: &Part| part.is_open() || part.is_recent(day);
        let old = self.parts.extract_if(|_, part| !is_kept(part));
        let mut old: Vec<_> = old.collect();
        // The map's order has no meaning, and violations are reported in this one.
        old.sort_unstable_by_key(|(transfer, _)| *transfer);
        for (transfer, part) in old {
            part.find_missing_halves(transfer, context);
            self.forgotten = self.forgotten.wrapping_add(part.balance(transfer));
        }
    }

    pub(crate) fn finish(&mut self, context: &mut FactContext<'_>) -> TransferSums {
        let mut parts: Vec<_> = self
            .parts
            .iter()
            .map(|(transfer, part)| (*transfer, *part))
            .collect();
        parts.sort_unstable_by_key(|(transfer, _)| *transfer);
        for (transfer, part) in &parts {
            part.find_missing_halves(*transfer, context);
        }
        TransferSums {
            day: self.day,
            forgotten: self.forgotten,
            parts,
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.parts.allocation_size()
    }
}

/// Both sides of one transfer, from all shards.
#[derive(Clone, Copy, Default)]
struct TransferSides {
    payer: Option<Part>,
    payee: Option<Part>,
}

/// Money that payees have and payers' shards have not posted [micro-units].
pub(crate) struct Unposted {
    /// Credited for certain.
    pub(crate) credited: i128,
    /// Of transfers that have been open for so long that their credit, if there was one, may be forgotten.
    pub(crate) uncertain: i128,
}

/// Compares the transfers of all shards.
pub(crate) fn settle<'a>(
    sums: impl Iterator<Item = &'a TransferSums>,
    context: &mut FactContext<'_>,
) -> Unposted {
    let mut balance = 0u64;
    let mut day = 0;
    let mut transfers: Map<TransferId, TransferSides> = Map::default();
    for sums in sums {
        balance = balance.wrapping_add(sums.forgotten);
        day = day.max(sums.day);
        for (transfer, part) in &sums.parts {
            balance = balance.wrapping_add(part.balance(*transfer));
            let sides = transfers.entry(*transfer).or_default();
            let sides = [
                (Step::Reserve, &mut sides.payer),
                (Step::Credit, &mut sides.payee),
            ];
            for (step, side) in sides {
                if part.has(step) && side.replace(*part).is_some() {
                    let what = format!("transfer {} was {} on two shards", transfer.0, step.label());
                    context.violation(Promise::MoneyConserved, what);
                }
            }
        }
    }
    let mut unposted = Unposted {
        credited: 0,
        uncertain: 0,
    };
    let amount = |part: &Part| part.amount.map_or(0, |amount| i128::from(amount.0));
    for (transfer, sides) in &transfers {
        let Some(payer) = sides.payer.filter(Part::is_open) else {
            continue;
        };
        if let Some(payee) = sides.payee {
            balance = balance.wrapping_sub(payer.fingerprint(*transfer));
            unposted.credited += amount(&payee);
        } else if !payer.is_recent(day) {
            unposted.uncertain += amount(&payer);
        }
    }
    context.checked(Promise::MoneyConserved);
    if balance != 0 && unposted.uncertain == 0 {
        name_unbalanced(&transfers, day, context);
    }
    unposted
}

/// Reports the transfers whose sides contradict each other. Only those with both sides certainly kept are
/// looked at: of a transfer that ended early on the day before `day`, or earlier, one side may be forgotten.
fn name_unbalanced(transfers: &Map<TransferId, TransferSides>, day: i32, context: &mut FactContext<'_>) {
    let since = Span(i64::from(day - 1) * Span::DAY.0 + Span::HOUR.0);
    let is_remembered = |sides: &TransferSides| {
        let sides = [sides.payer, sides.payee].into_iter().flatten();
        day == 0 || sides.map(|part| part.at.time()).min() >= Some(SimTime::ZERO + since)
    };
    let contradicting = transfers
        .iter()
        .filter(|(_, sides)| is_remembered(sides))
        .filter_map(|(transfer, sides)| Some((*transfer, sides.contradiction()?)));
    let mut contradictions: Vec<_> = contradicting.collect();
    contradictions.sort_unstable_by_key(|(transfer, _)| *transfer);
    if contradictions.is_empty() {
        let what = "credits and posts of transfers that ended long ago differ over all shards";
        context.violation(Promise::MoneyConserved, what.into());
    }
    for (transfer, what) in contradictions {
        context.violation(Promise::MoneyConserved, format!("transfer {} {what}", transfer.0));
    }
}

impl TransferSides {
    fn contradiction(&self) -> Option<String> {
        match (self.payer, self.payee) {
            (None, None) => None,
            (None, Some(_)) => Some("was credited, but never reserved".into()),
            (Some(payer), None) => payer
                .has(Step::Post)
                .then(|| "was posted, but never credited".into()),
            (Some(payer), Some(payee)) => {
                if payer.has(Step::Release) {
                    Some("was credited and yet released".into())
                } else if payer.amount != payee.amount {
                    let [reserved, credited] = [payer, payee].map(|part| part.amount.unwrap_or_default().0);
                    Some(format!(
                        "was reserved with {reserved} micro-units and credited with {credited}"
                    ))
                } else {
                    (payer.payee != payee.payee).then(|| "was credited to another than its payee".into())
                }
            }
        }
    }
}
