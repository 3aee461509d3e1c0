//! Tests of the crate's pure parts through their public interface.

mod audit;
mod html;
mod markdown;
mod markdown_cost;
mod markdown_media;
mod markdown_xss;
mod picture_copies;
mod pictures;
mod slugs;
