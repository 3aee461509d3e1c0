//! Every page with the values that its template wants.

use std::fmt;

use serde::Serialize;

use super::SiteView;
use super::{AuditActionView, AuditLineView, InvitationView, QueuedCommentView, UserLineView};
use super::{
    AuthorView, CardView, ChoiceView, CommentView, DeskView, DiffView, ErrorView, FormView,
    HitView, MediaView, MenuEntryView, Page, PagerView, PictureView, PlacesView, PostView,
    PreviewLinkView, RevisionView, RowView, SafeHtml, SessionView, ShelfView, SourceView,
    StaticPageLineView, StepView, StoredPageView, TagGroupView, TagView, ThreadView, YearView,
};
use super::{ExportView, ObjectView, QuarantinedView, RunView, UsageView};

macro_rules! pages {
    ($($page:ident => $template:literal),+ $(,)?) => {
        $(impl Page for $page {
            const TEMPLATE: &'static str = $template;
        })+

        /// Names of the templates that are pages, in the order of this file.
        pub const TEMPLATES: &[&str] = &[$($template),+];
    };
}

pages! {
    HomePage => "home.html",
    PostPage => "post.html",
    AuthorPage => "author.html",
    TagPage => "tag.html",
    ArchivePage => "archive.html",
    PeriodPage => "period.html",
    TagsPage => "tags.html",
    SearchPage => "search.html",
    EditorPage => "post_form.html",
    ConflictPage => "conflict.html",
    RevisionsPage => "revisions.html",
    PreviewLinksPage => "preview_links.html",
    PreviewPage => "preview.html",
    RevisionPage => "revision.html",
    PostDeletePage => "post_delete.html",
    DraftsPage => "drafts.html",
    LibraryPage => "library.html",
    LibraryItemPage => "library_item.html",
    LibraryDeletePage => "library_delete.html",
    FilesPage => "files.html",
    CommentEditPage => "comment_edit.html",
    CommentDeletePage => "comment_delete.html",
    RegisterPage => "account/register.html",
    LoginPage => "account/login.html",
    ProfilePage => "account/profile.html",
    OwnerPage => "account/owner.html",
    ForgotPage => "account/forgot.html",
    ResetPage => "account/reset.html",
    PasswordPage => "account/password.html",
    ExportPage => "account/export.html",
    LeavePage => "account/delete.html",
    EmailPage => "account/email.html",
    AddressLinkPage => "account/address_link.html",
    SecondFactorPage => "account/second_factor.html",
    RecoveryCodesPage => "account/recovery_codes.html",
    SecondStepPage => "account/second_step.html",
    SessionsPage => "account/sessions.html",
    SettingsPage => "admin/settings.html",
    AdminPage => "admin/index.html",
    AdminPostsPage => "admin/posts.html",
    CommentQueuePage => "admin/comments.html",
    CommentReportPage => "comment_report.html",
    UsersPage => "admin/users.html",
    UserPage => "admin/user.html",
    InvitationsPage => "admin/invitations.html",
    AuditPage => "admin/audit.html",
    StaticPageView => "static_page.html",
    StaticPagesPage => "admin/pages.html",
    StaticPageFormPage => "admin/page_form.html",
    StaticPageDeletePage => "admin/page_delete.html",
    DriftPage => "admin/drift.html",
    ErrorView => "error.html",
}

/// `/`: the newest posts of everybody.
#[derive(Debug, Clone, Serialize)]
pub struct HomePage {
    /// Newest first; on the first page the first one is shown large.
    pub posts: Vec<CardView>,
    /// The way on.
    pub pager: PagerView,
}

/// `/posts/{slug}`.
#[derive(Debug, Clone, Serialize)]
pub struct PostPage {
    /// The post.
    pub post: PostView,
    /// What its author says of themselves; may be empty.
    pub bio: String,
    /// The post that was published before it.
    pub older: Option<CardView>,
    /// The post that was published after it.
    pub newer: Option<CardView>,
    /// Where to read on, besides those two.
    pub related: Vec<CardView>,
    /// Comments, oldest first.
    pub threads: Vec<ThreadView>,
    /// Whether these are the first comments; others have a link back to those.
    pub first_comments: bool,
    /// Cursor for more comments (`?after=`).
    pub more_comments: Option<String>,
    /// The form for a comment or a reply, with the fields `body` and `parent`; none for those who
    /// may not comment. A refused reply has its `parent` set, so that it reopens in its place.
    pub comment_form: Option<FormView>,
}

