//! Pages with nothing that may be missing.

use super::*;

/// Name and HTML of every page with nothing in it.
pub(crate) fn bare_pages(view: &View, chrome: &PageChrome) -> Vec<(&'static str, String)> {
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
    pages.add(&ExportPage {
        form: form(),
        fetch_form: form(),
        ask_password: true,
        export: None,
    });
    pages.add(&SecondFactorPage {
        required: false,
        ask_password: false,
        form: form(),
        key: None,
        since: None,
        codes_left: 0,
        failures: 0,
        codes_form: form(),
        off_form: form(),
    });
    pages.add(&RecoveryCodesPage { codes: Vec::new() });
    pages.add(&SecondStepPage { form: form() });
    pages.add(&LeavePage { form: form() });
    pages.add(&LoginPage { form: form() });
    pages.add(&ForgotPage {
        form: form(),
        sent: false,
    });
    pages.add(&ResetPage {
        form: form(),
        username: String::new(),
    });
    pages.add(&PasswordPage { form: form() });
    pages.add(&EmailPage {
        form: form(),
        email: None,
        verified: false,
    });
    pages.add(&AddressLinkPage {
        form: form(),
        username: String::new(),
        email: String::new(),
        undo: false,
    });
    pages.add(&SessionsPage {
        sessions: Vec::new(),
    });
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
        coloured: false,
        published: true,
        can_edit: false,
    });
    pages.add(&AdminPage { can_manage: false });
    pages.add(&AdminPostsPage {
        posts: Vec::new(),
        show: String::new(),
        can_manage: false,
        pager: PagerView::new("/admin/posts", None, None),
    });
    pages.add(&CommentQueuePage {
        comments: Vec::new(),
        can_moderate: false,
        can_manage: false,
        form: form(),
        pager: PagerView::new("/admin/comments", None, None),
    });
    pages.add(&CommentReportPage { form: form() });
    pages.add(&UsersPage {
        query: String::new(),
        users: Vec::new(),
        pager: PagerView::new("/admin/users", None, None),
    });
    pages.add(&UserPage {
        user: UserLineView {
            person: PersonView::new("a", "", None),
            role: phrase(""),
            email: None,
            verified: false,
            suspended: false,
            blocked: false,
            created_at: NOW,
        },
        reason: String::new(),
        subject: "user:a".to_owned(),
        erase_at: None,
        own: true,
        can_manage: false,
        can_change: false,
        can_block: false,
        ask_password: false,
        role_form: form(),
        suspend_form: form(),
    });
    pages.add(&InvitationsPage {
        invitations: Vec::new(),
        days: Vec::new(),
        form: form(),
        made: None,
        pager: PagerView::new("/admin/invitations", None, None),
    });
    pages.add(&AuditPage {
        records: Vec::new(),
        actions: Vec::new(),
        form: form(),
        filtered: false,
        pager: PagerView::new("/admin/audit", None, None),
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
    pages.add(&FilesPage {
        files: Vec::new(),
        usage: usage(false),
        pager: PagerView::new("/library/files", None, None),
    });
    pages.add(&DriftPage {
        bucket: "1".to_owned(),
        runs: Vec::new(),
        quarantined: Vec::new(),
        more: false,
    });
    pages.add(&ErrorView::new(500, "1"));
    pages.rendered
}
