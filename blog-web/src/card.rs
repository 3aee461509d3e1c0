//! The picture that stands for a post where its address is shown elsewhere: the title, the author and the site's name,
//! in the colours of the style sheet.
//!
//! What the fonts cannot show is never drawn as boxes: a title with such a letter is left out, and the site's name stands
//! in its place. Emoji that no font has are left out by themselves.

mod fonts;
mod press;

use cosmic_text::{
    Align, Attrs, Buffer, Color, Ellipsize, EllipsizeHeightLimit, Family, FontSystem, Metrics,
    Shaping, SwashCache, Wrap,
};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _, ImageError, Rgb, RgbImage};
use sha2::{Digest as _, Sha256};

pub(crate) use press::Press;

/// What Open Graph's readers ask for: 1.91 to 1.
pub(crate) const WIDTH: u32 = 1200;
/// In pixels, as the width.
pub(crate) const HEIGHT: u32 = 630;

/// Raised when the same words give another picture.
const DESIGN: u32 = 1;

// The style sheet's values, which a test compares.
const PAPER: Rgb<u8> = Rgb([0xfd, 0xfd, 0xfb]);
const LINE: Rgb<u8> = Rgb([0xde, 0xde, 0xd7]);
const INK: Rgb<u8> = Rgb([0x17, 0x18, 0x1c]);
const SOFT: Rgb<u8> = Rgb([0x5a, 0x5b, 0x62]);
const ACCENT: Rgb<u8> = Rgb([0x23, 0x38, 0xa8]);

/// Pixels between the words and the picture's edge.
const MARGIN: u32 = 84;
/// The band along the side where lines begin.
const BAND: u32 = 20;
/// Pixels from the top to the line above the names.
const RULE: u32 = 502;
/// The title's sizes in pixels: the first with which it has room is taken.
const SIZES: [f32; 6] = [92.0, 80.0, 68.0, 58.0, 50.0, 44.0];
/// The size of the names in pixels.
const NAMES: f32 = 34.0;
/// Characters of a title that are looked at; titles are shorter, and no card shows more.
const TITLE: usize = 300;

/// The words of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Card {
    /// The post's title.
    pub(crate) title: String,
    /// Who wrote it.
    pub(crate) author: String,
    /// The site's name.
    pub(crate) site: String,
}

impl Card {
    /// Stands for the picture, without drawing it: the same words in the same design.
    pub(crate) fn version(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(DESIGN.to_be_bytes());
        for part in [&self.title, &self.author, &self.site] {
            digest.update(part.len().to_be_bytes());
            digest.update(part.as_bytes());
        }
        digest.finalize()[..12]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The card as PNG. Takes milliseconds of a processor, and more where the system's fonts are read.
    ///
    /// # Errors
    /// When the picture cannot be encoded.
    pub(crate) fn draw(&self) -> Result<Vec<u8>, ImageError> {
        let title: String = self.title.chars().take(TITLE).collect();
        let texts = [title.as_str(), &self.author, &self.site];
        let mut fonts = fonts::showing(&texts.concat());
        let [title, author, mut site] = texts.map(|text| fonts.shown(text));
        let mut sheet = Sheet {
            pixels: RgbImage::from_pixel(WIDTH, HEIGHT, PAPER),
            glyphs: SwashCache::new(),
        };
        let mut words = title.and_then(|title| Words::fitted(&mut fonts.system, &title));
        if words.is_none() {
            let name = site.take();
            words = name.and_then(|name| Words::fitted(&mut fonts.system, &name));
        }
        let mirrored = words.as_ref().is_some_and(Words::is_right_to_left);
        sheet.fill(
            if mirrored { WIDTH - BAND } else { 0 },
            0,
            BAND,
            HEIGHT,
            ACCENT,
        );
        sheet.fill(MARGIN, RULE, WIDTH - 2 * MARGIN, 2, LINE);
        if let Some(words) = &mut words {
            // A little above the middle of its room looks like the middle.
            let room = RULE as f32 - 2.0 * ROOM_ABOVE;
            let top = ROOM_ABOVE + (room - words.height()).max(0.0) * 0.42;
            sheet.write(&mut fonts.system, words, MARGIN as f32, top, INK);
        }
        let mut name = |text: Option<String>, colour, at_the_end: bool| {
            let words = text.and_then(|text| Words::name(&mut fonts.system, &text));
            if let Some(mut words) = words {
                let free = (WIDTH - 2 * MARGIN) as f32 - words.width();
                let left = MARGIN as f32 + if at_the_end { free } else { 0.0 };
                sheet.write(
                    &mut fonts.system,
                    &mut words,
                    left,
                    RULE as f32 + 34.0,
                    colour,
                );
            }
        };
        name(author, SOFT, mirrored);
        name(site, ACCENT, !mirrored);
        sheet.png()
    }
}

/// Pixels above and below the title that stay free.
const ROOM_ABOVE: f32 = 56.0;

/// Words laid out in lines.
struct Words(Buffer);

impl Words {
    /// The title in the largest size with which it has room; what is beyond the smallest ends in an ellipsis.
    fn fitted(fonts: &mut FontSystem, text: &str) -> Option<Self> {
        let room = RULE as f32 - 2.0 * ROOM_ABOVE;
        let width = (WIDTH - 2 * MARGIN) as f32;
        let mut fitted = None;
        for size in SIZES {
            let line = size * 1.2;
            let lines = (room / line) as usize;
            let words = Self::lay_out(fonts, text, fonts::SERIF, size, line, width, None)?;
            // Large words shall not fill the card.
            let most = if size > 60.0 { 3 } else { lines };
            if words.lines() <= most.min(lines) {
                return Some(words);
            }
            fitted = Some((size, line, lines));
        }
        let (size, line, lines) = fitted?;
        Self::lay_out(fonts, text, fonts::SERIF, size, line, width, Some(lines))
    }

