//! Randomness: fresh names that meet nobody else's, and a generator whose histories can be run again.

use uuid::Uuid;

/// Bytes that nobody had before.
pub(super) fn fresh_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

/// A number below `end` that is probably nobody else's.
pub(super) fn fresh_below(end: u64) -> u64 {
    u64::from_be_bytes(fresh_bytes()) % end
}

/// A word that nobody had before: a letter and 20 hexadecimal digits, so that it is a username, a slug, a tag and a
/// segment of a key.
pub(super) fn fresh_word() -> String {
    let mut word = String::from("k");
    for byte in fresh_bytes::<10>() {
        word.push_str(&format!("{byte:02x}"));
    }
    word
}

/// An id without any order in time.
pub(super) fn fresh_uuid() -> Uuid {
    Uuid::from_bytes(fresh_bytes())
}

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): small, and the same
/// everywhere.
#[derive(Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// The generator of a seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(super) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % end.max(1) as u64).unwrap_or(0)
    }

    /// Mixes the order (Fisher and Yates).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
