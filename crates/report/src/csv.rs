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

fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
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
}
