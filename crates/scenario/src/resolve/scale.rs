//! A smaller or larger world: what belongs to people follows their number, so that each person sees the same market.
//!
//! Whole things can't be divided for ever: a campaign keeps the money for one ad, a shop one unit, a limit one ad or person.

use crate::file::File;
use chappe_base::{Amount, Money};
use chappe_platform::policy::{PageRule, Policy};

/// `file` with budgets and stock for people of its scale.
pub(super) fn scaled(file: &File) -> File {
    let mut scaled = file.clone();
    if file.scale == 1.0 {
        return scaled;
    }
    for campaign in &mut scaled.campaign {
        if campaign.budget >= campaign.bid {
            campaign.budget = Amount(money(campaign.budget.0, file.scale)).max(campaign.bid);
        }
    }
    scaled.catalogue.stock = count(file.catalogue.stock, file.scale);
    scaled
}

/// Makes the limits of `policy` those for people of this scale.
pub(super) fn scale_limits(policy: &mut Policy, scale: f64) {
    for rule in &mut policy.page_rules {
        match rule {
            PageRule::Tiers(tiers) => {
                tiers.limits = tiers.limits.map(|people| count(people, scale));
            }
            PageRule::Quality(quality) => quality.ads_count = count(quality.ads_count, scale),
            PageRule::Throughput { per_second } => *per_second = count(*per_second, scale),
            PageRule::Quota(quota) => {
                quota.messages_count = count(quota.messages_count, scale);
                quota.fee = money(quota.fee, scale);
            }
            PageRule::Running
            | PageRule::InStock
            | PageRule::Budget
            | PageRule::Reserve(_)
            | PageRule::MessagePrices(_) => {}
        }
    }
}

/// `whole` for people of this scale; at least one, if there is any.
fn count(whole: u32, scale: f64) -> u32 {
    let least = f64::from(whole.min(1));
    libm::round(f64::from(whole) * scale).clamp(least, f64::from(u32::MAX)) as u32
}

/// `whole` for people of this scale.
fn money(whole: Money, scale: f64) -> Money {
    // Fewer units than 2^53 are exact, and more are rounded to what nobody would miss.
    Money(libm::round(whole.0 as f64 * scale) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_things_are_not_divided_for_ever() {
        let tenth = |whole| count(whole, 0.1);
        assert_eq!([0, 1, 4, 16, 100].map(tenth), [0, 1, 1, 2, 10]);
        assert_eq!(count(u32::MAX, 3.0), u32::MAX);
        assert_eq!(money(Money(1_000_005), 0.1), Money(100_001));
    }
}
