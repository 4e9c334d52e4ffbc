//! Wrong keys, types and values.

use super::refuses;
use chappe_scenario::Options;

#[test]
fn an_unknown_key() {
    refuses(
        r"[population]
user = 5
",
        &Options::default(),
        r"
  × unknown key `population.user`
   ╭─[a.toml:2:1]
 1 │ [population]
 2 │ user = 5
   · ────
   ╰────
  help: did you mean `users`? Known here: `users`, `pages`, `activity_sigma`, `activity_max`,
        `activity_friends_correlation`, `friends_median`, `friends_sigma`, `friends_max`,
        `circles`, `contact_exponent`, `contacts_max`, `silent_share`, `time_zones`
",
    );
}

#[test]
fn an_unknown_section() {
    refuses(
        r"[populaton]
users = 5
",
        &Options::default(),
        r"
  × unknown key `populaton`
   ╭─[a.toml:1:2]
 1 │ [populaton]
   ·  ─────────
 2 │ users = 5
   ╰────
  help: did you mean `population`? Known here: `title`, `question`, `seed`, `horizon`, `warm_up`,
        `scale`, `population`, `sessions`, `traffic`, `agents`, `history`, `network`, `platform`,
        `hotline`, `catalogue`, `policy`, `campaign`, `design`, `arm`, `study`, `thresholds`
",
    );
}

#[test]
fn a_key_like_no_other() {
    refuses(
        r"[platform]
qzx = 5
",
        &Options::default(),
        r"
  × unknown key `platform.qzx`
   ╭─[a.toml:2:1]
 1 │ [platform]
 2 │ qzx = 5
   · ───
   ╰────
  help: known here: `shards`, `servers`, `lanes`, `queue_capacity`, `peak_utilisation`, `cost`,
        `service_sigma`, `service`, `transfer_timeout`, `key_life`, `inbox_life`, `lease_life`,
        `lease_ads`, `payment_fee`
",
    );
}

#[test]
fn an_unknown_key_deep_down() {
    refuses(
        r#"traffic.quick_reply = { log-normal = { median = "3m", sgima = 1.0 } }
"#,
        &Options::default(),
        r#"
  × unknown key `traffic.quick_reply.log-normal.sgima`
   ╭─[a.toml:1:55]
 1 │ traffic.quick_reply = { log-normal = { median = "3m", sgima = 1.0 } }
   ·                                                       ─────
   ╰────
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
        &Options::default(),
        r#"
  × unknown key `network.server_to_server.extra.normal`
   ╭─[a.toml:2:28]
 1 │ [network]
 2 │ server_to_server.extra = { normal = "3ms" }
   ·                            ──────
   ╰────
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
        &Options::default(),
        r#"
  × `traffic.reading` takes exactly one of { constant = … }, { exponential = … }, { uniform = … }
  │ or { log-normal = … }
   ╭─[a.toml:2:11]
 1 │ [traffic]
 2 │ reading = { constant = "1s", exponential = "2s" }
   ·           ───────────────────────────────────────
   ╰────
"#,
    );
}

#[test]
fn a_text_for_a_number() {
    refuses(
        r#"[population]
users = "many"
"#,
        &Options::default(),
        r#"
  × `population.users` must be a whole number, not a text
   ╭─[a.toml:2:9]
 1 │ [population]
 2 │ users = "many"
   ·         ──────
   ╰────
"#,
    );
}

#[test]
fn a_number_for_a_duration() {
    refuses(
        r"horizon = 24
",
        &Options::default(),
        r#"
  × `horizon` must be a duration such as "90s", not a whole number
   ╭─[a.toml:1:11]
 1 │ horizon = 24
   ·           ──
   ╰────
"#,
    );
}

#[test]
fn a_fraction_of_a_person() {
    refuses(
        r"[population]
users = 1.5
",
        &Options::default(),
        r"
  × `population.users` must be a whole number, not a decimal number
   ╭─[a.toml:2:9]
 1 │ [population]
 2 │ users = 1.5
   ·         ───
   ╰────
",
    );
}

#[test]
fn a_table_for_a_number() {
    refuses(
        r"seed = { value = 1 }
",
        &Options::default(),
        r"
  × `seed` must be a whole number, not a table
   ╭─[a.toml:1:8]
 1 │ seed = { value = 1 }
   ·        ─────────────
   ╰────
",
    );
}

