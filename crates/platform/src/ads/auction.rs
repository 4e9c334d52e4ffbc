//! The auction of one ad slot: the highest bid wins and pays the second-highest bid, or the reserve.
//!
//! A second-price auction, because the presets' platforms sell ads so: a page gains nothing by bidding below
//! what an ad is worth to it.

use chappe_base::{CampaignId, Money};

/// The state of one auction after the bids so far.
#[derive(Debug)]
pub(super) struct Auction {
    best: Option<(Money, CampaignId)>,
    /// What the winner pays: the second-highest bid, at least the reserve.
    price: Money,
}

impl Auction {
    /// An auction without bids. No bid may be below `reserve`.
    pub(super) fn above(reserve: Money) -> Auction {
        Auction {
            best: None,
            price: reserve,
        }
    }

    /// Adds a bid. Of equal bids, that of the campaign with the lowest number is the highest.
    pub(super) fn bid(&mut self, bid: Money, campaign: CampaignId) {
        let beaten = match self.best {
            Some((best, holder)) if (best, campaign) > (bid, holder) => bid,
            Some((best, _)) => {
                self.best = Some((bid, campaign));
                best
            }
            None => {
                self.best = Some((bid, campaign));
                return;
            }
        };
        self.price = self.price.max(beaten);
    }

    /// The winning campaign and its price; `None` without bids.
    pub(super) fn winner(&self) -> Option<(CampaignId, Money)> {
        self.best.map(|(_, campaign)| (campaign, self.price))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The result equals that of sorting the bids, for any order of arrival.
        #[test]
        fn the_second_price_decides_in_any_order(
            bids in prop::collection::vec(5i64..20, 0..8),
            reserve in 1i64..6,
        ) {
            let mut auction = Auction::above(Money(reserve));
            let mut sorted = Vec::new();
            for (campaign, bid) in bids.iter().enumerate() {
                auction.bid(Money(*bid), CampaignId(campaign as u16));
                sorted.push((-bid, campaign as u16));
            }
            sorted.sort_unstable();
            let second = sorted.get(1).map_or(reserve, |(bid, _)| reserve.max(-bid));
            let expected = sorted.first().map(|(_, campaign)| (CampaignId(*campaign), Money(second)));
            prop_assert_eq!(auction.winner(), expected);
        }
    }
}
