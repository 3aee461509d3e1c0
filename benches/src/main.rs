//! The load bench: starts the real server on a real store, drives it over loopback, and prints what it saw; and the
//! bench of the Markdown renderer.
//!
//! `cargo run --release -p blog-bench -- load`, `… -- markdown`

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod load;
mod markdown;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures the server. A bench reports; it never fails for being slow.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start-up, memory, queries a page, requests a second, slow clients, a large upload.
    Load(load::Options),
    /// Source to sanitised HTML.
    Markdown(markdown::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Load(options) => load::run(options).await,
        Command::Markdown(options) => markdown::run(&options).map_err(Into::into),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("the bench could not go on: {error}");
            ExitCode::FAILURE
        }
    }
}
