//! Bread, cups, wheels, leaves, sheets of paper, towns, shapes.

use std::f32::consts::{PI, TAU};

use super::canvas::{Area, Canvas, Point, Rgb};
use super::land;
use super::noise::{Dice, fractal, speck, value};
use super::palette::Palette;

/// A round loaf from above, scored, on a floured board.
pub(super) fn loaf(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    canvas.fill(|point| {
        let wood = fractal(seed, point.x * 1.3, point.y * 16.0, 4);
        let board = palette.far.mix(palette.mid, wood * 0.7);
        let plank = (point.y * 4.0 - (point.y * 4.0).floor())
            .min(1.0 - (point.y * 4.0 - (point.y * 4.0).floor()));
        let flour = fractal(seed ^ 7, point.x * 2.6, point.y * 2.6, 5);
        board
            .mix(palette.near, (1.0 - plank * 70.0).clamp(0.0, 0.6))
            .mix(palette.paper, ((flour - 0.5) * 3.6).clamp(0.0, 0.75))
    });
    let centre = Point::new(canvas.aspect() * 0.52, 0.51);
    let radius = 0.37;
    canvas.glow(
        Point::new(centre.x + 0.05, centre.y + 0.06),
        radius * 1.42,
        palette.ink,
        0.85,
    );
    let pixel = canvas.pixel();
    canvas.over(Area::around(centre, radius * 1.08), |point, _| {
        let at = point.turned(centre, 0.5);
        let angle = at.y.atan2(at.x);
        let rim = radius
            * (1.0 + 0.035 * (value(seed, angle.cos() * 2.0 + 5.0, angle.sin() * 2.0) - 0.5));
        let out = at.x.hypot(at.y) / rim;
        let dome = (1.0 - out * out).max(0.0).sqrt();
        let light = (0.62 + 0.5 * dome - 0.25 * (at.x + at.y) / radius).clamp(0.35, 1.25);
        let baked = fractal(seed ^ 3, point.x * 9.0, point.y * 9.0, 5);
        let crust = palette.accent.mix(palette.mid, 0.45).mix(
            palette.near,
            (baked - 0.35).max(0.0) * 1.1 + (out - 0.72).max(0.0) * 1.6,
        );
        // Rings of flour that the basket left.
        let rings = ((out * 58.0).sin() * 0.5 + 0.5) * ((out - 0.1) * 3.0).clamp(0.0, 1.0);
        let dust = (rings * fractal(seed ^ 11, point.x * 14.0, point.y * 14.0, 3) * 1.5 - 0.28)
            .clamp(0.0, 0.8);
        let mut colour = crust.mix(palette.paper, dust);
        // The cut: one long, and short ones like an ear of wheat.
        let bend = at.x * at.x * 0.5;
        let main = ((at.y - bend + 0.03).abs() - 0.016 * dome).max(at.x.abs() - radius * 0.72);
        let mut cut = main;
        for leaf in -3_i8..=3 {
            let x = f32::from(leaf) * 0.08;
            for side in [-1.0, 1.0] {
                let from = Point::new(x, x * x * 0.5 - 0.03 + side * 0.035);
                let to = Point::new(x + 0.055, x * x * 0.5 - 0.03 + side * 0.12);
                cut = cut.min(at.to_segment(from, to) - 0.0075);
            }
        }
        let open = (0.5 - cut / 0.006).clamp(0.0, 1.0);
        colour = colour.mix(palette.light.mix(palette.accent, 0.22), open * 0.92);
        let lip = (1.0 - (cut - 0.007).abs() / 0.006).clamp(0.0, 1.0) * (1.0 - open);
        colour = colour.mix(palette.ink, lip * 0.45);
        (
            colour.lit(light),
            (0.5 - (out - 1.0) * rim / pixel).clamp(0.0, 1.0),
        )
    });
}

