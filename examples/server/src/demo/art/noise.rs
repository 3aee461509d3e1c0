//! Numbers that look like chance and are the same every time.

/// A generator of numbers for one picture (Marsaglia's xorshift on 32 bits).
#[derive(Debug, Clone)]
pub(super) struct Dice(u32);

impl Dice {
    pub(super) fn new(seed: u32) -> Self {
        Self(mixed(seed) | 1)
    }

    /// From 0 to 1, without 1.
    pub(super) fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 8) as f32 / 16_777_216.0
    }

    /// From `low` to `high`.
    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.next()
    }

    /// From 0 to `end`, without it.
    pub(super) fn below(&mut self, end: usize) -> usize {
        ((self.next() * end as f32) as usize).min(end.saturating_sub(1))
    }
}

/// All bits of the input in all bits of the output.
fn mixed(mut bits: u32) -> u32 {
    bits = (bits ^ (bits >> 16)).wrapping_mul(0x7feb_352d);
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x846c_a68b);
    bits ^ (bits >> 16)
}

/// 0 to 1 for a point of the grid.
pub(super) fn speck(seed: u32, x: f32, y: f32) -> f32 {
    let (x, y) = (x.floor() as i32 as u32, y.floor() as i32 as u32);
    let bits = mixed(x.wrapping_add(mixed(y.wrapping_add(mixed(seed)))));
    (bits >> 8) as f32 / 16_777_216.0
}

fn ease(t: f32) -> f32 {
    t * t * t * (t * (t * 6.0 - 15.0) + 10.0)
}

/// Smooth hills over the plane, 0 to 1, one about every unit.
pub(super) fn value(seed: u32, x: f32, y: f32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = (ease(x - left), ease(y - top));
    let row = |y: f32| {
        let from = speck(seed, left, y);
        from + (speck(seed, left + 1.0, y) - from) * across
    };
    let above = row(top);
    above + (row(top + 1.0) - above) * down
}

/// The same with finer and fainter hills on top, 0 to 1.
pub(super) fn fractal(seed: u32, x: f32, y: f32, octaves: u32) -> f32 {
    let (mut sum, mut whole, mut scale, mut weight) = (0.0, 0.0, 1.0, 1.0);
    for octave in 0..octaves {
        // Turned a little each time, so that no grid shows.
        let (u, v) = (x * 0.8 - y * 0.6, x * 0.6 + y * 0.8);
        let (u, v) = if octave % 2 == 0 { (x, y) } else { (u, v) };
        sum += weight * value(seed.wrapping_add(octave * 101), u * scale, v * scale);
        whole += weight;
        scale *= 2.03;
        weight *= 0.5;
    }
    sum / whole
}