/// `/@{user}`: an author's own blog.
#[derive(Debug, Clone, Serialize)]
pub struct AuthorPage {
    /// The author.
    pub author: AuthorView,
    /// Their public posts, newest first.
    pub posts: Vec<CardView>,
    /// The way on.
    pub pager: PagerView,
}

/// `/tags/{tag}`.
#[derive(Debug, Clone, Serialize)]
pub struct TagPage {
    /// The tag.
    pub tag: TagView,
    /// Its posts, newest first.
    pub posts: Vec<CardView>,
    /// The way on.
    pub pager: PagerView,
}

/// `/archive`: the years and months that have posts.
#[derive(Debug, Clone, Serialize)]
pub struct ArchivePage {
    /// Newest first.
    pub years: Vec<YearView>,
}

/// `/archive/{year}` and `/archive/{year}/{month}`; with status 404 where nothing was published.
#[derive(Debug, Clone, Serialize)]
pub struct PeriodPage {
    /// The year, with the months of it that have posts.
    pub year: YearView,
    /// 1 to 12; none for the whole year.
    pub month: Option<u8>,
    /// Its posts, newest first.
    pub posts: Vec<CardView>,
    /// The way on.
    pub pager: PagerView,
}

/// `/tags`: every tag that has posts.
#[derive(Debug, Clone, Serialize)]
pub struct TagsPage {
    /// In the order of the alphabet.
    pub groups: Vec<TagGroupView>,
    /// The way on.
    pub pager: PagerView,
}

/// `/search?q=`.
#[derive(Debug, Clone, Serialize)]
pub struct SearchPage {
    /// What was asked, as far as it was looked at; may be empty.
    pub query: String,
    /// Whether more was asked than was looked at.
    pub is_cut: bool,
    /// Whether the query holds a word to look for.
    pub has_words: bool,
    /// The posts that hold every word, newest first.
    pub posts: Vec<HitView>,
    /// Where nothing was found: the newest posts.
    pub newest: Vec<CardView>,
    /// Where nothing was found: tags of those.
    pub tags: Vec<TagView>,
    /// The way on.
    pub pager: PagerView,
}

/// `/write` and `/posts/{slug}/edit`.
#[derive(Debug, Clone, Serialize)]
pub struct EditorPage {
    /// Fields `title`, `body`, `tags`, `status`, `publish_at` (`2026-01-31T18:30`, UTC), `slug`,
    /// `cover` (a media id), `version`, `post` (its id) and `unsaved` (ids of texts that a save ends).
    pub form: FormView,
    /// Where the post lives; none while it is new.
    pub slug: Option<String>,
    /// What stands around the text.
    pub desk: DeskView,
    /// The newest of the writer's media, among them the current cover.
    pub media: Vec<MediaView>,
    /// The form for another file, with the field `alt`.
    pub upload: FormView,
}

/// 409: the post was saved by somebody else meanwhile.
#[derive(Debug, Clone, Serialize)]
pub struct ConflictPage {
    /// Both versions put together, to be saved over the stored one: as the form of [`EditorPage`], with `merging`.
    pub form: FormView,
    /// What stands around the text.
    pub desk: DeskView,
    /// Where the post lives.
    pub slug: String,
    /// When the stored version was saved, in microseconds since the epoch.
    pub stored_at: i64,
    /// In how many places of the text both parts stand between marks.
    pub clashes: usize,
    /// Whether both changed the title.
    pub titles_clash: bool,
    /// The settings that differ.
    pub choices: Vec<ChoiceView>,
    /// The stored version.
    pub theirs: SourceView,
    /// The person's own version, as it was sent.
    pub mine: SourceView,
    /// What differs from the stored text to the person's own.
    pub diff: DiffView,
}

