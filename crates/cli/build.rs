//! Tells the program which compiler and C library made it: a baseline says so, as instructions depend on
//! them.

use std::env::var;
use std::process::Command;

fn main() {
    let compiler = var("RUSTC").unwrap_or_else(|_| "rustc".to_string());
    let [target, profile] = ["TARGET", "PROFILE"].map(|name| var(name).unwrap_or_default());
    let parts = [
        said(&compiler, &["--version"]),
        said("getconf", &["GNU_LIBC_VERSION"]),
        Some(target),
        Some(profile),
    ];
    let toolchain: Vec<String> = parts.into_iter().flatten().collect();
    println!("cargo::rustc-env=CHAPPE_TOOLCHAIN={}", toolchain.join(", "));
    println!("cargo::rerun-if-changed=build.rs");
}

/// What a program says, if it is there and has something to say.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_string();
    (output.status.success() && !said.is_empty()).then_some(said)
}
