//! Plain data. Every text that a person gives is a newtype that can only be made by parsing.

pub mod archive;
pub mod audit;
pub mod autosave;
pub mod comment;
pub mod discovery;
pub mod effects;
pub mod focus;
pub mod index;
pub mod invitation;
pub mod letter;
pub mod library;
pub mod media;
pub mod outbox;
pub mod post;
pub mod preview_link;
pub mod revision;
pub mod secret;
pub mod session;
pub mod site;
pub mod slug;
pub mod static_page;
pub mod tag;
pub mod text;
pub mod token;
pub mod user;
pub mod widths;