/// `/posts/{slug}/revisions`: every saved state of a post.
#[derive(Debug, Clone, Serialize)]
pub struct RevisionsPage {
    /// Where the post lives.
    pub slug: String,
    /// Its title now.
    pub title: String,
    /// Newest first.
    pub steps: Vec<StepView>,
    /// The way on.
    pub pager: PagerView,
}

/// `/posts/{slug}/revisions/{version}`: two saved states compared.
#[derive(Debug, Clone, Serialize)]
pub struct RevisionPage {
    /// Where the post lives.
    pub slug: String,
    /// Its title now.
    pub title: String,
    /// The version that was asked for.
    pub asked: u64,
    /// The version that the post has now.
    pub current: u64,
    /// The older one; none where the first is compared with nothing.
    pub old: Option<RevisionView>,
    /// The newer one.
    pub new: RevisionView,
    /// The titles compared, where they differ.
    pub titles: Vec<RowView>,
    /// The texts compared.
    pub diff: DiffView,
    /// The form that brings the version back, with the field `version`, the current one; none where it is that.
    pub restore: Option<FormView>,
}

/// `/posts/{slug}/links`: the links that show a post before everybody may see it.
#[derive(Debug, Clone, Serialize)]
pub struct PreviewLinksPage {
    /// Where the post lives.
    pub slug: String,
    /// Its title now.
    pub title: String,
    /// Whether everybody may see it, so that no link is needed.
    pub public: bool,
    /// Those that are good, newest first.
    pub links: Vec<PreviewLinkView>,
    /// For how many days a link may be made; the second is usual.
    pub days: Vec<u16>,
    /// The form for another one, with the field `days`.
    pub form: FormView,
    /// The path below the mount of the link that was just made: it is shown this once.
    pub made: Option<String>,
    /// Its absolute address.
    pub made_address: Option<String>,
    /// Until when that one is good, in microseconds since the epoch.
    pub made_until: Option<i64>,
}

/// `/preview/{token}`: a post for whoever has its link.
#[derive(Debug, Clone, Serialize)]
pub struct PreviewPage {
    /// The post as it is now.
    pub post: PostView,
    /// Until when the link is good, in microseconds since the epoch.
    pub until: i64,
}

/// `/posts/{slug}/delete`: are you sure?
#[derive(Debug, Clone, Serialize)]
pub struct PostDeletePage {
    /// The post.
    pub post: CardView,
    /// Sent to delete it; may carry a `version`.
    pub form: FormView,
}

/// `/drafts`: the writer's own posts.
#[derive(Debug, Clone, Serialize)]
pub struct DraftsPage {
    /// Of any status, last changed first.
    pub posts: Vec<CardView>,
    /// The way on.
    pub pager: PagerView,
}

/// `/library`: the writer's own media.
#[derive(Debug, Clone, Serialize)]
pub struct LibraryPage {
    /// What is looked for, as it was asked; may be empty.
    pub query: String,
    /// Which files are shown.
    pub show: ShelfView,
    /// Whether the writer has no file at all.
    pub blank: bool,
    /// Newest first.
    pub media: Vec<MediaView>,
    /// The way on.
    pub pager: PagerView,
    /// The form for another file, with the field `alt`.
    pub upload: FormView,
}

/// `/library/{id}`.
#[derive(Debug, Clone, Serialize)]
pub struct LibraryItemPage {
    /// The file; none for somebody whose session ended while they described it.
    pub media: Option<MediaView>,
    /// Points along a side of the grid of `/library/{id}/focus`, whose field `focus` is `{column}-{row}`.
    pub steps: u8,
    /// The field `alt`.
    pub form: FormView,
    /// Where it is used.
    pub places: PlacesView,
}

/// `/library/{id}/delete`: are you sure?
#[derive(Debug, Clone, Serialize)]
pub struct LibraryDeletePage {
    /// The file.
    pub media: MediaView,
    /// Where it is used; one that is used stays.
    pub places: PlacesView,
    /// Whether its deletion was refused just now.
    pub refused: bool,
}

