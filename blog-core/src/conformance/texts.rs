//! Texts that stores spoil.

/// Texts of one line, none longer than 80 characters.
pub(super) const LINES: &[&str] = &[
    "plain",
    // The same word composed and decomposed: a store that normalises makes them one.
    "caf\u{e9}",
    "cafe\u{301}",
    // Several marks on one letter, in an order that normalisation would change.
    "q\u{307}\u{323}\u{301}",
    // A family of four people joined by ZWJ, a flag, a keycap, a skin tone.
    "👨\u{200d}👩\u{200d}👧\u{200d}👦 🇹🇷 1\u{fe0f}\u{20e3} 👍🏽",
    // Right to left, with a mark, and mixed with the other direction.
    "שָׁלוֹם عليكم (abc) 123",
    // Outside the basic plane: old Italic, mathematics, a rare CJK ideograph.
    "𐌰𐌱𐌲 𝒜𝓑 𠜎𠜱",
    // The smallest and the greatest scalar values around the surrogates, and the last of all.
    "\u{d7ff}\u{e000}\u{fffd}\u{10fffd}",
    // Neighbours of NUL: pictures of it, an escape of it, the first printable character.
    "\u{2400} \\0 %00 \\u0000 \u{a0}",
    // Spaces at both ends.
    "  spaces at both ends  ",
    // Quoting, placeholders and wildcards of query languages.
    "'; DROP TABLE posts; -- \"`\\ ? :a $1 @b %_%",
    // Case pairs that fold strangely.
    "İıIi ßẞ ǅ Σσς",
    // HTML.
    "<b>&amp;</b> {{ x }} {% y %}",
];

/// All of [`LINES`], with breaks, tabs and leading spaces.
pub(super) fn paragraphs() -> String {
    let mut text = String::from("    indented\n\n\ttab\n");
    for line in LINES {
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// Characters outside the basic plane, four bytes each.
pub(super) fn astral(characters: usize) -> String {
    ['𐌰', '😀', '𠜎']
        .into_iter()
        .cycle()
        .take(characters)
        .collect()
}

/// Exactly so many bytes of text in several scripts.
pub(super) fn of_bytes(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 32);
    while text.len() < bytes {
        text.push_str("Zeile ż 日本 😀 e\u{301}\n");
    }
    let mut end = bytes;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    while text.len() < bytes {
        text.push('x');
    }
    text
}
