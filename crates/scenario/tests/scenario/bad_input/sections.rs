//! Values that do not go together, section by section.

use super::{refuses, scale};
use chappe_scenario::Overrides;

#[test]
fn zero_users() {
    refuses(
        r"[population]
users = 0
",
        &Overrides::default(),
        r"
`population.users` must be at least 1 [people], not 0
a.toml:2:9
users = 0
        ^
",
    );
}

#[test]
fn a_scale_that_leaves_nobody() {
    refuses(
        r"scale = 0.001
[population]
users = 10
",
        &Overrides::default(),
        r"
`scale` 0.001 leaves none of 10 users
a.toml:1:9
scale = 0.001
        ^^^^^
",
    );
}

#[test]
fn a_scale_beyond_all_users() {
    refuses(
        r"[population]
users = 3_000_000
",
        &scale(1000.0),
        r"
`scale` 1000 makes 3000000000 users; at most 2147483648 are allowed
--scale:1:9
scale = 1000
        ^^^^
",
    );
}

#[test]
fn a_horizon_shorter_than_the_warm_up() {
    refuses(
        r#"horizon = "1h"
warm_up = "2h"
"#,
        &Overrides::default(),
        r#"
the horizon (1h) must be longer than the warm-up (2h)
a.toml:2:11
warm_up = "2h"
          ^^^^
"#,
    );
}

#[test]
fn a_horizon_beyond_all_days() {
    refuses(
        r#"horizon = "1100 days"
"#,
        &Overrides::default(),
        r#"
the horizon (1100d) is too long; a run lasts at most 1016 days
a.toml:1:11
horizon = "1100 days"
          ^^^^^^^^^^^
"#,
    );
}

#[test]
fn a_floor_of_zero() {
    refuses(
        r#"[network]
client_to_platform.floor = "0s"
"#,
        &Overrides::default(),
        r#"
`network.client_to_platform.floor` must be above zero
a.toml:2:28
client_to_platform.floor = "0s"
                           ^^^^
"#,
    );
}

#[test]
fn a_full_platform() {
    refuses(
        r"[platform]
peak_utilisation = 1.0
",
        &Overrides::default(),
        r"
`platform.peak_utilisation` must be at most 0.999, not 1.0
a.toml:2:20
peak_utilisation = 1.0
                   ^^^
",
    );
}

#[test]
fn no_time_at_all() {
    refuses(
        r#"[platform]
key_life = "0s"
"#,
        &Overrides::default(),
        r#"
`platform.key_life` must be above zero
a.toml:2:12
key_life = "0s"
           ^^^^
"#,
    );
}

#[test]
fn no_use_in_a_day() {
    refuses(
        r#"[agents.ads]
use_per_day = "0s"
"#,
        &Overrides::default(),
        r#"
`agents.ads.use_per_day` must be above zero
a.toml:2:15
use_per_day = "0s"
              ^^^^
"#,
    );
}

#[test]
fn no_time_zone() {
    refuses(
        r"[population]
time_zones = []
",
        &Overrides::default(),
        r"
`population.time_zones` needs at least 1 item, not 0
a.toml:2:14
time_zones = []
             ^^
",
    );
}

#[test]
fn a_population_that_does_not_fit() {
    refuses(
        r"[population]
users = 2_000_000
",
        &Overrides {
            memory_limit_bytes: Some(512 << 20),
            ..Overrides::default()
        },
        r"
2000000 users and 20000 pages need about 969 MiB of memory; there are 512 MiB
a.toml:2:9
users = 2_000_000
        ^^^^^^^^^
help: use fewer users or a smaller `scale`
",
    );
}

#[test]
fn an_unknown_preset() {
    refuses(
        r#"[policy]
preset = "leak2016"
"#,
        &Overrides::default(),
        r#"
`leak2016` is not known for `policy.preset`
a.toml:2:10
preset = "leak2016"
         ^^^^^^^^^^
help: did you mean `leak-2016`? Known here: `leak-2016`, `messenger-24h-plus-1`, `sponsored-2017`, `messenger-2020`, `one-time-notification`, `recurring-2022`, `whatsapp-2024`, `rcs-india`, `line-japan`, `no-ads`
"#,
    );
}

#[test]
fn an_unknown_word_for_a_rule() {
    refuses(
        r#"[policy]
first_topic = "categry"
"#,
        &Overrides::default(),
        r#"
`categry` is not known for `policy.first_topic`
a.toml:2:15
first_topic = "categry"
              ^^^^^^^^^
help: did you mean `category`? Known here: `any`, `category`, `product`, `none`
"#,
    );
}

#[test]
fn a_cap_without_a_time() {
    refuses(
        r"[policy]
frequency_cap = { per_user = 1 }
",
        &Overrides::default(),
        r"
`policy.frequency_cap` lacks the key `every`
a.toml:2:17
frequency_cap = { per_user = 1 }
                ^^^^^^^^^^^^^^^^
",
    );
}

#[test]
fn a_window_that_is_closed() {
    refuses(
        r#"[policy]
window = { at_least = "2h", at_most = "1h" }
"#,
        &Overrides::default(),
        r#"
`policy.window`: `at_least` must be shorter than `at_most`
a.toml:2:10
window = { at_least = "2h", at_most = "1h" }
         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
    );
}

#[test]
fn a_window_without_limits() {
    refuses(
        r"[policy]
window = {}
",
        &Overrides::default(),
        r"
`policy.window` needs `at_least`, `at_most` or both
a.toml:2:10
window = {}
         ^^
",
    );
}

#[test]
fn a_cap_over_no_time() {
    refuses(
        r#"[policy]
page_cap = { per_page = 1, every = "0s" }
"#,
        &Overrides::default(),
        r#"
`policy.page_cap.every` must be above zero
a.toml:2:36
page_cap = { per_page = 1, every = "0s" }
                                   ^^^^
"#,
    );
}

#[test]
fn a_night_without_end() {
    refuses(
        r#"[policy]
quiet_hours = { from = "22:00", to = "22:00" }
"#,
        &Overrides::default(),
        r#"
`policy.quiet_hours`: `from` and `to` must differ
a.toml:2:15
quiet_hours = { from = "22:00", to = "22:00" }
              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
    );
}

#[test]
fn no_time_of_day() {
    refuses(
        r#"[policy]
quiet_hours = { from = "22:00", to = "8:00" }
"#,
        &Overrides::default(),
        r#"
`policy.quiet_hours.to`: `8:00` is not a time of day; write for example "22:00"
a.toml:2:38
quiet_hours = { from = "22:00", to = "8:00" }
                                     ^^^^^^
"#,
    );
}

#[test]
fn a_catalogue_without_categories() {
    refuses(
        r"[catalogue]
categories = {}
",
        &Overrides::default(),
        r"
`catalogue.categories` needs at least 1 key, not 0
a.toml:2:14
categories = {}
             ^^
",
    );
}

#[test]
fn a_category_without_products() {
    refuses(
        r"[catalogue.categories]
shoes = []
",
        &Overrides::default(),
        r"
`catalogue.categories.shoes` needs at least 1 item, not 0
a.toml:2:9
shoes = []
        ^^
",
    );
}

#[test]
fn a_key_that_does_not_outlive_its_transfer() {
    refuses(
        r#"[platform]
key_life = "1m"
transfer_timeout = "16s"
"#,
        &Overrides::default(),
        r#"
`platform.transfer_timeout` (16s) must be at most a quarter of `platform.key_life` (1m)
a.toml:3:20
transfer_timeout = "16s"
                   ^^^^^
"#,
    );
}
