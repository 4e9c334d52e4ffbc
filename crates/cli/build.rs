//! Tells the program which compiler made it: a baseline says so, as instructions depend on it.

use std::env::var;
use std::process::Command;

fn main() {
    let version = Command::new(var("RUSTC").unwrap_or_else(|_| "rustc".to_string()))
        .arg("--version")
        .output();
    let version = version.map_or_else(
        |_| "rustc of unknown version".to_string(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_string(),
    );
    let [target, profile] = ["TARGET", "PROFILE"].map(|name| var(name).unwrap_or_default());
    println!("cargo::rustc-env=CHAPPE_TOOLCHAIN={version}, {target}, {profile}");
    println!("cargo::rerun-if-changed=build.rs");
}
