#![doc = include_str!("../README.md")]

mod body;
pub mod connect;
#[cfg(feature = "fs")]
pub mod fs;
#[cfg(feature = "fs")]
pub mod mail;
pub mod memory;
#[cfg(any(feature = "sqlite", feature = "mysql"))]
pub mod sql;

pub use connect::{Connected, Urls, connect};
