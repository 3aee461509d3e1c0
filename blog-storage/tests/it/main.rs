//! Every adapter against the contract, and what each adds to it.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![expect(
    clippy::print_stdout,
    reason = "what was left out, and the counts, are said"
)]

mod broken;
#[cfg(feature = "dynamodb")]
mod dynamodb;
#[cfg(feature = "fs")]
mod files;
#[cfg(any(feature = "sqlite", feature = "mysql"))]
mod fixture;
mod histories;
#[cfg(feature = "mysql")]
mod mysql;
mod observed;
#[cfg(any(feature = "s3", feature = "dynamodb"))]
mod relay;
#[cfg(feature = "s3")]
mod s3;
#[cfg(feature = "sqlite")]
mod sqlite;
mod stores;
