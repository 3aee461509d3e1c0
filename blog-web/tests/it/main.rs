//! Everything that needs a running server or the public API as a whole, in one binary.

mod edge_http;
mod edge_limits;
mod edge_shutdown;
mod edge_slow;
mod raw;
