//! Large memory pages for runs, where the C library can ask for them.

/// What tells glibc to ask for large pages, and how.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const TUNABLES: (&str, &str) = ("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");

/// Starts this program anew, as the same process, with its memory in large pages, unless whoever
/// called it has tuned the C library otherwise.
///
/// A run touches its state in random order, and most of a miss is the search for the page: with a
/// million people large pages save a tenth of the time. The C library reads its tunables before
/// `main`, so they can't be set from within. If starting anew fails, the run goes on in small pages.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn use_for_runs() {
    use std::os::unix::process::CommandExt;
    let (name, value) = TUNABLES;
    let (None, Ok(program)) = (std::env::var_os(name), std::env::current_exe()) else {
        return;
    };
    let mut arguments = std::env::args_os();
    let mut anew = std::process::Command::new(program);
    if let Some(called) = arguments.next() {
        anew.arg0(called);
    }
    let _in_small_pages = anew.args(arguments).env(name, value).exec();
}

/// Elsewhere the system decides alone.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn use_for_runs() {}