/// Bowls of tea in a row, each a little darker.
pub(super) fn cups(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    canvas.fill(|point| {
        let weave = value(seed, point.x * 260.0, point.y * 18.0) * 0.05;
        palette
            .paper
            .mix(palette.far, 0.35 + 0.3 * point.y)
            .lit(1.0 - weave)
    });
    for row in 0..3_u8 {
        for column in 0..5_u8 {
            let gap = canvas.aspect() / 5.0;
            let shift = dice.between(-0.012, 0.012);
            let centre = Point::new(
                gap * (f32::from(column) + 0.5) + shift,
                0.19 + 0.31 * f32::from(row) - shift,
            );
            let radius = 0.112;
            let strong = (f32::from(row) * 5.0 + f32::from(column)) / 14.0;
            let tea = palette
                .light
                .mix(palette.accent, (strong * 1.8).min(1.0))
                .mix(palette.near, (strong * 1.9 - 1.0).clamp(0.0, 0.9));
            canvas.glow(
                Point::new(centre.x + 0.022, centre.y + 0.03),
                radius * 1.5,
                palette.ink,
                0.6,
            );
            let glaze = [
                palette.near,
                palette.mid,
                palette.paper,
                palette.ink,
                palette.mid,
            ][usize::from((column + row * 2) % 5)];
            canvas.disc(centre, radius, glaze, 1.0);
            canvas.disc(
                centre,
                radius * 0.93,
                glaze.lit(1.16).mix(palette.paper, 0.15),
                1.0,
            );
            canvas.disc(centre, radius * 0.86, glaze.mix(palette.ink, 0.3), 1.0);
            canvas.over(Area::around(centre, radius * 0.8), |point, _| {
                let out = point.distance(centre) / (radius * 0.78);
                let inside = (0.5 - (out - 1.0) * radius * 780.0).clamp(0.0, 1.0);
                let swirl = fractal(seed ^ 13, point.x * 16.0, point.y * 16.0, 3);
                let deep = tea
                    .mix(palette.light, swirl * 0.16)
                    .lit(1.08 - 0.22 * out * out);
                (deep, inside)
            });
            let shine = Point::new(centre.x - radius * 0.34, centre.y - radius * 0.36);
            canvas.glow(shine, radius * 0.34, palette.paper, 0.8);
        }
    }
}

/// Wheels: rims, hubs, crossed spokes.
pub(super) fn wheels(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    canvas.fill(|point| {
        palette
            .paper
            .mix(palette.far, (point.x - point.y) * 0.2 + 0.1)
    });
    canvas.disc(
        Point::new(canvas.aspect() * 0.28, 0.3),
        0.62,
        palette.light,
        0.5,
    );
    for (x, y, radius) in [(0.32, 0.56, 0.37), (0.83, 0.42, 0.31)] {
        let hub = Point::new(canvas.aspect() * x, y);
        canvas.ring(hub, radius, 0.036, palette.ink);
        canvas.ring(hub, radius - 0.028, 0.012, palette.mid);
        canvas.ring(hub, radius - 0.036, 0.005, palette.far);
        let start = dice.between(0.0, TAU);
        for spoke in 0..32_u8 {
            let from = start + f32::from(spoke / 2) * TAU / 16.0;
            let lean = if spoke % 2 == 0 { 0.86 } else { -0.86 };
            let inner = Point::new(
                hub.x + 0.03 * (from + lean).cos(),
                hub.y + 0.03 * (from + lean).sin(),
            );
            let to = from + if spoke % 2 == 0 { 0.0 } else { TAU / 32.0 };
            let reach = radius - 0.038;
            let outer = Point::new(hub.x + reach * to.cos(), hub.y + reach * to.sin());
            canvas.line(inner, outer, 0.0024, palette.near, 0.9);
        }
        canvas.disc(hub, 0.04, palette.near, 1.0);
        canvas.disc(hub, 0.026, palette.accent, 1.0);
        canvas.disc(hub, 0.01, palette.paper, 1.0);
        let valve = Point::new(hub.x, hub.y + radius - 0.075);
        canvas.line(
            Point::new(hub.x, hub.y + radius - 0.03),
            valve,
            0.008,
            palette.accent,
            1.0,
        );
    }
    // The chain: links along a slack line.
    let links = 46_u8;
    for link in 0..links {
        let along = f32::from(link) / f32::from(links - 1);
        let x = canvas.aspect() * (0.05 + 0.9 * along);
        let y = 0.9 + 0.03 * (along * PI).sin();
        let colour = if link % 2 == 0 {
            palette.near
        } else {
            palette.mid
        };
        canvas.disc(Point::new(x, y), 0.0135, colour, 1.0);
        canvas.disc(Point::new(x, y), 0.005, palette.paper, 1.0);
    }
}

