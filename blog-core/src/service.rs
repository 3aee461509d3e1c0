//! What people do.
pub mod observed;
