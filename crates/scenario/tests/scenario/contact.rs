//! When a page may turn to a user, set key by key.

use chappe_base::Span;
use chappe_platform::policy::{BasisRule, MessageRule, OptInScope, OptInTerms, UserRule};
use chappe_scenario::{Overrides, Scenario};

fn read(text: &str) -> Scenario {
    crate::resolve("a.toml", text, &Overrides::default()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn contact_can_be_set_rule_by_rule() {
    let policy = |keys: &str| read(&format!("[policy]\n{keys}")).platform.policy;
    let window = MessageRule::Within(Span::DAY);
    let tags = "preset = \"messenger-2020\"";
    assert_eq!(policy(tags).message_rules.len(), 3);
    let no_tags = policy(&format!("{tags}\nmessages = {{ within = \"24h\" }}"));
    assert_eq!(no_tags.message_rules, [window]);
    assert_eq!(policy(&format!("{tags}\nmessages = \"none\"")).message_rules, []);
    let weekly = "{ opt_in = { scope = \"product\", every = \"7 days\", life = \"90 days\" } }";
    let weekly = policy(&format!(
        "preset = \"recurring-2022\"\ngrounds = {weekly}\nopt_in_requests = false"
    ));
    assert_eq!(weekly.opt_in_request, None);
    assert!(weekly.user_rules.contains(&UserRule::Basis(BasisRule {
        within: None,
        one_further: false,
        opt_in: Some(OptInTerms {
            scope: OptInScope::Product,
            every: Some(Span(7 * Span::DAY.0)),
            life_days: 90,
        }),
    })));
    let often = policy("preset = \"rcs-india\"\npage_cap = { per_page = 8, every = \"28 days\" }");
    let (count, every) = (8, Span(28 * Span::DAY.0));
    assert!(often.user_rules.contains(&UserRule::PageCap { count, every }));
}

#[test]
fn contact_that_says_nothing_is_refused() {
    let cases = [
        ("grounds = {}", "`policy.grounds` needs `within`"),
        (
            "grounds = { opt_in = { scope = \"page\", life = \"36h\" } }",
            "`policy.grounds.opt_in.life` must be 1 to 65535 whole days",
        ),
        (
            "grounds = { opt_in = { scope = \"page\", every = \"0s\", life = \"2 days\" } }",
            "`policy.grounds.opt_in.every` must be above zero",
        ),
        (
            "opt_in = \"page\"\ngrounds = { opt_in = { scope = \"page\", life = \"2 days\" } }",
            "both ask for consent",
        ),
        (
            "messages = {}",
            "`policy.messages` needs at least one of its keys",
        ),
        (
            "opt_in_requests = { within = \"24h\", again_after = \"1h\" }",
            "`policy.opt_in_requests.again_after` must be 0 to 65535 whole days",
        ),
        (
            "unanswered_cap = { per_user = 1, every = \"0s\" }",
            "`policy.unanswered_cap.every` must be above zero",
        ),
    ];
    for (keys, words) in cases {
        let error =
            crate::resolve("a.toml", &format!("[policy]\n{keys}"), &Overrides::default()).unwrap_err();
        assert!(error.to_string().contains(words), "{keys}: {error}");
    }
}