/// Stems with leaves that lean in one wind.
pub(super) fn leaves(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    canvas.fill(|point| palette.paper.mix(palette.light, 0.2 + 0.35 * point.y));
    canvas.disc(
        Point::new(canvas.aspect() * 0.7, 0.36),
        0.25,
        palette.accent.mix(palette.light, 0.35),
        0.9,
    );
    for stem in 0..17_u8 {
        let back = 1.0 - f32::from(stem) / 17.0;
        let foot = Point::new(dice.between(-0.05, canvas.aspect() + 0.05), 1.05);
        let tall = dice.between(0.5, 0.98) * (0.75 + 0.25 * back);
        let lean = dice.between(-0.16, 0.3);
        let colour = palette
            .near
            .mix(palette.far, back * 0.72)
            .mix(palette.mid, dice.between(0.0, 0.5));
        let at = |t: f32| Point::new(foot.x + lean * t * t, foot.y - tall * t);
        for piece in 0..24_u8 {
            let t = f32::from(piece) / 24.0;
            canvas.line(at(t), at(t + 1.0 / 24.0), 0.006 * (1.15 - t), colour, 1.0);
        }
        let pairs = 7 + dice.below(5);
        for pair in 0..pairs {
            let t = 0.2 + 0.8 * pair as f32 / pairs as f32;
            let long = (0.075 + 0.085 * (1.0 - t)) * dice.between(0.8, 1.2);
            for side in [-1.0, 1.0] {
                let angle = -PI / 2.0 + side * dice.between(0.75, 1.1) + lean * 0.8;
                leaf(canvas, at(t), long, angle, colour, palette.paper);
            }
        }
        leaf(
            canvas,
            at(0.99),
            0.085,
            -PI / 2.0 + lean,
            colour,
            palette.paper,
        );
    }
}

fn leaf(canvas: &mut Canvas, foot: Point, long: f32, angle: f32, colour: Rgb, vein: Rgb) {
    let pixel = canvas.pixel();
    canvas.over(Area::around(foot, long + 0.01), |point, _| {
        let at = point.turned(foot, angle);
        let t = at.x / long;
        if !(0.0..=1.0).contains(&t) {
            return (colour, 0.0);
        }
        let half = long * 0.21 * (t * PI).sin().powf(0.8) * (1.2 - 0.5 * t);
        let inside = (0.5 - (at.y.abs() - half) / pixel).clamp(0.0, 1.0);
        let shade = if at.y > 0.0 { 0.9 } else { 1.06 };
        let rib = (1.0 - at.y.abs() / 0.0016).clamp(0.0, 1.0) * 0.5;
        (colour.lit(shade).mix(vein, rib), inside)
    });
}

