//! The benches: `load` starts the real server on a real store and drives it over loopback, `markdown` renders, `s3` uploads
//! through the S3 store; each prints what it saw.
//!
//! `cargo run --release -p blog-bench -- load`, `… -- markdown`

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod load;
mod markdown;
mod s3;

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
    /// Uploads through the S3 store beside the SDK alone; memory.
    S3(s3::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Load(options) => load::run(options).await,
        Command::Markdown(options) => markdown::run(&options).map_err(Into::into),
        Command::S3(options) => s3::run(options).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("the bench could not go on: {error}");
            ExitCode::FAILURE
        }
    }
}
