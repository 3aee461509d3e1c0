//! Media in posts: placeholders while stored, elements when shown.
//!
//! A placeholder is `<img src="media:ID" alt="…" title="…">` exactly as the
//! sanitiser prints it. Nobody can forge one into something else: the sanitiser
//! escapes `<`, `>` and `"` in text and attributes, so the letters
//! `<img src="media:` stand in sanitised HTML only where it printed an image
//! whose address it had found to be a strict UUID. What raw HTML can make is
//! therefore what `![alt](media:ID)` makes, and no more.

use std::fmt::Write as _;

use uuid::Uuid;

use super::write::escape_into;

/// The scheme of a placeholder's address.
pub(super) const SCHEME: &str = "media";

/// How every placeholder starts in sanitised HTML.
const START: &str = "<img src=\"media:";

/// What a media id stands for at rendering time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedMedia {
    /// Address to load it from, unescaped.
    pub address: String,
    /// Widths in pixels and addresses, unescaped, that a browser may choose from; empty when there is nothing to choose.
    pub choices: Vec<(u32, String)>,
    /// Picture or video.
    pub kind: MediaKind,
    /// Width in pixels, when known.
    pub width: Option<u32>,
    /// Height in pixels, when known.
    pub height: Option<u32>,
    /// Media type, such as `video/mp4`.
    pub content_type: String,
}

/// How a medium is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// An `<img>`.
    Image,
    /// A `<video>` with the browser's own controls.
    Video,
}

/// Replaces the media placeholders in HTML from
/// [`render_post`](super::render_post) by what `resolve` says.
///
/// Pictures get their size, so that the page does not jump, and load lazily;
/// videos load their first frame only and carry the alt text as their label.
/// Where `resolve` answers `None` a short note with the alt text stands
/// instead. Hand in sanitised HTML only.
pub fn resolve_media(html: &str, resolve: &dyn Fn(Uuid) -> Option<ResolvedMedia>) -> String {
    let mut out = String::with_capacity(html.len() + 256);
    let mut rest = html;
    while let Some(at) = rest.find(START) {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        match Placeholder::parse(found) {
            Some((placeholder, after)) => {
                placeholder.write(&mut out, resolve(placeholder.id).as_ref());
                rest = after;
            }
            None => {
                out.push_str(START);
                rest = &found[START.len()..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// The id in `media:ID`, in the hyphenated form of RFC 9562 only.
pub(super) fn placeholder_id(address: &str) -> Option<Uuid> {
    let id = address.strip_prefix(SCHEME)?.strip_prefix(':')?;
    if id.len() != 36 {
        None
    } else {
        Uuid::try_parse(id).ok()
    }
}

/// Whether an address can only mean this site: a path, never a scheme, never
/// another host.
///
/// Browsers drop tabs and line ends and read `\` as `/` (WHATWG URL), so
/// `/<tab>/host` and `\\host` are other hosts; anything of that kind is refused.
pub(super) fn is_site_address(address: &str) -> bool {
    !address.is_empty()
        && !address.starts_with("//")
        && !address
            .chars()
            .any(|ch| ch.is_control() || ch == '\\' || ch == ' ')
        && url::Url::parse(address) == Err(url::ParseError::RelativeUrlWithoutBase)
}

/// A placeholder in the HTML. The texts are escaped for an attribute.
struct Placeholder<'a> {
    id: Uuid,
    alt: &'a str,
    title: Option<&'a str>,
}

impl<'a> Placeholder<'a> {
    /// Reads a placeholder at the start of `html`; gives what follows as well.
    fn parse(html: &'a str) -> Option<(Self, &'a str)> {
        let tag = html.strip_prefix(START)?;
        let (id, mut rest) = tag.split_once('"')?;
        let id = Uuid::try_parse(id).ok()?;
        let mut placeholder = Self {
            id,
            alt: "",
            title: None,
        };
        while let Some(attribute) = rest.strip_prefix(' ') {
            let (name, value) = attribute.split_once("=\"")?;
            let (value, after) = value.split_once('"')?;
            match name {
                "alt" => placeholder.alt = value,
                "title" => placeholder.title = Some(value),
                _ => {}
            }
            rest = after;
        }
        rest.strip_prefix('>').map(|after| (placeholder, after))
    }

    fn write(&self, out: &mut String, media: Option<&ResolvedMedia>) {
        match media {
            None => self.write_missing(out),
            Some(media) if media.kind == MediaKind::Image => self.write_image(out, media),
            Some(media) => self.write_video(out, media),
        }
    }

    fn write_missing(&self, out: &mut String) {
        out.push_str("<span class=\"media-missing\">picture missing");
        if !self.alt.is_empty() {
            out.push_str(": ");
            out.push_str(self.alt);
        }
        out.push_str("</span>");
    }

    fn write_image(&self, out: &mut String, media: &ResolvedMedia) {
        out.push_str("<img src=\"");
        escape_into(out, &media.address);
        let _ = write!(out, "\" alt=\"{}\"", self.alt);
        self.write_title(out);
        write_size(out, media);
        write_choices(out, media);
        out.push_str(" loading=\"lazy\" decoding=\"async\">");
    }

    fn write_video(&self, out: &mut String, media: &ResolvedMedia) {
        out.push_str("<video controls preload=\"metadata\"");
        write_size(out, media);
        if !self.alt.is_empty() {
            let _ = write!(out, " aria-label=\"{}\"", self.alt);
        }
        self.write_title(out);
        out.push_str("><source src=\"");
        escape_into(out, &media.address);
        out.push_str("\" type=\"");
        escape_into(out, &media.content_type);
        out.push_str("\">");
        out.push_str(self.alt);
        out.push_str("</video>");
    }

    fn write_title(&self, out: &mut String) {
        if let Some(title) = self.title {
            let _ = write!(out, " title=\"{title}\"");
        }
    }
}

/// How wide a picture in a text is shown, for the browser's choice: the column of text, or the window where that is
/// narrower.
const SIZES: &str = "(min-width: 640px) 620px, 100vw";

fn write_choices(out: &mut String, media: &ResolvedMedia) {
    if media.choices.is_empty() {
        return;
    }
    out.push_str(" srcset=\"");
    for (place, (width, address)) in media.choices.iter().enumerate() {
        if place > 0 {
            out.push_str(", ");
        }
        escape_into(out, address);
        let _ = write!(out, " {width}w");
    }
    let _ = write!(out, "\" sizes=\"{SIZES}\"");
}

fn write_size(out: &mut String, media: &ResolvedMedia) {
    if let (Some(width), Some(height)) = (media.width, media.height) {
        let _ = write!(out, " width=\"{width}\" height=\"{height}\"");
    }
}
