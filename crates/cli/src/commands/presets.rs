//! `chappe presets`.

use crate::args::PresetsArgs;
use crate::failure::Failure;
use chappe_scenario::presets::{Preset, all};
use std::io::{Write, stdout};

/// Lists the presets, or describes one.
pub(crate) fn presets(args: &PresetsArgs) -> Result<(), Failure> {
    let Some(name) = &args.name else {
        for preset in all() {
            writeln!(stdout(), "{:<22} {}", preset.name, preset.summary)?;
        }
        return Ok(());
    };
    let Some(preset) = Preset::named(name) else {
        let names: Vec<&str> = all().iter().map(|preset| preset.name).collect();
        let known = format!("the presets are {}", names.join(", "));
        return Err(Failure::usage_with(format!("there is no preset `{name}`"), known));
    };
    write!(stdout(), "{}", preset.describe())?;
    Ok(())
}
