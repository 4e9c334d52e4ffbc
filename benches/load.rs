//! The live platform beside two bare hops per message, through the same mailboxes, batches, tasks and
//! runtime; and what it costs to take a measurement down.

use chappe_base::{CommandClass, MessageClass, SimTime, Span};
use chappe_engine::{RecordOptions, StopFlag, record_tape};
use chappe_load::{LoadOptions, Plan, Shape, bare_hops, load};
use chappe_metrics::{LoadOutcome, Meter};
use chappe_scenario::{Overrides, Scenario, ScenarioFile};
use chappe_workload::Tape;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

/// More per second than goes in: the platform's own pace counts.
const RATE: f64 = 50_000_000.0;
/// Commands of one load.
const COMMANDS: u64 = 2_000_000;

fn scenario() -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/first-ads.toml");
    let text = std::fs::read_to_string(path).expect("the scenario is part of the project");
    let set = |key: &str, value: &str| (key.to_string(), value.to_string());
    let overrides = Overrides {
        set: vec![set("design.shards", "4"), set("design.batch", "256")],
        ..Overrides::default()
    };
    let file = ScenarioFile::parse("first-ads.toml", &text).expect("the scenario is valid");
    file.resolve(&overrides).expect("the scenario is valid")
}

fn record(scenario: &Scenario) -> Tape {
    let options = RecordOptions {
        from: SimTime::ZERO,
        requests_count: COMMANDS as usize,
        trace: None,
        stop: &StopFlag::new(),
        progress: &mut |_| {},
    };
    record_tape(scenario, options)
}

/// How long it took to get all commands through.
fn offered(offer: impl FnOnce(LoadOptions<'_>) -> LoadOutcome) -> Duration {
    let stop = StopFlag::new();
    let outcome = offer(LoadOptions {
        plan: Plan::Open(Shape::Constant { rate: RATE }),
        warm_up: Duration::ZERO,
        duration: Duration::from_secs_f64(COMMANDS as f64 / RATE),
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        injectors: 1,
        from: SimTime::ZERO,
        stop: &stop,
        progress: &mut |_| {},
        thresholds: &[],
        stall: None,
        keep_applied: false,
    });
    Duration::from_nanos(outcome.measured_ns)
}

fn hops(criterion: &mut Criterion) {
    let scenario = scenario();
    let tape = record(&scenario);
    let mut group = criterion.benchmark_group("load");
    group.throughput(Throughput::Elements(COMMANDS)).sample_size(10);
    group.bench_function("bare hops", |bencher| {
        let once = || {
            offered(|options| {
                bare_hops(&scenario, &tape, options)
                    .expect("it can be offered")
                    .outcome
            })
        };
        bencher.iter_custom(|count| (0..count).map(|_| once()).sum());
    });
    group.bench_function("platform", |bencher| {
        let once = || {
            offered(|options| {
                load(&scenario, &tape, None, options)
                    .expect("it can be offered")
                    .outcome
            })
        };
        bencher.iter_custom(|count| (0..count).map(|_| once()).sum());
    });
    group.finish();
}

fn recording(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("recording");
    group.throughput(Throughput::Elements(1));
    let mut meter = Meter::default();
    let mut span = 1;
    // Each by class and by second.
    group.bench_function("a command's wait and service", |bencher| {
        bencher.iter(|| {
            span = (span * 25_214_903_917_i64 + 11) & 0xf_ffff;
            let (wait, service) = (black_box(Span(span)), black_box(Span(span / 2)));
            meter.served(CommandClass::Message, wait, service, false);
        });
    });
    group.bench_function("a message's delivery", |bencher| {
        bencher.iter(|| {
            span = (span * 25_214_903_917_i64 + 11) & 0xf_ffff;
            meter.delivered(
                MessageClass::Friend,
                black_box(Span(span)),
                black_box(Span(span / 2)),
            );
        });
    });
    group.finish();
}

criterion_group!(benches, recording, hops);
criterion_main!(benches);
