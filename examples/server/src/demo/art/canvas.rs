//! A picture in the making: colours laid over each other, their edges smoothed by how much of a pixel they cover.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder as _, ImageError};

use super::noise;

/// Quality of the JPEG, of 100. The library encodes it once more.
const QUALITY: u8 = 93;

/// A colour: red, green and blue from 0 to 1, as screens take them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rgb(pub(super) [f32; 3]);

impl Rgb {
    /// From the six digits of `0xRRGGBB`.
    pub(super) const fn hex(code: u32) -> Self {
        Self([
            ((code >> 16) & 255) as f32 / 255.0,
            ((code >> 8) & 255) as f32 / 255.0,
            (code & 255) as f32 / 255.0,
        ])
    }

    /// This colour with a share `by` of another, 0 to 1.
    pub(super) fn mix(self, other: Rgb, by: f32) -> Self {
        let by = by.clamp(0.0, 1.0);
        let [r, g, b] = self.0;
        let [s, h, c] = other.0;
        Self([r + (s - r) * by, g + (h - g) * by, b + (c - b) * by])
    }

    /// Lighter above 1, darker below.
    pub(super) fn lit(self, by: f32) -> Self {
        Self(self.0.map(|part| (part * by).clamp(0.0, 1.0)))
    }
}

/// A point of the picture: the height is 1, the origin at the top left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) x: f32,
    pub(super) y: f32,
}

impl Point {
    pub(super) const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    pub(super) fn distance(self, other: Point) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The distance to the segment from `a` to `b`.
    pub(super) fn to_segment(self, a: Point, b: Point) -> f32 {
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length = dx * dx + dy * dy;
        let along = if length > 0.0 {
            (((self.x - a.x) * dx + (self.y - a.y) * dy) / length).clamp(0.0, 1.0)
        } else {
            0.0
        };
        self.distance(Point::new(a.x + dx * along, a.y + dy * along))
    }

    /// The point as seen from `centre`, turned by `angle`.
    pub(super) fn turned(self, centre: Point, angle: f32) -> Point {
        let (sin, cos) = angle.sin_cos();
        let (x, y) = (self.x - centre.x, self.y - centre.y);
        Point::new(x * cos + y * sin, y * cos - x * sin)
    }
}

/// Where something is drawn at most; nothing outside is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) right: f32,
    pub(super) bottom: f32,
}

impl Area {
    /// All of the picture.
    pub(super) const ALL: Area = Area {
        left: f32::MIN,
        top: f32::MIN,
        right: f32::MAX,
        bottom: f32::MAX,
    };

    /// A square around a point.
    pub(super) fn around(centre: Point, reach: f32) -> Self {
        Self {
            left: centre.x - reach,
            top: centre.y - reach,
            right: centre.x + reach,
            bottom: centre.y + reach,
        }
    }
}

/// The picture.
#[derive(Debug)]
pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Rgb>,
}

impl Canvas {
    pub(super) fn new(width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        Self {
            width,
            height,
            pixels: vec![Rgb([0.0; 3]); width * height],
        }
    }

    /// Width over height: the greatest x.
    pub(super) fn aspect(&self) -> f32 {
        self.width as f32 / self.height as f32
    }

    /// The side of a pixel.
    pub(super) fn pixel(&self) -> f32 {
        1.0 / self.height as f32
    }

    /// Gives every pixel its first colour.
    pub(super) fn fill(&mut self, colour: impl Fn(Point) -> Rgb) {
        self.over(Area::ALL, |point, _| (colour(point), 1.0));
    }

    /// Lays a colour with its opacity over what is there.
    pub(super) fn over(&mut self, area: Area, paint: impl Fn(Point, Rgb) -> (Rgb, f32)) {
        let size = self.height as f32;
        let from = |at: f32| (at * size).floor().max(0.0) as usize;
        let to = |at: f32, end: usize| ((at * size).ceil().max(0.0) as usize).min(end);
        let (left, right) = (from(area.left), to(area.right, self.width));
        for row in from(area.top)..to(area.bottom, self.height) {
            let y = (row as f32 + 0.5) / size;
            for column in left..right {
                let x = (column as f32 + 0.5) / size;
                let pixel = &mut self.pixels[row * self.width + column];
                let (colour, opacity) = paint(Point::new(x, y), *pixel);
                if opacity > 0.0 {
                    *pixel = pixel.mix(colour, opacity);
                }
            }
        }
    }

    /// A disc.
    pub(super) fn disc(&mut self, centre: Point, radius: f32, colour: Rgb, opacity: f32) {
        let height = self.height as f32;
        self.over(Area::around(centre, radius + 2.0 / height), |point, _| {
            let inside = 0.5 - (point.distance(centre) - radius) * height;
            (colour, inside.clamp(0.0, 1.0) * opacity)
        });
    }

