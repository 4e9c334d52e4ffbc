//! `chappe run` in several processes: the role of this process, the start of the others, and the end of all if one is
//! gone.

use crate::args::RunArgs;
use crate::commands::run::{finish, target};
use crate::failure::Failure;
use crate::session::carry_out;
use crate::terminal::say;
use chappe_base::RunSpec;
use chappe_cluster::{Children, ClusterError, DistributedRun, Hosts, Loss, Secret};
use chappe_study::files::{OutputFolder, ReportKind};
use chappe_study::live::read_prediction_error;
use chappe_study::{Context, Error, Opened, ReadyRun, validate};
use std::fs;
use std::io;
use std::panic;
use std::path::Path;
use std::process::{Command, exit};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tempfile::TempDir;

/// The folder of the report while it is being written. It has to go if this process ends before the run.
type Unfinished = Arc<Mutex<Option<OutputFolder>>>;

/// Which process of a distributed run this is.
pub(crate) enum ProcessRole {
    /// One of those that a hosts file names; the first one writes the report.
    OfHosts { hosts: Hosts, process: usize },
    /// The first of so many processes on this machine. It starts the others.
    Parent { asked_count: usize },
}

impl ProcessRole {
    /// The role that the arguments give this process; `None` if it runs alone.
    pub(crate) fn of(args: &RunArgs) -> Result<Option<ProcessRole>, Failure> {
        let role = match (&args.hosts, args.process, args.processes) {
            (Some(path), Some(process), _) => {
                let hosts = hosts_of(path)?;
                hosts.peer(process).map_err(ClusterError::Hosts)?;
                ProcessRole::OfHosts { hosts, process }
            }
            (_, _, Some(asked_count)) => ProcessRole::Parent { asked_count },
            _ => return Ok(None),
        };
        if args.log.is_some() || args.trace.is_some() {
            return Err(Error::usage_with(
                "--log and --trace don't work in several processes: each sees only some of the facts",
                "run it in one process, with as many --workers as you like; the result is the same",
            )
            .into());
        }
        Ok(Some(role))
    }

    /// Plays this process's part of the run. The first process writes the report.
    pub(crate) fn run(self, args: &RunArgs, opened: &Opened) -> Result<(), Failure> {
        let how = (args.threads.workers, args.show.is_silent());
        carry_out(opened, how, None, |context| {
            let (hosts, process, is_parent) = match self {
                ProcessRole::OfHosts { hosts, process } => (hosts, process, false),
                ProcessRole::Parent { asked_count } => {
                    (loopback(asked_count, &opened.spec, context)?, 0, true)
                }
            };
            let ready = ReadyRun::new(&opened.spec, hosts.count(), context)?;
            let role = Role {
                args,
                secret: secret(args, is_parent)?,
                hosts,
                process,
                children: Children::default(),
            };
            match process {
                0 => role.lead(ready, opened, is_parent, context),
                _ => role.follow(&ready, context),
            }
        })
    }
}

/// The secret of the run: that of the file or variable. Processes that this one starts get one that nobody else can know.
fn secret(args: &RunArgs, is_parent: bool) -> Result<Option<Secret>, Failure> {
    let refused = |resource: io::Error| Error::System(format!("random numbers: {resource}"));
    if is_parent {
        return Ok(Some(Secret::random().map_err(refused)?));
    }
    let variable = std::env::var_os("CHAPPE_SECRET").filter(|secret| !secret.is_empty());
    let text = match (&args.secret, variable) {
        (Some(path), _) => fs::read(path).map_err(|error| Error::read(path, error))?,
        (None, Some(variable)) => variable.into_encoded_bytes(),
        (None, None) => return Ok(None),
    };
    let secret = Secret::new(&text).map_err(|error| Error::usage(error.to_string()))?;
    Ok(Some(secret))
}

fn hosts_of(path: &Path) -> Result<Hosts, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Error::read(path, error))?;
    Ok(Hosts::parse(&path.display().to_string(), &text).map_err(ClusterError::Hosts)?)
}

/// Hosts for so many processes on this machine, but for no more than have a shard to run.
fn loopback(asked_count: usize, spec: &RunSpec, context: &Context<'_>) -> Result<Hosts, Failure> {
    let most = usize::from(validate(spec, context)?.shards_count);
    if asked_count > most {
        say(format_args!(
            "note: no more than {most} process(es) have a shard to run, so that many run"
        ));
    }
    let no_ports = |error| Error::System(format!("ports on this machine: {error}"));
    Ok(Hosts::loopback(asked_count.min(most)).map_err(no_ports)?)
}