#[test]
fn a_date() {
    refuses(
        r"horizon = 2016-04-01
",
        &Options::default(),
        r#"
  × `horizon` must be a duration such as "90s", not a date
   ╭─[a.toml:1:11]
 1 │ horizon = 2016-04-01
   ·           ──────────
   ╰────
"#,
    );
}

#[test]
fn no_duration() {
    refuses(
        r#"horizon = "a while"
"#,
        &Options::default(),
        r#"
  × `horizon`: `a while` is not a duration; write for example "90s", "2h 30m" or "1 day"
   ╭─[a.toml:1:11]
 1 │ horizon = "a while"
   ·           ─────────
   ╰────
"#,
    );
}

#[test]
fn a_negative_duration() {
    refuses(
        r#"warm_up = "-1h"
"#,
        &Options::default(),
        r#"
  × `warm_up`: `-1h` is negative; a duration is zero or more
   ╭─[a.toml:1:11]
 1 │ warm_up = "-1h"
   ·           ─────
   ╰────
"#,
    );
}

#[test]
fn an_endless_duration() {
    refuses(
        r#"horizon = "200 years"
"#,
        &Options::default(),
        r#"
  × `horizon`: `200 years`: months and years have no fixed length; write days
   ╭─[a.toml:1:11]
 1 │ horizon = "200 years"
   ·           ───────────
   ╰────
"#,
    );
}

#[test]
fn no_amount() {
    refuses(
        r#"[history]
balance_median = "ten"
"#,
        &Options::default(),
        r#"
  × `history.balance_median`: `ten` is not an amount; write for example "0.02" or "2000.00"
   ╭─[a.toml:2:18]
 1 │ [history]
 2 │ balance_median = "ten"
   ·                  ─────
   ╰────
"#,
    );
}

#[test]
fn a_probability_above_one() {
    refuses(
        r"[agents]
opt_in_after_order = 1.5
",
        &Options::default(),
        r"
  × `agents.opt_in_after_order` is a probability or share, from 0 to 1, not 1.5
   ╭─[a.toml:2:22]
 1 │ [agents]
 2 │ opt_in_after_order = 1.5
   ·                      ───
   ╰────
",
    );
}

#[test]
fn a_negative_number() {
    refuses(
        r"[agents]
page_visits_per_day = -0.5
",
        &Options::default(),
        r"
  × `agents.page_visits_per_day` must be at least 0 [per person and day], not -0.5
   ╭─[a.toml:2:23]
 1 │ [agents]
 2 │ page_visits_per_day = -0.5
   ·                       ────
   ╰────
",
    );
}

#[test]
fn not_a_number() {
    refuses(
        r"[traffic]
replay_speed = nan
",
        &Options::default(),
        r"
  × `traffic.replay_speed` must be a finite number, not nan
   ╭─[a.toml:2:16]
 1 │ [traffic]
 2 │ replay_speed = nan
   ·                ───
   ╰────
",
    );
}

#[test]
fn an_infinite_number() {
    refuses(
        r"[agents.ads]
refusal_slope = inf
",
        &Options::default(),
        r"
  × `agents.ads.refusal_slope` must be a finite number, not inf
   ╭─[a.toml:2:17]
 1 │ [agents.ads]
 2 │ refusal_slope = inf
   ·                 ───
   ╰────
",
    );
}

#[test]
fn a_number_that_does_not_fit() {
    refuses(
        r"[population]
users = 5_000_000_000
",
        &Options::default(),
        r"
  × `population.users` must be at most 4294967295 [people], not 5000000000
   ╭─[a.toml:2:9]
 1 │ [population]
 2 │ users = 5_000_000_000
   ·         ─────────────
   ╰────
",
    );
}

#[test]
fn hours_that_are_missing() {
    refuses(
        r"[traffic]
hourly = [1.0, 2.0]
",
        &Options::default(),
        r"
  × `traffic.hourly` has 24 items, not 2
   ╭─[a.toml:2:10]
 1 │ [traffic]
 2 │ hourly = [1.0, 2.0]
   ·          ──────────
   ╰────
",
    );
}

#[test]
fn a_uniform_law_the_wrong_way_round() {
    refuses(
        r#"[traffic]
reading = { uniform = ["9s", "2s"] }
"#,
        &Options::default(),
        r#"
  × `traffic.reading.uniform`: 9s is longer than 2s; a uniform law names the shorter one first
   ╭─[a.toml:2:23]
 1 │ [traffic]
 2 │ reading = { uniform = ["9s", "2s"] }
   ·                       ────────────
   ╰────
"#,
    );
}
