#![doc = include_str!("../README.md")]

pub mod event;
pub mod function;
pub mod handle;
pub mod reconcile;
