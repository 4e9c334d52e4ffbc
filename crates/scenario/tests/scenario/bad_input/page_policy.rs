//! Rules about the page's side that contradict themselves.

use super::rendered;
use chappe_scenario::ScenarioFile;

#[test]
fn limits_and_prices_that_cannot_be() {
    for (line, message) in [
        (
            "tiers = { limits = [250, 250, 10_000, 100_000] }",
            "`policy.tiers`: `limits` must rise from tier to tier",
        ),
        (
            "quality = { yellow = 0.05, red = 0.02, read = 0.3, ads = 100, on_red = \"pause\" }",
            "`policy.quality`: `yellow` must not be above `red`",
        ),
        (
            "message_prices = { marketing = \"0\", utility = \"0.008\" }",
            "`policy.message_prices.marketing` must be above zero",
        ),
        ("reserve = \"0\"", "`policy.reserve` must be above zero"),
        (
            "quota = { messages = 0, fee = \"5\" }",
            "`policy.quota.messages` must be at least 1",
        ),
        (
            "quota = { messages = 9, fee = \"5\", overage = \"2000.01\" }",
            "`policy.quota`: `overage` must be at most 2000",
        ),
    ] {
        let text = format!("[policy]\n{line}\n");
        let error = ScenarioFile::parse("a.toml", &text).expect_err("it should be refused");
        let said = rendered(&error);
        assert!(said.contains(message) && said.contains("a.toml:2:"), "{said}");
    }
}
