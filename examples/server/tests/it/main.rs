//! The real binary, started on a free port, asked over HTTP, and ended in every way there is.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![expect(clippy::print_stdout, reason = "what was left out is said")]

mod accounts;
mod audit;
#[cfg(all(feature = "s3", feature = "dynamodb"))]
#[path = "../../../../blog-indexer/tests/it/lambda/aws.rs"]
mod aws;
#[cfg(feature = "s3")]
#[path = "../common/bucket.rs"]
mod bucket;
mod client;
mod cluster;
mod configuration;
mod crash;
mod demo;
mod deploy;
mod descriptors;
#[cfg(all(feature = "s3", feature = "dynamodb", feature = "mysql"))]
mod doctor;
#[cfg(all(feature = "s3", feature = "dynamodb"))]
mod events;
mod full_disk;
mod hostile_uploads;
mod index;
mod kept;
mod logins;
mod logs;
mod mail;
mod memory;
mod mysql;
mod outage;
#[path = "../common/require.rs"]
mod require;
#[cfg(feature = "s3")]
mod s3;
mod scanners;
#[cfg(all(feature = "s3", feature = "mysql"))]
mod secrets;
mod server;
mod shutdown;
#[expect(dead_code, reason = "the browser uses the rest")]
#[path = "../common/sink.rs"]
mod sink;
mod start_up;
mod sync;
mod tokens;
