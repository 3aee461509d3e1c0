#![doc = include_str!("../README.md")]

pub mod backend;
pub mod blog;
pub mod common_passwords;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod diff;
pub mod error;
pub mod highlight;
pub mod id;
pub mod markdown;
pub mod merge;
pub mod model;
pub mod origin;
pub mod page;
pub mod password;
pub mod picture;
pub mod policy;
pub mod ports;
pub mod service;
pub mod settings;
pub mod slugify;
pub mod terms;
pub mod time;

pub use backend::Backend;
pub use blog::{Blog, BlogBuilder};
pub use error::{Error, Result};
pub use page::{Cursor, Page, PageRequest};
pub use settings::Settings;
pub use time::Timestamp;
