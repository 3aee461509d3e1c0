//! What stands in the files of an archive: `account.json`, the posts, their earlier versions.
//!
//! Nothing in here is a secret: no hash of a password, of a cookie or of a link. What others did is left out as far as it says
//! who they are.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization as _;

use crate::id::{MediaId, UserId};
use crate::model::audit::AuditRecord;
use crate::model::autosave::Autosave;
use crate::model::export::{OwnComment, OwnLike, OwnReport};
use crate::model::invitation::Invitation;
use crate::model::media::MediaItem;
use crate::model::post::Post;
use crate::model::preview_link::PreviewLink;
use crate::model::revision::Revision;
use crate::model::second_factor::SecondFactor;
use crate::model::session::Session;
use crate::model::user::User;
use crate::time::Timestamp;

/// Raised when what is in the files changes its meaning or leaves.
pub(super) const SCHEMA_VERSION: u32 = 1;

fn at(time: Timestamp) -> String {
    time.to_rfc3339()
}

fn when(time: Option<Timestamp>) -> Option<String> {
    time.map(at)
}

/// JSON of what cannot fail to be: texts, numbers and lists of them.
pub(super) fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The second factor as far as it is on: neither its key nor the codes.
pub(super) fn account(user: &User, second_factor: Option<&SecondFactor>) -> Value {
    let second_factor = second_factor.and_then(|factor| {
        let since = factor.confirmed_at?;
        Some(json!({ "since": at(since), "recovery_codes_left": factor.codes_left }))
    });
    json!({
        "id": user.id,
        "username": user.username.as_str(),
        "email": user.email.as_ref().map(|email| email.as_str()),
        "email_verified_at": when(user.verified_at),
        "outside_identity": user.subject.as_ref().map(|subject| json!({
            "issuer": subject.issuer,
            "subject": subject.subject,
        })),
        "display_name": user.display_name.as_str(),
        "bio": user.bio.as_str(),
        "picture": user.avatar.as_ref().map(|avatar| avatar.id),
        "role": user.role,
        "suspended": user.is_suspended(),
        "suspension_reason": user.suspension.as_ref().map(|reason| reason.as_str()),
        "blocked_from_commenting": user.blocked,
        "second_factor": second_factor,
        "to_be_erased_at": when(user.erase_at),
        "created_at": at(user.created_at),
        "profile_version": user.version,
    })
}

pub(super) fn session(session: &Session) -> Value {
    json!({
        "id": session.id,
        "device": session.device,
        "remembered": session.remember,
        "began_at": at(session.created_at),
        "last_used_at": at(session.last_seen_at),
        "password_given_at": at(session.password_at),
        "ends_unless_used_at": at(session.idle_expires_at),
        "ends_at": at(session.expires_at),
    })
}

/// `file` is where it lies in the archive; none where the store has it no more.
pub(super) fn media(item: &MediaItem, file: Option<&str>) -> Value {
    json!({
        "id": item.id,
        "file": file,
        "file_name": item.file_name.as_str(),
        "kind": item.kind.as_str(),
        "content_type": item.content_type,
        "bytes": item.bytes,
        "width": item.width,
        "height": item.height,
        "alt": item.alt.as_str(),
        "focus": { "x": item.focus.x(), "y": item.focus.y() },
        "public": item.public_key.is_some(),
        "uploaded_at": at(item.created_at),
    })
}

pub(super) fn comment(comment: &OwnComment) -> Value {
    json!({
        "id": comment.id,
        "post": comment.post,
        "post_slug": comment.slug.as_ref().map(|slug| slug.as_str()),
        "answers": comment.parent,
        "body": comment.body,
        "state": comment.state.as_str(),
        "written_at": at(comment.created_at),
        "changed_at": when(comment.edited_at),
    })
}

pub(super) fn like(like: &OwnLike) -> Value {
    json!({
        "post": like.post,
        "post_slug": like.slug.as_ref().map(|slug| slug.as_str()),
        "liked_at": at(like.at),
    })
}

pub(super) fn report(report: &OwnReport) -> Value {
    json!({
        "comment": report.comment,
        "reason": report.reason,
        "reported_at": at(report.at),
    })
}

pub(super) fn autosave(kept: &Autosave) -> Value {
    let fields = kept.text.fields().iter();
    let fields: serde_json::Map<String, Value> = fields
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect();
    json!({
        "id": kept.id,
        "post": kept.post,
        "post_version": kept.version,
        "fields": fields,
        "kept_at": at(kept.saved_at),
    })
}

pub(super) fn preview_link(link: &PreviewLink) -> Value {
    json!({
        "id": link.id,
        "post": link.post,
        "made_at": at(link.created_at),
        "ends_at": at(link.expires_at),
    })
}

pub(super) fn invitation(invitation: &Invitation) -> Value {
    json!({
        "id": invitation.id,
        "role": invitation.role,
        "made_at": at(invitation.created_at),
        "ends_at": at(invitation.expires_at),
        "used_at": when(invitation.used_at),
    })
}

/// Who else did something is not told.
pub(super) fn audit(record: &AuditRecord, owner: UserId) -> Value {
    let own = record.actor == Some(owner);
    json!({
        "number": record.number,
        "at": at(record.at),
        "by_you": own,
        "from": own.then_some(record.origin.as_str()),
        "action": record.action,
        "subject": record.subject,
        "detail": record.detail,
    })
}

