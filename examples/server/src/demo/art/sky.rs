//! Stars, moons, birds, the pattern of a signal.

use super::canvas::{Area, Canvas, Point};
use super::land;
use super::noise::{Dice, fractal};
use super::palette::Palette;

/// A clear night over mountains.
pub(super) fn night(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    canvas.fill(|point| {
        let base = palette
            .ink
            .mix(palette.near, point.y * 1.1)
            .mix(palette.mid, (point.y - 0.55).max(0.0));
        let along = point.y - 0.95 + point.x * 0.52;
        let cloud = fractal(seed, point.x * 3.2, point.y * 3.2, 5);
        let river = (-(along / 0.2).powi(2)).exp() * (cloud - 0.28).max(0.0) * 1.5;
        base.mix(palette.far, river)
            .mix(palette.light, river * river * 0.75)
    });
    for star in 0..760 {
        let at = Point::new(dice.between(0.0, canvas.aspect()), dice.between(0.0, 0.9));
        let faint = dice.next();
        let bright = star % 60 == 0;
        let size = if bright {
            0.0032
        } else {
            0.0008 + 0.0012 * faint
        };
        let colour = palette.paper.mix(palette.light, dice.next());
        if bright {
            canvas.glow(at, 0.022, colour, 0.5);
        }
        canvas.disc(at, size, colour, 0.35 + 0.65 * faint);
    }
    for (row, base) in [0.74, 0.83, 0.93].into_iter().enumerate() {
        let own = seed.wrapping_add(500 + row as u32);
        let colour = palette.near.mix(palette.ink, 0.35 + 0.32 * row as f32);
        canvas.below(
            |x| base - 0.22 * (fractal(own, x * 2.1, 0.3, 6) - 0.45),
            |_, _| (colour, 1.0),
        );
    }
    let hut = Point::new(canvas.aspect() * dice.between(0.3, 0.7), 0.9);
    canvas.glow(hut, 0.09, palette.accent, 0.75);
    canvas.disc(hut, 0.0055, palette.light, 1.0);
}

/// The moon from new to full and back, in two rows of seven.
pub(super) fn moons(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    canvas.fill(|point| {
        let cloud = fractal(seed, point.x * 0.9, point.y * 1.4, 4);
        palette.ink.mix(palette.near, 0.35 + 0.5 * cloud)
    });
    let radius = 0.079;
    for place in 0..14_u8 {
        let (column, row) = (place % 7, place / 7);
        let gap = canvas.aspect() / 7.6;
        let centre = Point::new(
            gap * (0.8 + f32::from(column)),
            0.32 + 0.36 * f32::from(row),
        );
        let phase = (f32::from(place) + 0.5) / 14.0;
        canvas.glow(
            centre,
            radius * 2.3,
            palette.light,
            0.22 * (1.0 - (phase * 2.0 - 1.0).abs()),
        );
        let pixel = canvas.pixel();
        canvas.over(Area::around(centre, radius + 0.01), |point, _| {
            let (x, y) = ((point.x - centre.x) / radius, (point.y - centre.y) / radius);
            let inside = (0.5 - (x.hypot(y) - 1.0) * radius / pixel).clamp(0.0, 1.0);
            let bulge = (1.0 - y * y).max(0.0).sqrt();
            let edge = (phase * std::f32::consts::TAU).cos() * bulge;
            let lit = if phase < 0.5 { x - edge } else { -edge - x };
            let lit = (0.5 + lit * radius / pixel / 3.0).clamp(0.0, 1.0);
            let sea = fractal(seed ^ 21, x * 1.7 + 3.0, y * 1.7, 4);
            let ground = palette
                .light
                .mix(palette.paper, 0.4)
                .mix(palette.mid, ((sea - 0.5) * 2.6).clamp(0.0, 0.5));
            let dark = palette.near.mix(palette.mid, 0.35);
            (dark.mix(ground, lit), inside)
        });
    }
}

/// A flock that turns over a field.
pub(super) fn flock(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    land::sky(
        canvas,
        palette.far.mix(palette.paper, 0.4),
        palette.light,
        0.95,
    );
    canvas.over(Area::ALL, |point, _| {
        let cloud = fractal(seed ^ 2, point.x * 1.2, point.y * 3.4, 5);
        (palette.paper, ((cloud - 0.45) * 2.2).clamp(0.0, 0.75))
    });
    canvas.below(
        |x| 0.87 - 0.05 * fractal(seed, x * 2.0, 0.2, 4),
        |_, depth| (palette.mid.mix(palette.near, (depth * 7.0).min(1.0)), 1.0),
    );
    let turn = dice.between(0.0, 3.0);
    for bird in 0..340 {
        let along = f32::from(bird as u16) / 340.0;
        let wide = (along * std::f32::consts::PI).sin();
        let middle = Point::new(
            canvas.aspect() * (0.1 + 0.8 * along),
            0.42 + 0.2 * (along * 6.0 + turn).sin(),
        );
        let spread = 0.13 * wide;
        // Two numbers added gather in the middle.
        let off = (dice.next() + dice.next() - 1.0) * spread;
        let at = Point::new(middle.x + (dice.next() - 0.5) * 0.16, middle.y + off);
        let size = dice.between(0.004, 0.0105);
        let lift = size * dice.between(0.25, 0.75);
        let tilt = dice.between(-0.3, 0.3) * size;
        for side in [-1.0, 1.0] {
            let tip = Point::new(at.x + side * size, at.y - lift + tilt * side);
            canvas.line(at, tip, 0.0021, palette.ink, 0.92);
        }
    }
}

/// Line above line, each a measurement: quiet, loud in the middle, quiet.
pub(super) fn signal(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    canvas.fill(|point| palette.ink.mix(palette.near, 0.35 * point.y));
    let lines = 44_u32;
    let aspect = canvas.aspect();
    for line in 0..lines {
        let down = line as f32 / lines as f32;
        let base = 0.2 + 0.68 * down;
        let own = seed.wrapping_add(line * 13);
        let curve = |x: f32| {
            let from = (x / aspect - 0.5) * 2.0;
            let loud = (-(from / 0.4).powi(2)).exp();
            let spike = fractal(own, x * 9.0, down * 5.0, 4) - 0.32;
            let murmur = (fractal(own ^ 5, x * 24.0, 1.0, 2) - 0.5) * 0.006;
            base - loud * spike.max(0.0) * 0.34 - murmur
        };
        let ground = palette.ink.mix(palette.near, 0.35 * base);
        canvas.below(curve, |_, depth| {
            (ground, if depth < 0.17 { 1.0 } else { 0.0 })
        });
        let colour = palette.paper.mix(palette.light, down).mix(
            palette.accent,
            (1.0 - (down * 2.0 - 0.95).abs() * 3.4).clamp(0.0, 1.0),
        );
        canvas.curve(curve, 0.0024, |point| {
            let margin = ((point.x - 0.1).min(aspect - 0.1 - point.x) * 900.0).clamp(0.0, 1.0);
            (colour, margin)
        });
    }
}
