//! Asks a policy about one ad, and explains every rule. No platform runs.
//!
//! ```sh
//! cargo run -p chappe --example policy_decision
//! ```

use chappe::facts::{Act, ActKind, Format, PageId, SimTime, Span, Topic};
use chappe::policy::{Case, OptIn, OptInScope, UserHistory, presets};

/// What is remembered of the user: when ads were shown, and nothing else. A platform of your own implements
/// [`UserHistory`] with its own store.
struct AdsShown(Vec<(PageId, SimTime)>);

impl UserHistory for AdsShown {
    fn opt_in(&self, _scope: OptInScope, _topic: Topic, _is_good: impl Fn(&OptIn) -> bool) -> Option<Act> {
        None
    }

    fn further_sent(&self) -> bool {
        false
    }

    fn ads_count(&self, page: Option<PageId>, since: SimTime) -> u16 {
        let counts = |(of, at): &&(PageId, SimTime)| *at > since && page.is_none_or(|page| page == *of);
        self.0.iter().filter(counts).count() as u16
    }

    fn unanswered_count(&self, since: SimTime) -> u16 {
        self.ads_count(None, since)
    }
}

pub(crate) fn main() -> Result<(), String> {
    // The user wrote to page 7 two days ago about one product; now the page advertises another of the category.
    let (asked_about, advertised) = (
        Topic {
            category: 1,
            product: 2,
        },
        Topic {
            category: 1,
            product: 3,
        },
    );
    // The page has shown the user an ad an hour ago.
    let shown = SimTime::ZERO + Span(3 * Span::DAY.0);
    let now = shown + Span::HOUR;
    let case = Case {
        now,
        page: PageId(7),
        format: Format::FlashSale,
        topic: advertised,
        opened: Act::new(1, 0, ActKind::Chat, 0),
        opened_by_user: true,
        first_topic: asked_about,
        since_last_act: Some(Span(2 * Span::DAY.0)),
        blocked: false,
        muted: false,
        local_minute: 20 * 60,
    };
    let history = AdsShown(vec![(PageId(7), shown)]);

    for preset in presets::all() {
        let policy = preset.policy();
        match policy.judge(&(&case, &history)) {
            Ok(_) => println!("{} allows the ad", policy.name),
            Err(kind) => println!("{} refuses the ad: {}", policy.name, kind.label()),
        }
        // `judge` ends with the first rule that refuses; `explain` asks them all.
        for (rule, admits) in policy.explain(&(&case, &history)) {
            let mark = if admits { "yes" } else { "no " };
            println!("  {mark}  {}", presets::words(&rule));
        }
    }
    Ok(())
}
