//! Every template, compiled in.

macro_rules! templates {
    ($($name:literal),+ $(,)?) => {
        /// Name and source of each.
        pub(super) const ALL: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../../templates/", $name)))),+
        ];
    };
}

templates! {
    "_account.html",
    "_admin.html",
    "_card.html",
    "_comment.html",
    "_cover.html",
    "_desk.html",
    "_diff.html",
    "_field.html",
    "_list.html",
    "_media.html",
    "_pager.html",
    "_person.html",
    "_picture.html",
    "_time.html",
    "account/address_link.html",
    "account/delete.html",
    "account/export.html",
    "account/email.html",
    "account/forgot.html",
    "account/login.html",
    "account/owner.html",
    "account/password.html",
    "account/profile.html",
    "account/recovery_codes.html",
    "account/register.html",
    "account/reset.html",
    "account/second_factor.html",
    "account/second_step.html",
    "account/sessions.html",
    "admin/audit.html",
    "admin/comments.html",
    "admin/index.html",
    "admin/drift.html",
    "admin/invitations.html",
    "admin/page_delete.html",
    "admin/page_form.html",
    "admin/pages.html",
    "admin/posts.html",
    "admin/settings.html",
    "admin/user.html",
    "admin/users.html",
    "archive.html",
    "author.html",
    "base.html",
    "comment_delete.html",
    "comment_edit.html",
    "comment_report.html",
    "conflict.html",
    "drafts.html",
    "error.html",
    "files.html",
    "home.html",
    "library.html",
    "library_delete.html",
    "library_item.html",
    "period.html",
    "post.html",
    "post_delete.html",
    "post_form.html",
    "preview.html",
    "preview_links.html",
    "revision.html",
    "revisions.html",
    "search.html",
    "static_page.html",
    "tag.html",
    "tags.html",
}

/// The source of a template; `None` when there is none of this name.
pub(super) fn source(name: &str) -> Option<&'static str> {
    let (_, source) = ALL.iter().find(|(each, _)| *each == name)?;
    Some(source)
}
