//! Events from documents to rows.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![expect(clippy::print_stdout, reason = "counts are said")]

mod api;
mod bucket;
mod catalog;
mod function;
mod handle;
mod histories;
#[cfg(feature = "lambda")]
mod lambda;
mod quarantine;
mod reconcile;
mod strange;
