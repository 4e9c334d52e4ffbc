//! Names that fit: broken into lines, and where those do not suffice cut in their middle, so that both ends stay.

use super::canvas::{Type, text_width};

const ELLIPSIS: char = '\u{2026}';
/// What adding up the widths of letters may be off [logical px].
const ROUNDING: f64 = 1e-6;

/// The text in at most `lines_max` lines, none of them wider than `width` [logical px].
pub(crate) fn wrapped(text: &str, width: f64, kind: Type, lines_max: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![];
    let mut rest = text.trim();
    while !rest.is_empty() {
        if lines.len() + 1 == lines_max {
            lines.push(cut(rest, width, kind));
            break;
        }
        let (line, after) = rest.split_at(first_line(rest, width, kind));
        lines.push(line.trim_end().to_owned());
        rest = after.trim_start();
    }
    lines
}

/// How long the first line is [bytes]: up to the last blank that there is room for, or as many letters as there is.
fn first_line(text: &str, width: f64, kind: Type) -> usize {
    let mut used = 0.0;
    let mut blank = None;
    for (place, letter) in text.char_indices() {
        used += letter_width(letter, kind);
        if letter.is_whitespace() {
            blank = Some(place);
        } else if used > width + ROUNDING {
            // A line has at least one letter, or there would be no end.
            let letter_end = text.char_indices().nth(1).map_or(text.len(), |(place, _)| place);
            return blank.filter(|&blank| blank > 0).unwrap_or(place.max(letter_end));
        }
    }
    text.len()
}

/// The text, or as much of its two ends as there is room for.
pub(crate) fn cut(text: &str, width: f64, kind: Type) -> String {
    if text_width(text, kind) <= width + ROUNDING {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let mut left = width - letter_width(ELLIPSIS, kind);
    let (mut head, mut tail) = (0, letters.len());
    while head < tail {
        // Two letters of the start for each of the end.
        let is_head = head <= 2 * (letters.len() - tail);
        let letter = if is_head { letters[head] } else { letters[tail - 1] };
        left -= letter_width(letter, kind);
        if left < 0.0 {
            break;
        }
        if is_head {
            head += 1;
        } else {
            tail -= 1;
        }
    }
    let head = letters[..head].iter().collect::<String>();
    let tail = letters[tail..].iter().collect::<String>();
    format!("{}{ELLIPSIS}{}", head.trim_end(), tail.trim_start())
}

fn letter_width(letter: char, kind: Type) -> f64 {
    text_width(letter.encode_utf8(&mut [0; 4]), kind)
}

#[cfg(test)]
mod tests {
    use super::super::canvas::{LABEL, SMALL};
    use super::*;

    #[test]
    fn names_break_at_blanks_and_unbroken_ones_anywhere() {
        let name =
            "an arm whose name says in plain words what it changes, for readers of the report who know ";
        let lines = wrapped(name, 280.0, LABEL, 4);
        assert_eq!(lines.join(" "), name.trim());
        assert!(
            lines.len() > 2 && lines.iter().all(|line| text_width(line, LABEL) <= 280.0),
            "{lines:?}"
        );
        let unbroken = "x".repeat(90);
        let lines = wrapped(&unbroken, 280.0, LABEL, 4);
        assert_eq!(lines.concat(), unbroken);
        assert_eq!(wrapped("", 280.0, LABEL, 4), Vec::<String>::new());
        assert_eq!(wrapped("short", 280.0, LABEL, 4), ["short"]);
        let name = "99% within";
        assert_eq!(
            wrapped(name, text_width(name, LABEL), LABEL, 4),
            [name],
            "it fits to the pixel"
        );
    }

    #[test]
    fn what_is_too_long_keeps_both_ends() {
        let name = format!("start{}end", "-".repeat(200));
        let text = cut(&name, 100.0, SMALL);
        assert!(
            text.starts_with("start") && text.ends_with("end") && text.contains(ELLIPSIS),
            "{text}"
        );
        assert!(text_width(&text, SMALL) <= 100.0);
        let lines = wrapped(&name, 100.0, SMALL, 2);
        assert!(lines.len() == 2 && lines[1].ends_with("end"), "{lines:?}");
        assert_eq!(cut("wide", 1.0, SMALL), ELLIPSIS.to_string());
    }
}
