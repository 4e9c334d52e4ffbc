//! Which command a report belongs to, and how its folder is told from others.

use std::fs;
use std::path::Path;

/// Which command a report belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReportKind {
    /// `chappe run`.
    Run,
    /// `chappe load`, which writes the same record in the other clock.
    Load,
    /// `chappe capacity`.
    Capacity,
    /// `chappe load --compare`.
    Comparison,
    /// `chappe calibrate`.
    Calibration,
    /// `chappe whatif`.
    WhatIf,
    /// `chappe sweep`.
    Sweep,
    /// `chappe gate check`.
    Gate,
    /// `chappe gate history`.
    History,
}

impl ReportKind {
    pub(crate) const ALL: [ReportKind; 9] = [
        ReportKind::Run,
        ReportKind::Load,
        ReportKind::Capacity,
        ReportKind::Comparison,
        ReportKind::Calibration,
        ReportKind::WhatIf,
        ReportKind::Sweep,
        ReportKind::Gate,
        ReportKind::History,
    ];

    /// The record that marks the folder of such a report.
    #[must_use]
    pub fn record(self) -> &'static str {
        match self {
            ReportKind::Run | ReportKind::Load => "run.json",
            ReportKind::Capacity => "capacity.json",
            ReportKind::Comparison => "comparison.json",
            ReportKind::Calibration => "calibration.json",
            ReportKind::WhatIf => "whatif.json",
            ReportKind::Sweep => "sweep.json",
            ReportKind::Gate => "gate.json",
            ReportKind::History => "history.json",
        }
    }

    /// The command that writes such a report.
    #[must_use]
    pub fn command(self) -> &'static str {
        match self {
            ReportKind::Run => "chappe run",
            ReportKind::Load => "chappe load",
            ReportKind::Capacity => "chappe capacity",
            ReportKind::Comparison => "chappe load --compare",
            ReportKind::Calibration => "chappe calibrate",
            ReportKind::WhatIf => "chappe whatif",
            ReportKind::Sweep => "chappe sweep",
            ReportKind::Gate => "chappe gate check",
            ReportKind::History => "chappe gate history",
        }
    }

    /// The name of the folder for such a report on the scenario `name`, if nobody says another: no two commands share
    /// one.
    #[must_use]
    pub fn folder_name(self, name: &str) -> String {
        let ending = match self {
            ReportKind::Run => "",
            ReportKind::Load => "-load",
            ReportKind::Capacity => "-capacity",
            ReportKind::Comparison => "-comparison",
            ReportKind::Calibration => "-calibration",
            ReportKind::WhatIf => "-whatif",
            ReportKind::Sweep => "-sweep",
            ReportKind::Gate => "-gate",
            ReportKind::History => "-history",
        };
        format!("{name}{ending}")
    }

    /// The kind of the report in `folder`, if there is one.
    pub(crate) fn of(folder: &Path) -> Option<ReportKind> {
        let mut kinds = ReportKind::ALL.into_iter();
        let kind = kinds.find(|kind| folder.join(kind.record()).is_file())?;
        let is_load = kind == ReportKind::Run && is_of_a_load(&folder.join(kind.record()));
        Some(if is_load { ReportKind::Load } else { kind })
    }
}

/// Whether a run record is that of a live load.
fn is_of_a_load(record: &Path) -> bool {
    let text = fs::read_to_string(record).unwrap_or_default();
    let record: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    record.get("clock").is_some_and(|clock| clock == "wall")
}
