//! The sea, rain on a window, the pattern of waves.

use super::canvas::{Area, Canvas, Point, Rgb};
use super::land::sky;
use super::noise::{Dice, fractal, value};
use super::palette::Palette;

/// The sea under a low sun: bands of swell, a road of light.
pub(super) fn sea(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    let horizon = dice.between(0.36, 0.44);
    sky(
        canvas,
        palette.far.mix(palette.mid, 0.25),
        palette.light,
        horizon,
    );
    let sun = Point::new(
        canvas.aspect() * dice.between(0.3, 0.7),
        horizon - dice.between(0.05, 0.1),
    );
    canvas.over(
        Area {
            bottom: horizon,
            ..Area::ALL
        },
        |point, _| {
            let streak = fractal(seed ^ 31, point.x * 1.7, point.y * 15.0, 4);
            (palette.paper, ((streak - 0.52) * 3.0).clamp(0.0, 0.5))
        },
    );
    canvas.glow(sun, 0.5, palette.light.mix(palette.paper, 0.5), 0.8);
    canvas.disc(sun, 0.075, palette.accent.mix(palette.light, 0.25), 1.0);
    canvas.below(
        |_| horizon,
        |point, depth| {
            let near = (depth / (1.0 - horizon)).clamp(0.0, 1.0);
            let stretch = 1.0 / (0.035 + near * 0.55);
            let swell = fractal(
                seed,
                point.x * stretch * 0.42,
                depth * stretch * 2.2 + (near + 0.02).ln() * 9.0,
                4,
            );
            let base = palette
                .far
                .mix(palette.mid, (near * 2.2).min(1.0))
                .mix(palette.near, (near * 1.5 - 0.35).max(0.0));
            let shade = base.mix(palette.ink, ((0.5 - swell) * 1.7).clamp(0.0, 0.42));
            let crest = ((swell - 0.6) * 7.0).clamp(0.0, 1.0);
            let lit = shade.mix(palette.paper, crest * 0.3);
            let road = (-((point.x - sun.x) / (0.05 + depth * 0.34)).powi(2)).exp();
            let glint = ((swell - 0.47) * 11.0).clamp(0.0, 1.0) * road;
            (lit.mix(palette.light, glint * 0.92), 1.0)
        },
    );
}

/// A shore from above: lines that the tide left, each a little higher than the last.
pub(super) fn tide(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let edge = |x: f32, line: f32| {
        let bend = fractal(
            seed.wrapping_add((line * 7.0) as u32),
            x * 1.25 + line * 0.31,
            line * 0.4,
            4,
        ) - 0.5;
        let broad = (x * 1.9 + line * 0.55 + f32::from(seed as u8)).sin() * 0.035;
        0.3 + line * 0.082 + bend * 0.13 + broad
    };
    canvas.fill(|point| {
        let grain = value(seed ^ 1, point.x * 700.0, point.y * 700.0);
        let dry = palette.paper.mix(palette.light, 0.55 + point.y * 0.2);
        dry.mix(palette.accent, 0.06).lit(0.975 + grain * 0.05)
    });
    // From the highest line down, each wetter than the one before.
    for line in (0..8_u8).rev() {
        let at = f32::from(line);
        let wet = 1.0 - at / 8.0;
        let colour = match line {
            0 => palette.mid,
            1 => palette.mid.mix(palette.far, 0.55),
            _ => palette
                .light
                .mix(palette.far, wet * 0.72)
                .mix(palette.mid, wet * wet * 0.3),
        };
        let edges = canvas.columns(|x| edge(x, at));
        let pixel = canvas.pixel();
        canvas.over(Area::ALL, |point, _| {
            let depth = edges[(point.x / pixel) as usize % edges.len()] - point.y;
            let inside = (0.5 + depth / pixel).clamp(0.0, 1.0);
            if inside <= 0.0 {
                return (colour, 0.0);
            }
            let foam = (1.0 - depth / (0.008 + 0.012 * wet)).clamp(0.0, 1.0);
            let lace = value(seed ^ 12, point.x * 130.0, point.y * 130.0);
            let foam = foam * (0.35 + 0.65 * lace) * (0.35 + 0.65 * wet);
            let deep = colour.mix(
                palette.near,
                if line == 0 {
                    (depth * 2.6).clamp(0.0, 0.85)
                } else {
                    0.0
                },
            );
            (deep.mix(palette.paper, foam), inside)
        });
    }
    let waterline = canvas.columns(|x| edge(x, 0.0));
    let pixel = canvas.pixel();
    canvas.over(
        Area {
            bottom: 0.34,
            ..Area::ALL
        },
        |point, _| {
            let swell =
                (point.y * 70.0 - fractal(seed ^ 40, point.x * 2.2, point.y * 3.0, 3) * 22.0).sin();
            let depth = waterline[(point.x / pixel) as usize % waterline.len()] - point.y;
            (
                palette.far,
                ((swell - 0.55) * 0.6).clamp(0.0, 0.3) * (depth * 8.0).clamp(0.0, 1.0),
            )
        },
    );
}

