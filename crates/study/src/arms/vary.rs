//! One key of a scenario, and the values that it takes.

use std::str::FromStr;

/// One key, and the values that it takes.
#[derive(Clone, PartialEq, Debug)]
pub struct Vary {
    /// The key, dotted as for `--set`.
    pub key: String,
    /// The values.
    pub over: Over,
}

/// What a key is varied over.
#[derive(Clone, PartialEq, Debug)]
pub enum Over {
    /// These values, as for `--set`.
    Values(Vec<String>),
    /// All numbers from the first to the second.
    Range([f64; 2]),
}

const EXAMPLE: &str = "write KEY=V1,V2 or KEY=LOW..HIGH, for example policy.frequency_cap.per_user=1,2,3";

impl FromStr for Vary {
    type Err = String;

    /// Reads `KEY=V1,V2,...` or `KEY=LOW..HIGH`.
    fn from_str(text: &str) -> Result<Vary, String> {
        let (key, over) = text.split_once('=').ok_or(EXAMPLE)?;
        let over = match over.split_once("..") {
            Some((low, high)) => {
                let number = |text: &str| text.trim().parse::<f64>().map_err(|_| EXAMPLE.to_string());
                let range = [number(low)?, number(high)?];
                if !(range[0] < range[1] && range.iter().all(|end| end.is_finite())) {
                    return Err(format!("a range goes from a lower to a higher number; {EXAMPLE}"));
                }
                Over::Range(range)
            }
            None => Over::Values(split(over)),
        };
        if over == Over::Values(Vec::new()) {
            return Err(format!("there is no value; {EXAMPLE}"));
        }
        Ok(Vary {
            key: key.trim().to_string(),
            over,
        })
    }
}

/// Values between commas; commas within brackets, braces and quotes separate nothing.
fn split(text: &str) -> Vec<String> {
    let (mut values, mut depth, mut is_quoted) = (vec![String::new()], 0, false);
    for letter in text.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '[' | '{' if !is_quoted => depth += 1,
            ']' | '}' if !is_quoted => depth -= 1,
            _ => {}
        }
        match values.last_mut() {
            Some(last) if letter != ',' || is_quoted || depth > 0 => last.push(letter),
            _ => values.push(String::new()),
        }
    }
    let values = values.into_iter().map(|value| value.trim().to_string());
    values.filter(|value| !value.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_separated_by_commas_outside_of_brackets() {
        let over = |text: &str| text.parse::<Vary>().map(|vary| vary.over);
        let list = |values: &[&str]| Ok(Over::Values(values.iter().map(ToString::to_string).collect()));
        assert_eq!(over("a.b=1,2"), list(&["1", "2"]));
        assert_eq!(
            over("cap={ per_user = 1, every = \"1d\" },off"),
            list(&["{ per_user = 1, every = \"1d\" }", "off"])
        );
        assert_eq!(over("a=-0.5..2"), Ok(Over::Range([-0.5, 2.0])));
        for wrong in ["a", "a=", "a=2..1", "a=x..2"] {
            assert!(over(wrong).is_err(), "{wrong}");
        }
    }
}
