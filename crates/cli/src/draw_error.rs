//! Draws an error in a scenario for a terminal: the message, the place, the line with the faulty part
//! underlined, and the help.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use chappe_scenario::Error;

/// Widest part of a line that is shown [columns].
const COLUMNS_MAX: usize = 100;

/// `error` as lines for a terminal, the last without a line end; with colours, or as plain text.
pub(crate) fn draw(error: &Error, colour: bool) -> String {
    let snippet = error.place.as_ref().map(|place| {
        Snippet::source(&place.text)
            .path(&place.source)
            .line_start(place.line)
            .annotation(AnnotationKind::Primary.span(place.span.clone()))
    });
    let help = error.help.as_ref().map(|help| Level::HELP.message(help));
    let report = Level::ERROR
        .primary_title(&error.message)
        .elements(snippet)
        .elements(help);
    let renderer = match colour {
        true => Renderer::styled(),
        false => Renderer::plain(),
    };
    renderer.term_width(COLUMNS_MAX).render(&[report])
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_scenario::{Overrides, ScenarioFile};

    fn drawn(text: &str, colour: bool) -> String {
        draw(&ScenarioFile::parse("a.toml", text).unwrap_err(), colour)
    }

    #[test]
    fn an_error_with_a_place_and_help() {
        let expected = "\
error: `categry` is not known for `policy.first_topic`
 --> a.toml:2:15
  |
2 | first_topic = \"categry\"
  |               ^^^^^^^^^
  |
  = help: did you mean `category`? Known here: `any`, `category`, `product`, `none`";
        assert_eq!(drawn("[policy]\nfirst_topic = \"categry\"\n", false), expected);
    }

    #[test]
    fn an_error_without_a_place() {
        let file = ScenarioFile::parse("a.toml", "").unwrap();
        let overrides = Overrides {
            arm: Some("a".to_string()),
            ..Default::default()
        };
        let error = file.resolve(&overrides).unwrap_err();
        let expected = "error: there is no arm `a`\n |\n = help: the scenario has no arms";
        assert_eq!(draw(&error, false), expected);
    }

    #[test]
    fn colours_add_nothing_but_colour() {
        let coloured = drawn("horizon = 24", true);
        assert!(coloured.starts_with("\x1b["), "{coloured:?}");
        let codes = coloured.split("\x1b[").map(|part| match part.split_once('m') {
            Some((code, rest)) if code.bytes().all(|byte| byte.is_ascii_digit() || byte == b';') => rest,
            Some(_) | None => part,
        });
        assert_eq!(codes.collect::<String>(), drawn("horizon = 24", false));
    }

    #[test]
    fn a_file_does_not_control_the_terminal() {
        let drawing = drawn("title = \"\x1b[2J\"", false);
        assert!(!drawing.contains('\x1b'), "{drawing:?}");
    }

    #[test]
    fn long_lines_are_cut_around_the_fault() {
        let text = format!("title = \"{}\"; wrong", "a".repeat(400));
        let drawing = drawn(&text, false);
        let widest = drawing.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(
            widest <= COLUMNS_MAX + 10 && drawing.contains("; wrong"),
            "{drawing}"
        );
    }
}
