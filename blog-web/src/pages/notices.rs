//! The messages that a redirect carries to the next page.

use crate::edge::cookie::Flash;
use crate::view::{FlashKind, FlashView, Phrase};

const TABLE: &[(&str, FlashKind, Phrase)] = &[
    (
        "registered",
        FlashKind::Success,
        Phrase::new("notices-registered"),
    ),
    (
        "registered-waits",
        FlashKind::Info,
        Phrase::new("second-registered-waits"),
    ),
    ("owner", FlashKind::Success, Phrase::new("notices-owner")),
    (
        "logged-in",
        FlashKind::Success,
        Phrase::new("notices-logged-in"),
    ),
    (
        "logged-out",
        FlashKind::Info,
        Phrase::new("notices-logged-out"),
    ),
    (
        "log-in-first",
        FlashKind::Info,
        Phrase::new("notices-log-in-first"),
    ),
    (
        "profile-saved",
        FlashKind::Success,
        Phrase::new("notices-profile-saved"),
    ),
    (
        "export-asked",
        FlashKind::Success,
        Phrase::new("privacy-export-asked"),
    ),
    (
        "export-busy",
        FlashKind::Info,
        Phrase::new("privacy-export-busy"),
    ),
    (
        "draft-saved",
        FlashKind::Success,
        Phrase::new("notices-draft-saved"),
    ),
    (
        "published",
        FlashKind::Success,
        Phrase::new("notices-published"),
    ),
    (
        "scheduled",
        FlashKind::Success,
        Phrase::new("notices-scheduled"),
    ),
    (
        "unlisted",
        FlashKind::Success,
        Phrase::new("notices-unlisted"),
    ),
    (
        "post-deleted",
        FlashKind::Success,
        Phrase::new("notices-post-deleted"),
    ),
    (
        "commented",
        FlashKind::Success,
        Phrase::new("notices-commented"),
    ),
    (
        "restored",
        FlashKind::Success,
        Phrase::new("history-restored"),
    ),
    (
        "comment-saved",
        FlashKind::Success,
        Phrase::new("notices-comment-saved"),
    ),
    (
        "comment-deleted",
        FlashKind::Success,
        Phrase::new("notices-comment-deleted"),
    ),
    (
        "uploaded",
        FlashKind::Success,
        Phrase::new("notices-uploaded"),
    ),
    (
        "media-deleted",
        FlashKind::Success,
        Phrase::new("notices-media-deleted"),
    ),
    (
        "media-described",
        FlashKind::Success,
        Phrase::new("notices-media-described"),
    ),
    (
        "media-focus",
        FlashKind::Success,
        Phrase::new("notices-media-focus"),
    ),
    (
        "settings-saved",
        FlashKind::Success,
        Phrase::new("admin-settings-saved"),
    ),
    (
        "link-revoked",
        FlashKind::Success,
        Phrase::new("preview-revoked"),
    ),
    (
        "password-set",
        FlashKind::Success,
        Phrase::new("notices-password-set"),
    ),
    (
        "password-changed",
        FlashKind::Success,
        Phrase::new("notices-password-changed"),
    ),
    (
        "link-sent",
        FlashKind::Success,
        Phrase::new("notices-link-sent"),
    ),
    (
        "address-verified",
        FlashKind::Success,
        Phrase::new("notices-address-verified"),
    ),
    (
        "address-back",
        FlashKind::Success,
        Phrase::new("notices-address-back"),
    ),
    (
        "session-ended",
        FlashKind::Success,
        Phrase::new("notices-session-ended"),
    ),
    (
        "sessions-ended",
        FlashKind::Success,
        Phrase::new("notices-sessions-ended"),
    ),
    (
        "post-withdrawn",
        FlashKind::Success,
        Phrase::new("admin-post-withdrawn"),
    ),
    (
        "role-changed",
        FlashKind::Success,
        Phrase::new("admin-role-changed"),
    ),
    (
        "user-suspended",
        FlashKind::Success,
        Phrase::new("admin-user-is-suspended"),
    ),
    (
        "user-lifted",
        FlashKind::Success,
        Phrase::new("admin-user-lifted"),
    ),
    (
        "user-blocked",
        FlashKind::Success,
        Phrase::new("admin-user-is-blocked"),
    ),
    (
        "user-unblocked",
        FlashKind::Success,
        Phrase::new("admin-user-unblocked"),
    ),
    (
        "comment-held",
        FlashKind::Info,
        Phrase::new("moderation-held"),
    ),
    (
        "comment-reported",
        FlashKind::Success,
        Phrase::new("moderation-report-sent"),
    ),
    (
        "comments-approved",
        FlashKind::Success,
        Phrase::new("moderation-approved"),
    ),
    (
        "comments-deleted",
        FlashKind::Success,
        Phrase::new("moderation-deleted"),
    ),
    (
        "comments-changed",
        FlashKind::Info,
        Phrase::new("moderation-changed"),
    ),
    (
        "comments-decided-before",
        FlashKind::Info,
        Phrase::new("moderation-decided"),
    ),
    (
        "invitation-revoked",
        FlashKind::Success,
        Phrase::new("invitations-revoked"),
    ),
    ("second-late", FlashKind::Error, Phrase::new("second-late")),
    ("second-over", FlashKind::Error, Phrase::new("second-over")),
    (
        "second-turned-off",
        FlashKind::Success,
        Phrase::new("second-turned-off"),
    ),
    ("user-kept", FlashKind::Success, Phrase::new("second-kept")),
    ("leaving", FlashKind::Info, Phrase::new("account-leaving")),
    ("page-saved", FlashKind::Success, Phrase::new("pages-saved")),
    (
        "page-deleted",
        FlashKind::Success,
        Phrase::new("pages-deleted"),
    ),
];

/// The parameter of a message that names the unsaved text which a save has ended.
pub(crate) const SAVED: &str = "saved";

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
        text: text.clone(),
        saved: flash.param(SAVED).map(str::to_owned),
    })
}
