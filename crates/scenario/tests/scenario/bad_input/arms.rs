//! Wrong arms and arguments, and texts that are not TOML.

use super::{arm, refuses, scale, set};
use chappe_scenario::Overrides;

#[test]
fn an_arm_without_a_name() {
    refuses(
        r"[[arm]]
scale = 2
",
        &Overrides::default(),
        r"
`arm.0` lacks the key `name`
a.toml:1:1
[[arm]]
^^^^^^^
",
    );
}

#[test]
fn two_arms_of_one_name() {
    refuses(
        r#"[[arm]]
name = "a"
[[arm]]
name = "a"
"#,
        &Overrides::default(),
        r#"
two arms are called `a`
a.toml:4:8
name = "a"
       ^^^
"#,
    );
}

#[test]
fn an_unknown_key_in_an_arm() {
    refuses(
        r#"[[arm]]
name = "a"
policy.preste = "no-ads"
"#,
        &Overrides::default(),
        r#"
unknown key `policy.preste`
a.toml:3:8
policy.preste = "no-ads"
       ^^^^^^
help: did you mean `preset`? Known here: `preset`, `ads`, `opened_by`, `first_topic`, `formats`, `opt_in`, `window`, `frequency_cap`, `page_cap`, `quiet_hours`, `grounds`, `unanswered_cap`, `messages`, `opt_in_requests`, `reserve`, `message_prices`, `tiers`, `quality`, `throughput`, `quota`
"#,
    );
}

#[test]
fn a_wrong_value_in_an_arm() {
    refuses(
        r#"[[arm]]
name = "a"
scale = 0
"#,
        &Overrides::default(),
        r"
`scale` must be at least 0.000001 [times], not 0
a.toml:3:9
scale = 0
        ^
",
    );
}

#[test]
fn a_campaign_that_an_arm_does_not_have() {
    refuses(
        r#"[[campaign]]
format = "new-product"
page = 0
topic = "shoes/trail"
bid = "0.01"
budget = "5.00"
[[arm]]
name = "a"
campaign.1.bid = "0.02"
"#,
        &Overrides::default(),
        r#"
there is no `campaign.1`
a.toml:9:10
campaign.1.bid = "0.02"
         ^
help: `campaign` has one item, `campaign.0`
"#,
    );
}

#[test]
fn an_item_of_a_list_that_is_no_number() {
    refuses(
        r#"[[arm]]
name = "a"
campaign.first.bid = "0.02"
"#,
        &Overrides::default(),
        r#"
unknown key `campaign.first`
a.toml:3:10
campaign.first.bid = "0.02"
         ^^^^^
help: an arm changes items by number, from 0, or replaces the whole list
"#,
    );
}

#[test]
fn a_seed_in_an_arm() {
    refuses(
        r#"[[arm]]
name = "a"
seed = 2
"#,
        &Overrides::default(),
        r"
an arm cannot change `seed`
a.toml:3:1
seed = 2
^^^^
help: set `seed` once for the whole file
",
    );
}

#[test]
fn an_unknown_arm() {
    refuses(
        r#"[[arm]]
name = "no ads"
"#,
        &arm("noads"),
        r"
there is no arm `noads`
help: did you mean `no ads`? Known here: `no ads`
",
    );
}

#[test]
fn an_arm_where_there_are_none() {
    refuses(
        r"seed = 1
",
        &arm("noads"),
        r"
there is no arm `noads`
help: the scenario has no arms
",
    );
}

#[test]
fn a_misspelt_argument() {
    refuses(
        r"seed = 1
",
        &set("population.user", "5"),
        r"
unknown key `population.user`
--set:1:12
population.user = 5
           ^^^^
help: did you mean `users`? Known here: `users`, `pages`, `people_per_page`, `activity_sigma`, `activity_max`, `activity_friends_correlation`, `friends_median`, `friends_sigma`, `friends_max`, `circles`, `contact_exponent`, `contacts_max`, `close_share`, `close_exponent`, `silent_share`, `time_zones`
",
    );
}

#[test]
fn an_argument_of_the_wrong_type() {
    refuses(
        r"seed = 1
",
        &set("population.users", "many"),
        r#"
`population.users` must be a whole number, not a text
--set:1:20
population.users = "many"
                   ^^^^^^
"#,
    );
}