/// One process of a distributed run, before it has met the others.
struct Role<'a> {
    args: &'a RunArgs,
    secret: Option<Secret>,
    hosts: Hosts,
    process: usize,
    children: Children,
}

impl Role<'_> {
    /// Plays this process's part of a run that another process leads, and writes nothing.
    fn follow(&self, ready: &ReadyRun, context: &Context<'_>) -> Result<(), Failure> {
        let run = self.join(ready, &Unfinished::default())?;
        Ok(ready.follow(run, context)?)
    }

    /// Plays the run as the first process, and writes what it comes to.
    fn lead(
        &self,
        ready: ReadyRun,
        opened: &Opened,
        is_parent: bool,
        context: &Context<'_>,
    ) -> Result<(), Failure> {
        let prediction = self.args.prediction.as_deref();
        let prediction_error = prediction.map(read_prediction_error).transpose()?;
        let output = OutputFolder::prepare(&target(self.args, opened), ReportKind::Run)?;
        let unfinished = Unfinished::new(Mutex::new(Some(output)));
        let started = is_parent.then(|| self.start_others(&ready)).transpose()?;
        let mut run = self.join(&ready, &unfinished)?;
        // All have read it.
        drop(started);
        let finished = ready.lead(&mut run, prediction_error, context)?;
        // Nobody can be lost any more: all have handed over what they found.
        let output = unfinished.lock().unwrap_or_else(PoisonError::into_inner).take();
        let output = output.expect("it goes only with the process");
        let ended = finish(&self.args.show, opened, &finished, output);
        run.dismiss(ended.as_ref().err().map_or(0, Failure::code));
        ended
    }

    /// Starts all processes but the first. They read what is run, and where they meet, from a folder that must be kept
    /// until they have.
    fn start_others(&self, ready: &ReadyRun) -> Result<TempDir, Failure> {
        let start = || -> io::Result<TempDir> {
            let folder = tempfile::tempdir()?;
            ready.prepared.write(folder.path())?;
            let hosts = folder.path().join("hosts");
            fs::write(&hosts, self.hosts.to_string())?;
            let secret = folder.path().join("secret");
            // Nobody else may open the folder.
            fs::write(&secret, self.secret.as_ref().map_or(&[][..], Secret::text))?;
            let within = format!("{}ns", self.args.connect_within.as_nanos());
            for process in 1..self.hosts.count() {
                let mut command = Command::new(std::env::current_exe()?);
                command.arg("run").arg(folder.path()).arg("--hosts").arg(&hosts);
                command.args(["--process", &process.to_string()]);
                command.arg("--secret").arg(&secret);
                command.args(["--workers", &ready.workers_count().to_string()]);
                self.children
                    .start(command.args(["--connect-within", &within, "--quiet"]))?;
            }
            Ok(folder)
        };
        start().map_err(|error| Error::System(format!("to start the other processes: {error}")).into())
    }

    /// Meets the other processes.
    fn join(&self, ready: &ReadyRun, unfinished: &Unfinished) -> Result<DistributedRun, Failure> {
        silence_crashes();
        let (unfinished, children) = (Arc::downgrade(unfinished), self.children.clone());
        let run = DistributedRun::join(
            &self.hosts,
            self.process,
            &ready.terms(),
            self.secret.as_ref(),
            self.args.connect_within,
            move |loss| end(&loss, &unfinished, &children),
        )?;
        Ok(run)
    }
}

/// Keeps threads from printing how they crash: if a process is lost, the engine's threads that read from it crash, and
/// the message about the loss is the one that counts. A crash for another reason comes back as an error.
fn silence_crashes() {
    panic::set_hook(Box::new(|_| {}));
}

/// Ends this process because another is gone.
///
/// The engine's threads can't be asked: those that read from the lost process crash, and the others wait for it for ever.
/// So whatever they do is cut off here, on the thread that noticed. Nothing half-written stays.
fn end(loss: &Loss, unfinished: &Weak<Mutex<Option<OutputFolder>>>, children: &Children) {
    if let Some(unfinished) = unfinished.upgrade() {
        drop(unfinished.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
    say(format_args!("error: {loss}"));
    if let Some(message) = children.end(&loss.peer) {
        say(format_args!("  it said: {message}"));
    }
    exit(1)
}
