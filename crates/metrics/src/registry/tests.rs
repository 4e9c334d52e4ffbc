//! Names of metrics: unique, found, and the nearest one told.

use super::*;

#[test]
fn names_are_unique_and_found() {
    for pair in definitions().windows(2) {
        assert_ne!(pair[0].name, pair[1].name);
    }
    for definition in definitions() {
        assert_eq!(find(&definition.name).unwrap(), definition);
        assert_eq!(
            definition.kind == Kind::Series,
            definition.name.starts_with("series."),
            "{}",
            definition.name
        );
        assert!(!definition.description.is_empty() && !definition.clocks.is_empty());
    }
}

#[test]
fn a_misspelt_name_is_told_its_nearest() {
    for (wrong, right) in [
        ("delivery.freind", "delivery.friend"),
        ("audit.violation", "audit.violations"),
        ("hot_line.abandoned", "hotline.abandoned"),
        ("ads.refused.budgets", "ads.refused.budget"),
    ] {
        let error = find(wrong).unwrap_err();
        assert_eq!(error.nearest, right);
        assert!(error.to_string().contains(right));
    }
}
