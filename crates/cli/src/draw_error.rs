//! Draws an error in a scenario for a terminal: the message, the place, the line with the faulty part
//! underlined, and the help.

use chappe_scenario::{Error, Place};
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// Widest part of a line that is shown [columns].
const COLUMNS_MAX: usize = 100;
/// Columns that are kept before the faulty part of a longer line.
const CONTEXT: usize = 30;

const RED: &str = "1;31";
const BLUE: &str = "1;34";

/// `error` as lines for a terminal, the last without a line end; with colours, or as plain text.
pub(crate) fn draw(error: &Error, colour: bool) -> String {
    let paint = |code: &str, text: &str| match colour {
        true => format!("\x1b[{code}m{text}\x1b[0m"),
        false => text.to_string(),
    };
    let mut lines = vec![format!("{} {}", paint(RED, "error:"), error.message)];
    if let Some(place) = &error.place {
        let number = place.line.to_string();
        let margin = " ".repeat(number.len());
        let (text, mark) = excerpt(place);
        let bar = paint(BLUE, "|");
        let Place { source, column, .. } = &**place;
        lines.push(format!(
            "{margin}{} {source}:{number}:{column}",
            paint(BLUE, "-->")
        ));
        lines.push(format!("{margin} {bar}"));
        lines.push(
            format!("{} {bar} {text}", paint(BLUE, &number))
                .trim_end()
                .to_string(),
        );
        let indent = " ".repeat(mark.start);
        let carets = "^".repeat(mark.len());
        lines.push(format!("{margin} {bar} {indent}{}", paint(RED, &carets)));
    }
    if let Some(help) = &error.help {
        lines.push(format!("  {} {help}", paint(BLUE, "help:")));
    }
    lines.join("\n")
}

/// A character as it is shown, and its width [columns].
struct Cell {
    text: String,
    width: usize,
}

/// The part of the line that is shown, and the columns of it to underline.
fn excerpt(place: &Place) -> (String, Range<usize>) {
    let cells: Vec<Cell> = place.text.chars().map(cell).collect();
    let index = |byte: usize| place.text[..byte].chars().count();
    let fault = index(place.span.start)..index(place.span.end);
    let shown = window(&cells, fault.start);
    let text: String = cells[shown.clone()]
        .iter()
        .map(|cell| cell.text.as_str())
        .collect();
    let cut_before = if shown.start > 0 { "…" } else { "" };
    let cut_after = if shown.end < cells.len() { "…" } else { "" };
    let start = width(cut_before) + columns(&cells[shown.start..fault.start]);
    // Even if nothing is there, a caret shows where something is missing.
    let marked = columns(&cells[fault.start..fault.end.clamp(fault.start, shown.end)]).max(1);
    (format!("{cut_before}{text}{cut_after}"), start..start + marked)
}

fn cell(letter: char) -> Cell {
    let text = match letter {
        '\t' => "    ".to_string(),
        // A file must not control the terminal.
        letter if letter.is_control() => char::REPLACEMENT_CHARACTER.to_string(),
        letter => letter.to_string(),
    };
    let width = width(&text);
    Cell { text, width }
}

fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

fn columns(cells: &[Cell]) -> usize {
    cells.iter().map(|cell| cell.width).sum()
}

