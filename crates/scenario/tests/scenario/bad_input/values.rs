//! Wrong keys, types and values.

use super::refuses;
use chappe_scenario::Overrides;

#[test]
fn an_unknown_key() {
    refuses(
        r"[population]
user = 5
",
        &Overrides::default(),
        r"
unknown key `population.user`
a.toml:2:1
user = 5
^^^^
help: did you mean `users`? Known here: `users`, `pages`, `people_per_page`, `activity_sigma`, `activity_max`, `activity_friends_correlation`, `friends_median`, `friends_sigma`, `friends_max`, `circles`, `contact_exponent`, `contacts_max`, `close_share`, `close_exponent`, `silent_share`, `time_zones`
",
    );
}

#[test]
fn an_unknown_section() {
    refuses(
        r"[populaton]
users = 5
",
        &Overrides::default(),
        r"
unknown key `populaton`
a.toml:1:2
[populaton]
 ^^^^^^^^^
help: did you mean `population`? Known here: `title`, `question`, `seed`, `horizon`, `warm_up`, `scale`, `population`, `sessions`, `traffic`, `agents`, `history`, `network`, `platform`, `hotline`, `catalogue`, `policy`, `campaign`, `design`, `arm`, `study`, `thresholds`
",
    );
}

#[test]
fn a_key_like_no_other() {
    refuses(
        r"[platform]
qzx = 5
",
        &Overrides::default(),
        r"
unknown key `platform.qzx`
a.toml:2:1
qzx = 5
^^^
help: known here: `shards`, `servers`, `lanes`, `queue_capacity`, `peak_utilisation`, `unit_cost`, `stretch_to`, `cost`, `service_sigma`, `service`, `transfer_timeout`, `key_life`, `inbox_life`, `lease_life`, `lease_ads`, `payment_fee`
",
    );
}

#[test]
fn an_unknown_key_deep_down() {
    refuses(
        r#"traffic.quick_reply = { log-normal = { median = "3m", sgima = 1.0 } }
"#,
        &Overrides::default(),
        r#"
unknown key `traffic.quick_reply.log-normal.sgima`
a.toml:1:55
traffic.quick_reply = { log-normal = { median = "3m", sgima = 1.0 } }
                                                      ^^^^^
help: did you mean `sigma`? Known here: `median`, `sigma`
"#,
    );
}

#[test]
fn an_unknown_law() {
    refuses(
        r#"[network]
server_to_server.extra = { normal = "3ms" }
"#,
        &Overrides::default(),
        r#"
unknown key `network.server_to_server.extra.normal`
a.toml:2:28
server_to_server.extra = { normal = "3ms" }
                           ^^^^^^
help: did you mean `log-normal`? Known here: `constant`, `exponential`, `uniform`, `log-normal`
"#,
    );
}

#[test]
fn two_laws_at_once() {
    refuses(
        r#"[traffic]
reading = { constant = "1s", exponential = "2s" }
"#,
        &Overrides::default(),
        r#"
`traffic.reading` takes exactly one of { constant = … }, { exponential = … }, { uniform = … } or { log-normal = … }
a.toml:2:11
reading = { constant = "1s", exponential = "2s" }
          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
    );
}

#[test]
fn a_text_for_a_number() {
    refuses(
        r#"[population]
users = "many"
"#,
        &Overrides::default(),
        r#"
`population.users` must be a whole number, not a text
a.toml:2:9
users = "many"
        ^^^^^^
"#,
    );
}

#[test]
fn a_number_for_a_duration() {
    refuses(
        r"horizon = 24
",
        &Overrides::default(),
        r#"
`horizon` must be a duration such as "90s", not a whole number
a.toml:1:11
horizon = 24
          ^^
"#,
    );
}

#[test]
fn a_fraction_of_a_person() {
    refuses(
        r"[population]
users = 1.5
",
        &Overrides::default(),
        r"
`population.users` must be a whole number, not a decimal number
a.toml:2:9
users = 1.5
        ^^^
",
    );
}

