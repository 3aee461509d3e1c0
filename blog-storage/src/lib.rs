#![doc = include_str!("../README.md")]

#[cfg(any(feature = "s3", feature = "dynamodb"))]
mod aws;
mod body;
pub mod connect;
pub mod doctor;
#[cfg(feature = "dynamodb")]
pub mod dynamodb;
#[cfg(feature = "fs")]
pub mod fs;
#[cfg(feature = "fs")]
pub mod mail;
pub mod memory;
mod row_id;
#[cfg(feature = "s3")]
pub mod s3;
#[cfg(any(feature = "sqlite", feature = "mysql"))]
pub mod sql;

pub use connect::{Connected, Urls, connect};
