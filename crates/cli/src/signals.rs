//! Signals. Ctrl-C and its like stop what is under way, and a limit on the size of files is an error like any other.
//!
//! No thread waits for a signal: one that the system refuses would leave Ctrl-C without effect.

use chappe_study::StopFlag;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;
use std::io;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

/// The flag that Ctrl-C raises; a second Ctrl-C ends the process at once.
pub(crate) fn stop_on_interrupt() -> &'static StopFlag {
    static FLAG: OnceLock<StopFlag> = OnceLock::new();
    FLAG.get_or_init(|| {
        let raised = Arc::<AtomicBool>::default();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // In this order: the first signal finds the flag down, and raises it.
            register(flag::register_conditional_shutdown(
                signal,
                130,
                Arc::clone(&raised),
            ));
            register(flag::register(signal, Arc::clone(&raised)));
        }
        StopFlag::from(raised)
    })
}

/// Lets a write beyond the limit on the size of files fail with an error. Otherwise the system ends the process without a
/// word.
pub(crate) fn survive_size_limit() {
    register(flag::register(SIGXFSZ, Arc::default()));
}

fn register<T>(registered: io::Result<T>) {
    registered.expect("the system knows these signals, and they can be caught");
}
