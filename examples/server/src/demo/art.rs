//! The demo's pictures, drawn when they are needed: the same every time, and nobody else's.

mod canvas;
mod cloth;
mod face;
mod land;
mod noise;
mod palette;
mod sky;
mod things;
mod water;

use canvas::Canvas;
use image::ImageError;
use palette::Palette;

/// How large a cover is.
pub(super) const COVER: (u32, u32) = (1280, 800);
/// How large a picture within a text is.
pub(super) const FIGURE: (u32, u32) = (1120, 700);
/// How large the picture of a person is.
pub(super) const AVATAR: (u32, u32) = (400, 400);

type Scene = fn(&mut Canvas, &Palette, u32);

/// What can be drawn, by the word that posts use.
const SCENES: &[(&str, Scene)] = &[
    ("hills", land::hills),
    ("dunes", land::dunes),
    ("contours", land::contours),
    ("islands", land::islands),
    ("terraces", land::terraces),
    ("firs", land::firs),
    ("sea", water::sea),
    ("tide", water::tide),
    ("rain", water::rain),
    ("scales", water::scales),
    ("weave", cloth::weave),
    ("tiles", cloth::tiles),
    ("stars", cloth::stars),
    ("night", sky::night),
    ("moons", sky::moons),
    ("flock", sky::flock),
    ("signal", sky::signal),
    ("loaf", things::loaf),
    ("cups", things::cups),
    ("wheels", things::wheels),
    ("leaves", things::leaves),
    ("sheets", things::sheets),
    ("town", things::town),
    ("shapes", things::shapes),
    ("ripples", things::ripples),
    ("face", face::face),
];

/// A picture to be drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drawing {
    scene: Scene,
    palette: Palette,
    seed: u32,
}

impl Drawing {
    /// Reads `SCENE PALETTE NUMBER`, as in `hills dawn 7`; another number is another picture of the kind.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (scene, palette, seed) = (words.next()?, words.next()?, words.next()?);
        let (_, scene) = SCENES.iter().find(|(name, _)| *name == scene)?;
        let drawing = Self {
            scene: *scene,
            palette: palette::named(palette)?,
            seed: seed.parse().ok()?,
        };
        words.next().is_none().then_some(drawing)
    }

    /// Draws it as a JPEG. Takes a good part of a second: call it off the async threads.
    pub(super) fn draw(self, (width, height): (u32, u32)) -> Result<Vec<u8>, ImageError> {
        let mut canvas = Canvas::new(width, height);
        (self.scene)(&mut canvas, &self.palette, self.seed);
        canvas.finish(self.seed);
        canvas.into_jpeg()
    }
}
