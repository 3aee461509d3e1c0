//! Tests of the crate's pure parts through their public interface.

mod markdown_cost;
