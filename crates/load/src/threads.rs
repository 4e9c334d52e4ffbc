//! The threads that run the shards' tasks.

use crate::handler::Handler;
use crate::shard::ShardTask;
use chappe_scenario::Runtime;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use tokio::task::JoinHandle;

/// The running tasks of all shards.
pub(crate) enum ShardThreads<H> {
    /// On one pool of threads.
    Pool {
        runtime: tokio::runtime::Runtime,
        tasks: Vec<JoinHandle<H>>,
    },
    /// Each on a thread of its own.
    PerShard(Vec<thread::JoinHandle<io::Result<H>>>),
}

/// A pool of so many threads. The library panics if the system refuses it the first of them.
fn pool(threads: usize) -> io::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder
        .worker_threads(threads)
        .thread_name("shards")
        .enable_time();
    let refused = |_| Err(io::Error::other("the pool of the shards got none"));
    catch_unwind(AssertUnwindSafe(|| builder.build())).unwrap_or_else(refused)
}

impl<H: Handler> ShardThreads<H> {
    /// Starts the tasks.
    pub(crate) fn start(
        kind: Runtime,
        threads: usize,
        tasks: Vec<ShardTask<H>>,
    ) -> io::Result<ShardThreads<H>> {
        match kind {
            Runtime::Shared => {
                let runtime = pool(threads)?;
                let tasks = tasks.into_iter().map(|task| runtime.spawn(task.run()));
                Ok(ShardThreads::Pool {
                    tasks: tasks.collect(),
                    runtime,
                })
            }
            Runtime::ThreadPerShard => {
                let start_thread = |task: ShardTask<H>| {
                    let run = move || {
                        let runtime = tokio::runtime::Builder::new_current_thread()
                            .enable_time()
                            .build()
                            .inspect_err(|_| task.give_up())?;
                        Ok(runtime.block_on(task.run()))
                    };
                    thread::Builder::new().name("shard".to_string()).spawn(run)
                };
                let threads = tasks.into_iter().map(start_thread);
                Ok(ShardThreads::PerShard(threads.collect::<io::Result<_>>()?))
            }
        }
    }

    /// Waits until all tasks have ended. Returns their handlers in shard order.
    ///
    /// # Panics
    /// If a task panicked.
    pub(crate) fn join(self) -> io::Result<Vec<H>> {
        match self {
            ShardThreads::Pool { runtime, tasks } => {
                let join =
                    |task: JoinHandle<H>| runtime.block_on(task).expect("a shard's task doesn't panic");
                Ok(tasks.into_iter().map(join).collect())
            }
            ShardThreads::PerShard(threads) => {
                let join = |thread: thread::JoinHandle<io::Result<H>>| {
                    thread.join().expect("a shard's thread doesn't panic")
                };
                threads.into_iter().map(join).collect()
            }
        }
    }
}
