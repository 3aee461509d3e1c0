//! The running binary, used through a real browser.

mod browser;
mod gate;
mod http;
mod journey;
mod library;
mod media;
mod pictures;
mod reader;
mod reading;
mod server;
mod site;
mod unsaved;
mod visitor;
mod writer;
mod writing;
