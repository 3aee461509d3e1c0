//! Everything that needs a running server or the public API as a whole, in one binary.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod edge_http;
mod edge_limits;
mod edge_shutdown;
mod edge_slow;
mod raw;
mod app;
mod drafts;
mod files;
mod forms;
mod matrix;
mod queries;
