//! The handlers: each reads its request, calls one service, and renders one page.

pub(crate) mod account;
pub(crate) mod addresses;
pub(crate) mod admin;
pub(crate) mod archive;
pub(crate) mod assets;
pub(crate) mod audit;
pub(crate) mod call;
pub(crate) mod card;
pub(crate) mod comments;
mod conflict;
pub(crate) mod desk;
pub(crate) mod editor;
pub(crate) mod exports;
pub(crate) mod feeds;
mod freshness;
mod head;
pub(crate) mod health;
pub(crate) mod history;
pub(crate) mod invitations;
pub(crate) mod kept;
pub(crate) mod language;
pub(crate) mod leave;
mod letters;
pub(crate) mod library;
pub(crate) mod lists;
pub(crate) mod media;
pub(crate) mod models;
pub(crate) mod moderation;
pub(crate) mod notices;
pub(crate) mod objects;
pub(crate) mod old_addresses;
pub(crate) mod passwords;
pub(crate) mod post;
pub(crate) mod previews;
mod refusal;
pub(crate) mod robots;
pub(crate) mod second_factor;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod sitemap;
pub(crate) mod static_pages;
pub(crate) mod users;

/// A form without fields: a button.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}
