//! Parts of pages.

use super::*;

/// Everything that may stand around a text.
pub(super) fn desk(text: &str) -> DeskView {
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

pub(super) const SETTINGS_FIELDS: [&str; 16] = [
    "title",
    "description",
    "logo",
    "language",
    "page_size",
    "footer",
    "old_addresses",
    "hold_first_comments",
    "comment_links",
    "require_second_factor",
    "version",
    "menu_place_1",
    "menu_label_1",
    "menu_target_1",
    "menu_label_2",
    "menu_target_2",
];

pub(super) const PAGE_FIELDS: [&str; 6] = ["title", "slug", "body", "status", "in_menu", "version"];

pub(super) const POST_FIELDS: [&str; 8] = [
    "title",
    "body",
    "tags",
    "status",
    "publish_at",
    "slug",
    "cover",
    "version",
];

pub(super) fn site(text: &str) -> SiteView {
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

pub(super) fn bare_site() -> SiteView {
    SiteView {
        logo: None,
        menu: Vec::new(),
        ..site("")
    }
}

pub(super) fn choices(text: &str) -> Vec<WidthView> {
    [480, 960]
        .map(|width| WidthView {
            width,
            src: format!("/media/{text}?w={width}"),
        })
        .into()
}

pub(super) fn picture(text: &str) -> PictureView {
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

pub(super) fn person(text: &str) -> PersonView {
    PersonView::new(text, text, Some(picture(text)))
}

pub(super) fn tag(text: &str) -> TagView {
    TagView {
        name: text.to_owned(),
        slug: text.to_owned(),
    }
}

pub(super) fn pieces(text: &str) -> Vec<MarkView> {
    [true, false]
        .map(|hit| MarkView {
            text: text.to_owned(),
            hit,
        })
        .into()
}

pub(super) fn year(text: &str) -> YearView {
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

pub(crate) fn card(text: &str, status: PostStatus) -> CardView {
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

pub(super) fn post(text: &str) -> PostView {
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

pub(super) fn comment(text: &str, id: &str) -> CommentView {
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
        can_report: true,
        can_delete: true,
    }
}

pub(super) fn media(text: &str) -> Vec<MediaView> {
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

pub(super) fn places(text: &str) -> PlacesView {
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

pub(super) fn source(text: &str) -> SourceView {
    SourceView {
        title: text.to_owned(),
        tags: text.to_owned(),
        body: text.to_owned(),
    }
}

pub(super) fn revision(text: &str, version: u64) -> RevisionView {
    RevisionView {
        version,
        title: text.to_owned(),
        editor: Some(person(text)),
        saved_at: NOW,
        current: version == 3,
    }
}

/// A change between folded lines, and a line that is in one text only.
pub(super) fn diff(text: &str) -> DiffView {
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

pub(super) fn refused(action: &str, text: &str, fields: &[&str]) -> FormView {
    fields
        .iter()
        .fold(FormView::new(action), |form, field| {
            form.value(*field, text).error(*field, phrase(text))
        })
        .refuse(phrase(text))
}

/// A sentence with the text in its place.
pub(super) fn phrase(text: &str) -> Phrase {
    Phrase::new("errors-field-unknown").with("field", text)
}

pub(super) fn object(text: &str, item: Option<&str>, width: Option<u32>) -> ObjectView {
    ObjectView {
        item: item.map(str::to_owned),
        name: text.to_owned(),
        width,
        size: 12_345,
        seen_at: NOW,
    }
}

pub(super) fn usage(more: bool) -> UsageView {
    UsageView {
        objects: 3,
        size: 12_345,
        more,
    }
}

/// A comparison that found something of every class.
pub(super) fn run(text: &str, yes: bool) -> RunView {
    let classes = blog_core::model::drift::Class::ALL.map(|class| class.as_str());
    RunView {
        began_at: NOW,
        done: yes,
        applied: yes,
        scheduled: yes,
        prefix: text.to_owned(),
        compared: 7,
        drift: 7,
        repaired: 4,
        quarantined: 1,
        classes: classes.map(|class| (class, 1)).into(),
        first: classes
            .map(|class| DriftView {
                class,
                key: text.to_owned(),
                repaired: yes,
            })
            .into(),
    }
}

/// A user as admins see them, with everything.
pub(super) fn user_line(text: &str) -> UserLineView {
    UserLineView {
        person: person(text),
        role: phrase(text),
        email: Some(text.to_owned()),
        verified: false,
        suspended: true,
        blocked: true,
        created_at: NOW,
    }
}