    /// A ring of a thickness, half of it on either side of the radius.
    pub(super) fn ring(&mut self, centre: Point, radius: f32, thickness: f32, colour: Rgb) {
        let height = self.height as f32;
        self.over(Area::around(centre, radius + thickness), |point, _| {
            let off = (point.distance(centre) - radius).abs() - thickness / 2.0;
            (colour, (0.5 - off * height).clamp(0.0, 1.0))
        });
    }

    /// A line with round ends.
    pub(super) fn line(&mut self, a: Point, b: Point, thickness: f32, colour: Rgb, opacity: f32) {
        let height = self.height as f32;
        let reach = thickness / 2.0 + 2.0 / height;
        let area = Area {
            left: a.x.min(b.x) - reach,
            top: a.y.min(b.y) - reach,
            right: a.x.max(b.x) + reach,
            bottom: a.y.max(b.y) + reach,
        };
        self.over(area, |point, _| {
            let off = point.to_segment(a, b) - thickness / 2.0;
            (colour, (0.5 - off * height).clamp(0.0, 1.0) * opacity)
        });
    }

    /// A soft light: full in the middle, nothing at `reach`.
    pub(super) fn glow(&mut self, centre: Point, reach: f32, colour: Rgb, opacity: f32) {
        self.over(Area::around(centre, reach), |point, _| {
            let near = (1.0 - point.distance(centre) / reach).max(0.0);
            (colour, near * near * opacity)
        });
    }

    /// All below a line `y = edge(x)`, in a colour of the point and the depth below the edge.
    pub(super) fn below(
        &mut self,
        edge: impl Fn(f32) -> f32,
        colour: impl Fn(Point, f32) -> (Rgb, f32),
    ) {
        let height = self.height as f32;
        let edges = self.columns(edge);
        let top = edges.iter().copied().fold(f32::MAX, f32::min) - 2.0 / height;
        let area = Area { top, ..Area::ALL };
        self.over(area, |point, _| {
            let column = (point.x * height) as usize;
            let depth = point.y - edges[column.min(edges.len() - 1)];
            let cover = (0.5 + depth * height).clamp(0.0, 1.0);
            if cover <= 0.0 {
                return (Rgb([0.0; 3]), 0.0);
            }
            let (colour, opacity) = colour(point, depth.max(0.0));
            (colour, opacity * cover)
        });
    }

    /// A line `y = curve(x)` of a thickness, in a colour and opacity of the point.
    pub(super) fn curve(
        &mut self,
        curve: impl Fn(f32) -> f32,
        thickness: f32,
        colour: impl Fn(Point) -> (Rgb, f32),
    ) {
        let height = self.height as f32;
        let line = self.columns(curve);
        let (top, bottom) = line.iter().fold((f32::MAX, f32::MIN), |(top, bottom), y| {
            (top.min(*y), bottom.max(*y))
        });
        let area = Area {
            top: top - thickness,
            bottom: bottom + thickness,
            ..Area::ALL
        };
        self.over(area, |point, _| {
            let column = ((point.x * height) as usize).min(line.len() - 1);
            let slope = (line[(column + 1).min(line.len() - 1)] - line[column]) * height;
            // How far it is straight down, made shorter where the line is steep.
            let off = (point.y - line[column]).abs() / slope.hypot(1.0) - thickness / 2.0;
            let cover = (0.5 - off * height).clamp(0.0, 1.0);
            if cover <= 0.0 {
                return (Rgb([0.0; 3]), 0.0);
            }
            let (colour, opacity) = colour(point);
            (colour, opacity * cover)
        });
    }

    /// A function of x at every column.
    pub(super) fn columns(&self, of: impl Fn(f32) -> f32) -> Vec<f32> {
        let height = self.height as f32;
        (0..self.width)
            .map(|column| of((column as f32 + 0.5) / height))
            .collect()
    }

    /// The last hand: corners a little darker, and a breath of grain that hides the steps of soft colours.
    pub(super) fn finish(&mut self, seed: u32) {
        let middle = Point::new(self.aspect() / 2.0, 0.5);
        let far = middle.distance(Point::new(0.0, 0.0));
        self.over(Area::ALL, |point, under| {
            let out = point.distance(middle) / far;
            let shade = 1.0 - 0.1 * out * out * out;
            let grain = (noise::speck(seed, point.x * 4096.0, point.y * 4096.0) - 0.5) * 0.007;
            (Rgb(under.0.map(|part| part * shade + grain)), 1.0)
        });
    }

    /// The picture as a JPEG.
    pub(super) fn into_jpeg(self) -> Result<Vec<u8>, ImageError> {
        let bytes: Vec<u8> = self
            .pixels
            .iter()
            .flat_map(|pixel| pixel.0)
            .map(|part| (part.clamp(0.0, 1.0) * 255.0).round() as u8)
            .collect();
        let mut file = Vec::new();
        JpegEncoder::new_with_quality(&mut file, QUALITY).write_image(
            &bytes,
            self.width as u32,
            self.height as u32,
            ExtendedColorType::Rgb8,
        )?;
        Ok(file)
    }
}
