//! Values that have the right type and make no sense.

use super::set;
use crate::resolve;
use chappe_scenario::Overrides;

/// A record says the seed in JSON, and many readers of JSON keep numbers in 53 bits.
#[test]
fn seeds_that_readers_of_json_would_round() {
    let most = "`seed` must be at most 9007199254740991, not ";
    for seed in ["9007199254740992", "9223372036854775808", "99999999999999999999"] {
        let error = resolve("a.toml", &format!("seed = {seed}"), &Overrides::default()).unwrap_err();
        assert_eq!(
            (error.message, error.key.as_deref()),
            (format!("{most}{seed}"), Some("seed"))
        );
        let error = resolve("a.toml", "", &set("seed", seed)).unwrap_err();
        assert_eq!(error.message, format!("{most}{seed}"));
        assert_eq!(error.place.unwrap().source, "--set");
    }
    let given = |seed| Overrides {
        seed: Some(seed),
        ..Overrides::default()
    };
    let error = resolve("a.toml", "", &given(u64::MAX)).unwrap_err();
    assert_eq!(
        (error.message, error.place.unwrap().source.as_str()),
        (format!("{most}{}", u64::MAX), "--seed")
    );
    let largest = 9_007_199_254_740_991;
    assert_eq!(resolve("a.toml", "", &given(largest)).unwrap().seed, largest);
}

#[test]
fn a_text_may_look_like_a_large_number() {
    let digits = "99999999999999999999";
    assert_eq!(
        resolve("a.toml", "", &set("title", digits)).unwrap().title,
        digits
    );
}

/// Reports can't show control characters, and would fail only once everything is played.
#[test]
fn control_characters_in_names() {
    let error = resolve("a.toml", "[[arm]]\nname = \"a\\u0007\"", &Overrides::default()).unwrap_err();
    let expected = "`name`: the control character U+0007 can't be shown in a report; remove it";
    assert_eq!(
        (error.message.as_str(), error.key.as_deref()),
        (expected, Some("arm.0.name"))
    );
    for text in [
        "title = \"a\\tb\"",
        "question = \"a\\nb?\"",
        "study.base = \"\\u001b[1m\"",
        "catalogue.categories = { \"a\\u0000\" = [\"b\"] }",
        "catalogue.categories = { a = [\"\\u0085\"] }",
    ] {
        let error = resolve("a.toml", text, &Overrides::default()).unwrap_err();
        assert!(
            error.message.contains("the control character U+"),
            "{text}: {}",
            error.message
        );
    }
    let error = resolve("a\u{7}.toml", "", &Overrides::default()).unwrap_err();
    assert!(error.message.contains("U+0007"), "{}", error.message);
}

#[test]
fn shares_of_one_whole() {
    let shares = |opt_out: f64, mute: f64| {
        let text = format!("[agents.ads]\nopt_out_share = {opt_out}\nmute_share = {mute}");
        resolve("a.toml", &text, &Overrides::default())
    };
    assert!(shares(0.7, 0.3).is_ok() && shares(0.1, 0.9).is_ok());
    let error = shares(0.7, 0.4).unwrap_err();
    assert!(
        error.message.contains("add up to more than 1"),
        "{}",
        error.message
    );
    assert_eq!(error.key.as_deref(), Some("agents.ads.mute_share"));
    let error = resolve("a.toml", "", &set("agents.ads.opt_out_share", "0.8")).unwrap_err();
    assert_eq!(error.key.as_deref(), Some("agents.ads.opt_out_share"));
}

#[test]
fn weights_that_are_all_zero_negative_or_beyond_all() {
    let hourly = |hour: &str| {
        let text = format!("[traffic]\nhourly = [{hour}{}]", ", 0".repeat(23));
        resolve("a.toml", &text, &Overrides::default())
    };
    assert!(hourly("1").is_ok());
    for (hour, message) in [
        ("0", "`traffic.hourly` needs a number above zero"),
        ("-1", "`traffic.hourly.0` must be at least 0, not -1"),
        ("1e308", "`traffic.hourly.0` must be at most 1000000"),
    ] {
        let error = hourly(hour).unwrap_err();
        assert!(error.message.starts_with(message), "{}", error.message);
    }
    let error = resolve(
        "a.toml",
        "",
        &set("traffic.shape", "{ ramp = { from = 0, to = 0 } }"),
    )
    .unwrap_err();
    assert!(
        error.message.contains("nobody would do anything"),
        "{}",
        error.message
    );
}
