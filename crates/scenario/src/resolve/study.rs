//! The section `[study]`.

use super::wrong;
use crate::error::{Problem, advice};
use crate::file::File;
use crate::study::{Study, Varied};
use chappe_metrics::find_figure;

/// The study of `file`, which has these arms.
///
/// # Errors
/// The first fault.
pub(super) fn study(file: &File, arms: &[String]) -> Result<Study, Problem> {
    let study = &file.study;
    if arms.contains(&study.base) {
        let message = format!("`study.base` is `{}`, but an arm has that name", study.base);
        return Err(wrong(&["study", "base"], message));
    }
    let baseline = study.baseline.as_ref();
    if let Some(baseline) = baseline.filter(|baseline| !arms.contains(baseline)) {
        let message = format!("there is no arm `{baseline}`");
        let help = match arms {
            [] => "the scenario has no arms".to_string(),
            arms => advice(baseline, arms.iter().map(String::as_str)),
        };
        return Err(wrong(&["study", "baseline"], message).help(help));
    }
    if study.pilot > study.replications {
        let message = format!(
            "`study.pilot` ({}) must be at most `study.replications` ({})",
            study.pilot, study.replications
        );
        return Err(wrong(&["study", "pilot"], message));
    }
    for (number, figure) in study.headline.iter().enumerate() {
        if let Err(unknown) = find_figure(figure) {
            let path = ["study", "headline", &number.to_string()];
            return Err(wrong(&path, unknown.to_string()));
        }
    }
    if let Some(number) = study.vary.iter().position(|varied| !is_complete(varied)) {
        let message = format!("`study.vary.{number}` needs a `key`, and either `values`, or `from` and `to`");
        return Err(wrong(&["study", "vary", &number.to_string()], message));
    }
    Ok(study.clone())
}

fn is_complete(varied: &Varied) -> bool {
    let has_values = !varied.values.is_empty();
    let is_range = varied.from.is_some() && varied.to.is_some();
    let has_no_range = varied.from.is_none() && varied.to.is_none();
    !varied.key.is_empty() && (is_range && !has_values || has_no_range && has_values)
}
