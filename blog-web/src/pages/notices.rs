//! The messages that a redirect carries to the next page.

use crate::edge::cookie::Flash;
use crate::view::{FlashKind, FlashView};

const TABLE: &[(&str, FlashKind, &str)] = &[
    (
        "registered",
        FlashKind::Success,
        "Your account is ready. Log in to begin.",
    ),
    (
        "owner",
        FlashKind::Success,
        "Welcome! This blog is yours now.",
    ),
    ("logged-in", FlashKind::Success, "You are logged in."),
    ("logged-out", FlashKind::Info, "You are logged out."),
    ("log-in-first", FlashKind::Info, "Please log in to go on."),
    (
        "profile-saved",
        FlashKind::Success,
        "Your profile is saved.",
    ),
    (
        "draft-saved",
        FlashKind::Success,
        "Your draft is saved. Only you and the editors see it.",
    ),
    ("published", FlashKind::Success, "Your post is published."),
    ("scheduled", FlashKind::Success, "Your post is scheduled."),
    (
        "unlisted",
        FlashKind::Success,
        "Your post is saved. Whoever has its address can read it.",
    ),
    ("post-deleted", FlashKind::Success, "The post is deleted."),
    ("commented", FlashKind::Success, "Your comment is there."),
    (
        "comment-saved",
        FlashKind::Success,
        "Your comment is changed.",
    ),
    (
        "comment-deleted",
        FlashKind::Success,
        "The comment is deleted.",
    ),
    (
        "uploaded",
        FlashKind::Success,
        "Your file is in the library.",
    ),
    ("media-deleted", FlashKind::Success, "The file is deleted."),
    (
        "media-used",
        FlashKind::Error,
        "A post or profile shows this file; take it out there first.",
    ),
];

/// Every code, for the cookie.
pub(crate) const CODES: &[&str] = &{
    let mut codes = [""; TABLE.len()];
    let mut i = 0;
    while i < TABLE.len() {
        codes[i] = TABLE[i].0;
        i += 1;
    }
    codes
};

/// The message of a code, for the page.
pub(crate) fn show(flash: &Flash) -> Option<FlashView> {
    let (_, kind, text) = TABLE.iter().find(|(code, ..)| *code == flash.code())?;
    Some(FlashView {
        kind: *kind,
        text: (*text).to_owned(),
    })
}
