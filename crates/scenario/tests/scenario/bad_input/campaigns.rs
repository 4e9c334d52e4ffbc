//! Wrong campaigns.

use super::refuses;
use chappe_scenario::{Overrides, ScenarioFile};

#[test]
fn a_campaign_for_a_page_that_is_not_there() {
    refuses(
        r#"[[campaign]]
format = "new-product"
page = 100
topic = "shoes/trail"
bid = "0.01"
budget = "5.00"
"#,
        &Overrides::default(),
        r"
campaign 0: there is no page 100; pages are numbered from 0 to 99
a.toml:3:8
page = 100
       ^^^
",
    );
}

#[test]
fn a_campaign_where_there_are_no_pages() {
    refuses(
        r#"[[campaign]]
format = "new-product"
page = 0
topic = "shoes/trail"
bid = "0.01"
budget = "5.00"
[population]
pages = 0
"#,
        &Overrides::default(),
        r"
campaign 0: there is no page 0; `population.pages` is 0
a.toml:3:8
page = 0
       ^
",
    );
}

#[test]
fn a_topic_that_nobody_sells() {
    refuses(
        r#"[[campaign]]
format = "new-product"
page = 0
topic = "shoes/tail"
bid = "0.01"
budget = "5.00"
"#,
        &Overrides::default(),
        r#"
campaign 0: page 0 does not sell `shoes/tail`
a.toml:4:9
topic = "shoes/tail"
        ^^^^^^^^^^^^
help: did you mean `shoes/trail`? Known here: `shoes/trail`, `shoes/road`, `shoes/winter`
"#,
    );
}

#[test]
fn a_topic_of_another_page() {
    refuses(
        r#"[[campaign]]
format = "new-product"
page = 1
topic = "shoes/trail"
bid = "0.01"
budget = "5.00"
"#,
        &Overrides::default(),
        r#"
campaign 0: page 1 does not sell `shoes/trail`
a.toml:4:9
topic = "shoes/trail"
        ^^^^^^^^^^^^^
help: known here: `books/novels`, `books/travel`, `books/cooking`
"#,
    );
}

#[test]
fn a_campaign_without_a_bid() {
    refuses(
        r#"[[campaign]]
format = "new-product"
page = 0
topic = "shoes/trail"
budget = "5.00"
"#,
        &Overrides::default(),
        r"
`campaign.0` lacks the key `bid`
a.toml:1:1
[[campaign]]
^^^^^^^^^^^^
",
    );
}

#[test]
fn a_bid_of_nothing() {
    refuses(
        r#"[[campaign]]
format = "new-product"
page = 0
topic = "shoes/trail"
bid = "0"
budget = "5.00"
"#,
        &Overrides::default(),
        r#"
`campaign.0.bid` must be above zero
a.toml:5:7
bid = "0"
      ^^^
"#,
    );
}

#[test]
fn a_budget_below_the_bid() {
    refuses(
        r#"[[campaign]]
format = "new-product"
page = 0
topic = "shoes/trail"
bid = "0.01"
budget = "0.001"
"#,
        &Overrides::default(),
        r#"
campaign 0: the budget (0.001000) does not pay for one bid (0.01)
a.toml:6:10
budget = "0.001"
         ^^^^^^^
"#,
    );
}

#[test]
fn a_flash_sale_without_an_end() {
    refuses(
        r#"[[campaign]]
format = "flash-sale"
page = 0
topic = "shoes/trail"
bid = "0.01"
budget = "5.00"
"#,
        &Overrides::default(),
        r#"
campaign 0: a flash sale needs `end` or `lasting`
a.toml:2:10
format = "flash-sale"
         ^^^^^^^^^^^^
"#,
    );
}

#[test]
fn an_unknown_format() {
    refuses(
        r#"[[campaign]]
format = "flash"
page = 0
topic = "shoes/trail"
bid = "0.01"
budget = "5.00"
"#,
        &Overrides::default(),
        r#"
`flash` is not known for `campaign.0.format`
a.toml:2:10
format = "flash"
         ^^^^^^^
help: did you mean `flash-sale`? Known here: `flash-sale`, `new-product`, `back-in-stock`
"#,
    );
}

#[test]
fn two_ends() {
    refuses(
        r#"[[campaign]]
format = "new-product"
page = 0
topic = "shoes/trail"
bid = "0.01"
budget = "5.00"
end = "5h"
lasting = "2h"
"#,
        &Overrides::default(),
        r#"
campaign 0: give `end` or `lasting`, not both
a.toml:8:11
lasting = "2h"
          ^^^^
"#,
    );
}

#[test]
fn an_end_before_the_start() {
    refuses(
        r#"[[campaign]]
format = "new-product"
page = 0
topic = "shoes/trail"
bid = "0.01"
budget = "5.00"
start = "5h"
end = "2h"
"#,
        &Overrides::default(),
        r#"
campaign 0: it must end after it starts
a.toml:8:7
end = "2h"
      ^^^^
"#,
    );
}

#[test]
fn a_campaign_after_the_horizon() {
    refuses(
        r#"[[campaign]]
format = "new-product"
page = 0
topic = "shoes/trail"
bid = "0.01"
budget = "5.00"
start = "2 days"
"#,
        &Overrides::default(),
        r#"
campaign 0: it starts after the horizon (1d)
a.toml:7:9
start = "2 days"
        ^^^^^^^^
"#,
    );
}

#[test]
fn too_large_a_budget() {
    refuses(
        r#"[[campaign]]
format = "new-product"
page = 0
topic = "shoes/trail"
bid = "0.01"
budget = "2000000000"
"#,
        &Overrides::default(),
        r#"
`campaign.0.budget`: `2000000000` is too much; an amount is below a billion
a.toml:6:10
budget = "2000000000"
         ^^^^^^^^^^^^
"#,
    );
}

#[test]
fn more_campaigns_than_answers_to_ads_can_tell_apart() {
    let campaign = "[[campaign]]\nformat = \"new-product\"\npage = 0\ntopic = \"shoes/trail\"\n\
                    bid = \"0.01\"\nbudget = \"5.00\"\n";
    assert!(ScenarioFile::parse("a.toml", &campaign.repeat(512)).is_ok());
    let error = ScenarioFile::parse("a.toml", &campaign.repeat(513)).unwrap_err();
    assert_eq!(error.to_string(), "`campaign` needs at most 512 items, not 513");
}
