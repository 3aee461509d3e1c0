//! The runnable blog: it reads the configuration, wires the stores to the pages, and stops when it is told to.

use std::io::Write as _;
use std::process::ExitCode;

mod args;
mod audit;
mod config;
mod demo;
mod deploy;
mod doctor;
mod failure;
mod index;
mod log;
mod reconcile;
mod report;
mod serve;
mod site;
mod start;
mod user;
mod why;

use args::Command;
use blog_core::origin::Origin;
use config::Config;
use failure::Failure;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // With standard error gone there is nobody to tell; the code says it still.
            let _ = writeln!(std::io::stderr(), "blog-server: {failure}");
            failure.exit_code()
        }
    }
}

fn run() -> Result<(), Failure> {
    let args = args::read();
    if args.command == Command::Config {
        // Without reading the configuration: the template helps to repair one.
        return print(&config::template());
    }
    let config = Config::load(args.config_file.as_deref(), std::env::vars_os(), |key| {
        args.flags.get(key.path).cloned()
    })?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::run(format!("the runtime cannot start: {error}")))?;
    let outcome = runtime.block_on(async {
        match args.command {
            Command::Serve => serve::serve(&config).await,
            Command::Migrate => start::migrate(&config).await,
            Command::User(command) => {
                let work = user::run(&config, command);
                Origin::CommandLine.scope(work).await
            }
            Command::Audit(command) => audit::run(&config, command).await,
            Command::Reconcile(asked) => reconcile::run(&config, asked).await,
            Command::Index(command) => index::run(&config, command).await,
            Command::Quarantine(command) => reconcile::quarantine(&config, command).await,
            Command::Demo { password_stdin } => demo::run(&config, password_stdin).await,
            Command::Doctor { json } => doctor::run(&config, json).await,
            Command::Check { deploy: false, .. } => print("The configuration can be used.\n"),
            Command::Check { json, .. } => {
                let files = deploy::Files::of(args.config_file);
                deploy::run(&config, &files, json).await
            }
            Command::Why { user, address } => why::run(&config, &user, &address).await,
            Command::Config => Ok(()),
        }
    });
    // Work that nobody waits for any more, such as hashing for a client that left, does not hold up the end.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    outcome
}

/// Prints a text for the person at the terminal, or for the program that reads it.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // `blog-server config | head` is no failure.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::run(format!(
            "standard output cannot be written: {error}"
        ))),
        _ => Ok(()),
    }
}
