#![doc = include_str!("../README.md")]
//!
//! A blog as web pages: a poem endpoint, and the server loop to run it on the open internet.
//!
//! [`serve`] runs any poem endpoint with limits on everything a client can hold up. [`edge`] is
//! what every request passes before a page sees it: host and origin checks, client address,
//! request id, body limits, deadlines, security headers.
//!
//! Neither knows what a blog is, so both can be used alone. [`Web`] puts a blog's pages between them;
//! [`routes::TABLE`] lists every address.

mod cache;
mod card;
pub mod edge;
mod pages;
pub mod routes;
pub mod serve;
pub mod view;
mod web;
pub mod why;

pub use web::Web;
