//! The threads that run the shards' tasks.

use crate::shard::Task;
use crate::work::Work;
use chappe_scenario::Runtime;
use std::io;
use std::thread;
use tokio::task::JoinHandle;

/// The tasks of all shards, running.
pub(crate) enum Crew<W> {
    /// On one pool of threads.
    Shared {
        runtime: tokio::runtime::Runtime,
        tasks: Vec<JoinHandle<W>>,
    },
    /// Each on a thread of its own.
    Apart(Vec<thread::JoinHandle<io::Result<W>>>),
}

impl<W: Work> Crew<W> {
    /// Sets the tasks going.
    pub(crate) fn start(kind: Runtime, threads: usize, tasks: Vec<Task<W>>) -> io::Result<Crew<W>> {
        match kind {
            Runtime::Shared => {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(threads)
                    .thread_name("shards")
                    .enable_time()
                    .build()?;
                let tasks = tasks.into_iter().map(|task| runtime.spawn(task.run()));
                Ok(Crew::Shared {
                    tasks: tasks.collect(),
                    runtime,
                })
            }
            Runtime::ThreadPerShard => {
                let alone = |task: Task<W>| {
                    let work = move || {
                        let runtime = tokio::runtime::Builder::new_current_thread()
                            .enable_time()
                            .build()?;
                        Ok(runtime.block_on(task.run()))
                    };
                    thread::Builder::new().name("shard".to_string()).spawn(work)
                };
                Ok(Crew::Apart(
                    tasks.into_iter().map(alone).collect::<io::Result<_>>()?,
                ))
            }
        }
    }

    /// Waits until all tasks have ended, and gives back their work in the order of the shards.
    ///
    /// # Panics
    /// With the panic of a task.
    pub(crate) fn join(self) -> io::Result<Vec<W>> {
        match self {
            Crew::Shared { runtime, tasks } => {
                let ended =
                    |task: JoinHandle<W>| runtime.block_on(task).expect("a shard's task doesn't panic");
                Ok(tasks.into_iter().map(ended).collect())
            }
            Crew::Apart(threads) => {
                let ended = |thread: thread::JoinHandle<io::Result<W>>| {
                    thread.join().expect("a shard's thread doesn't panic")
                };
                threads.into_iter().map(ended).collect()
            }
        }
    }
}
