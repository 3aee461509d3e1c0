//! Pages: view models in, HTML out.
//!
//! A handler fills one of the page structs of [`page`] and the [`PageChrome`] around it, and asks
//! [`View::render`] for the text. Templates, style sheet, script and pictures are compiled into the
//! library, so nothing is read from disk while serving.
//!
//! What keeps the output safe:
//! - every template is auto-escaped, and only a [`SafeHtml`] or [`StructuredData`] value is not;
//! - a name that a template asks for and a page does not have is an error, never an empty string;
//! - addresses are made by the function `url`, which puts the mount before each of them.

pub mod admin;
pub mod archive;
pub mod assets;
pub mod author;
pub mod card;
pub mod chrome;
pub mod comment;
pub mod conflict;
pub mod desk;
pub mod error_page;
pub mod export;
mod filters;
pub mod form;
pub mod history;
pub mod hit;
pub mod html;
mod links;
pub mod media;
pub mod objects;
pub mod page;
pub mod pager;
pub mod person;
pub mod picture;
pub mod post;
pub mod preview_link;
pub mod session;
pub mod static_page;
pub mod structured;
mod templates;
#[cfg(test)]
mod tests;
pub mod words;

use std::sync::OnceLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde::Serialize;

pub use self::admin::{
    AuditActionView, AuditLineView, InvitationView, QueuedCommentView, UserLineView,
};
pub use self::archive::{MonthView, TagCountView, TagGroupView, YearView};
pub use self::author::AuthorView;
pub use self::card::{CardView, PostStatus, TagView};
pub use self::chrome::{
    ArticleView, FeedLink, FlashKind, FlashView, MenuEntryView, PageChrome, PreviewView, SiteView,
    ViewerView,
};
pub use self::comment::{CommentView, ThreadView};
pub use self::conflict::{ChoiceView, OptionView, SourceView};
pub use self::desk::{DeskView, ProofView, UnsavedView};
pub use self::error_page::ErrorView;
pub use self::export::ExportView;
pub use self::form::FormView;
pub use self::history::{DiffView, PieceView, RevisionView, RowView, StepView, StretchView};
pub use self::hit::{HitView, MarkView};
pub use self::html::SafeHtml;
pub use self::links::Mount;
pub use self::media::{MediaKind, MediaView, PlacesView, PostPlaceView, ShelfView};
pub use self::objects::{DriftView, ObjectView, QuarantinedView, RunView, UsageView};
pub use self::pager::PagerView;
pub use self::person::PersonView;
pub use self::picture::{FocusView, PictureView, WidthView};
pub use self::post::{PostView, TocView};
pub use self::preview_link::PreviewLinkView;
pub use self::session::SessionView;
pub use self::static_page::{StaticPageLineView, StoredPageView};
pub use self::structured::StructuredData;
pub use self::words::{Lang, Phrase};

/// What goes wrong while a page is made; always a defect of ours, never of the person's input.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ViewError {
    /// The template engine refuses our syntax settings.
    #[error("the template engine does not start")]
    Engine {
        /// What the template engine says.
        #[source]
        source: minijinja::Error,
    },
    /// A template has a syntax error, asked for a value that its page does not have, or a filter refused a value.
    #[error("template {name} could not be rendered")]
    Render {
        /// The template's name.
        name: &'static str,
        /// What the template engine says, with its line.
        #[source]
        source: minijinja::Error,
    },
}

/// A page: its values, and the template that shows them.
///
/// Every struct of [`page`] is one, so a template can never be given another page's values.
pub trait Page: Serialize {
    /// The template's name under `templates/`.
    const TEMPLATE: &'static str;
}

/// The template engine with the mount known, once for each language.
///
/// A template is compiled when its page is first asked for in a language, and kept; hold the view for the life of
/// the process. It is shared between threads by reference.
#[derive(Debug)]
pub struct View {
    environments: [OnceLock<Environment<'static>>; Lang::ALL.len()],
    mount: Mount,
}

impl View {
    /// The pages of a blog mounted at `base_path`: `""` or `"/"` for the root,
    /// otherwise a path such as `"/blog"`; a trailing slash does no harm.
    ///
    /// # Errors
    /// [`ViewError::Engine`] when the engine refuses its settings, which the tests rule out.
    pub fn new(base_path: &str) -> Result<Self, ViewError> {
        let view = Self {
            environments: Default::default(),
            mount: Mount::new(base_path),
        };
        view.environment(Lang::default())?;
        Ok(view)
    }

    /// Renders a page inside its chrome to a whole HTML document, in the language of `chrome.site`.
    ///
    /// # Errors
    /// [`ViewError::Render`] when template and page do not fit, which the tests rule out for every
    /// page; the caller answers 500 with a text that needs no template.
    pub fn render<P: Page>(&self, chrome: &PageChrome, page: &P) -> Result<String, ViewError> {
        let name = P::TEMPLATE;
        let context = context! { chrome => Serde(chrome), page => Serde(page) };
        self.environment(chrome.site.lang)?
            .get_template(name)
            .and_then(|template| template.render(context))
            .map_err(|source| ViewError::Render { name, source })
    }

    /// The mount that stands before every address of this view.
    pub fn mount(&self) -> &Mount {
        &self.mount
    }

    fn environment(&self, lang: Lang) -> Result<&Environment<'static>, ViewError> {
        let place = &self.environments[lang as usize];
        match place.get() {
            Some(environment) => Ok(environment),
            None => {
                let made = environment(lang, &self.mount)?;
                Ok(place.get_or_init(|| made))
            }
        }
    }
}

/// Macros that templates import do not see the page, so the language is the engine's, not a value's.
fn environment(lang: Lang, mount: &Mount) -> Result<Environment<'static>, ViewError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .map_err(|source| ViewError::Engine { source })?,
    );
    // Any text may be marked as safe with the engine's own filter; without it only the type
    // `SafeHtml` can do so.
    environment.remove_filter("safe");
    filters::register(&mut environment, lang);
    links::register(&mut environment, mount);
    words::register(&mut environment, lang);
    // Most processes show few of the pages, and an idle one none.
    environment.set_loader(|name| Ok(templates::source(name).map(str::to_owned)));
    Ok(environment)
}
