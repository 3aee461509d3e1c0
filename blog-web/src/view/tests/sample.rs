//! Every page with every part of it filled with one text, or with as little as a page can have.

mod bare;
mod full;
mod parts;

pub(super) use bare::bare_pages;
pub(super) use full::full_pages;
use parts::*;

use blog_core::diff::Diff;
use blog_core::model::focus::Focus;

use crate::view::page::{
    AddressLinkPage, EmailPage, ExportPage, ForgotPage, LeavePage, PasswordPage, ResetPage,
    SessionsPage,
};
use crate::view::page::{
    AdminPage, AdminPostsPage, AuditPage, CommentQueuePage, CommentReportPage, InvitationsPage,
    UserPage, UsersPage,
};
use crate::view::page::{
    ArchivePage, AuthorPage, CommentDeletePage, CommentEditPage, ConflictPage, DraftsPage,
    EditorPage, HomePage, LibraryDeletePage, LibraryItemPage, LibraryPage, LoginPage, OwnerPage,
    PeriodPage, PostDeletePage, PostPage, ProfilePage, RegisterPage, RevisionPage, RevisionsPage,
    SearchPage, TagPage, TagsPage,
};
use crate::view::page::{DriftPage, FilesPage};
use crate::view::page::{PreviewLinksPage, PreviewPage};
use crate::view::page::{RecoveryCodesPage, SecondFactorPage, SecondStepPage};
use crate::view::page::{
    SettingsPage, StaticPageDeletePage, StaticPageFormPage, StaticPageView, StaticPagesPage,
    StoredSettingsView,
};
use crate::view::{
    ArticleView, AuthorView, CardView, ChoiceView, CommentView, DeskView, DiffView, ErrorView,
    FlashKind, FlashView, FormView, HitView, Lang, MarkView, MediaKind, MediaView, MonthView,
    OptionView, Page, PageChrome, PagerView, PersonView, Phrase, PictureView, PlacesView,
    PostPlaceView, PostStatus, PostView, PreviewView, ProofView, RevisionView, SafeHtml, ShelfView,
    SiteView, SourceView, StepView, StructuredData, TagCountView, TagGroupView, TagView,
    ThreadView, TocView, UnsavedView, View, ViewerView, WidthView, YearView,
};
use crate::view::{
    AuditActionView, AuditLineView, InvitationView, QueuedCommentView, UserLineView,
};
use crate::view::{DriftView, ObjectView, QuarantinedView, RunView, UsageView};
use crate::view::{ExportView, PreviewLinkView, SessionView};
use crate::view::{MenuEntryView, StaticPageLineView, StoredPageView};

const NOW: i64 = 1_769_884_205_000_000;

/// The sanitised texts of posts and comments.
pub(super) const BODIES: [&str; 2] = ["<p>A <em>sanitised</em> body.</p>", "<p>Well said.</p>"];

/// Chrome for somebody logged in, with every part present.
pub(super) fn full_chrome(text: &str) -> PageChrome {
    let mut chrome = PageChrome::new(site(text), "/write");
    chrome.viewer = Some(ViewerView {
        person: person(text),
        can_write: true,
        can_moderate: true,
    });
    chrome.flashes = [FlashKind::Success, FlashKind::Info, FlashKind::Error]
        .map(|kind| FlashView {
            kind,
            text: phrase(text),
            saved: Some(text.to_owned()),
        })
        .into();
    chrome.next = Some(text.to_owned());
    chrome.description = Some(text.to_owned());
    chrome.canonical = Some("https://blog.example/blog/posts/a".to_owned());
    chrome.prev_page = Some("https://blog.example/blog/posts/b".to_owned());
    chrome.next_page = Some("https://blog.example/blog/?after=a".to_owned());
    chrome.preview = Some(PreviewView {
        address: "https://blog.example/blog/media/a.jpg".to_owned(),
        width: 1200,
        height: 630,
        alt: text.to_owned(),
        large: true,
    });
    chrome.article = Some(ArticleView {
        published_at: NOW,
        updated_at: NOW,
        author: text.to_owned(),
        author_page: "https://blog.example/blog/@a".to_owned(),
        tags: vec![text.to_owned(), text.to_owned()],
    });
    chrome.data = Some(StructuredData::new(vec![structured(text)]));
    chrome.noindex = true;
    chrome
}

/// What the full chrome tells programs.
pub(super) fn structured(text: &str) -> serde_json::Value {
    serde_json::json!({ "@type": "BlogPosting", "headline": text, text: [text] })
}

/// Chrome for a stranger, with nothing optional.
pub(super) fn bare_chrome() -> PageChrome {
    let mut chrome = PageChrome::new(bare_site(), "/");
    chrome.feeds.clear();
    chrome
}

struct Pages<'a> {
    view: &'a View,
    chrome: &'a PageChrome,
    rendered: Vec<(&'static str, String)>,
}

impl<'a> Pages<'a> {
    fn new(view: &'a View, chrome: &'a PageChrome) -> Self {
        Self {
            view,
            chrome,
            rendered: Vec::new(),
        }
    }

    fn add<P: Page>(&mut self, page: &P) {
        let html = self
            .view
            .render(self.chrome, page)
            .unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)));
        self.rendered.push((P::TEMPLATE, html));
    }
}
