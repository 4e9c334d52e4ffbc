//! Whether the system has threads for what is about to start.

use std::io;
use std::sync::Mutex;
use std::thread;

/// Makes sure that this process can start so many threads more. They are started for a moment, all at once.
///
/// Libraries that start threads of their own panic if the system refuses one, or go on with fewer.
///
/// # Errors
/// What the system says.
pub fn check_threads(count: usize) -> io::Result<()> {
    let gate = Mutex::new(());
    thread::scope(|scope| {
        let _closed = gate.lock();
        let start = |_| thread::Builder::new().spawn_scoped(scope, || drop(gate.lock()));
        (0..count).try_for_each(|number| start(number).map(drop))
    })
}
