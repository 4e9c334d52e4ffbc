//! Rows as CSV, after RFC 4180.

/// The rows, a line each; a field is quoted where it would otherwise be taken apart.
pub(crate) fn csv(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = String::new();
    for row in rows {
        let fields: Vec<String> = row.iter().map(|text| field(text)).collect();
        text += &fields.join(",");
        text.push('\n');
    }
    text
}

/// A field, in quotes where it needs them. A spreadsheet takes what begins like a formula for one, so a text that does
/// begins with an apostrophe, by which spreadsheets know a text.
fn field(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@']) && text.parse::<f64>().is_err();
    let text = if is_formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        let row = ["plain text", "a, b", "say \"no\"", "two\nlines", ""].map(str::to_owned);
        assert_eq!(
            csv([row.to_vec()]),
            "plain text,\"a, b\",\"say \"\"no\"\"\",\"two\nlines\",\n"
        );
    }

    #[test]
    fn no_text_becomes_a_formula_and_every_number_stays_one() {
        let row = ["=1+1", "+1 cap", "-no ads, \"x\"", "@home", "-0.5", "+3", "a=b"].map(str::to_owned);
        assert_eq!(
            csv([row.to_vec()]),
            "'=1+1,'+1 cap,\"'-no ads, \"\"x\"\"\",'@home,-0.5,+3,a=b\n"
        );
    }
}
