use super::*;
use crate::{NoTraces, RunsInMemory, Unobserved};
use chappe_base::Law;
use chappe_workload::Correspondence;
use chappe_workload::config::{Agents, Sessions};

/// People like those of a trace of text messages.
fn writers() -> Writers {
    let mut writers = Writers::new(14, 0);
    let population = &mut writers.population;
    population.users = 300;
    population.friends_median = 8.0;
    population.friends_max = 299;
    let traffic = &mut writers.traffic;
    traffic.messages_per_day = 2.0;
    traffic.conversations_per_day = 0.4;
    traffic.single_share = Some(writers::share(0.3));
    traffic.burst_share = writers::share(0.8);
    traffic.common_pace = writers::share(0.8);
    traffic.quick_reply = writers::log_normal(66.0, 1.4);
    writers
}

/// What they write as a trace.
fn trace() -> Trace {
    let (writers, sessions) = (writers(), Sessions::default());
    let agents = Agents::default();
    let horizon = chappe_base::Span(14 * chappe_base::Span::DAY.0);
    Correspondence::new(
        &writers.population,
        &sessions,
        &writers.traffic,
        &agents,
        horizon,
        3,
    )
    .trace()
}

/// A search without a platform is as good as one with it: both write the same, give or take latency.
#[test]
fn what_is_written_without_a_platform_is_what_the_platform_accepts() {
    let writers = writers();
    let alone = writers.write(9);
    let simulated = play(&scenario_of(&writers.scenario("t", 9, "")).unwrap(), 0);
    let (alone_count, count) = (alone.messages_count as f64, simulated.messages_count as f64);
    assert!(
        count > 3_000.0 && (alone_count / count - 1.0).abs() < 0.01,
        "{alone_count}, {count}"
    );
    for ((name, one), (_, other)) in alone.samples().into_iter().zip(simulated.samples()) {
        let distance = one.distance(other);
        assert!(distance < 0.02, "{name}: {distance}");
    }
}

#[test]
fn a_fit_says_how_near_it_is_to_what_it_has_not_seen() {
    let (stop, runs) = (StopFlag::new(), RunsInMemory::default());
    let context = Context::new(&stop, &Unobserved, &NoTraces, &runs);
    let trace = trace();
    let fit = |holdout, tries| {
        let options = FitOptions {
            zone: 0,
            tries,
            seed: 1,
            holdout,
        };
        fit("letters", &trace, options, &context).unwrap()
    };
    let whole = fit(None, 60);
    assert_eq!((whole.tries, whole.agreement.seeds, whole.near.1), (60, 32, 35));
    assert!(whole.holdout.is_none() && whole.text.contains("a quick answer's median"));
    assert!(whole.agreement.near.0 >= 25, "{:?}", whole.agreement);
    let half = fit(Some(0.5), 5);
    let holdout = half.holdout.expect("half was held out");
    assert!(holdout.times.is_finite() && holdout.near.1 == 35, "{holdout:?}");
    let scenario = scenario_of(&half.text).unwrap();
    assert_eq!(scenario.horizon.day(), 7);
}

/// Quick answers are read off within two standard errors or so, though conversations meet by chance.
#[test]
fn laws_are_read_off_with_their_errors() {
    let trace = trace();
    let laws = laws::Laws::of(&TraceStatistics::of(&trace, 0));
    let [median_s, sigma, ..] = laws.read_off();
    let [of_median, of_sigma, ..] = Spread::of(&trace, 0).laws[..] else {
        panic!("each law has its error");
    };
    let Law::LogNormal { median, sigma: made } = writers().traffic.quick_reply else {
        panic!("the law is log-normal");
    };
    let made_s = median.0.as_secs_f64();
    assert!(
        (median_s - made_s).abs() < (3.0 * of_median).max(0.2 * made_s),
        "{median_s} ± {of_median}"
    );
    assert!(
        (sigma - made).abs() < (3.0 * of_sigma).max(0.15),
        "{sigma} ± {of_sigma}"
    );
    assert!(of_median > 0.0 && of_median < 0.3 * made_s, "{of_median}");
}
