//! Every page with every part of it filled with one text, or with as little as a page can have.

use blog_core::diff::Diff;
use blog_core::model::focus::Focus;

use crate::view::PreviewLinkView;
use crate::view::page::{
    ArchivePage, AuthorPage, CommentDeletePage, CommentEditPage, ConflictPage, DraftsPage,
    EditorPage, HomePage, LibraryDeletePage, LibraryItemPage, LibraryPage, LoginPage, OwnerPage,
    PeriodPage, PostDeletePage, PostPage, ProfilePage, RegisterPage, RevisionPage, RevisionsPage,
    SearchPage, TagPage, TagsPage,
};
use crate::view::page::{PreviewLinksPage, PreviewPage};
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
use crate::view::{MenuEntryView, StaticPageLineView, StoredPageView};

const NOW: i64 = 1_769_884_205_000_000;

/// The sanitised texts of posts and comments.
pub(super) const BODIES: [&str; 2] = ["<p>A <em>sanitised</em> body.</p>", "<p>Well said.</p>"];

/// Everything that may stand around a text.
fn desk(text: &str) -> DeskView {
    DeskView {
        fresh: true,
        unsaved: vec![
            UnsavedView {
                id: text.to_owned(),
                title: text.to_owned(),
                excerpt: text.to_owned(),
                saved_at: NOW,
                step: 3,
                path: format!("/write?unsaved={text}"),
            },
            UnsavedView {
                id: "a".to_owned(),
                title: String::new(),
                excerpt: String::new(),
                saved_at: NOW,
                step: 1,
                path: "/write?unsaved=a".to_owned(),
            },
        ],
        preview: Some(ProofView {
            title: text.to_owned(),
            html: SafeHtml::from_sanitised(BODIES[0].to_owned()),
        }),
    }
}

