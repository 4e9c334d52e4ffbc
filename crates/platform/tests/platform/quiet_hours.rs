//! Ads whose delivery falls into the night.

use crate::ads::{delivered, withdrawn, world};
use crate::world::{ANN, SHOES, World, campaign, s};
use chappe_base::{Account, CampaignId, Fact, Money, RuleKind, SimTime, Span};
use chappe_platform::policy::{OnQuiet, UserRule};
use chappe_platform::{CampaignConfig, Notice};

/// Ann wins a slot a minute after midnight and the ad is served in the second minute, from which it is quiet for
/// eight. She is on line for so many seconds.
fn served_at_night(on_quiet: OnQuiet, seconds: i64) -> World {
    let night = UserRule::QuietHours {
        from_minute: 2,
        to_minute: 10,
        on_quiet,
    };
    let three_days = CampaignConfig {
        end: s(3 * 86_400),
        ..campaign(SHOES)
    };
    let mut world = world(vec![night], vec![three_days]);
    world.ad_wait = Span(70 * Span::SECOND.0);
    world.online(s(60), ANN, seconds);
    world.run_until(s(131));
    world
}

#[test]
fn an_ad_that_would_be_delivered_at_night_is_held_until_morning_or_withdrawn() {
    let held = |world: &World| {
        world.picked(|fact| match fact {
            Fact::Held { user, until, .. } => Some((*user, *until)),
            _ => None,
        })
    };
    let mut world = served_at_night(OnQuiet::Hold, 3_600);
    assert_eq!(held(&world), [(s(130), (ANN, s(600)))]);
    world.run_until(s(599));
    assert_eq!((delivered(&world), withdrawn(&world)), (vec![], vec![]));
    assert_eq!(
        world.everywhere(Account::LeaseHeld(CampaignId(0))),
        Money(2),
        "still reserved"
    );
    world.run_until(s(700));
    assert_eq!(delivered(&world), [(s(670), (CampaignId(0), Money(2)))]);
    let is_kept = |(_, notice): &(SimTime, Notice)| matches!(notice, Notice::Ad { kept: true, .. });
    assert!(
        world.notices.iter().any(is_kept),
        "its delay is not the platform's"
    );

    // Off line in the morning: kept, and held again when she comes on line the next night.
    let mut world = served_at_night(OnQuiet::Hold, 80);
    let next_night = s(86_400 + 240);
    world.online(next_night, ANN, 3_600);
    world.run_until(s(86_400 + 1_000));
    assert_eq!(held(&world)[1..], [(next_night, (ANN, s(86_400 + 600)))]);
    assert_eq!(delivered(&world), [(s(86_400 + 670), (CampaignId(0), Money(2)))]);

    let mut world = served_at_night(OnQuiet::Withdraw, 3_600);
    assert_eq!(
        (held(&world), withdrawn(&world)),
        (vec![], vec![RuleKind::QuietHours])
    );
    assert_eq!(world.everywhere(Account::LeaseHeld(CampaignId(0))), Money::ZERO);
    assert_eq!(world.finish(), []);
}