/// The cells to show of a line: all, or as many around `fault` as there is room for.
fn window(cells: &[Cell], fault: usize) -> Range<usize> {
    if columns(cells) <= COLUMNS_MAX {
        return 0..cells.len();
    }
    // Room for an ellipsis at each end.
    let room = COLUMNS_MAX - 2;
    let mut shown = fault..fault;
    while shown.start > 0 && columns(&cells[shown.start - 1..fault]) <= CONTEXT {
        shown.start -= 1;
    }
    while shown.end < cells.len() && columns(&cells[shown.start..=shown.end]) <= room {
        shown.end += 1;
    }
    while shown.start > 0 && columns(&cells[shown.start - 1..shown.end]) <= room {
        shown.start -= 1;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_scenario::ScenarioFile;

    fn error(text: &str) -> Error {
        ScenarioFile::parse("a.toml", text).unwrap_err()
    }

    fn at(text: &str, span: Range<usize>) -> Error {
        let place = Place {
            source: "a.toml".to_string(),
            line: 12,
            column: text[..span.start].chars().count() + 1,
            text: text.to_string(),
            span,
        };
        Error {
            message: "wrong".to_string(),
            help: None,
            key: None,
            place: Some(Box::new(place)),
        }
    }

    /// The shown line, and the part of it that is underlined, going by columns.
    fn underlined(text: &str, span: Range<usize>) -> (String, String) {
        let drawing = draw(&at(text, span), false);
        let lines: Vec<&str> = drawing.lines().collect();
        let shown = lines[3].strip_prefix("12 | ").unwrap();
        let carets = lines[4].strip_prefix("   | ").unwrap();
        let start = carets.find('^').unwrap();
        let mut column = 0;
        let mut marked = String::new();
        for letter in shown.chars() {
            if (start..carets.len()).contains(&column) {
                marked.push(letter);
            }
            column += cell(letter).width;
        }
        (shown.to_string(), marked)
    }

    #[test]
    fn an_error_with_a_place_and_help() {
        let drawing = draw(&error("[policy]\nfirst_topic = \"categry\"\n"), false);
        let expected = "\
error: `categry` is not known for `policy.first_topic`
 --> a.toml:2:15
  |
2 | first_topic = \"categry\"
  |               ^^^^^^^^^
  help: did you mean `category`? Known here: `any`, `category`, `product`, `none`";
        assert_eq!(drawing, expected);
    }

    #[test]
    fn an_error_without_a_place() {
        let file = ScenarioFile::parse("a.toml", "").unwrap();
        let overrides = chappe_scenario::Overrides {
            arm: Some("a".to_string()),
            ..Default::default()
        };
        let error = file.resolve(&overrides).unwrap_err();
        let expected = "error: there is no arm `a`\n  help: the scenario has no arms";
        assert_eq!(draw(&error, false), expected);
    }

    #[test]
    fn colours_add_nothing_but_colour() {
        let error = error("horizon = 24");
        let coloured = draw(&error, true);
        assert!(coloured.starts_with("\x1b[1;31merror:\x1b[0m "), "{coloured:?}");
        let codes = ["\x1b[1;31m", "\x1b[1;34m", "\x1b[0m"];
        let plain = codes.iter().fold(coloured, |text, code| text.replace(code, ""));
        assert_eq!(plain, draw(&error, false));
    }

    #[test]
    fn wide_letters_and_tabs_keep_the_carets_in_place() {
        let (shown, marked) = underlined("\ta = \"茶\"", 5..10);
        assert_eq!((shown.as_str(), marked.as_str()), ("    a = \"茶\"", "\"茶\""));
        let (_, marked) = underlined("é = \"茶茶\" # 1", 14..15);
        assert_eq!(marked, "#");
        let (shown, _) = underlined("a = \"\x1b[2J\"", 4..10);
        assert_eq!(shown, "a = \"\u{fffd}[2J\"");
    }

    #[test]
    fn what_is_missing_at_the_end_of_a_line_has_a_caret() {
        let drawing = draw(&at("title = ", 8..8), false);
        assert!(drawing.ends_with("\n12 | title =\n   |         ^"), "{drawing}");
    }

    #[test]
    fn long_lines_are_cut_around_the_fault() {
        let long = format!("{}WRONG{}", "a".repeat(400), "b".repeat(400));
        let (shown, marked) = underlined(&long, 400..405);
        assert_eq!((width(&shown), marked.as_str()), (COLUMNS_MAX, "WRONG"));
        assert!(shown.starts_with("…aaa") && shown.ends_with("bbb…"), "{shown}");
        let (shown, marked) = underlined(&long, 0..2);
        assert!(
            shown.starts_with("aaa") && shown.ends_with("…") && marked == "aa",
            "{shown}"
        );
        let (shown, marked) = underlined(&long, 803..805);
        assert!(
            shown.starts_with("…") && shown.ends_with("bbb") && marked == "bb",
            "{shown}"
        );
        // A fault longer than the window is underlined as far as it is shown.
        let (shown, marked) = underlined(&long, 400..805);
        assert!(marked.starts_with("WRONG") && shown.contains(&marked), "{shown}");
        let wide = "茶".repeat(200);
        let (shown, _) = underlined(&wide, 300..303);
        assert!(width(&shown) <= COLUMNS_MAX, "{shown}");
    }
}
