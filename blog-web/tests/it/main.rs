//! Everything that needs a running server or the public API as a whole, in one binary.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod accounts;
mod administration;
mod app;
mod authorization;
mod columns;
mod conflict;
mod copies;
mod discovery;
mod drafts;
mod edge_http;
mod edge_limits;
mod edge_shutdown;
mod edge_slow;
mod editor;
mod enumeration;
mod everyday;
mod exports;
mod files;
mod forgery;
mod forms;
mod history;
mod hosts;
mod invitations;
mod leaving;
mod library;
mod matrix;
mod moderation;
mod old_addresses;
mod page_cache;
mod previews;
mod queries;
mod raw;
mod reading;
mod renewal;
mod repository;
mod retention;
mod scheduling;
mod second_factor;
mod sign_up;
mod site;
mod slugs;
mod static_pages;
mod why;
mod words;
