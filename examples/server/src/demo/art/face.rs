//! Pictures of people who do not exist: a head, shoulders, a colour behind.

use super::canvas::{Area, Canvas, Point, Rgb};
use super::noise::Dice;
use super::palette::Palette;

/// A portrait of plain shapes.
pub(super) fn face(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    canvas.fill(|point| palette.light.mix(palette.far, point.y * 0.9));
    let sun = Point::new(dice.between(0.2, 0.8), dice.between(0.2, 0.35));
    canvas.disc(sun, dice.between(0.2, 0.32), palette.paper, 0.6);
    let skin = [0xf3cfb3, 0xe5b08c, 0xc98a62, 0x9a5f40].map(Rgb::hex)[dice.below(4)];
    let hair = [
        palette.ink,
        palette.near,
        palette.accent.mix(palette.ink, 0.45),
        palette.paper,
    ][dice.below(4)];
    let cloth = if dice.next() < 0.5 {
        palette.accent
    } else {
        palette.near
    };
    let head = Point::new(0.5, 0.45);
    let long = dice.next() < 0.5;
    let pixel = canvas.pixel();
    let egg = move |point: Point, grow: f32| {
        let (x, y) = (
            (point.x - head.x) / (0.19 + grow),
            (point.y - head.y) / (0.235 + grow),
        );
        (x.hypot(y) - 1.0) * 0.2
    };
    let soft = move |distance: f32| (0.5 - distance / pixel).clamp(0.0, 1.0);
    if long {
        canvas.over(Area::ALL, |point, _| {
            let hang = egg(Point::new(point.x, point.y.min(head.y + 0.02)), 0.055);
            (hair, if point.y < 0.78 { soft(hang) } else { 0.0 })
        });
    }
    canvas.over(Area::ALL, |point, _| {
        let shoulders = (point.x - 0.5).hypot((point.y - 1.12) * 0.9) - 0.4;
        (cloth, soft(shoulders))
    });
    canvas.over(Area::ALL, |point, _| {
        let neck = point.to_segment(Point::new(0.5, 0.6), Point::new(0.5, 0.715)) - 0.075;
        (skin.lit(0.87), soft(neck))
    });
    canvas.over(Area::ALL, |point, _| {
        let side = if point.x > head.x + 0.02 { 0.94 } else { 1.03 };
        (skin.lit(side), soft(egg(point, 0.0)))
    });
    let fringe = dice.between(0.26, 0.37);
    let slant = dice.between(-0.45, 0.45);
    canvas.over(Area::ALL, |point, _| {
        let cut = point.y - (fringe + (point.x - 0.5) * slant);
        (hair, soft(egg(point, 0.028).max(cut)))
    });
    for side in [-1.0, 1.0] {
        let eye = Point::new(head.x + side * 0.075, head.y + 0.02);
        canvas.disc(eye, 0.0135, palette.ink, 1.0);
        canvas.line(
            Point::new(eye.x - 0.026, eye.y - 0.045),
            Point::new(eye.x + 0.026, eye.y - 0.045 - side * slant * 0.012),
            0.009,
            palette.ink,
            0.8,
        );
    }
    if dice.next() < 0.4 {
        for side in [-1.0, 1.0] {
            canvas.ring(
                Point::new(head.x + side * 0.075, head.y + 0.02),
                0.047,
                0.009,
                palette.ink,
            );
        }
        canvas.line(
            Point::new(head.x - 0.028, head.y + 0.015),
            Point::new(head.x + 0.028, head.y + 0.015),
            0.008,
            palette.ink,
            1.0,
        );
    }
    canvas.line(
        Point::new(head.x + 0.004, head.y + 0.035),
        Point::new(head.x + 0.016, head.y + 0.088),
        0.008,
        skin.lit(0.75),
        1.0,
    );
    let smile = Point::new(head.x, head.y + 0.09);
    canvas.over(Area::around(smile, 0.09), |point, _| {
        let off = (point.distance(smile) - 0.06).abs() - 0.0055;
        let below = (point.y - smile.y - 0.034) * 90.0;
        (
            palette.accent.mix(palette.ink, 0.45),
            soft(off) * below.clamp(0.0, 1.0),
        )
    });
}
