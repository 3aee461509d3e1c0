//! Hills, dunes, maps, terraces, forests.

use super::canvas::{Area, Canvas, Point, Rgb};
use super::noise::{Dice, fractal, value};
use super::palette::Palette;

/// A sky that is brightest at the horizon.
pub(super) fn sky(canvas: &mut Canvas, top: Rgb, bottom: Rgb, horizon: f32) {
    canvas.fill(|point| top.mix(bottom, (point.y / horizon).clamp(0.0, 1.0).powf(1.3)));
}

/// Ridge behind ridge, mist between them, a sun low over the first.
pub(super) fn hills(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    sky(
        canvas,
        palette.far.mix(palette.paper, 0.35),
        palette.light,
        0.62,
    );
    let sun = Point::new(
        canvas.aspect() * dice.between(0.28, 0.72),
        dice.between(0.27, 0.4),
    );
    canvas.glow(sun, 0.62, palette.paper, 0.75);
    canvas.disc(
        sun,
        dice.between(0.065, 0.1),
        palette.paper.mix(palette.accent, 0.82),
        1.0,
    );
    let ridges = 6;
    for ridge in 0..ridges {
        let close = ridge as f32 / (ridges - 1) as f32;
        let colour = match close {
            near if near < 0.5 => palette.far.mix(palette.mid, near * 2.0),
            near => palette.mid.mix(palette.near, near * 2.0 - 1.0),
        };
        let base = 0.44 + 0.5 * close.powf(1.15);
        let steep = 0.2 - 0.06 * close;
        let wide = 1.6 + 1.1 * close;
        let own = seed.wrapping_add(ridge * 977);
        canvas.below(
            |x| base - steep * (fractal(own, x * wide + 7.3 * close, 0.5, 5) - 0.42),
            |_, depth| {
                let mist = (depth / 0.24).clamp(0.0, 1.0);
                (
                    colour.mix(palette.light, 0.36 * mist * (1.0 - close * 0.75)),
                    1.0,
                )
            },
        );
    }
}

/// Dunes: one side in the light, the other in shade, divided by a sharp crest.
pub(super) fn dunes(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    sky(canvas, palette.far, palette.paper, 0.55);
    let sun = Point::new(canvas.aspect() * dice.between(0.62, 0.8), 0.2);
    canvas.glow(sun, 0.5, palette.light, 0.8);
    canvas.disc(sun, 0.05, palette.paper, 1.0);
    for (row, base) in [0.5, 0.6, 0.73, 0.9].into_iter().enumerate() {
        let own = seed.wrapping_add(row as u32 * 331);
        let wide = 1.5 - row as f32 * 0.22;
        let tall = 0.1 + 0.05 * row as f32;
        let height = |x: f32| {
            let at = x * wide + row as f32 * 3.7 + value(own, x * 0.9, 3.0) * 0.8;
            let phase = at - at.floor();
            // Long on the windward side, short on the lee.
            let crest = if phase < 0.68 {
                phase / 0.68
            } else {
                (1.0 - phase) / 0.32
            };
            (
                base - tall * crest.powf(1.4) * (0.55 + 0.45 * value(own, at.floor() * 5.1, 9.0)),
                phase,
            )
        };
        let light = palette.light.mix(palette.far, 0.3 - 0.08 * row as f32);
        let shade = palette.mid.mix(palette.near, 0.25 * row as f32);
        canvas.below(
            |x| height(x).0,
            |point, depth| {
                let (_, phase) = height(point.x + depth * 0.9);
                let edge = ((phase - 0.68) * 60.0).clamp(0.0, 1.0)
                    * ((1.0 - phase) * 30.0).clamp(0.0, 1.0);
                let ripples = ((point.y * 150.0
                    + fractal(own, point.x * 4.0, point.y * 9.0, 2) * 14.0)
                    .sin()
                    * 0.5
                    + 0.5)
                    * 0.07;
                let lit = light
                    .mix(palette.accent, 0.12 + (depth * 0.5).min(0.3))
                    .mix(shade, ripples);
                (
                    lit.mix(shade, edge * (1.0 - depth * 1.3).clamp(0.0, 0.9)),
                    1.0,
                )
            },
        );
    }
}

