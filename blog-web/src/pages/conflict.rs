//! The page for a save over a version that moved on: both versions, what differs, and both put together.

use blog_core::error::{Conflict, Error};
use blog_core::merge::Marks;
use blog_core::service::history::Clash;
use blog_core::service::publishing::PostInput;
use poem::Response;

use super::call::Call;
use super::editor::{PostForm, saved};
use super::{desk, models};
use crate::edge::EdgeError;
use crate::view::page::ConflictPage;
use crate::view::{ChoiceView, DeskView, Lang, OptionView, Phrase, SourceView};

/// The lines around two parts of which one is to be chosen.
fn marks(lang: Lang) -> Marks {
    let mark = |sign: &str, words: Phrase| format!("{sign} {}", words.to_text(lang));
    Marks {
        mine: mark("<<<<<<<", Phrase::new("conflict-mark-mine")),
        theirs: mark("=======", Phrase::new("conflict-mark-theirs")),
        end: mark(">>>>>>>", Phrase::new("conflict-mark-end")),
    }
}

/// Whether a text still has marks of this page, in whichever language it was shown.
pub(super) fn has_marks(text: &str) -> bool {
    Lang::ALL.iter().any(|lang| marks(*lang).are_in(text))
}

/// A setting that differs: theirs first, and chosen until somebody chooses otherwise, since it is what readers have.
fn choice(
    field: &'static str,
    title: Phrase,
    theirs: (&str, OptionView),
    mine: (&str, OptionView),
) -> Option<ChoiceView> {
    let ((their_value, theirs), (my_value, mine)) = (theirs, mine);
    (their_value != my_value).then(|| ChoiceView {
        field,
        title,
        theirs: OptionView {
            value: their_value.to_owned(),
            ..theirs
        },
        mine: OptionView {
            value: my_value.to_owned(),
            ..mine
        },
    })
}

fn said(words: Phrase) -> OptionView {
    OptionView {
        words: Some(words),
        ..OptionView::default()
    }
}

fn written(text: &str, empty: Phrase) -> OptionView {
    match text {
        "" => said(empty),
        text => OptionView {
            text: Some(text.to_owned()),
            ..OptionView::default()
        },
    }
}

fn status(word: &str) -> OptionView {
    said(match word {
        "draft" => Phrase::new("conflict-draft"),
        "scheduled" => Phrase::new("conflict-scheduled"),
        "unlisted" => Phrase::new("conflict-unlisted"),
        _ => Phrase::new("conflict-published"),
    })
}

fn time(text: &str) -> OptionView {
    let shown = text.replace('T', " ");
    written(&shown, Phrase::new("conflict-no-date"))
}

/// The settings that differ. Address and date left empty mean that they stay.
fn choices(clash: &Clash) -> Vec<ChoiceView> {
    let (mine, theirs) = (&clash.mine, &clash.theirs);
    let cover = |media: Option<&blog_core::model::media::MediaRef>| OptionView {
        picture: media.map(models::picture),
        words: media.is_none().then(|| Phrase::new("conflict-no-cover")),
        ..OptionView::default()
    };
    let from_title = || Phrase::new("conflict-no-address");
    let date = choice(
        "publish_at",
        Phrase::new("conflict-date"),
        (&theirs.publish_at, time(&theirs.publish_at)),
        (&mine.publish_at, time(&mine.publish_at)),
    );
    let address = choice(
        "slug",
        Phrase::new("conflict-address"),
        (&theirs.slug, written(&theirs.slug, from_title())),
        (&mine.slug, written(&mine.slug, from_title())),
    );
    [
        choice(
            "status",
            Phrase::new("conflict-status"),
            (&theirs.status, status(&theirs.status)),
            (&mine.status, status(&mine.status)),
        ),
        date.filter(|date| !date.mine.value.is_empty()),
        address.filter(|address| !address.mine.value.is_empty()),
        choice(
            "cover",
            Phrase::new("conflict-cover"),
            (&theirs.cover, cover(clash.stored.cover.as_ref())),
            (&mine.cover, cover(clash.my_cover.as_ref())),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Answers a save of `sent` that met another version.
pub(super) fn answer(call: &Call, clash: Clash, sent: &PostForm) -> Result<Response, EdgeError> {
    if clash.is_none() {
        return saved(call, sent, &clash.stored);
    }
    let action = desk::place(Some(&clash.stored));
    let chrome = call.chrome(&action);
    let merged = PostInput {
        title: clash.title.clone(),
        body: clash.body.text(&marks(chrome.site.lang)),
        tags: clash.tags.clone(),
        ..clash.theirs.clone()
    };
    let current = clash.stored.version;
    let page = ConflictPage {
        form: sent
            .refilled(&action, &merged, current)
            .value("merging", "1"),
        // Nothing is offered that would take the place of both; their writer finds it at the post's form.
        desk: DeskView::default(),
        slug: clash.stored.slug.to_string(),
        stored_at: clash.stored.updated_at.as_micros(),
        clashes: clash.body.clashes(),
        titles_clash: clash.titles_clash,
        choices: choices(&clash),
        theirs: source(&clash.theirs),
        // As it came, to the character.
        mine: source(&sent.input()),
        diff: clash.diff.into(),
    };
    let refusal = EdgeError::from(Error::Conflict(Conflict::Version { current }));
    call.refused_page(&refusal, &chrome, &page)
}

fn source(input: &PostInput) -> SourceView {
    SourceView {
        title: input.title.clone(),
        tags: input.tags.clone(),
        body: input.body.clone(),
    }
}
