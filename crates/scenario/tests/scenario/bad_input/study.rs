//! What cannot be studied.

use super::refuses;
use chappe_scenario::Overrides;

#[test]
fn a_baseline_that_is_no_arm() {
    refuses(
        r#"[[arm]]
name = "no ads"
[study]
baseline = "noads"
"#,
        &Overrides::default(),
        r#"
there is no arm `noads`
a.toml:4:12
baseline = "noads"
           ^^^^^^^
help: did you mean `no ads`? Known here: `no ads`
"#,
    );
}

#[test]
fn a_pilot_longer_than_all() {
    refuses(
        r"[study]
pilot = 30
",
        &Overrides::default(),
        r"
`study.pilot` (30) must be at most `study.replications` (20)
a.toml:2:9
pilot = 30
        ^^
",
    );
}

#[test]
fn a_key_varied_over_nothing() {
    refuses(
        r#"[[study.vary]]
key = "agents.ads.buy"
from = 0.1
"#,
        &Overrides::default(),
        r"
`study.vary.0` needs a `key`, and either `values`, or `from` and `to`
a.toml:1:1
[[study.vary]]
^^^^^^^^^^^^^^
",
    );
}

#[test]
fn no_headline() {
    refuses(
        r"[study]
headline = []
",
        &Overrides::default(),
        r"
`study.headline` needs at least 1 item, not 0
a.toml:2:12
headline = []
           ^^
",
    );
}

#[test]
fn a_headline_twice() {
    refuses(
        r#"[study]
headline = ["harm", "mutes", "harm"]
"#,
        &Overrides::default(),
        r#"
`study.headline` names `harm` twice
a.toml:2:30
headline = ["harm", "mutes", "harm"]
                             ^^^^^^
"#,
    );
}

#[test]
fn a_headline_that_no_run_has() {
    refuses(
        r#"[study]
headline = ["harm", "revenue.totl"]
"#,
        &Overrides::default(),
        r#"
there is no metric `revenue.totl`; the nearest is `revenue.total` (`chappe schema --metrics` lists all)
a.toml:2:21
headline = ["harm", "revenue.totl"]
                    ^^^^^^^^^^^^^^
"#,
    );
    refuses(
        r#"[study]
headline = ["delivery.friend"]
"#,
        &Overrides::default(),
        r#"
`delivery.friend` is a histogram, and no single figure; take a counter, a gauge or a ratio, or delivery.friend p(99)
a.toml:2:13
headline = ["delivery.friend"]
            ^^^^^^^^^^^^^^^^^
"#,
    );
}
