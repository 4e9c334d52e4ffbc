//! Every kind of bad input has one clear message, which points to where it stands.

use chappe_scenario::{Error, Options, from_bytes, parse};
use miette::{GraphicalReportHandler, GraphicalTheme};

mod arms;
mod campaigns;
mod page_policy;
mod sections;
mod study;
mod values;

fn rendered(error: &Error) -> String {
    let mut text = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .render_report(&mut text, error)
        .unwrap();
    let lines: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
    lines.join("\n")
}

#[track_caller]
fn refuses(text: &str, options: &Options, expected: &str) {
    let error = parse("a.toml", text, options).expect_err("it should be refused");
    assert_eq!(format!("\n{}\n", rendered(&error)), expected);
}

fn set(key: &str, value: &str) -> Options {
    Options {
        overrides: vec![(key.to_string(), value.to_string())],
        ..Options::default()
    }
}

fn arm(name: &str) -> Options {
    Options {
        arm: Some(name.to_string()),
        ..Options::default()
    }
}

fn scale(scale: f64) -> Options {
    Options {
        scale: Some(scale),
        ..Options::default()
    }
}

#[test]
fn what_is_not_utf_8() {
    let error = from_bytes("a.toml", b"title = 1\nseed = \xff".to_vec()).unwrap_err();
    let expected = "\n  \u{d7} `a.toml` is not UTF-8 text: line 2, byte 8\n  help: save it as UTF-8";
    assert_eq!(format!("\n{}", rendered(&error)), expected);
    assert_eq!(from_bytes("a.toml", "é".into()).unwrap(), "é");
}
