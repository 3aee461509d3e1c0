//! The audit log, for admins.

use blog_core::error::Error;
use blog_core::id::UserId;
use blog_core::model::audit::{AuditAction, AuditQuery, AuditRecord, AuditScope};
use blog_core::model::user::UserRef;
use blog_core::{Page, PageRequest};
use poem::Response;

use super::call::Call;
use super::models;
use crate::edge::EdgeError;
use crate::view::page::AuditPage;
use crate::view::{AuditActionView, AuditLineView, FormView, PagerView, PersonView, Phrase};

const AUDIT: &str = "/admin/audit";
const PAGE: u16 = 50;

/// What was done, in words; none for what another version of the program did.
fn label(action: AuditAction) -> Option<Phrase> {
    Some(match action {
        AuditAction::UserCreate => Phrase::new("audit-user-create"),
        AuditAction::UserProfile => Phrase::new("audit-user-profile"),
        AuditAction::UserPassword => Phrase::new("audit-user-password"),
        AuditAction::UserForgot => Phrase::new("audit-user-forgot"),
        AuditAction::UserEmail => Phrase::new("audit-user-email"),
        AuditAction::UserRole => Phrase::new("audit-user-role"),
        AuditAction::UserSuspend => Phrase::new("audit-user-suspend"),
        AuditAction::UserLift => Phrase::new("audit-user-lift"),
        AuditAction::UserBlock => Phrase::new("audit-user-block"),
        AuditAction::UserUnblock => Phrase::new("audit-user-unblock"),
        AuditAction::UserLeave => Phrase::new("audit-user-leave"),
        AuditAction::UserStay => Phrase::new("audit-user-stay"),
        AuditAction::UserErase => Phrase::new("audit-user-erase"),
        AuditAction::ExportAsk => Phrase::new("audit-export-ask"),
        AuditAction::ExportMake => Phrase::new("audit-export-make"),
        AuditAction::ExportFail => Phrase::new("audit-export-fail"),
        AuditAction::SecondFactorOn => Phrase::new("audit-second-factor-on"),
        AuditAction::SecondFactorOff => Phrase::new("audit-second-factor-off"),
        AuditAction::SecondFactorCodes => Phrase::new("audit-second-factor-codes"),
        AuditAction::SecondFactorRecovery => Phrase::new("audit-second-factor-recovery"),
        AuditAction::SecondFactorFail => Phrase::new("audit-second-factor-fail"),
        AuditAction::InvitationMake => Phrase::new("audit-invitation-make"),
        AuditAction::InvitationRevoke => Phrase::new("audit-invitation-revoke"),
        AuditAction::SessionCreate => Phrase::new("audit-session-create"),
        AuditAction::SessionDelete => Phrase::new("audit-session-delete"),
        AuditAction::PostCreate => Phrase::new("audit-post-create"),
        AuditAction::PostSave => Phrase::new("audit-post-save"),
        AuditAction::PostRestore => Phrase::new("audit-post-restore"),
        AuditAction::PostWithdraw => Phrase::new("audit-post-withdraw"),
        AuditAction::PostDelete => Phrase::new("audit-post-delete"),
        AuditAction::PreviewMake => Phrase::new("audit-preview-make"),
        AuditAction::PreviewRevoke => Phrase::new("audit-preview-revoke"),
        AuditAction::CommentCreate => Phrase::new("audit-comment-create"),
        AuditAction::CommentEdit => Phrase::new("audit-comment-edit"),
        AuditAction::CommentDelete => Phrase::new("audit-comment-delete"),
        AuditAction::CommentApprove => Phrase::new("audit-comment-approve"),
        AuditAction::CommentReport => Phrase::new("audit-comment-report"),
        AuditAction::CommentDismiss => Phrase::new("audit-comment-dismiss"),
        AuditAction::MediaUpload => Phrase::new("audit-media-upload"),
        AuditAction::MediaDelete => Phrase::new("audit-media-delete"),
        AuditAction::PageCreate => Phrase::new("audit-page-create"),
        AuditAction::PageSave => Phrase::new("audit-page-save"),
        AuditAction::PageDelete => Phrase::new("audit-page-delete"),
        AuditAction::SiteSave => Phrase::new("audit-site-save"),
        _ => return None,
    })
}

fn line(record: &AuditRecord, users: &[UserRef]) -> AuditLineView {
    let person = |id: UserId| -> Option<PersonView> {
        let user = users.iter().find(|user| user.id == id);
        user.map(models::person)
    };
    let subject = record.subject.strip_prefix("user:");
    AuditLineView {
        number: record.number,
        at: record.at.as_micros(),
        by: record.actor.and_then(person),
        origin: record.origin.clone(),
        label: AuditAction::from_word(&record.action).and_then(label),
        word: record.action.clone(),
        to_person: subject
            .and_then(|id| id.parse().ok())
            .filter(|id| record.actor != Some(*id))
            .and_then(person),
        subject: record.subject.clone(),
        detail: record.detail.clone(),
    }
}

pub(crate) async fn list(call: Call) -> Result<Response, EdgeError> {
    let asked = |name: &str| {
        let text = call.query(name).unwrap_or_default();
        let text: String = text.trim().chars().take(100).collect();
        Some(text).filter(|text| !text.is_empty())
    };
    let (action, user, to) = (asked("action"), asked("user"), asked("to"));
    let mut form = FormView::new(AUDIT);
    let fields = [("action", &action), ("user", &user), ("to", &to)];
    let given = fields
        .iter()
        .filter_map(|(name, value)| Some((*name, value.as_deref()?)));
    let path = url::form_urlencoded::Serializer::new(format!("{AUDIT}?"))
        .extend_pairs(given.clone())
        .finish();
    for (name, value) in given {
        form = form.value(name, value);
    }
    let scope = match (&user, to) {
        (Some(name), _) => match call.blog().people().get(&call.actor, name).await {
            Ok(user) => Some(AuditScope::By(user.id)),
            Err(Error::NotFound(_)) => None,
            Err(other) => return Err(other.into()),
        },
        (None, Some(subject)) => Some(AuditScope::To(subject)),
        (None, None) => Some(AuditScope::All),
    };
    let audit = call.blog().audit();
    let query = AuditQuery {
        scope: scope.clone().unwrap_or_default(),
        action: action.as_deref().and_then(AuditAction::from_word),
        page: PageRequest::new(call.after()?, PAGE),
    };
    let (mut found, users) = audit.list(&call.actor, &query).await?;
    if scope.is_none() {
        // Nobody of this name did anything.
        found = Page {
            items: Vec::new(),
            next: None,
        };
    }
    let choices = AuditAction::ALL.iter().filter_map(|action| {
        Some(AuditActionView {
            word: action.as_str().to_owned(),
            label: label(*action)?,
        })
    });
    let page = AuditPage {
        records: found
            .items
            .iter()
            .map(|record| line(record, &users))
            .collect(),
        actions: choices.collect(),
        filtered: !path.ends_with('?'),
        pager: PagerView::new(
            path.trim_end_matches('?'),
            call.query("after").as_deref(),
            models::cursor(found.next),
        ),
        form,
    };
    call.page(&call.chrome(AUDIT), &page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_words() {
        for action in AuditAction::ALL {
            assert!(label(*action).is_some(), "{action}");
        }
    }
}
