//! The section `[policy]`: the preset's rules with those of the file.

use super::wrong;
use crate::error::Problem;
use crate::file::File;
use crate::page_policy;
use crate::policy::{PolicyFile, Setting};
use crate::presets::Preset;
use chappe_platform::policy::{Policy, UserRule};

/// The policy of `file`.
///
/// # Errors
/// The first fault.
pub(super) fn policy(file: &File) -> Result<Policy, Problem> {
    let section = &file.policy;
    check_window(section)?;
    if let Some((key, text)) = section.contact_problem() {
        return Err(wrong(&["policy", key], text));
    }
    if let Some(Setting::Is(night)) = section.quiet_hours
        && night.from == night.to
    {
        let message = "`policy.quiet_hours`: `from` and `to` must differ";
        return Err(wrong(&["policy", "quiet_hours"], message));
    }
    page_policy::check(section)?;
    let preset = Preset::named(&section.preset).ok_or_else(|| {
        let message = format!("there is no preset `{}`", section.preset);
        wrong(&["policy", "preset"], message)
    })?;
    let policy = section.policy(preset.policy());
    let asks_twice = |rule: &UserRule| matches!(rule, UserRule::Basis(grounds) if grounds.opt_in.is_some());
    let has_opt_in = |rule: &UserRule| matches!(rule, UserRule::OptIn(_));
    if policy.user_rules.iter().any(asks_twice) && policy.user_rules.iter().any(has_opt_in) {
        let text =
            "`policy.grounds.opt_in` and `policy.opt_in` both ask for consent; set one of them to \"none\"";
        return Err(wrong(&["policy"], text));
    }
    Ok(policy)
}

fn check_window(section: &PolicyFile) -> Result<(), Problem> {
    let Some(Setting::Is(window)) = section.window else {
        return Ok(());
    };
    let text = match (window.at_least, window.at_most) {
        (None, None) => "`policy.window` needs `at_least`, `at_most` or both",
        (Some(at_least), Some(at_most)) if at_least >= at_most => {
            "`policy.window`: `at_least` must be shorter than `at_most`"
        }
        (Some(_) | None, Some(_) | None) => return Ok(()),
    };
    Err(wrong(&["policy", "window"], text))
}