#[test]
fn an_argument_that_is_no_key() {
    refuses(
        r"seed = 1
",
        &set("a b", "5"),
        r"
--set `a b=5`: `a b` is no key
help: write for example --set population.users=1000000
",
    );
}

#[test]
fn an_argument_out_of_range() {
    refuses(
        r"seed = 1
",
        &set("agents.ads.buy", "2"),
        r"
`agents.ads.buy` is a probability or share, from 0 to 1, not 2
--set:1:18
agents.ads.buy = 2
                 ^
",
    );
}

#[test]
fn an_argument_for_a_campaign_that_is_not_there() {
    refuses(
        r#"[[campaign]]
format = "new-product"
page = 0
topic = "shoes/trail"
bid = "0.01"
budget = "5.00"
"#,
        &set("campaign.3.budget", "500"),
        r#"
there is no `campaign.3`
--set:1:10
campaign.3.budget = "500"
         ^
help: `campaign` has one item, `campaign.0`
"#,
    );
}

#[test]
fn a_scale_of_zero() {
    refuses(
        r"seed = 1
",
        &scale(0.0),
        r"
`scale` must be at least 0.000001 [times], not 0
--scale:1:9
scale = 0
        ^
",
    );
}

#[test]
fn a_warm_up_beyond_the_default_horizon() {
    refuses(
        r#"warm_up = "2 days"
"#,
        &Overrides::default(),
        r#"
the horizon (1d) must be longer than the warm-up (2d)
a.toml:1:11
warm_up = "2 days"
          ^^^^^^^^
"#,
    );
}

#[test]
fn two_campaigns_and_a_third_argument() {
    refuses(
        r#"[[campaign]]
format = "new-product"
page = 0
topic = "shoes/trail"
bid = "0.01"
budget = "5.00"
[[campaign]]
format = "new-product"
page = 0
topic = "shoes/trail"
bid = "0.01"
budget = "5.00"
"#,
        &set("campaign.2.budget", "500"),
        r#"
there is no `campaign.2`
--set:1:10
campaign.2.budget = "500"
         ^
help: `campaign` is numbered from 0 to 1
"#,
    );
}

#[test]
fn a_number_for_a_section() {
    refuses(
        r"seed = 1
",
        &set("platform", "5"),
        r"
`platform` must be a table, not a whole number
--set:1:12
platform = 5
           ^
",
    );
}

#[test]
fn what_is_not_toml() {
    refuses(
        r"[population
users = 5
",
        &Overrides::default(),
        r"
this is not TOML: unclosed table, expected `]`
a.toml:1:12
[population
           ^
",
    );
}

#[test]
fn a_value_that_is_cut_off() {
    refuses(
        r#"title = "a
seed = 1
"#,
        &Overrides::default(),
        r#"
this is not TOML: invalid basic string, expected `"`
a.toml:1:11
title = "a
          ^
"#,
    );
}

#[test]
fn a_key_twice() {
    refuses(
        r"seed = 1
seed = 2
",
        &Overrides::default(),
        r"
this is not TOML: duplicate key
a.toml:2:1
seed = 2
^^^^
",
    );
}

#[test]
fn a_whole_number_beyond_all() {
    refuses(
        r"seed = 99999999999999999999
",
        &Overrides::default(),
        r"
`seed` must be at most 9007199254740991, not 99999999999999999999
a.toml:1:8
seed = 99999999999999999999
       ^^^^^^^^^^^^^^^^^^^^
",
    );
}

#[test]
fn a_negative_seed() {
    refuses(
        r"seed = -1
",
        &Overrides::default(),
        r"
`seed` must be at least 0, not -1
a.toml:1:8
seed = -1
       ^^
",
    );
}

#[test]
fn thresholds_that_are_no_list() {
    refuses(
        r#"[thresholds]
"delivery.friend" = "p(99) < 250ms"
"#,
        &Overrides::default(),
        r#"
`thresholds."delivery.friend"` must be a list, not a text
a.toml:2:21
"delivery.friend" = "p(99) < 250ms"
                    ^^^^^^^^^^^^^^^
"#,
    );
}
