//! What a plain text may hold: titles, questions, and the names of arms, categories and the like.
//!
//! They become parts of reports, and a control character would break them: no XML, and so no drawing, can hold one.

/// The texts that [`check`] takes, as a regular expression.
pub(crate) const PATTERN: &str = r"^[^\u0000-\u001f\u007f-\u009f\ufffe\uffff]*$";
/// The durations and amounts that are zero, as a regular expression.
pub(crate) const ZERO: &str = "^0[^1-9]*$";

/// Checks a text that a report may show.
///
/// # Errors
/// Names the first control character.
pub fn check(text: &str) -> Result<(), String> {
    let is_wrong = |letter: &char| letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}');
    match text.chars().find(is_wrong) {
        None => Ok(()),
        Some(letter) => Err(format!(
            "the control character U+{:04X} can't be shown in a report; remove it",
            u32::from(letter)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_all_languages_can_be_shown_and_control_characters_cannot() {
        for right in ["", "two caps", "Grüße, 日本 😀", "a\u{a0}b"] {
            assert_eq!(check(right), Ok(()), "{right}");
        }
        for (wrong, code) in [
            ("a\u{7}b", "U+0007"),
            ("a\nb", "U+000A"),
            ("\u{85}", "U+0085"),
            ("\u{ffff}", "U+FFFF"),
        ] {
            assert!(check(wrong).unwrap_err().contains(code), "{code}");
        }
    }
}