/// A map: tinted heights, contour lines, a path with a mark at its end.
pub(super) fn contours(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    let height = |point: Point| {
        let bent = fractal(seed ^ 77, point.x * 1.3, point.y * 1.3, 3) * 0.5;
        fractal(seed, point.x * 1.5 + bent, point.y * 1.5 - bent, 4)
    };
    let pixel = canvas.pixel();
    let tints = [
        palette.far.mix(palette.mid, 0.25),
        palette.far.mix(palette.paper, 0.35),
        palette.paper,
        palette.paper.mix(palette.light, 0.5),
        palette.light,
        palette.light.mix(palette.accent, 0.35),
    ];
    canvas.fill(|point| {
        let at = height(point);
        let level = ((at - 0.22) / 0.56 * 6.0).clamp(0.0, 5.999);
        let tint = tints[level as usize];
        let (dx, dy) = (
            height(Point::new(point.x + pixel, point.y)) - at,
            height(Point::new(point.x, point.y + pixel)) - at,
        );
        // A line is as thick on a slope as on a plain: divided by how fast the height changes.
        let slope = dx.hypot(dy).max(1e-6);
        let line = |every: f32, thick: f32| {
            let off = (at / every - (at / every).round()).abs() * every / slope;
            (thick - off).clamp(0.0, 1.0)
        };
        let shaded = tint.lit(1.0 + (dx - dy) / pixel * 0.035);
        let fine = line(0.0156, 1.1) * 0.34;
        let bold = line(0.078, 1.9) * 0.62;
        shaded.mix(palette.near, fine.max(bold))
    });
    let mut at = Point::new(canvas.aspect() * 0.12, dice.between(0.62, 0.82));
    let goal = Point::new(
        canvas.aspect() * dice.between(0.72, 0.84),
        dice.between(0.2, 0.36),
    );
    let steps = 46;
    for step in 0..steps {
        let left = (steps - step) as f32;
        let sway = (value(seed ^ 5, step as f32 * 0.23, 1.0) - 0.5) * 0.05;
        let next = Point::new(
            at.x + (goal.x - at.x) / left + sway * 0.4,
            at.y + (goal.y - at.y) / left + sway,
        );
        if step % 2 == 0 {
            canvas.line(at, next, 0.0085, palette.accent, 1.0);
        }
        at = next;
    }
    canvas.disc(at, 0.03, palette.accent, 1.0);
    canvas.disc(at, 0.0125, palette.paper, 1.0);
}

/// Islands seen from above, shallow water around them.
pub(super) fn islands(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let height = |point: Point| {
        let bent = fractal(seed ^ 9, point.x * 2.0, point.y * 2.0, 3) * 0.35;
        fractal(seed, point.x * 3.1 + bent, point.y * 3.1 + bent, 6)
    };
    canvas.fill(|point| {
        let at = height(point);
        let swell =
            (point.y * 95.0 + fractal(seed ^ 3, point.x * 3.0, point.y * 5.0, 3) * 18.0).sin();
        let deep = palette
            .near
            .mix(palette.mid, ((at - 0.22) / 0.34).clamp(0.0, 1.0))
            .lit(1.0 + swell * 0.012);
        let shallow = ((at - 0.515) / 0.055).clamp(0.0, 1.0);
        let water = deep.mix(palette.far, shallow * shallow);
        if at < 0.573 {
            let foam = ((at - 0.565) / 0.008).clamp(0.0, 1.0);
            return water.mix(palette.paper, foam * 0.85);
        }
        let sand = ((at - 0.573) / 0.012).clamp(0.0, 1.0);
        let up = ((at - 0.585) / 0.15).clamp(0.0, 1.0);
        let light = 1.0 + (at - height(Point::new(point.x - 0.006, point.y - 0.006))) * 9.0;
        let green = palette
            .mid
            .mix(palette.light, 0.42)
            .mix(palette.accent, up * 0.5);
        palette.light.mix(green, sand).lit(light.clamp(0.75, 1.2))
    });
}