/// `/comments/{id}/edit`.
#[derive(Debug, Clone, Serialize)]
pub struct CommentEditPage {
    /// The field `body`.
    pub form: FormView,
    /// Where the comment lives: a path below the mount with its anchor.
    pub back: String,
}

/// `/comments/{id}/delete`: are you sure?
#[derive(Debug, Clone, Serialize)]
pub struct CommentDeletePage {
    /// The comment.
    pub comment: CommentView,
    /// Sent to delete it.
    pub form: FormView,
    /// Where the comment lives: a path below the mount with its anchor.
    pub back: String,
}

/// `/account/register`.
#[derive(Debug, Clone, Serialize)]
pub struct RegisterPage {
    /// Fields `username`, `email` and `password`; `invitation` is sent along when it is set.
    pub form: FormView,
}

/// `/account/login`.
#[derive(Debug, Clone, Serialize)]
pub struct LoginPage {
    /// Fields `login`, `password` and `remember`; `next` is sent along when it is set.
    pub form: FormView,
}

/// `/account/profile`.
#[derive(Debug, Clone, Serialize)]
pub struct ProfilePage {
    /// Fields `display_name`, `bio` and `avatar` (a file).
    pub form: FormView,
    /// The picture so far.
    pub avatar: Option<PictureView>,
}

/// The one-time link of an empty store: the first account, which owns the site.
#[derive(Debug, Clone, Serialize)]
pub struct OwnerPage {
    /// Fields `username`, `email` and `password`; `token` is sent along when it is set.
    pub form: FormView,
}

/// `/account/forgot`.
#[derive(Debug, Clone, Serialize)]
pub struct ForgotPage {
    /// Field `login`.
    pub form: FormView,
    /// Whether a link is on its way, if there is such an account.
    pub sent: bool,
}

/// `/account/reset`.
#[derive(Debug, Clone, Serialize)]
pub struct ResetPage {
    /// Field `password`; `token` is sent along.
    pub form: FormView,
    /// Whose password it sets.
    pub username: String,
}

/// `/account/password`.
#[derive(Debug, Clone, Serialize)]
pub struct PasswordPage {
    /// Fields `current` and `password`.
    pub form: FormView,
}

/// `/account/export`.
#[derive(Debug, Clone, Serialize)]
pub struct ExportPage {
    /// Field `password`.
    pub form: FormView,
    /// Field `password`, before what is ready can be fetched.
    pub fetch_form: FormView,
    /// Whether their password is needed for that.
    pub ask_password: bool,
    /// What there is to fetch, or how far it has come.
    pub export: Option<ExportView>,
}

/// `/account/delete`.
#[derive(Debug, Clone, Serialize)]
pub struct LeavePage {
    /// Field `password`.
    pub form: FormView,
}

/// `/account/second-factor`.
#[derive(Clone, Serialize)]
pub struct SecondFactorPage {
    /// Whether they need one.
    pub required: bool,
    /// Whether the form that begins asks for the password.
    pub ask_password: bool,
    /// Field `password` of the form that begins; field `code` of the one that turns it on, while there is a key.
    pub form: FormView,
    /// The key that waits for its first code, in groups.
    pub key: Option<String>,
    /// Since when it is on, in microseconds since the epoch.
    pub since: Option<i64>,
    /// Recovery codes that are left.
    pub codes_left: u64,
    /// Codes that were refused since one was taken.
    pub failures: u64,
    /// Fields `password` and `code`, for new recovery codes.
    pub codes_form: FormView,
    /// Fields `password` and `code`, to turn it off.
    pub off_form: FormView,
}

/// Hides the key.
impl fmt::Debug for SecondFactorPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecondFactorPage")
            .field("required", &self.required)
            .field("since", &self.since)
            .field("codes_left", &self.codes_left)
            .field("failures", &self.failures)
            .finish_non_exhaustive()
    }
}

/// The answer that shows recovery codes.
#[derive(Clone, Serialize)]
pub struct RecoveryCodesPage {
    /// In groups.
    pub codes: Vec<String>,
}

/// Hides the codes.
impl fmt::Debug for RecoveryCodesPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecoveryCodesPage").finish_non_exhaustive()
    }
}