/// Sheets of paper with lines of writing, fanned out.
pub(super) fn sheets(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    canvas.fill(|point| {
        let grain = fractal(seed, point.x * 2.0, point.y * 22.0, 4);
        palette
            .near
            .mix(palette.ink, grain * 0.7)
            .mix(palette.mid, 0.16)
    });
    let pixel = canvas.pixel();
    for sheet in 0..9_u8 {
        let centre = Point::new(
            canvas.aspect() * dice.between(0.16, 0.84),
            dice.between(0.22, 0.78),
        );
        let angle = dice.between(-0.5, 0.5);
        let (half_wide, half_tall) = (0.235, 0.31);
        let tone = if sheet % 4 == 2 {
            palette.light
        } else {
            palette.paper
        };
        let own = seed.wrapping_add(u32::from(sheet) * 71);
        let heading = palette.accent;
        canvas.over(
            Area::around(Point::new(centre.x + 0.01, centre.y + 0.014), 0.42),
            |point, _| {
                let at = point.turned(Point::new(centre.x + 0.01, centre.y + 0.014), angle);
                let out = (at.x.abs() - half_wide).max(at.y.abs() - half_tall);
                (
                    palette.ink,
                    (1.0 - (out + 0.012) / 0.03).clamp(0.0, 1.0) * 0.5,
                )
            },
        );
        canvas.over(Area::around(centre, 0.4), |point, _| {
            let at = point.turned(centre, angle);
            let out = (at.x.abs() - half_wide).max(at.y.abs() - half_tall);
            let inside = (0.5 - out / pixel).clamp(0.0, 1.0);
            let fold = 1.0 - 0.05 * (1.0 - at.x.abs() * 40.0).clamp(0.0, 1.0);
            let mut colour = tone.lit(fold - 0.02 * (at.y / half_tall));
            let row = ((at.y + half_tall - 0.05) / 0.029).floor();
            let within = (at.y + half_tall - 0.05) / 0.029 - row;
            let text = at.x > -half_wide + 0.035
                && at.x < half_wide - 0.035 - 0.17 * speck(own, row, 3.0).powi(3);
            let word = value(own, (at.x + 1.0) * 34.0 + row * 17.0, row) > 0.3;
            let lines = row >= 1.0 && at.y < half_tall - 0.045 && (row % 7.0) > 0.0;
            if lines && text && word && (0.25..0.62).contains(&within) {
                colour = colour.mix(palette.near, 0.62);
            }
            let title = (0.0..0.024).contains(&(at.y + half_tall - 0.045))
                && at.x > -half_wide + 0.035
                && at.x < 0.06;
            if title {
                colour = heading;
            }
            (colour, inside)
        });
    }
}

/// A town at dusk: roofs, windows, some of them lit.
pub(super) fn town(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    land::sky(
        canvas,
        palette.mid.mix(palette.far, 0.4),
        palette.light,
        0.8,
    );
    canvas.over(Area::ALL, |point, _| {
        let cloud = fractal(seed ^ 2, point.x * 1.1, point.y * 6.0, 4);
        (
            palette.accent.mix(palette.light, 0.5),
            ((cloud - 0.52) * 3.0).clamp(0.0, 0.55),
        )
    });
    for row in 0..4_u8 {
        let close = f32::from(row) / 3.0;
        let wall = palette
            .far
            .mix(palette.near, 0.2 + 0.5 * close)
            .mix(palette.ink, close * 0.55);
        let mut x = -dice.between(0.0, 0.08);
        while x < canvas.aspect() {
            let wide = dice.between(0.075, 0.165) * (0.65 + 0.5 * close);
            let top = 0.42 + 0.125 * f32::from(row) + dice.between(-0.1, 0.07);
            let wall = wall.lit(dice.between(0.93, 1.07));
            house(canvas, &mut dice, (x, top, wide), wall, close, palette);
            x += wide + 0.0015;
        }
    }
}

fn house(
    canvas: &mut Canvas,
    dice: &mut Dice,
    (x, top, wide): (f32, f32, f32),
    wall: Rgb,
    close: f32,
    palette: &Palette,
) {
    let roof = wide * dice.between(0.18, 0.5);
    let flat = dice.next() < 0.3;
    let area = Area {
        left: x,
        top: top - roof,
        right: x + wide,
        bottom: 1.0,
    };
    let tiles = palette.accent.mix(wall, 0.45 + 0.25 * close);
    canvas.over(area, |point, _| {
        if point.y >= top {
            return (wall, 1.0);
        }
        let inward = (top - point.y) / roof * wide / 2.0;
        let inside = !flat && point.x > x + inward && point.x < x + wide - inward;
        (tiles, if inside { 1.0 } else { 0.0 })
    });
    let size = 0.013 + 0.008 * close;
    let columns = ((wide - size) / (size * 1.9)) as usize;
    for row in 0..9_u8 {
        for column in 0..columns {
            let left = x
                + (wide - columns as f32 * size * 1.9) / 2.0
                + column as f32 * size * 1.9
                + size * 0.45;
            let up = top + 0.022 + f32::from(row) * size * 2.5;
            let lit = dice.next() < 0.3;
            let glass = if lit {
                palette.light
            } else {
                wall.mix(palette.ink, 0.4)
            };
            let pane = Area {
                left,
                top: up,
                right: left + size,
                bottom: up + size * 1.5,
            };
            canvas.over(pane, |_, _| (glass, if lit { 0.95 } else { 0.6 }));
        }
    }
}

