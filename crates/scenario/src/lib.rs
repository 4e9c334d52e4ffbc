//! Scenario files: from TOML to a validated scenario, with diagnostics.
