//! Pages with everything that may stand on them.

use super::*;

/// Name and HTML of every page with all of its parts, `text` in each place that takes one.
pub(crate) fn full_pages(
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
    for (is_ready, ask_password) in [(false, true), (true, false), (true, true)] {
        pages.add(&ExportPage {
            form: refused("/account/export", text, &["password"]),
            fetch_form: refused("/account/export/fetch", text, &["password"]),
            ask_password,
            export: Some(ExportView {
                done: 3,
                total: 7,
                bytes: is_ready.then_some(5_000_000_000),
                ready_at: is_ready.then_some(NOW),
                expires_at: is_ready.then_some(NOW),
            }),
        });
    }
    for (key, since) in [
        (None, None),
        (Some(text.to_owned()), None),
        (None, Some(NOW)),
    ] {
        for required in [true, false] {
            pages.add(&SecondFactorPage {
                required,
                ask_password: true,
                form: refused("/account/second-factor/begin", text, &["password", "code"]),
                key: key.clone(),
                since,
                codes_left: 1,
                failures: 2,
                codes_form: refused("/account/second-factor/codes", text, &["password", "code"]),
                off_form: refused("/account/second-factor/off", text, &["password", "code"]),
            });
        }
    }
    pages.add(&RecoveryCodesPage {
        codes: vec![text.to_owned(), text.to_owned()],
    });
    pages.add(&SecondStepPage {
        form: refused("/account/login/code", text, &["code", "next", "remember"]),
    });
    pages.add(&LeavePage {
        form: refused("/account/delete", text, &["password"]),
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
    for sent in [true, false] {
        pages.add(&ForgotPage {
            form: refused("/account/forgot", text, &["login"]),
            sent,
        });
    }
    pages.add(&ResetPage {
        form: refused("/account/reset", text, &["token", "password"]),
        username: text.to_owned(),
    });
    pages.add(&PasswordPage {
        form: refused("/account/password", text, &["current", "password"]),
    });
    for verified in [true, false] {
        pages.add(&EmailPage {
            form: refused("/account/email", text, &["email", "password"]),
            email: Some(text.to_owned()),
            verified,
        });
        pages.add(&AddressLinkPage {
            form: refused("/account/verify", text, &["token"]),
            username: text.to_owned(),
            email: text.to_owned(),
            undo: verified,
        });
    }
    pages.add(&SessionsPage {
        sessions: [true, false]
            .map(|own| SessionView {
                id: "a".to_owned(),
                device: text.to_owned(),
                own,
                began_at: NOW,
                seen_at: NOW,
                ends_at: NOW,
            })
            .into(),
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
        coloured: true,
        published: false,
        can_edit: true,
    });
    pages.add(&AdminPage { can_manage: true });
    pages.add(&AdminPostsPage {
        posts: vec![
            card(text, PostStatus::Published),
            card(text, PostStatus::Draft),
        ],
        show: "published".to_owned(),
        can_manage: true,
        pager: pager(),
    });
    let queued = QueuedCommentView {
        id: "b".to_owned(),
        version: 1,
        author: Some(person(text)),
        body: SafeHtml::from_sanitised(BODIES[1].to_owned()),
        created_at: NOW,
        pending: true,
        post_slug: text.to_owned(),
        post_title: text.to_owned(),
        reasons: vec![text.to_owned()],
    };
    pages.add(&CommentQueuePage {
        comments: vec![
            QueuedCommentView {
                id: "a".to_owned(),
                author: None,
                ..queued.clone()
            },
            queued,
        ],
        can_moderate: true,
        can_manage: true,
        form: refused("/admin/comments", text, &["comment", "decision"]),
        pager: pager(),
    });
    pages.add(&CommentReportPage {
        form: refused("/comments/a/report", text, &["reason"]),
    });
    pages.add(&UsersPage {
        query: text.to_owned(),
        users: vec![user_line(text)],
        pager: pager(),
    });
    for suspended in [true, false] {
        pages.add(&UserPage {
            user: UserLineView {
                suspended,
                blocked: suspended,
                ..user_line(text)
            },
            reason: text.to_owned(),
            subject: text.to_owned(),
            erase_at: Some(NOW),
            own: true,
            can_manage: true,
            can_change: true,
            can_block: true,
            ask_password: true,
            role_form: refused("/admin/users/a/role", text, &["role", "password"]),
            suspend_form: refused("/admin/users/a/suspend", text, &["reason", "password"]),
        });
    }
    let record = AuditLineView {
        number: 1,
        at: NOW,
        by: Some(person(text)),
        origin: text.to_owned(),
        label: Some(phrase(text)),
        word: text.to_owned(),
        subject: text.to_owned(),
        to_person: Some(person(text)),
        detail: text.to_owned(),
    };
    let invitation = InvitationView {
        maker: Some(person(text)),
        id: text.to_owned(),
        role: phrase(text),
        made_at: NOW,
        until: NOW,
        used_at: None,
        over: true,
    };
    pages.add(&InvitationsPage {
        invitations: vec![
            InvitationView {
                used_at: Some(NOW),
                ..invitation.clone()
            },
            invitation,
        ],
        days: vec![1, 7],
        form: refused("/admin/invitations", text, &["role", "days"]),
        made: Some(text.to_owned()),
        pager: pager(),
    });
    pages.add(&AuditPage {
        records: vec![
            record.clone(),
            AuditLineView {
                by: None,
                label: None,
                to_person: None,
                ..record
            },
        ],
        actions: vec![AuditActionView {
            word: text.to_owned(),
            label: phrase(text),
        }],
        form: refused("/admin/audit", text, &["action", "user", "to"]),
        filtered: true,
        pager: pager(),
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
            hold_first_comments: true,
            comment_links: 5,
            require_second_factor: true,
            updated_at: NOW,
        }),
    });
    pages.add(&FilesPage {
        files: vec![
            object(text, Some("a"), Some(480)),
            object(text, Some("a"), None),
            object(text, None, None),
        ],
        usage: usage(true),
        pager: pager(),
    });
    pages.add(&DriftPage {
        bucket: text.to_owned(),
        runs: vec![run(text, true), run(text, false)],
        quarantined: vec![QuarantinedView {
            key: text.to_owned(),
            size: 1,
            since: NOW,
        }],
        more: true,
    });
    pages.add(&ErrorView::new(404, text).saying(phrase(text)));
    pages.rendered
}