    /// A name, in one line and less than half of the card's width.
    fn name(fonts: &mut FontSystem, text: &str) -> Option<Self> {
        let width = ((WIDTH - 2 * MARGIN) / 2) as f32 - NAMES;
        Self::lay_out(fonts, text, fonts::SANS, NAMES, NAMES * 1.4, width, Some(1))
    }

    /// None where a letter has no shape in the fonts.
    fn lay_out(
        fonts: &mut FontSystem,
        text: &str,
        family: &str,
        size: f32,
        line: f32,
        width: f32,
        lines: Option<usize>,
    ) -> Option<Self> {
        let mut buffer = Buffer::new(fonts, Metrics::new(size, line));
        buffer.set_wrap(Wrap::WordOrGlyph);
        if let Some(lines) = lines {
            let limit = EllipsizeHeightLimit::Lines(lines);
            buffer.set_ellipsize(Ellipsize::End(limit));
        }
        buffer.set_size(Some(width), None);
        let attrs = Attrs::new().family(Family::Name(family));
        // A title that reads from the right stands at the right; a name is put where it belongs.
        let align = (family == fonts::SANS).then_some(Align::Left);
        buffer.set_text(text, &attrs, Shaping::Advanced, align);
        buffer.shape_until_scroll(fonts, false);
        let mut glyphs = buffer.layout_runs().flat_map(|run| run.glyphs);
        let whole = glyphs.all(|glyph| glyph.glyph_id != 0);
        whole.then_some(Self(buffer))
    }

    fn lines(&self) -> usize {
        self.0.layout_runs().count()
    }

    fn height(&self) -> f32 {
        let lines = self.0.layout_runs().map(|run| run.line_height);
        lines.sum()
    }

    fn width(&self) -> f32 {
        let widths = self.0.layout_runs().map(|run| run.line_w);
        widths.fold(0.0, f32::max)
    }

    fn is_right_to_left(&self) -> bool {
        self.0.layout_runs().next().is_some_and(|run| run.rtl)
    }
}

/// The picture while it is drawn.
struct Sheet {
    pixels: RgbImage,
    glyphs: SwashCache,
}

impl Sheet {
    fn fill(&mut self, left: u32, top: u32, width: u32, height: u32, colour: Rgb<u8>) {
        for y in top..top + height {
            for x in left..left + width {
                self.pixels.put_pixel(x, y, colour);
            }
        }
    }

    /// Lines that read from right to left end at the right of their box, which is the one of the title.
    fn write(
        &mut self,
        fonts: &mut FontSystem,
        words: &mut Words,
        left: f32,
        top: f32,
        colour: Rgb<u8>,
    ) {
        let Rgb([r, g, b]) = colour;
        let pixels = &mut self.pixels;
        let paint = |x: i32, y: i32, _: u32, _: u32, colour: Color| {
            let at = |offset: i32, by: f32| u32::try_from(offset + by as i32).ok();
            if let (Some(x), Some(y)) = (at(x, left), at(y, top))
                && let Some(pixel) = pixels.get_pixel_mut_checked(x, y)
            {
                blend(pixel, colour);
            }
        };
        words
            .0
            .draw(fonts, &mut self.glyphs, Color::rgb(r, g, b), paint);
    }

    fn png(self) -> Result<Vec<u8>, ImageError> {
        let mut bytes = Vec::new();
        let encoder = PngEncoder::new(&mut bytes);
        let (width, height) = self.pixels.dimensions();
        encoder.write_image(&self.pixels, width, height, ExtendedColorType::Rgb8)?;
        Ok(bytes)
    }
}

/// Puts a colour over a pixel, by its opacity.
fn blend(pixel: &mut Rgb<u8>, colour: Color) {
    let alpha = u32::from(colour.a());
    for (under, over) in pixel.0.iter_mut().zip([colour.r(), colour.g(), colour.b()]) {
        let mixed = u32::from(over) * alpha + u32::from(*under) * (255 - alpha);
        *under = u8::try_from((mixed + 127) / 255).unwrap_or(u8::MAX);
    }
}

#[cfg(test)]
mod tests;