#[test]
fn a_table_for_a_number() {
    refuses(
        r"seed = { value = 1 }
",
        &Overrides::default(),
        r"
`seed` must be a whole number, not a table
a.toml:1:8
seed = { value = 1 }
       ^^^^^^^^^^^^^
",
    );
}

#[test]
fn a_date() {
    refuses(
        r"horizon = 2016-04-01
",
        &Overrides::default(),
        r#"
`horizon` must be a duration such as "90s", not a date
a.toml:1:11
horizon = 2016-04-01
          ^^^^^^^^^^
"#,
    );
}

#[test]
fn no_duration() {
    refuses(
        r#"horizon = "a while"
"#,
        &Overrides::default(),
        r#"
`horizon`: `a while` is not a duration; write for example "90s", "2h 30m" or "1 day"
a.toml:1:11
horizon = "a while"
          ^^^^^^^^^
"#,
    );
}

#[test]
fn a_negative_duration() {
    refuses(
        r#"warm_up = "-1h"
"#,
        &Overrides::default(),
        r#"
`warm_up`: `-1h` is negative; a duration is zero or more
a.toml:1:11
warm_up = "-1h"
          ^^^^^
"#,
    );
}

#[test]
fn an_endless_duration() {
    refuses(
        r#"horizon = "200 years"
"#,
        &Overrides::default(),
        r#"
`horizon`: `200 years`: months and years have no fixed length; write days
a.toml:1:11
horizon = "200 years"
          ^^^^^^^^^^^
"#,
    );
}

#[test]
fn no_amount() {
    refuses(
        r#"[history]
balance_median = "ten"
"#,
        &Overrides::default(),
        r#"
`history.balance_median`: `ten` is not an amount of money; write for example "0.02" or "2000.00"
a.toml:2:18
balance_median = "ten"
                 ^^^^^
"#,
    );
}

#[test]
fn a_probability_above_one() {
    refuses(
        r"[agents]
opt_in_after_order = 1.5
",
        &Overrides::default(),
        r"
`agents.opt_in_after_order` is a probability or share, from 0 to 1, not 1.5
a.toml:2:22
opt_in_after_order = 1.5
                     ^^^
",
    );
}

#[test]
fn a_negative_number() {
    refuses(
        r"[agents]
page_visits_per_day = -0.5
",
        &Overrides::default(),
        r"
`agents.page_visits_per_day` must be at least 0 [per person and day], not -0.5
a.toml:2:23
page_visits_per_day = -0.5
                      ^^^^
",
    );
}

#[test]
fn not_a_number() {
    refuses(
        r"[traffic]
replay_speed = nan
",
        &Overrides::default(),
        r"
`traffic.replay_speed` must be a finite number, not nan
a.toml:2:16
replay_speed = nan
               ^^^
",
    );
}

#[test]
fn an_infinite_number() {
    refuses(
        r"[agents.ads]
refusal_slope = inf
",
        &Overrides::default(),
        r"
`agents.ads.refusal_slope` must be a finite number, not inf
a.toml:2:17
refusal_slope = inf
                ^^^
",
    );
}

#[test]
fn a_number_that_does_not_fit() {
    refuses(
        r"[population]
users = 5_000_000_000
",
        &Overrides::default(),
        r"
`population.users` must be at most 2147483648 [people], not 5000000000
a.toml:2:9
users = 5_000_000_000
        ^^^^^^^^^^^^^
",
    );
}

#[test]
fn hours_that_are_missing() {
    refuses(
        r"[traffic]
hourly = [1.0, 2.0]
",
        &Overrides::default(),
        r"
`traffic.hourly` needs 24 items, not 2
a.toml:2:10
hourly = [1.0, 2.0]
         ^^^^^^^^^^
",
    );
}

#[test]
fn a_uniform_law_the_wrong_way_round() {
    refuses(
        r#"[traffic]
reading = { uniform = ["9s", "2s"] }
"#,
        &Overrides::default(),
        r#"
`traffic.reading.uniform`: 9s is longer than 2s; a uniform law names the shorter one first
a.toml:2:23
reading = { uniform = ["9s", "2s"] }
                      ^^^^^^^^^^^^
"#,
    );
}
