#![doc = include_str!("../README.md")]

pub mod api;
pub mod event;
pub mod function;
pub mod handle;
pub mod quarantine;
pub mod reconcile;
