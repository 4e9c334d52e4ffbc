//! The threads that run the shards' tasks, and whether the system has so many.

use crate::handler::Handler;
use crate::shard::ShardTask;
use chappe_scenario::Runtime;
use std::io;
use std::sync::Mutex;
use std::thread;
use tokio::task::JoinHandle;

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

impl<H: Handler> ShardThreads<H> {
    /// Starts the tasks.
    pub(crate) fn start(
        kind: Runtime,
        threads: usize,
        tasks: Vec<ShardTask<H>>,
    ) -> io::Result<ShardThreads<H>> {
        match kind {
            Runtime::Shared => {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(threads)
                    .thread_name("shards")
                    .enable_time()
                    .build()?;
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