/// Terraces: each step of a slope a line, followed by the next.
pub(super) fn terraces(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    sky(canvas, palette.paper, palette.light, 0.5);
    canvas.below(
        |x| 0.34 - 0.16 * (fractal(seed ^ 4, x * 1.4, 2.0, 4) - 0.4),
        |_, depth| (palette.far.mix(palette.paper, (depth * 2.4).min(0.6)), 1.0),
    );
    let lean = dice.between(-0.5, 0.5);
    let row = |point: Point| {
        let roll = fractal(seed, point.x * 1.5, point.y * 1.5, 2);
        let depth = (point.y - 0.3).max(0.0);
        // Nearer rows are wider.
        (depth + 0.02).ln() * 6.5 + roll * 9.5 + point.x * lean
    };
    canvas.below(
        |x| 0.42 - 0.15 * (fractal(seed ^ 8, x * 0.9, 5.0, 3) - 0.4),
        |point, depth| {
            let at = row(point);
            let phase = at - at.floor();
            let odd = value(seed ^ 2, at.floor() * 1.7, 0.5);
            let base = palette
                .mid
                .mix(palette.near, (depth * 1.1).min(0.75))
                .mix(palette.light, odd * 0.22);
            let bush = fractal(seed ^ 6, point.x * (60.0 - depth * 40.0), at * 6.0, 2);
            let lit = base.mix(palette.light, (1.0 - phase) * 0.34 * bush);
            let gap = ((phase - 0.8) / 0.2).clamp(0.0, 1.0);
            (lit.mix(palette.ink, gap * gap * 0.7), 1.0)
        },
    );
}

/// Firs on a slope in falling snow.
pub(super) fn firs(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    sky(
        canvas,
        palette.far.mix(palette.mid, 0.35),
        palette.paper,
        0.8,
    );
    let moon = Point::new(canvas.aspect() * dice.between(0.2, 0.8), 0.22);
    canvas.glow(moon, 0.4, palette.light, 0.8);
    canvas.disc(moon, 0.07, palette.light.mix(palette.paper, 0.5), 1.0);
    for row in 0..4_u16 {
        let close = f32::from(row) / 3.0;
        let base = 0.58 + 0.16 * f32::from(row);
        let ground = |x: f32| base - 0.07 * (fractal(seed + u32::from(row), x * 1.5, 1.0, 3) - 0.5);
        let colour = palette.mid.mix(palette.ink, 0.15 + close * 0.75);
        let trees = 26 - row * 5;
        for _ in 0..trees {
            let x = dice.between(-0.02, canvas.aspect() + 0.02);
            let tall = dice.between(0.1, 0.17) * (0.7 + close * 1.15);
            fir(
                canvas,
                Point::new(x, ground(x) + 0.02),
                tall,
                colour,
                palette.paper,
            );
        }
        let snow = palette.paper.mix(palette.far, 0.5 - close * 0.35);
        canvas.below(ground, |_, depth| {
            (snow.mix(palette.far, (depth * 2.0).min(0.6)), 1.0)
        });
    }
    for _ in 0..420 {
        let at = Point::new(dice.between(0.0, canvas.aspect()), dice.next());
        let size = dice.between(0.0012, 0.0045);
        canvas.disc(at, size, palette.paper, 0.85);
    }
}

fn fir(canvas: &mut Canvas, foot: Point, tall: f32, colour: Rgb, snow: Rgb) {
    let area = Area {
        left: foot.x - tall * 0.3,
        top: foot.y - tall,
        right: foot.x + tall * 0.3,
        bottom: foot.y,
    };
    let pixel = canvas.pixel();
    canvas.over(area, |point, _| {
        let down = (point.y - (foot.y - tall)) / tall;
        let tier = down * 4.0;
        let flare = 0.35 + 0.65 * (tier - tier.floor());
        let half = tall * 0.27 * down.powf(0.85) * (0.55 + 0.45 * flare);
        let off = (point.x - foot.x).abs() - half;
        let lit = (tier - tier.floor() < 0.16) && point.x < foot.x;
        let colour = if lit { colour.mix(snow, 0.65) } else { colour };
        (colour, (0.5 - off / pixel).clamp(0.0, 1.0))
    });
}