/// A post as Markdown behind a front matter of YAML, whose values are JSON, as YAML allows.
pub(super) fn post(post: &Post, file: &dyn Fn(MediaId) -> Option<String>) -> String {
    let names: Vec<&str> = post.tags.iter().map(|tag| tag.name.as_str()).collect();
    let slugs: Vec<&str> = post.tags.iter().map(|tag| tag.slug.as_str()).collect();
    let media: serde_json::Map<String, Value> = post
        .media
        .iter()
        .map(|id| (id.to_string(), Value::from(file(*id))))
        .collect();
    let lines = [
        ("schema_version", text(&SCHEMA_VERSION)),
        ("id", text(&post.id)),
        ("title", text(&post.title.as_str())),
        ("slug", text(&post.slug.as_str())),
        ("status", text(&post.status.as_str())),
        ("tags", text(&names)),
        ("tag_slugs", text(&slugs)),
        ("cover", text(&post.cover.as_ref().map(|cover| cover.id))),
        ("media", text(&media)),
        ("published_at", text(&when(post.published_at))),
        ("created_at", text(&at(post.created_at))),
        ("updated_at", text(&at(post.updated_at))),
        ("version", text(&post.version)),
        ("likes", text(&post.likes)),
        ("views", text(&post.views)),
        ("comments", text(&post.comments)),
    ];
    let mut page = String::from("---\n");
    for (name, value) in lines {
        page.push_str(name);
        page.push_str(": ");
        page.push_str(&value);
        page.push('\n');
    }
    page.push_str("---\n\n");
    page.push_str(post.body.as_str());
    page
}

pub(super) fn revision(revision: &Revision, owner: UserId) -> Value {
    let head = &revision.head;
    let editor = head.editor.as_ref().map(|editor| editor.id);
    json!({
        "version": head.version,
        "title": head.title.as_str(),
        "saved_at": at(head.saved_at),
        "by_you": editor == Some(owner),
        "body": revision.body.as_str(),
    })
}

/// Names for files that every file system takes, each given once: what somebody called their file, as far as that goes.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<String>);

/// Bytes of a name before its extension. Together with an id and an extension it fits into the 255 that file systems take.
const STEM: usize = 150;

/// Bytes of an extension; what is longer is none.
const EXTENSION: usize = 16;

impl Names {
    pub(super) fn media(&mut self, item: &MediaItem) -> String {
        let name: String = item.file_name.as_str().chars().filter_map(plain).collect();
        let name = name.trim_matches([' ', '.']);
        let (_, kind) = item.content_type.split_once('/').unwrap_or_default();
        let (stem, extension) = match name.rsplit_once('.') {
            Some((stem, extension)) if extension.len() <= EXTENSION => (stem, extension),
            _ => (name, kind),
        };
        let id = item.id.to_string();
        let stem = self.give(stem, extension, &id);
        format!("{stem}.{extension}")
    }

    /// Without an extension: two files have it.
    pub(super) fn post(&mut self, post: &Post) -> String {
        self.give(post.slug.as_str(), "md", &post.id.to_string())
    }

    fn give(&mut self, wanted: &str, extension: &str, id: &str) -> String {
        let cut = &wanted[..wanted.floor_char_boundary(STEM)];
        let mut stem = match cut.trim_end_matches([' ', '.']) {
            "" => id.to_owned(),
            stem => stem.to_owned(),
        };
        // Devices of Windows.
        let device = stem.split('.').next().unwrap_or_default().to_lowercase();
        if ["con", "prn", "aux", "nul"].contains(&device.as_str())
            || (device.len() == 4 && (device.starts_with("com") || device.starts_with("lpt")))
        {
            stem.insert(0, '_');
        }
        // The id tells two apart that are called the same, also where neither case nor the way in which a letter is put
        // together is told.
        let same = |stem: &str| {
            let name = format!("{stem}.{extension}").to_lowercase();
            name.nfc().collect::<String>()
        };
        if !self.0.insert(same(&stem)) {
            stem = format!("{stem} {id}");
            self.0.insert(same(&stem));
        }
        stem
    }
}

/// A character of a file's name as every file system takes it; none where nobody sees it.
fn plain(c: char) -> Option<char> {
    match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => Some('_'),
        c if c.is_control() => Some('_'),
        // Characters of formatting (Unicode's category Cf) that turn or hide a part of a name.
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => {
            None
        }
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => None,
        '\u{e0000}'..='\u{e007f}' => None,
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn names_fit_and_are_told_apart() {
        let mut names = Names::default();
        let id = "0190a5d4-0000-7000-8000-000000000001";
        let long = "ş日".repeat(160);
        for turn in 0..2 {
            let given = names.give(&long, "webp", id);
            assert!(given.len() + ".webp".len() <= 255, "{turn}: {given}");
            assert_eq!(given.ends_with(id), turn == 1, "{given}");
        }
        for (wanted, given) in [
            ("con", "_con"),
            ("CON.old", "_CON.old"),
            ("lpt1", "_lpt1"),
            ("", id),
            (" . ", &format!("{id} {id}")),
            ("\u{e9}t\u{e9}", "\u{e9}t\u{e9}"),
            ("E\u{301}te\u{301}", &format!("E\u{301}te\u{301} {id}")),
        ] {
            assert_eq!(names.give(wanted, "md", id), given, "{wanted:?}");
        }
    }

    #[test]
    fn what_nobody_sees_is_in_no_name() {
        let plain = |name: &str| name.chars().filter_map(super::plain).collect::<String>();
        assert_eq!(plain("a\u{202e}gnp.\u{200b}exe\u{2066}"), "agnp.exe");
        assert_eq!(plain("a/b\\c\u{7}?"), "a_b_c__");
    }
}
