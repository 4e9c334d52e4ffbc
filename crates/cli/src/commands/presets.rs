//! `chappe presets`: lists policy presets, or the rules of one.

use crate::args::PresetsArgs;
use crate::failure::Failure;
use chappe_scenario::presets::{Preset, all};
use chappe_study::Error;
use std::io::{Write, stdout};

/// Lists the presets, or describes one.
pub(crate) fn presets(args: &PresetsArgs) -> Result<(), Failure> {
    let presets: Vec<Preset> = match &args.name {
        None => all(),
        Some(name) => vec![named(name)?],
    };
    let print = || -> std::io::Result<()> {
        if args.output.json {
            let described = presets.iter().map(|preset| {
                serde_json::json!({
                    "name": preset.name,
                    "summary": preset.summary,
                    "description": preset.describe(),
                })
            });
            return super::print_json(&described.collect::<Vec<_>>());
        }
        for preset in &presets {
            match args.name {
                None => writeln!(stdout(), "{:<22} {}", preset.name, preset.summary)?,
                Some(_) => write!(stdout(), "{}", preset.describe())?,
            }
        }
        Ok(())
    };
    print().map_err(Failure::Output)
}

fn named(name: &str) -> Result<Preset, Error> {
    Preset::named(name).ok_or_else(|| {
        let names: Vec<&str> = all().iter().map(|preset| preset.name).collect();
        let help = format!("the presets are {}", names.join(", "));
        Error::usage_with(format!("there is no preset `{name}`"), help)
    })
}