/// Chrome for somebody logged in, with every part present.
pub(super) fn full_chrome(text: &str) -> PageChrome {
    let mut chrome = PageChrome::new(site(text), "/write");
    chrome.viewer = Some(ViewerView {
        person: person(text),
        can_write: true,
        can_manage: true,
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

/// Name and HTML of every page with all of its parts, `text` in each place that takes one.
pub(super) fn full_pages(
    view: &View,
    chrome: &PageChrome,
    text: &str,
) -> Vec<(&'static str, String)> {
    let mut pages = Pages::new(view, chrome);
    let pager = || PagerView::new("/tags/a", Some("x"), Some(text.to_owned()));
    let cards = || {
        [
            PostStatus::Published,
            PostStatus::Draft,
            PostStatus::Scheduled,
            PostStatus::Unlisted,
        ]
        .map(|status| card(text, status))
        .to_vec()
    };
    pages.add(&HomePage {
        posts: cards(),
        pager: PagerView::new("/", None, Some(text.to_owned())),
    });
    pages.add(&PostPage {
        post: post(text),
        bio: text.to_owned(),
        older: Some(card(text, PostStatus::Published)),
        newer: Some(card(text, PostStatus::Published)),
        related: vec![card(text, PostStatus::Published)],
        first_comments: false,
        threads: vec![
            ThreadView {
                comment: comment(text, "1"),
                replies: vec![comment(text, "2"), comment(text, "3")],
            },
            ThreadView {
                comment: CommentView {
                    author: None,
                    deleted: true,
                    ..comment(text, "4")
                },
                replies: vec![comment(text, "5")],
            },
        ],
        more_comments: Some(text.to_owned()),
        comment_form: Some(refused("/posts/a/comments", text, &["body"]).value("parent", "1")),
    });
    pages.add(&AuthorPage {
        author: AuthorView {
            person: person(text),
            bio: text.to_owned(),
            posts: Some(12_345),
        },
        posts: cards(),
        pager: pager(),
    });
    pages.add(&TagPage {
        tag: tag(text),
        posts: cards(),
        pager: pager(),
    });
    pages.add(&ArchivePage {
        years: vec![year(text), year(text)],
    });
    pages.add(&PeriodPage {
        year: year(text),
        month: Some(12),
        posts: cards(),
        pager: pager(),
    });
    pages.add(&TagsPage {
        groups: ["A", text]
            .map(|letter| TagGroupView {
                letter: letter.to_owned(),
                tags: vec![TagCountView {
                    tag: tag(text),
                    posts: 12_345,
                }],
            })
            .into(),
        pager: pager(),
    });
    pages.add(&SearchPage {
        query: text.to_owned(),
        is_cut: true,
        has_words: true,
        newest: cards(),
        tags: vec![tag(text)],
        posts: vec![HitView {
            card: card(text, PostStatus::Published),
            title: pieces(text),
            excerpt: pieces(text),
        }],
        pager: pager(),
    });
    pages.add(&EditorPage {
        form: refused("/posts/a/edit", text, &POST_FIELDS),
        slug: Some(text.to_owned()),
        desk: desk(text),
        media: media(text),
        upload: refused("/media/uploads", text, &["file", "alt"]),
    });
    let option = |value: &str, words, picture| OptionView {
        value: value.to_owned(),
        words,
        text: None,
        picture,
    };
    pages.add(&ConflictPage {
        form: refused("/posts/a/edit", text, &POST_FIELDS).value("merging", "1"),
        desk: desk(text),
        slug: text.to_owned(),
        stored_at: NOW,
        clashes: 2,
        titles_clash: true,
        choices: vec![
            ChoiceView {
                field: "status",
                title: Phrase::new("conflict-status"),
                theirs: option("published", Some(Phrase::new("conflict-published")), None),
                mine: option("draft", Some(Phrase::new("conflict-draft")), None),
            },
            ChoiceView {
                field: "cover",
                title: Phrase::new("conflict-cover"),
                theirs: option("", Some(Phrase::new("conflict-no-cover")), None),
                mine: option("1", None, Some(picture(text))),
            },
            ChoiceView {
                field: "slug",
                title: Phrase::new("conflict-address"),
                theirs: option("", Some(Phrase::new("conflict-no-address")), None),
                mine: OptionView {
                    text: Some(text.to_owned()),
                    ..option("a", None, None)
                },
            },
        ],
        theirs: source(text),
        mine: source(text),
        diff: diff(text),
    });
    let step = |version| StepView {
        saved: revision(text, version),
        bytes: 1_000,
        longer: 10,
        shorter: 0,
        old_title: Some(text.to_owned()),
    };
    pages.add(&RevisionsPage {
        slug: text.to_owned(),
        title: text.to_owned(),
        steps: vec![
            step(3),
            StepView {
                longer: 0,
                shorter: 10,
                ..step(2)
            },
            step(1),
        ],
        pager: PagerView::new("/posts/a/revisions", Some("9"), Some("1".to_owned())),
    });
    let diff = DiffView {
        left_out: 3,
        ..diff(text)
    };
    pages.add(&RevisionPage {
        slug: text.to_owned(),
        title: text.to_owned(),
        asked: 2,
        current: 3,
        old: Some(revision(text, 2)),
        new: revision(text, 3),
        titles: diff.stretches[1].rows.clone(),
        diff,
        restore: Some(refused("/posts/a/revisions/2/restore", text, &["version"])),
    });
    pages.add(&PostDeletePage {
        post: card(text, PostStatus::Published),
        form: refused("/posts/a/delete", text, &["version"]),
    });
    pages.add(&DraftsPage {
        posts: cards(),
        pager: pager(),
    });
    pages.add(&LibraryPage {
        query: text.to_owned(),
        show: ShelfView::Unused,
        blank: false,
        media: media(text),
        pager: pager(),
        upload: refused("/media/uploads", text, &["file", "alt"]),
    });
    for media in media(text) {
        pages.add(&LibraryItemPage {
            media: Some(media.clone()),
            steps: Focus::STEPS,
            form: refused("/library/1/alt", text, &["alt"]),
            places: places(text),
        });
        pages.add(&LibraryDeletePage {
            media,
            places: places(text),
            refused: true,
        });
    }
    pages.add(&CommentEditPage {
        form: refused("/comments/1/edit", text, &["body", "version"]),
        back: "/posts/a#comment-1".to_owned(),
    });
    pages.add(&CommentDeletePage {
        comment: comment(text, "1"),
        form: refused("/comments/1/delete", text, &["version"]),
        back: "/posts/a#comment-1".to_owned(),
    });
    pages.add(&RegisterPage {
        form: refused(
            "/account/register",
            text,
            &["username", "email", "password"],
        ),
    });
    pages.add(&LoginPage {
        form: refused(
            "/account/login",
            text,
            &["login", "password", "remember", "next"],
        ),
    });
    pages.add(&ProfilePage {
        form: refused("/account/profile", text, &["display_name", "bio", "avatar"]),
        avatar: Some(picture(text)),
    });
    pages.add(&OwnerPage {
        form: refused(
            "/account/owner",
            text,
            &["username", "email", "password", "token"],
        ),
    });
    pages.add(&PreviewLinksPage {
        slug: text.to_owned(),
        title: text.to_owned(),
        public: false,
        links: vec![PreviewLinkView {
            id: "a".to_owned(),
            maker: person(text),
            made_at: NOW,
            until: NOW,
        }],
        days: vec![1, 7, 30],
        form: refused("/posts/a/links", text, &["days"]),
        made: Some(format!("/preview/{text}")),
        made_address: Some(format!("https://blog.example/blog/preview/{text}")),
        made_until: Some(NOW),
    });
    pages.add(&PreviewPage {
        post: post(text),
        until: NOW,
    });
    pages.add(&StaticPageView {
        slug: text.to_owned(),
        title: text.to_owned(),
        body: SafeHtml::from_sanitised(BODIES[0].to_owned()),
        published: false,
        can_edit: true,
    });
    pages.add(&StaticPagesPage {
        pages: [true, false]
            .map(|public| StaticPageLineView {
                slug: text.to_owned(),
                title: text.to_owned(),
                published: public,
                in_menu: public,
                updated_at: NOW,
            })
            .into(),
        pager: pager(),
    });
    pages.add(&StaticPageFormPage {
        form: refused("/admin/pages/a", text, &PAGE_FIELDS),
        slug: Some(text.to_owned()),
        stored: Some(StoredPageView {
            title: text.to_owned(),
            slug: text.to_owned(),
            body: text.to_owned(),
            published: true,
            in_menu: true,
            updated_at: NOW,
        }),
    });
    pages.add(&StaticPageDeletePage {
        title: text.to_owned(),
        slug: text.to_owned(),
        published: true,
        form: refused("/admin/pages/a/delete", text, &["version"]),
    });
    pages.add(&SettingsPage {
        form: refused("/admin/settings", text, &SETTINGS_FIELDS),
        rows: vec![1, 2],
        targets: site(text).menu,
        pictures: media(text),
        stored: Some(StoredSettingsView {
            site: site(text),
            page_size: 10,
            old_addresses: true,
            updated_at: NOW,
        }),
    });
    pages.add(&ErrorView::new(404, text).saying(phrase(text)));
    pages.rendered
}

/// Name and HTML of every page with nothing in it.
pub(super) fn bare_pages(view: &View, chrome: &PageChrome) -> Vec<(&'static str, String)> {
    let mut pages = Pages::new(view, chrome);
    let pager = || PagerView::new("/", None, None);
    let form = || FormView::new("/form");
    let bare_card = || CardView {
        published_at: None,
        tags: Vec::new(),
        cover: None,
        reading_minutes: 0,
        likes: 0,
        comments: 0,
        views: 0,
        author: PersonView::new("a", "", None),
        ..card("", PostStatus::Published)
    };
    pages.add(&HomePage {
        posts: Vec::new(),
        pager: pager(),
    });
    pages.add(&PostPage {
        post: PostView {
            card: bare_card(),
            toc: Vec::new(),
            revised: false,
            liked: false,
            can_like: false,
            can_edit: false,
            can_delete: false,
            ..post("")
        },
        bio: String::new(),
        older: None,
        newer: None,
        related: Vec::new(),
        first_comments: true,
        threads: Vec::new(),
        more_comments: None,
        comment_form: None,
    });
    pages.add(&AuthorPage {
        author: AuthorView {
            person: PersonView::new("a", "", None),
            bio: String::new(),
            posts: None,
        },
        posts: vec![bare_card()],
        pager: pager(),
    });
    pages.add(&TagPage {
        tag: tag(""),
        posts: Vec::new(),
        pager: pager(),
    });
    pages.add(&ArchivePage { years: Vec::new() });
    pages.add(&PeriodPage {
        year: YearView {
            months: Vec::new(),
            ..year("")
        },
        month: None,
        posts: Vec::new(),
        pager: pager(),
    });
    pages.add(&TagsPage {
        groups: Vec::new(),
        pager: pager(),
    });
    pages.add(&SearchPage {
        query: String::new(),
        is_cut: false,
        has_words: false,
        newest: Vec::new(),
        tags: Vec::new(),
        posts: Vec::new(),
        pager: pager(),
    });
    pages.add(&EditorPage {
        form: form(),
        slug: None,
        desk: DeskView::default(),
        media: Vec::new(),
        upload: form(),
    });
    pages.add(&ConflictPage {
        form: form(),
        desk: DeskView::default(),
        slug: String::new(),
        stored_at: 0,
        clashes: 0,
        titles_clash: false,
        choices: Vec::new(),
        theirs: source(""),
        mine: source(""),
        diff: DiffView::default(),
    });
    pages.add(&RevisionsPage {
        slug: String::new(),
        title: String::new(),
        steps: Vec::new(),
        pager: pager(),
    });
    pages.add(&RevisionPage {
        slug: String::new(),
        title: String::new(),
        asked: 1,
        current: 1,
        old: None,
        new: RevisionView {
            editor: None,
            ..revision("", 1)
        },
        titles: Vec::new(),
        diff: DiffView::default(),
        restore: None,
    });
    pages.add(&PostDeletePage {
        post: bare_card(),
        form: form(),
    });
    pages.add(&DraftsPage {
        posts: Vec::new(),
        pager: pager(),
    });
    for (show, blank) in [
        (ShelfView::All, true),
        (ShelfView::Unused, false),
        (ShelfView::Videos, false),
    ] {
        pages.add(&LibraryPage {
            query: String::new(),
            show,
            blank,
            media: Vec::new(),
            pager: pager(),
            upload: form(),
        });
    }
    pages.add(&LibraryItemPage {
        media: None,
        steps: Focus::STEPS,
        form: form(),
        places: PlacesView::default(),
    });
    pages.add(&LibraryDeletePage {
        media: media("").remove(0),
        places: PlacesView::default(),
        refused: false,
    });
    pages.add(&CommentEditPage {
        form: form(),
        back: "/".to_owned(),
    });
    pages.add(&CommentDeletePage {
        comment: CommentView {
            author: None,
            ..comment("", "1")
        },
        form: form(),
        back: "/".to_owned(),
    });
    pages.add(&RegisterPage { form: form() });
    pages.add(&LoginPage { form: form() });
    pages.add(&ProfilePage {
        form: form(),
        avatar: None,
    });
    pages.add(&OwnerPage { form: form() });
    pages.add(&PreviewLinksPage {
        slug: "a".to_owned(),
        title: "a".to_owned(),
        public: true,
        links: Vec::new(),
        days: Vec::new(),
        form: form(),
        made: None,
        made_address: None,
        made_until: None,
    });
    pages.add(&PreviewPage {
        post: PostView {
            toc: Vec::new(),
            card: bare_card(),
            ..post("a")
        },
        until: 0,
    });
    pages.add(&StaticPageView {
        slug: "a".to_owned(),
        title: String::new(),
        body: SafeHtml::from_sanitised(String::new()),
        published: true,
        can_edit: false,
    });
    pages.add(&StaticPagesPage {
        pages: Vec::new(),
        pager: PagerView::new("/admin/pages", None, None),
    });
    pages.add(&StaticPageFormPage {
        form: form(),
        slug: None,
        stored: None,
    });
    pages.add(&StaticPageDeletePage {
        title: String::new(),
        slug: "a".to_owned(),
        published: false,
        form: form(),
    });
    pages.add(&SettingsPage {
        form: form(),
        rows: Vec::new(),
        targets: Vec::new(),
        pictures: Vec::new(),
        stored: None,
    });
    pages.add(&ErrorView::new(500, "1"));
    pages.rendered
}

const SETTINGS_FIELDS: [&str; 13] = [
    "title",
    "description",
    "logo",
    "language",
    "page_size",
    "footer",
    "old_addresses",
    "version",
    "menu_place_1",
    "menu_label_1",
    "menu_target_1",
    "menu_label_2",
    "menu_target_2",
];

const PAGE_FIELDS: [&str; 6] = ["title", "slug", "body", "status", "in_menu", "version"];

const POST_FIELDS: [&str; 8] = [
    "title",
    "body",
    "tags",
    "status",
    "publish_at",
    "slug",
    "cover",
    "version",
];

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

fn site(text: &str) -> SiteView {
    let menu = [("/b", false), ("https://other.example/", true)];
    let menu = menu.map(|(target, outside)| MenuEntryView {
        label: text.to_owned(),
        target: target.to_owned(),
        outside,
    });
    SiteView {
        title: text.to_owned(),
        description: text.to_owned(),
        lang: Lang::En,
        logo: Some(picture(text)),
        menu: menu.into(),
        footer: text.to_owned(),
    }
}

fn bare_site() -> SiteView {
    SiteView {
        logo: None,
        menu: Vec::new(),
        ..site("")
    }
}

fn choices(text: &str) -> Vec<WidthView> {
    [480, 960]
        .map(|width| WidthView {
            width,
            src: format!("/media/{text}?w={width}"),
        })
        .into()
}

fn picture(text: &str) -> PictureView {
    PictureView {
        src: format!("/media/{text}"),
        small: format!("/media/{text}?w=480"),
        choices: choices(text),
        width: 1200,
        height: 800,
        focus: Focus::from_percent(100, 0).into(),
        alt: text.to_owned(),
    }
}

fn person(text: &str) -> PersonView {
    PersonView::new(text, text, Some(picture(text)))
}

fn tag(text: &str) -> TagView {
    TagView {
        name: text.to_owned(),
        slug: text.to_owned(),
    }
}

fn pieces(text: &str) -> Vec<MarkView> {
    [true, false]
        .map(|hit| MarkView {
            text: text.to_owned(),
            hit,
        })
        .into()
}

fn year(text: &str) -> YearView {
    YearView {
        year: "2026".to_owned(),
        path: format!("/archive/{text}"),
        posts: 3,
        months: [12, 1]
            .map(|month| MonthView {
                month,
                path: format!("/archive/{text}"),
                posts: u64::from(month),
            })
            .into(),
    }
}

pub(super) fn card(text: &str, status: PostStatus) -> CardView {
    CardView {
        slug: text.to_owned(),
        title: text.to_owned(),
        excerpt: text.to_owned(),
        author: person(text),
        status,
        published_at: Some(NOW),
        updated_at: NOW,
        tags: vec![tag(text), tag("b")],
        cover: Some(picture(text)),
        reading_minutes: 4,
        likes: 1,
        comments: 2,
        views: 12_345,
    }
}

fn post(text: &str) -> PostView {
    PostView {
        id: text.to_owned(),
        card: card(text, PostStatus::Unlisted),
        body: SafeHtml::from_sanitised(BODIES[0].to_owned()),
        coloured: true,
        toc: [2, 3, 2]
            .map(|level| TocView {
                level,
                id: "h-a".to_owned(),
                text: text.to_owned(),
            })
            .into(),
        revised: true,
        liked: true,
        can_like: true,
        can_edit: true,
        can_delete: true,
    }
}

fn comment(text: &str, id: &str) -> CommentView {
    CommentView {
        id: id.to_owned(),
        path: format!("/posts/{text}/comments/{id}"),
        author: Some(person(text)),
        body: SafeHtml::from_sanitised(BODIES[1].to_owned()),
        created_at: NOW,
        edited_at: Some(NOW),
        deleted: false,
        by_post_author: true,
        can_edit: true,
        can_delete: true,
    }
}

fn media(text: &str) -> Vec<MediaView> {
    let one = |id: &str, kind, ready| MediaView {
        id: id.to_owned(),
        kind,
        src: format!("/media/{text}"),
        small: format!("/media/{text}?w=480"),
        choices: choices(text),
        width: Some(1200),
        height: Some(800),
        focus: Focus::from_percent(0, 67).into(),
        alt: text.to_owned(),
        name: text.to_owned(),
        bytes: 1_234_567,
        created_at: NOW,
        snippet: format!("![{text}](media:1)"),
        ready,
    };
    vec![
        one("1", MediaKind::Image, true),
        one("2", MediaKind::Video, true),
        one("3", MediaKind::Video, false),
    ]
}

fn places(text: &str) -> PlacesView {
    let post = |status, as_cover| PostPlaceView {
        slug: text.to_owned(),
        title: text.to_owned(),
        status,
        as_cover,
    };
    PlacesView {
        people: vec![person(text)],
        posts: vec![
            post(PostStatus::Draft, true),
            post(PostStatus::Published, false),
        ],
        elsewhere: true,
        used: true,
    }
}

fn source(text: &str) -> SourceView {
    SourceView {
        title: text.to_owned(),
        tags: text.to_owned(),
        body: text.to_owned(),
    }
}

fn revision(text: &str, version: u64) -> RevisionView {
    RevisionView {
        version,
        title: text.to_owned(),
        editor: Some(person(text)),
        saved_at: NOW,
        current: version == 3,
    }
}

/// A change between folded lines, and a line that is in one text only.
fn diff(text: &str) -> DiffView {
    let lines = format!("{text}\n").repeat(9);
    let (old, new) = (
        format!("{text} ძველი"),
        format!("{text} ახალი\n{text} მეტი"),
    );
    Diff::of(
        &format!("{lines}{old}\n{lines}"),
        &format!("{lines}{new}\n{lines}"),
    )
    .into()
}

fn refused(action: &str, text: &str, fields: &[&str]) -> FormView {
    fields
        .iter()
        .fold(FormView::new(action), |form, field| {
            form.value(*field, text).error(*field, phrase(text))
        })
        .refuse(phrase(text))
}

/// A sentence with the text in its place.
fn phrase(text: &str) -> Phrase {
    Phrase::new("errors-field-unknown").with("field", text)
}