/// A town in the rain behind a window: lights out of focus, drops that run.
pub(super) fn rain(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    canvas.fill(|point| {
        let cloud = fractal(seed, point.x * 1.1, point.y * 1.6, 3);
        palette
            .near
            .mix(palette.mid, cloud * 0.8)
            .mix(palette.ink, point.y * 0.5)
    });
    let lamps = [
        palette.light,
        palette.accent,
        palette.far,
        palette.light,
        palette.paper,
    ];
    for lamp in 0..54 {
        let at = Point::new(dice.between(0.0, canvas.aspect()), dice.between(0.18, 0.88));
        let size = dice.between(0.022, 0.085);
        let colour = lamps[lamp % lamps.len()];
        canvas.disc(at, size, colour, dice.between(0.1, 0.34));
        canvas.ring(at, size - 0.002, 0.003, palette.far.mix(colour, 0.7));
    }
    for _ in 0..26 {
        let x = dice.between(0.0, canvas.aspect());
        let (from, long) = (dice.between(-0.1, 0.7), dice.between(0.12, 0.4));
        let sway = dice.between(-0.006, 0.006);
        canvas.line(
            Point::new(x, from),
            Point::new(x + sway, from + long),
            0.0045,
            palette.paper,
            0.16,
        );
        drop(
            canvas,
            Point::new(x + sway, from + long),
            dice.between(0.008, 0.013),
            palette,
        );
    }
    for _ in 0..210 {
        let at = Point::new(dice.between(0.0, canvas.aspect()), dice.next());
        drop(canvas, at, dice.between(0.0025, 0.0085), palette);
    }
}

fn drop(canvas: &mut Canvas, at: Point, size: f32, palette: &Palette) {
    canvas.disc(at, size, palette.ink, 0.35);
    canvas.disc(
        Point::new(at.x, at.y + size * 0.22),
        size * 0.74,
        palette.far,
        0.5,
    );
    canvas.disc(
        Point::new(at.x - size * 0.3, at.y - size * 0.32),
        size * 0.26,
        palette.paper,
        0.95,
    );
}

/// Overlapping discs of rings, as on old Japanese cloth.
pub(super) fn scales(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    canvas.fill(|_| palette.near);
    let radius = 0.135;
    let rows = 19_u8;
    let columns = (canvas.aspect() / radius / 2.0) as u8 + 3;
    for row in 0..rows {
        for column in 0..columns {
            let shift = if row % 2 == 0 { 0.0 } else { radius };
            let centre = Point::new(
                f32::from(column) * radius * 2.0 - radius + shift,
                f32::from(row) * radius * 0.5 - 0.02,
            );
            let down = centre.y.clamp(0.0, 1.0);
            let base = palette
                .far
                .mix(palette.mid, (down * 1.6).min(1.0))
                .mix(palette.near, (down * 1.5 - 0.5).max(0.0));
            let lucky = dice.next() < 0.07;
            let dark: Rgb = if lucky {
                palette.accent
            } else {
                base.mix(palette.ink, 0.12)
            };
            let reach = radius * 1.01;
            canvas.disc(centre, reach, palette.paper, 1.0);
            for (ring, part) in [0.94, 0.72, 0.5, 0.28].into_iter().enumerate() {
                let colour = if ring % 2 == 0 {
                    dark
                } else {
                    dark.mix(palette.paper, 0.18)
                };
                canvas.disc(centre, reach * part, colour, 1.0);
                canvas.disc(
                    centre,
                    reach * (part - 0.13),
                    palette.paper.mix(base, 0.12),
                    1.0,
                );
            }
            canvas.disc(centre, reach * 0.1, dark, 1.0);
        }
    }
}
