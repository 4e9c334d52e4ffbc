//! Tells the program which compiler and C library made it: a baseline says so, as instructions depend on
//! them.

use std::env::var;
use std::path::Path;
use std::process::Command;

fn main() {
    let compiler = var("RUSTC").unwrap_or_else(|_| "rustc".to_string());
    let target = var("TARGET").unwrap_or_default();
    let profile = profile();
    let parts = [
        said(&compiler, &["--version"]),
        said("getconf", &["GNU_LIBC_VERSION"]),
        Some(target),
        Some(profile.clone()),
    ];
    let toolchain: Vec<String> = parts.into_iter().flatten().collect();
    println!("cargo::rustc-env=CHAPPE_TOOLCHAIN={}", toolchain.join(", "));
    println!("cargo::rustc-env=CHAPPE_PROFILE={profile}");
    println!("cargo::rerun-if-changed=build.rs");
}

/// The profile that this program is built with. Cargo's own variable names only `debug` or `release`, which a custom
/// profile inherits from; the folder of build scripts, `target/PROFILE/build/PACKAGE/out`, has its name.
fn profile() -> String {
    let folder = var("OUT_DIR").unwrap_or_default();
    let folder = Path::new(&folder).ancestors().nth(3).and_then(Path::file_name);
    folder.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// What a program says, if it is there and has something to say.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_string();
    (output.status.success() && !said.is_empty()).then_some(said)
}
