//! The load bench: starts the real server on a real store, drives it over loopback, and prints what it saw.
//!
//! `cargo run --release -p blog-bench -- load`

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod load;

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
}

#[tokio::main]
async fn main() -> ExitCode {
    let Command::Load(options) = Arguments::parse().command;
    match load::run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("the bench could not go on: {error}");
            ExitCode::FAILURE
        }
    }
}
