//! Colours that go together, and with the pages around them.

use super::canvas::Rgb;

/// Seven colours from the brightest to the darkest, one of them loud.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    /// Background.
    pub(super) paper: Rgb,
    /// Sun, lamps, foam.
    pub(super) light: Rgb,
    /// The loud one.
    pub(super) accent: Rgb,
    /// Things far away.
    pub(super) far: Rgb,
    /// Things between.
    pub(super) mid: Rgb,
    /// Things close by.
    pub(super) near: Rgb,
    /// The darkest.
    pub(super) ink: Rgb,
}

const fn of(codes: [u32; 7]) -> Palette {
    let [paper, light, accent, far, mid, near, ink] = codes;
    Palette {
        paper: Rgb::hex(paper),
        light: Rgb::hex(light),
        accent: Rgb::hex(accent),
        far: Rgb::hex(far),
        mid: Rgb::hex(mid),
        near: Rgb::hex(near),
        ink: Rgb::hex(ink),
    }
}

/// The palette of a name.
pub(super) fn named(name: &str) -> Option<Palette> {
    Some(match name {
        "dawn" => of([
            0xf7e8d8, 0xf6c199, 0xd9563f, 0xb9a6c4, 0x6f6aa8, 0x2b2f6b, 0x14173a,
        ]),
        "sea" => of([
            0xe9f1ee, 0xf8dcae, 0xe07a4b, 0x9cc5c9, 0x3f8a9b, 0x1c4f6e, 0x0f2740,
        ]),
        "moss" => of([
            0xf1efe0, 0xe9d48b, 0xc8642f, 0xb8c7a0, 0x6d8f5c, 0x2f5a45, 0x17302a,
        ]),
        "clay" => of([
            0xf7ece1, 0xf2c9a0, 0xa8321f, 0xdba98a, 0xb5674a, 0x6b2f2a, 0x33171c,
        ]),
        "night" => of([
            0xcfd6ee, 0xf4e3b2, 0xe8a04c, 0x5b6aa8, 0x333f85, 0x1b2257, 0x0b0e2b,
        ]),
        "plum" => of([
            0xf4e9ee, 0xf3c6b5, 0xd34a6a, 0xc39ac0, 0x80508f, 0x432a5e, 0x1f1433,
        ]),
        "ochre" => of([
            0xfbf3dd, 0xf4cf6b, 0xd9722a, 0xd8b98a, 0x9a7b4f, 0x5a4733, 0x2a2119,
        ]),
        "ice" => of([
            0xf3f7fa, 0xfbe3c8, 0xe2725b, 0xc6d8e6, 0x7fa3c4, 0x3a5f8f, 0x18294b,
        ]),
        _ => return None,
    })
}
