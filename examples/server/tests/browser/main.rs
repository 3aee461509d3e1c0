//! The running binary, used through a real browser.

mod account;
#[cfg(all(feature = "mysql", feature = "s3", feature = "dynamodb"))]
mod beyond;
mod browser;
#[cfg(all(feature = "mysql", feature = "s3", feature = "dynamodb"))]
#[path = "../common/bucket.rs"]
mod bucket;
#[cfg(all(feature = "mysql", feature = "s3", feature = "dynamodb"))]
#[path = "../common/database.rs"]
mod database;
mod gate;
mod hostile;
mod http;
mod journey;
mod library;
mod media;
mod pictures;
mod post;
mod reader;
mod reading;
#[path = "../common/require.rs"]
mod require;
mod server;
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "../common/sink.rs"]
mod sink;
mod site;
mod unsaved;
mod versions;
mod visitor;
mod writer;
mod writing;
