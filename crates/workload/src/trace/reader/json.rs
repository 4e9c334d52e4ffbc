//! Lines that are JSON objects.

use super::error::{TraceError, shortened};
use super::options::Role;
use serde_json::{Map, Value};

/// The object in `text`.
pub(super) fn object(line: u64, text: &str) -> Result<Map<String, Value>, TraceError> {
    let problem = match serde_json::from_str(text) {
        Ok(Value::Object(object)) => return Ok(object),
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            format!("`{}`", shortened(text.trim()))
        }
        // The parser counts lines within this one.
        Err(error) => error.to_string().replace(" at line 1 column", " at column"),
    };
    Err(TraceError::Json { line, problem })
}

/// What stands at `key`: one text, or several where it is a list. Nothing is an empty text.
pub(super) fn texts(
    line: u64,
    role: Role,
    object: &Map<String, Value>,
    key: &str,
) -> Result<Vec<String>, TraceError> {
    match object.get(key) {
        Some(Value::Array(values)) if role == Role::Receiver => {
            values.iter().map(|value| text(line, role, value)).collect()
        }
        Some(value) => Ok(vec![text(line, role, value)?]),
        None => Err(TraceError::Missing { line, role }),
    }
}

fn text(line: u64, role: Role, value: &Value) -> Result<String, TraceError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Null if role != Role::Time => Ok(String::new()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            Err(TraceError::Missing { line, role })
        }
    }
}