/// `/account/login/code`.
#[derive(Debug, Clone, Serialize)]
pub struct SecondStepPage {
    /// Fields `code`, `next` and `remember`.
    pub form: FormView,
}

/// `/account/email`.
#[derive(Debug, Clone, Serialize)]
pub struct EmailPage {
    /// Fields `email` and `password`.
    pub form: FormView,
    /// The address that they have.
    pub email: Option<String>,
    /// Whether it is verified.
    pub verified: bool,
}

/// `/account/verify` and `/account/undo`: what the link of a mail leads to.
#[derive(Debug, Clone, Serialize)]
pub struct AddressLinkPage {
    /// `token` is sent along.
    pub form: FormView,
    /// Whose account it is.
    pub username: String,
    /// The address that becomes theirs.
    pub email: String,
    /// Whether it takes a change back.
    pub undo: bool,
}

/// `/account/sessions`.
#[derive(Debug, Clone, Serialize)]
pub struct SessionsPage {
    /// The own one first, then newest first.
    pub sessions: Vec<SessionView>,
}

/// `/admin/settings`.
#[derive(Debug, Clone, Serialize)]
pub struct SettingsPage {
    /// Fields `title`, `description`, `logo` (a media id), `language`, `page_size`, `footer`, `old_addresses`,
    /// `hold_first_comments`, `comment_links`, `require_second_factor`,
    /// `version`, and for each row of the menu, counted from 1, `menu_place_1`, `menu_label_1` and `menu_target_1`.
    pub form: FormView,
    /// The numbers of the menu's rows.
    pub rows: Vec<usize>,
    /// Where an entry of the menu may well lead: paths below the mount, with the words for them.
    pub targets: Vec<MenuEntryView>,
    /// Pictures that can be the logo, among them the current one.
    pub pictures: Vec<MediaView>,
    /// 409: what somebody else saved meanwhile.
    pub stored: Option<StoredSettingsView>,
}

/// The settings as they are stored: one side of a conflict.
#[derive(Debug, Clone, Serialize)]
pub struct StoredSettingsView {
    /// Name, description, language, logo, menu and footer.
    pub site: SiteView,
    /// Posts on a page of a list.
    pub page_size: u16,
    /// Whether old addresses lead on.
    pub old_addresses: bool,
    /// Whether first comments wait for approval.
    pub hold_first_comments: bool,
    /// The most links of a comment.
    pub comment_links: u16,
    /// Whether editors and admins need a second factor.
    pub require_second_factor: bool,
    /// Microseconds since the epoch.
    pub updated_at: i64,
}

/// `/admin`: where the administration begins.
#[derive(Debug, Clone, Serialize)]
pub struct AdminPage {
    /// Whether there is more for them than posts and comments.
    pub can_manage: bool,
}

/// `/admin/posts`: everybody's posts.
#[derive(Debug, Clone, Serialize)]
pub struct AdminPostsPage {
    /// Last changed first.
    pub posts: Vec<CardView>,
    /// `draft`, `published`, `unlisted`, or nothing for all.
    pub show: String,
    /// As in [`AdminPage`].
    pub can_manage: bool,
    /// The way on.
    pub pager: PagerView,
}

/// `/admin/comments`: what waits or was reported.
#[derive(Debug, Clone, Serialize)]
pub struct CommentQueuePage {
    /// Newest first.
    pub comments: Vec<QueuedCommentView>,
    /// Whether these are everybody's, and not those on own posts only.
    pub can_moderate: bool,
    /// As in [`AdminPage`].
    pub can_manage: bool,
    /// Fields `comment` (ids) and `decision` (`approve` or `delete`).
    pub form: FormView,
    /// The way on.
    pub pager: PagerView,
}

/// `/comments/{id}/report`.
#[derive(Debug, Clone, Serialize)]
pub struct CommentReportPage {
    /// Field `reason`.
    pub form: FormView,
}

/// `/admin/users`.
#[derive(Debug, Clone, Serialize)]
pub struct UsersPage {
    /// What is looked for; may be empty.
    pub query: String,
    /// In the order of their names.
    pub users: Vec<UserLineView>,
    /// The way on.
    pub pager: PagerView,
}

