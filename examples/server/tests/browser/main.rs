//! The running binary, used through a real browser.

mod browser;
mod gate;
mod http;
mod journey;
mod library;
mod media;
mod pictures;
mod post;
mod reader;
mod reading;
mod server;
mod site;
mod unsaved;
mod versions;
mod visitor;
mod writer;
mod writing;
