//! `chappe schema`.

use crate::args::SchemaArgs;
use crate::failure::Failure;
use std::io::{Write, stdout};

/// Prints a schema.
pub(crate) fn schema(args: &SchemaArgs) -> Result<(), Failure> {
    let value = if args.metrics {
        serde_json::to_value(chappe_metrics::definitions())
    } else if args.record {
        serde_json::to_value(chappe_metrics::schema())
    } else {
        Ok(chappe_scenario::schema())
    };
    let text = value.and_then(|value| serde_json::to_string_pretty(&value));
    let text = text.map_err(|error| Failure::Internal(error.to_string()))?;
    writeln!(stdout(), "{text}")?;
    Ok(())
}
