//! Ads that miss the device: kept until the user is back, expired, or still there at the end.

use crate::ads::{ONE_A_DAY, delivered, world};
use crate::world::{ANN, BOOKS, SHOES, World, campaign, chat, config, s};
use chappe_base::{Account, ActKind, CampaignId, Fact, Money, Party, SimTime, Span};
use chappe_platform::{CampaignConfig, Config, Notice};

#[test]
fn an_ad_that_misses_the_device_is_kept_and_delivered_on_return() {
    let mut world = world(vec![ONE_A_DAY], vec![campaign(SHOES), campaign(BOOKS)]);
    world.ad_wait = Span(5 * Span::SECOND.0);
    world.online(s(60), ANN, 3);
    world.run_until(s(100));
    assert_eq!(delivered(&world), []);
    world.online(s(600), ANN, 10);
    world.run_until(s(700));
    assert_eq!(delivered(&world), [(s(600), (CampaignId(0), Money(2)))]);
    let got = world.seen_by(Party::User(ANN));
    let message = chat(ANN, 101).of(ActKind::Ad);
    assert_eq!(
        got,
        [Notice::Ad {
            message,
            user: ANN,
            campaign: CampaignId(0),
            intended: s(60),
            kept: true
        }]
    );
}

/// Reserved on day one, delivered on day two: the next ad has to wait for a day from then.
#[test]
fn an_ad_that_was_kept_counts_from_its_delivery() {
    let end = s(5 * 86_400);
    let mut world = world(
        vec![ONE_A_DAY],
        vec![CampaignConfig {
            end,
            ..campaign(SHOES)
        }],
    );
    world.ad_wait = Span(5 * Span::SECOND.0);
    world.online(s(60), ANN, 3);
    let day = 86_400 + 600;
    world.request_leases(s(day - 10), ANN);
    world.online(s(day), ANN, 10);
    world.online(s(2 * day - 1200), ANN, 10);
    world.request_leases(s(2 * day - 10), ANN);
    world.online(s(2 * day), ANN, 10);
    world.run();
    let times: Vec<SimTime> = delivered(&world).into_iter().map(|(at, _)| at).collect();
    assert_eq!(times, [s(day), s(2 * day) + world.ad_wait]);
}

#[test]
fn an_ad_kept_too_long_expires_and_is_not_charged() {
    let config = Config {
        campaigns: vec![campaign(SHOES)],
        inbox_life: Span::HOUR,
        ..config()
    };
    let mut world = World::new(config);
    world.acquainted(ANN, SHOES);
    world.request_leases(s(0), ANN);
    world.ad_wait = Span(5 * Span::SECOND.0);
    world.online(s(60), ANN, 3);
    world.online(s(4000), ANN, 10);
    world.run_until(s(4001));
    assert_eq!(world.count(|fact| matches!(fact, Fact::Expired { .. })), 1);
    assert_eq!(
        (delivered(&world), world.everywhere(Account::Revenue)),
        (vec![], Money::ZERO)
    );
    world.run();
    assert_eq!(world.finish(), []);
}

#[test]
fn an_ad_still_kept_at_the_end_is_pending_once() {
    let mut world = world(vec![], vec![campaign(SHOES)]);
    world.ad_wait = Span(5 * Span::SECOND.0);
    world.online(s(60), ANN, 3);
    world.run_until(s(61));
    world.run_until(s(100));
    assert_eq!(world.finish(), [chat(ANN, 101).of(ActKind::Ad)]);
}
