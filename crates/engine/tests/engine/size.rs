//! A platform does not change its nature with the number of people or of shards.

use crate::first_scenarios::read;
use crate::play::{amount, first_ads, play, record};
use chappe_metrics::{Metric, Summary};
use chappe_scenario::Scenario;

fn friends(scenario: &Scenario) -> Summary {
    let record = record(scenario, &play(scenario, 1).simulated);
    match &record.result.metrics["delivery.friend"] {
        Metric::Histogram(summary) => summary.clone(),
        other => unreachable!("it is registered as a distribution, not {other:?}"),
    }
}

#[test]
fn friends_wait_as_long_among_few_people_as_among_many() {
    let [few, many] = [1_000, 20_000].map(|users| {
        let text = format!("horizon = \"3h\"\npopulation.users = {users}");
        friends(&read(&text, &[]))
    });
    for (few, many) in [(few.p50, many.p50), (few.p99, many.p99)] {
        let ratio = few as f64 / many as f64;
        assert!(
            (0.95..1.05).contains(&ratio),
            "{few} ns among few, {many} ns among many"
        );
    }
    // The network alone: two links of 50 ms and more.
    assert!((150_000_000..250_000_000).contains(&few.p50), "{}", few.p50);
}

#[test]
fn the_number_of_shards_decides_on_no_ad() {
    let ads = |shards: &str| -> i64 {
        let seeds = ["1", "2", "3", "4"];
        let ads = seeds.map(|seed| {
            let scenario = first_ads(&[
                ("platform.shards", shards),
                ("seed", seed),
                // What is sold out bears on ads, and it is sold out by chance.
                ("catalogue.stock", "100000"),
                ("catalogue.out_of_stock_share", "0"),
            ]);
            amount(&record(&scenario, &play(&scenario, 1).simulated), "ads.delivered")
        });
        ads.iter().sum()
    };
    let (one, many) = (ads("1"), ads("64"));
    let ratio = many as f64 / one as f64;
    assert!(
        one > 500 && (0.93..1.07).contains(&ratio),
        "{one} ads on one shard, {many} on 64"
    );
}
