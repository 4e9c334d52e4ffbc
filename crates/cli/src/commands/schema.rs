//! `chappe schema`: prints JSON Schemas, and the list of metrics.

use crate::args::{SchemaArgs, StudyName};
use crate::failure::Failure;
use chappe_base::RunSpec;
use chappe_gate::record::{Baseline, GateRecord, HistoryRecord};
use chappe_metrics::{CapacityRecord, ComparisonRecord, SweepRecord, WhatIfRecord};
use chappe_study::Story;
use schemars::schema_for;

/// Prints a schema.
pub(crate) fn schema(args: &SchemaArgs) -> Result<(), Failure> {
    let value = if args.metrics {
        serde_json::to_value(chappe_metrics::definitions())
    } else if args.record {
        serde_json::to_value(chappe_metrics::schema())
    } else if let Some(study) = args.study {
        let schema = match study {
            StudyName::Capacity => schema_for!(CapacityRecord),
            StudyName::Comparison => schema_for!(ComparisonRecord),
            StudyName::Whatif => schema_for!(WhatIfRecord),
            StudyName::Sweep => schema_for!(SweepRecord),
            StudyName::Gate => schema_for!(GateRecord),
            StudyName::Baseline => schema_for!(Baseline),
            StudyName::Spec => schema_for!(RunSpec),
            StudyName::Story => schema_for!(Story),
            StudyName::History => schema_for!(HistoryRecord),
        };
        serde_json::to_value(schema)
    } else {
        Ok(chappe_scenario::schema())
    };
    let value = value.map_err(|error| Failure::internal(error.to_string()))?;
    super::print_json(&value).map_err(Failure::Output)
}
