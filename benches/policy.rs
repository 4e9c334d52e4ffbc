//! Decisions per second on ads, under two policies: 1,000,000 users of one shard in random order, each
//! asked for by an ad of a page they know. Every decision looks into the shard's own state. With
//! `--features peers`, other policy languages on the same rules and the first of the same cases.
//!
//! Before anything is timed, at least half of the cases must be allowed and each rule that can refuse
//! must be the one that does in at least two of a hundred; and the languages must agree on every case.

use chappe_base::{Format, Span};
use chappe_benches::audience::{Audience, NOW};
use chappe_platform::policy::{FormatSet, OnQuiet, OpenedBy, OptInScope, Policy, TopicMatch, UserRule};
use chappe_scenario::presets::Preset;
#[cfg(feature = "peers")]
use criterion::{BenchmarkGroup, measurement::WallTime};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
#[cfg(feature = "peers")]
use peers::{Casbin, Cedar, Language, Rego};
use std::hint::black_box;

#[cfg(feature = "peers")]
#[path = "policy/peers.rs"]
mod peers;

const USERS: u32 = 1_000_000;
/// Decisions asked for at a time.
const BATCH: usize = 4_096;
/// Cases on which other languages must agree, and are timed.
#[cfg(feature = "peers")]
const COMPARED: usize = 10_000;

fn leak_2016() -> Policy {
    Preset::named("leak-2016").expect("a preset").policy()
}

/// The rules of leak-2016, and all those that presets may add: consent, a window, both caps, a night.
fn strict() -> Policy {
    Policy {
        name: "strict".into(),
        user_rules: vec![
            UserRule::NotBlocked,
            UserRule::NotMuted,
            UserRule::OpenedBy(OpenedBy::User),
            UserRule::FirstTopic(TopicMatch::Category),
            UserRule::Formats(FormatSet::new(&[Format::FlashSale, Format::BackInStock])),
            UserRule::OptIn(OptInScope::Category),
            UserRule::Window {
                at_least: Some(Span(10 * Span::MINUTE.0)),
                at_most: Some(Span(14 * Span::DAY.0)),
            },
            UserRule::UserCap {
                count: 2,
                every: Span::DAY,
            },
            UserRule::PageCap {
                count: 1,
                every: Span::DAY,
            },
            UserRule::QuietHours {
                from_minute: 22 * 60,
                to_minute: 7 * 60,
                on_quiet: OnQuiet::Hold,
            },
        ],
        page_rules: Vec::new(),
        ..Policy::default()
    }
}

fn decisions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("policy");
    group.sample_size(10);
    for policy in [leak_2016(), strict()] {
        let name = policy.name.clone();
        let audience = Audience::new(policy, USERS);
        println!("{name}: {:?}", audience.mix());
        let mut verdicts = Vec::with_capacity(BATCH);
        group.throughput(Throughput::Elements(u64::from(USERS)));
        group.bench_function(format!("chappe/{name}"), |bencher| {
            bencher.iter(|| {
                for asked in audience.asked.chunks(BATCH) {
                    verdicts.clear();
                    audience.shard.judge_all(NOW, asked, &mut verdicts);
                    black_box(&verdicts);
                }
            });
        });
        #[cfg(feature = "peers")]
        {
            time::<Cedar>(&mut group, &audience);
            time::<Rego>(&mut group, &audience);
            if name == "leak-2016" {
                time::<Casbin>(&mut group, &audience);
            }
        }
    }
    group.finish();
}

/// Times another language on the first cases, once it has come to the same verdict on each of them.
#[cfg(feature = "peers")]
fn time<L: Language>(group: &mut BenchmarkGroup<'_, WallTime>, audience: &Audience) {
    let policy = &audience.policy.name;
    let mut language = L::new(policy);
    let verdicts = audience.verdicts();
    let cases: Vec<L::Case> = (0..COMPARED)
        .map(|number| language.prepare(&audience.portrait(number)))
        .collect();
    for (number, case) in cases.iter().enumerate() {
        let (verdict, portrait) = (verdicts[number], audience.portrait(number));
        let allows = language.allows(case);
        assert_eq!(
            allows,
            verdict.is_ok(),
            "{} against {verdict:?} on {portrait:?}",
            L::NAME
        );
    }
    group.throughput(Throughput::Elements(COMPARED as u64));
    group.bench_function(format!("{}/{policy}", L::NAME), |bencher| {
        bencher.iter(|| cases.iter().filter(|case| language.allows(case)).count());
    });
}

criterion_group!(benches, decisions);
criterion_main!(benches);