/// Plain shapes on a grid: quarter discs, discs, bars.
pub(super) fn shapes(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let count = 4.0;
    let pixel = canvas.pixel() * count;
    let colours = [
        palette.near,
        palette.accent,
        palette.light,
        palette.mid,
        palette.ink,
        palette.far,
    ];
    canvas.fill(|point| {
        let (column, row) = ((point.x * count).floor(), (point.y * count).floor());
        let (mut u, mut v) = (point.x * count - column, point.y * count - row);
        let roll = |salt: u32| speck(seed ^ salt, column, row);
        if roll(1) < 0.5 {
            u = 1.0 - u;
        }
        if roll(2) < 0.5 {
            v = 1.0 - v;
        }
        let pick = |salt: u32| colours[((roll(salt) * 6.0) as usize).min(5)];
        let ground = if roll(3) < 0.55 {
            palette.paper
        } else {
            pick(4)
        };
        let first = if pick(5) == ground {
            palette.paper.mix(palette.ink, 0.85)
        } else {
            pick(5)
        };
        let second = pick(6);
        let soft = |distance: f32| (0.5 - distance / pixel).clamp(0.0, 1.0);
        match (roll(7) * 6.0) as u8 {
            0 => ground
                .mix(first, soft(u.hypot(v) - 1.0))
                .mix(second, soft(u.hypot(v) - 0.5)),
            1 => ground
                .mix(first, soft((u - 0.5).hypot(v - 0.5) - 0.5))
                .mix(second, soft((u - 0.5).hypot(v - 0.5) - 0.2)),
            2 => ground.mix(first, soft(((v * 5.0).fract() - 0.5).abs() / 5.0 - 0.05)),
            3 => ground.mix(first, soft(u + v - 1.0)),
            4 => ground
                .mix(first, soft((u - 0.5).hypot(v) - 0.5))
                .mix(second, soft((u - 0.5).hypot(1.0 - v) - 0.5)),
            _ => ground.mix(first, soft((u.hypot(v) - 0.75).abs() - 0.25)),
        }
    });
}

/// Two stones fell into still water.
pub(super) fn ripples(canvas: &mut Canvas, palette: &Palette, seed: u32) {
    let mut dice = Dice::new(seed);
    let aspect = canvas.aspect();
    let sources = [
        Point::new(aspect * dice.between(0.22, 0.36), dice.between(0.35, 0.65)),
        Point::new(aspect * dice.between(0.62, 0.8), dice.between(0.3, 0.7)),
    ];
    canvas.fill(|point| {
        let wave = |source: Point| {
            let off = point.distance(source);
            (off * 105.0).sin() * (1.25 - off).max(0.12)
        };
        let sum = wave(sources[0]) + wave(sources[1]);
        let depth = palette
            .near
            .mix(palette.mid, 0.35 + 0.5 * fractal(seed, point.x, point.y, 3))
            .mix(palette.ink, point.y * 0.3);
        let up = (sum * 0.42).clamp(0.0, 1.0);
        let down = (-sum * 0.36).clamp(0.0, 1.0);
        depth
            .mix(palette.far, up * 0.75)
            .mix(palette.paper, up * up * 0.5)
            .mix(palette.ink, down * 0.6)
    });
    for source in sources {
        canvas.glow(source, 0.12, palette.light, 0.75);
        canvas.disc(source, 0.015, palette.accent, 1.0);
    }
}
