//! Every kind of bad input has one clear message, which points to where it stands.

use crate::resolve;
use chappe_scenario::{Error, Overrides, ScenarioFile, from_bytes};

mod arms;
mod campaigns;
mod page_policy;
mod sections;
mod sense;
mod study;
mod values;

/// All that an error says: message, place, line with the faulty part marked, help.
fn rendered(error: &Error) -> String {
    let mut text = format!("{}\n", error.message);
    if let Some(place) = &error.place {
        let mark = " ".repeat(place.column - 1) + &"^".repeat(place.span.len().max(1));
        text += &format!(
            "{}:{}:{}\n{}\n{mark}\n",
            place.source, place.line, place.column, place.text
        );
    }
    if let Some(help) = &error.help {
        text += &format!("help: {help}\n");
    }
    text
}

#[track_caller]
fn refuses(text: &str, overrides: &Overrides, expected: &str) {
    let error = resolve("a.toml", text, overrides).expect_err("it should be refused");
    assert_eq!(format!("\n{}", rendered(&error)), expected);
}

fn set(key: &str, value: &str) -> Overrides {
    Overrides {
        set: vec![(key.to_string(), value.to_string())],
        ..Overrides::default()
    }
}

fn arm(name: &str) -> Overrides {
    Overrides {
        arm: Some(name.to_string()),
        ..Overrides::default()
    }
}

fn scale(scale: f64) -> Overrides {
    Overrides {
        scale: Some(scale),
        ..Overrides::default()
    }
}

#[test]
fn what_is_not_utf_8() {
    let error = from_bytes("a.toml", b"title = 1\nseed = \xff".to_vec()).unwrap_err();
    let expected = "`a.toml` is not UTF-8 text: line 2, byte 8\nhelp: save it as UTF-8\n";
    assert_eq!(rendered(&error), expected);
    assert_eq!(from_bytes("a.toml", "é".into()).unwrap(), "é");
}

/// A form shows an error beside the field that it is about.
#[test]
fn an_error_names_its_key() {
    const CAMPAIGN: &str = "[[campaign]]\nformat = \"new-product\"\npage = 0\ntopic = \"shoes/trail\"\n";
    let in_arm = |line: &str| format!("[[arm]]\nname = \"a\"\n[[arm]]\nname = \"b\"\n{line}");
    for (text, overrides, key) in [
        (
            "[population]\nusers = 0",
            Overrides::default(),
            Some("population.users"),
        ),
        ("horizon = 24", Overrides::default(), Some("horizon")),
        (
            &format!("{CAMPAIGN}bid = \"2\"\nbudget = \"1\""),
            Overrides::default(),
            Some("campaign.0.budget"),
        ),
        (CAMPAIGN, Overrides::default(), Some("campaign.0")),
        (
            "thresholds.\"delivery.friend\" = 1",
            Overrides::default(),
            Some("thresholds.\"delivery.friend\""),
        ),
        // A fault that only the merged values have is about the arm's key, too.
        (
            &in_arm("platform.key_life = \"1s\"\nplatform.transfer_timeout = \"1s\""),
            Overrides::default(),
            Some("arm.1.platform.transfer_timeout"),
        ),
        (
            &in_arm("scale = \"a\""),
            Overrides::default(),
            Some("arm.1.scale"),
        ),
        (
            &in_arm("policy.preste = \"a\""),
            Overrides::default(),
            Some("arm.1.policy.preste"),
        ),
        ("", set("agents.ads.buy", "2"), Some("agents.ads.buy")),
        ("", scale(0.0), Some("scale")),
        ("", arm("a"), None),
        ("users = [", Overrides::default(), None),
    ] {
        let error = resolve("a.toml", text, &overrides).expect_err(text);
        assert_eq!(error.key.as_deref(), key, "{text}");
    }
}

#[test]
fn a_place_lies_within_one_line() {
    let place = |text: &str| *ScenarioFile::parse("a.toml", text).unwrap_err().place.unwrap();
    let windows = place("title = \"a\"\r\nhorizon = 24\r\n");
    assert_eq!((windows.line, windows.text.as_str()), (2, "horizon = 24"));
    let accents = place("title = \"é\" # é\nquestion = \"é\"\nseed = { \"é\" = 1 }");
    assert_eq!((accents.line, accents.column), (3, 8));
    let list = place("seed = [\n  1,\n  2,\n]");
    assert_eq!((list.line, list.text.as_str(), list.span), (1, "seed = [", 7..8));
    let end = place("title = ");
    assert_eq!((end.line, end.span.is_empty()), (1, true), "{end:?}");
}

/// Parsing checks what the file says; resolving checks what the arguments add to it.
#[test]
fn an_argument_is_checked_with_the_arm_that_is_played() {
    let text = "[[arm]]\nname = \"small\"\nscale = 0.0001\n[[arm]]\nname = \"large\"\n";
    let text = format!("[population]\nusers = 20_000\n{text}policy.preset = \"no-ads\"");
    let file = ScenarioFile::parse("a.toml", &text).unwrap();
    let few = |arm: Option<&str>| Overrides {
        arm: arm.map(str::to_string),
        ..set("population.users", "100")
    };
    assert!(file.resolve(&few(None)).is_ok() && file.resolve(&few(Some("large"))).is_ok());
    let error = file.resolve(&few(Some("small"))).unwrap_err();
    assert_eq!(error.message, "`scale` 0.0001 leaves none of 100 users");
    assert_eq!(error.key.as_deref(), Some("arm.0.scale"));
}
