//! The words of mails, in the language of whoever caused them.

use std::sync::Arc;

use blog_core::model::letter::{Compose, Letter, LetterText};
use blog_core::model::secret::Secret;

use super::call::Call;
use super::models;
use crate::view::Phrase;

/// Puts letters into the words of this request's language, with links to the pages of this blog.
pub(super) fn composer(call: &Call) -> Compose {
    let app = call.app.clone();
    let lang = call.lang();
    let site = models::site(&call.site).title;
    Arc::new(move |letter| {
        let link = |path: &str, secret: &Secret| {
            app.absolute(&format!("{path}?token={}", secret.encode()))
        };
        let (subject, text) = match letter {
            Letter::Verify { username, secret } => (
                Phrase::new("mail-verify-subject"),
                Phrase::new("mail-verify")
                    .with("name", username.as_str())
                    .with("link", link("/account/verify", secret)),
            ),
            Letter::Known { username } => (
                Phrase::new("mail-known-subject"),
                Phrase::new("mail-known")
                    .with("name", username.as_str())
                    .with("link", app.absolute("/account/forgot")),
            ),
            Letter::Reset { username, secret } => (
                Phrase::new("mail-reset-subject"),
                Phrase::new("mail-reset")
                    .with("name", username.as_str())
                    .with("link", link("/account/reset", secret)),
            ),
            Letter::Moved {
                username,
                to,
                secret,
            } => (
                Phrase::new("mail-moved-subject"),
                match secret {
                    Some(secret) => {
                        Phrase::new("mail-moved").with("link", link("/account/undo", secret))
                    }
                    None => {
                        Phrase::new("mail-moved-told").with("link", app.absolute("/account/login"))
                    }
                }
                .with("name", username.as_str())
                .with("address", to.as_str()),
            ),
            Letter::Erased {
                counts: [posts, files, comments, likes],
            } => (
                Phrase::new("mail-erased-subject"),
                Phrase::new("mail-erased")
                    .with("posts", posts.as_str())
                    .with("files", files.as_str())
                    .with("comments", comments.as_str())
                    .with("likes", likes.as_str()),
            ),
            Letter::Exported { username } => (
                Phrase::new("mail-exported-subject"),
                Phrase::new("mail-exported")
                    .with("name", username.as_str())
                    .with("link", app.absolute("/account/export")),
            ),
            Letter::ExportFailed { username } => (
                Phrase::new("mail-export-failed-subject"),
                Phrase::new("mail-export-failed")
                    .with("name", username.as_str())
                    .with("link", app.absolute("/account/export")),
            ),
            Letter::Leaving { username } => (
                Phrase::new("mail-leaving-subject"),
                Phrase::new("mail-leaving")
                    .with("name", username.as_str())
                    .with("link", app.absolute("/account/login")),
            ),
            Letter::SecondFactorOn { username } => (
                Phrase::new("second-mail-on-subject"),
                Phrase::new("second-mail-on")
                    .with("name", username.as_str())
                    .with("link", app.absolute("/account/forgot")),
            ),
            Letter::SecondFactorOff { username } => (
                Phrase::new("second-mail-off-subject"),
                Phrase::new("second-mail-off")
                    .with("name", username.as_str())
                    .with("link", app.absolute("/account/forgot")),
            ),
            Letter::RecoveryCodeUsed { username, left } => (
                Phrase::new("second-mail-recovery-subject"),
                Phrase::new("second-mail-recovery")
                    .with("name", username.as_str())
                    .with("count", *left)
                    .with("link", app.absolute("/account/forgot")),
            ),
            Letter::WrongCode { username } => (
                Phrase::new("second-mail-wrong-subject"),
                Phrase::new("second-mail-wrong")
                    .with("name", username.as_str())
                    .with("link", app.absolute("/account/forgot")),
            ),
            Letter::PasswordChanged { username } => (
                Phrase::new("mail-password-subject"),
                Phrase::new("mail-password")
                    .with("name", username.as_str())
                    .with("link", app.absolute("/account/forgot")),
            ),
            // A letter that this version has no words for says at least where to look.
            _ => (
                Phrase::new("mail-other-subject"),
                Phrase::new("mail-other").with("link", app.absolute("/account/login")),
            ),
        };
        LetterText {
            subject: subject.with("site", site.as_str()).to_text(lang),
            text: text.with("site", site.as_str()).to_text(lang) + "\n",
        }
    })
}