/// `/admin/users/{user}`.
#[derive(Debug, Clone, Serialize)]
pub struct UserPage {
    /// Whom.
    pub user: UserLineView,
    /// Why they are suspended; may be empty.
    pub reason: String,
    /// As the audit log names them.
    pub subject: String,
    /// When they are erased, if they asked for that, in microseconds since the epoch.
    pub erase_at: Option<i64>,
    /// Whether it is the one who looks.
    pub own: bool,
    /// As in [`AdminPage`].
    pub can_manage: bool,
    /// Whether role and suspension are theirs to change.
    pub can_change: bool,
    /// Whether the right to comment is.
    pub can_block: bool,
    /// Whether the one who looks must give their password again.
    pub ask_password: bool,
    /// Fields `role` and `password`.
    pub role_form: FormView,
    /// Fields `reason` and `password`.
    pub suspend_form: FormView,
}

/// `/admin/invitations`.
#[derive(Debug, Clone, Serialize)]
pub struct InvitationsPage {
    /// Newest first.
    pub invitations: Vec<InvitationView>,
    /// For how many days one may be made; the second is usual.
    pub days: Vec<u16>,
    /// Fields `role` and `days`.
    pub form: FormView,
    /// The absolute address of the one that was just made: it is shown this once.
    pub made: Option<String>,
    /// The way on.
    pub pager: PagerView,
}

/// `/admin/audit`.
#[derive(Debug, Clone, Serialize)]
pub struct AuditPage {
    /// Newest first.
    pub records: Vec<AuditLineView>,
    /// What can be looked for.
    pub actions: Vec<AuditActionView>,
    /// Fields `action`, `user` and `to`, sent by GET.
    pub form: FormView,
    /// Whether something is looked for.
    pub filtered: bool,
    /// The way on.
    pub pager: PagerView,
}

/// `/pages/{slug}`: a static page.
#[derive(Debug, Clone, Serialize)]
pub struct StaticPageView {
    /// Its word in the address.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Its text, with addresses for its media.
    pub body: SafeHtml,
    /// Whether it has code in colours.
    pub coloured: bool,
    /// Whether everybody sees it.
    pub published: bool,
    /// Whether the reader may change it.
    pub can_edit: bool,
}

/// `/admin/pages`: every static page.
#[derive(Debug, Clone, Serialize)]
pub struct StaticPagesPage {
    /// Newest first.
    pub pages: Vec<StaticPageLineView>,
    /// The way on.
    pub pager: PagerView,
}

/// `/admin/pages/new` and `/admin/pages/{slug}`.
#[derive(Debug, Clone, Serialize)]
pub struct StaticPageFormPage {
    /// Fields `title`, `slug`, `body`, `status` (`draft` or `published`), `in_menu` and `version`.
    pub form: FormView,
    /// Its word in the address; none while it is new.
    pub slug: Option<String>,
    /// 409: what somebody else saved meanwhile.
    pub stored: Option<StoredPageView>,
}

/// `/admin/pages/{slug}/delete`: are you sure?
#[derive(Debug, Clone, Serialize)]
pub struct StaticPageDeletePage {
    /// Its title.
    pub title: String,
    /// Its word in the address.
    pub slug: String,
    /// Whether everybody sees it.
    pub published: bool,
    /// Sent to delete it, with its `version`.
    pub form: FormView,
}

/// `/library/files`: what of the reader's is stored.
#[derive(Debug, Clone, Serialize)]
pub struct FilesPage {
    /// Newest first.
    pub files: Vec<ObjectView>,
    /// What all of them come to.
    pub usage: UsageView,
    /// The way on.
    pub pager: PagerView,
}

/// `/admin/drift`: where the bucket and its index differed.
#[derive(Debug, Clone, Serialize)]
pub struct DriftPage {
    /// The bucket.
    pub bucket: String,
    /// The last comparisons, newest first; the first one with what it found.
    pub runs: Vec<RunView>,
    /// Objects in quarantine, the first of them.
    pub quarantined: Vec<QuarantinedView>,
    /// Whether there are more of them.
    pub more: bool,
}
