//! Woven and laid patterns.

use super::canvas::{Canvas, Point, Rgb};
use super::noise::{Dice, speck, value};
use super::palette::Palette;

/// A flat-woven rug: bands of stepped diamonds, thread by thread.
pub(super) fn weave(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    let colours = [
        palette.accent,
        palette.near,
        palette.light,
        palette.mid,
        palette.paper,
        palette.ink,
        palette.far,
    ];
    let bands = 7_usize;
    let plan: Vec<[usize; 4]> = (0..bands)
        .map(|band| {
            let ground = [0, 4, 1, 2][(band + dice.below(2)) % 4];
            let pick = |dice: &mut Dice| loop {
                let one = dice.below(colours.len());
                if one != ground {
                    return one;
                }
            };
            [ground, pick(&mut dice), pick(&mut dice), pick(&mut dice)]
        })
        .collect();
    let threads = 200.0;
    canvas.fill(|point| {
        let (column, row) = ((point.x * threads).floor(), (point.y * threads).floor());
        let band_tall = threads / bands as f32;
        let band = ((row / band_tall) as usize).min(bands - 1);
        let within = row - band as f32 * band_tall;
        let [ground, first, second, third] = plan[band];
        let middle = (band_tall - 1.0) / 2.0;
        let repeat = if band.is_multiple_of(2) { 40.0 } else { 20.0 };
        let across = (column + repeat / 2.0).rem_euclid(repeat) - repeat / 2.0;
        // Stepped: every second thread keeps the width of the one before.
        let step = |number: f32| (number / 2.0).floor() * 2.0;
        let diamond = step(across.abs()) * 0.72 + step((within - middle).abs());
        let which = match () {
            () if within < 1.0 || within >= band_tall - 1.5 => third,
            () if diamond < 2.9 => ground,
            () if diamond < 5.9 => first,
            () if diamond < 8.9 => second,
            () if diamond < 11.0 => third,
            () if diamond < 13.4 && repeat > 30.0 => first,
            () => ground,
        };
        let colour: Rgb = colours[which];
        let (u, v) = (point.x * threads - column, point.y * threads - row);
        let over = ((u - 0.5).abs() * 2.0).powi(2) * 0.14 + ((v - 0.5).abs() * 2.0).powi(4) * 0.16;
        let dye = speck(seed, column * 0.31, row) * 0.09
            + value(seed ^ 3, point.x * 3.0, row * 0.22) * 0.1;
        colour.lit(1.05 - over - dye)
    });
}

/// Quarter circles on tiles that were turned by chance: paths that never end.
pub(super) fn tiles(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let count = 7.0;
    let pixel = canvas.pixel();
    canvas.fill(|point| {
        let (column, row) = ((point.x * count).floor(), (point.y * count).floor());
        let (u, v) = (point.x * count - column, point.y * count - row);
        let turned = speck(seed, column, row) < 0.5;
        let u = if turned { 1.0 - u } else { u };
        let near = u.hypot(v).min((1.0 - u).hypot(1.0 - v));
        let off = (near - 0.5).abs() / count;
        let soft = |edge: f32| (0.5 + (edge / count - off) / pixel).clamp(0.0, 1.0);
        let ground = if (column + row).rem_euclid(2.0) < 1.0 {
            palette.paper
        } else {
            palette.paper.mix(palette.far, 0.22)
        };
        let wander = value(seed ^ 8, point.x * 1.2, point.y * 1.2);
        let path = palette.near.mix(palette.mid, wander * 1.3);
        let heart = palette
            .light
            .mix(palette.accent, (wander * 1.6 - 0.4).clamp(0.0, 1.0));
        let joint = u.min(1.0 - u).min(v).min(1.0 - v) / count;
        let ground = ground.mix(
            palette.mid,
            (1.0 - joint / pixel / 1.4).clamp(0.0, 1.0) * 0.3,
        );
        ground
            .mix(path, soft(0.21))
            .mix(palette.paper, soft(0.125))
            .mix(heart, soft(0.08))
    });
}

/// Eight-pointed stars and crosses, glazed.
pub(super) fn stars(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let count = 4.5;
    let pixel = canvas.pixel() * count;
    canvas.fill(|point| {
        let (column, row) = ((point.x * count).floor(), (point.y * count).floor());
        let at = Point::new(point.x * count - column - 0.5, point.y * count - row - 0.5);
        let square = at.x.abs().max(at.y.abs());
        let diamond = (at.x.abs() + at.y.abs()) * std::f32::consts::FRAC_1_SQRT_2;
        let star = square.min(diamond) - 0.352;
        let hue = speck(seed, column, row);
        let glaze = 0.94 + 0.1 * value(seed ^ 6, point.x * 9.0, point.y * 9.0);
        let inner = square.min(diamond);
        let colour = match hue {
            low if low < 0.4 => palette.near,
            low if low < 0.62 => palette.mid,
            low if low < 0.84 => palette.accent,
            _ => palette.light.mix(palette.accent, 0.3),
        };
        let petal = (at.y.atan2(at.x) * 4.0).cos() * 0.05;
        let flower = at.x.hypot(at.y) - 0.17 - petal;
        let soft = |distance: f32| (0.5 - distance / pixel).clamp(0.0, 1.0);
        let cross = palette.far.mix(palette.paper, 0.42);
        let mut glazed = cross.mix(colour, soft(star));
        glazed = glazed.mix(
            palette.paper,
            soft((inner - 0.305).abs() - 0.012) * soft(star),
        );
        glazed = glazed
            .mix(palette.paper, soft(flower))
            .mix(colour.mix(palette.ink, 0.25), soft(flower + 0.06));
        glazed = glazed.mix(palette.light, soft(at.x.hypot(at.y) - 0.045));
        let edge = (star.abs() - 0.011).min(0.5 - square);
        glazed.mix(palette.ink, soft(edge) * 0.8).lit(glaze)
    });
}
