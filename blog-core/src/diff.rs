//! What differs between two texts, by lines and inside them by words, as pages show it.
//!
//! Any two texts that a post may have are compared within [`PATIENCE`]: what is not found finer by then is told
//! coarser, as a whole stretch that was replaced, which is right all the same.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use similar::{
    Algorithm, DiffOp, capture_diff_slices_by_key_deadline, capture_diff_slices_deadline,
};
use unicode_segmentation::UnicodeSegmentation as _;

/// How long a comparison may look for something finer.
pub const PATIENCE: Duration = Duration::from_millis(250);

/// The most lines that a comparison carries, of each kind: a page of more is read by nobody.
pub const MOST_LINES: usize = 2_000;

/// Lines with less in common than this, in hundredths, are shown as replaced: marks on nearly every word say nothing.
const ALIKE: usize = 35;

/// Two texts compared, from their beginning to their end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    /// Stretches in order; no two of one kind follow each other.
    pub stretches: Vec<Stretch>,
    /// How many lines were changed beyond the [`MOST_LINES`] that are carried.
    pub left_out: usize,
}

/// Lines that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stretch {
    /// In both texts.
    Same {
        /// The lines; fewer than `count` where they are not carried.
        lines: Vec<String>,
        /// How many there are.
        count: usize,
    },
    /// Different, the old line beside the new one.
    Changed(Vec<Row>),
}

/// A line of the old text and what stands in its place, or either of them alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// In pieces.
    pub old: Option<Vec<Piece>>,
    /// In pieces.
    pub new: Option<Vec<Piece>>,
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its characters.
    pub text: String,
    /// Whether the other text lacks it.
    pub changed: bool,
}

impl Diff {
    /// Compares an older text with a newer one.
    ///
    /// ```
    /// use blog_core::diff::{Diff, Stretch};
    ///
    /// let diff = Diff::of("One.\nTwo cats.", "One.\nTwo dogs.");
    /// let Stretch::Changed(rows) = &diff.stretches[1] else { panic!() };
    /// let marked: Vec<_> = rows[0].new.iter().flatten().filter(|piece| piece.changed).collect();
    /// assert_eq!(marked[0].text, "dogs");
    /// ```
    pub fn of(old: &str, new: &str) -> Self {
        Self::until(old, new, Instant::now() + PATIENCE)
    }

    fn until(old: &str, new: &str, end: Instant) -> Self {
        let (old, new) = (lines(old), lines(new));
        let mut diff = Self::default();
        let (mut same, mut changed) = (MOST_LINES, MOST_LINES);
        for (common, old_range, new_range) in edits(&old, &new, end) {
            if common {
                let lines = &old[old_range];
                let carried = lines.len().min(same);
                same -= carried;
                diff.stretches.push(Stretch::Same {
                    lines: lines[..carried].iter().map(|l| (*l).to_owned()).collect(),
                    count: lines.len(),
                });
                continue;
            }
            let (mut gone, mut come) = (&old[old_range], &new[new_range]);
            let rows = gone.len().max(come.len());
            let carried = rows.min(changed);
            changed -= carried;
            diff.left_out += rows - carried;
            gone = &gone[..gone.len().min(carried)];
            come = &come[..come.len().min(carried)];
            if carried > 0 {
                diff.stretches
                    .push(Stretch::Changed(rows_of(gone, come, end)));
            }
        }
        diff
    }

    /// Whether the texts are the same.
    pub fn is_empty(&self) -> bool {
        self.left_out == 0
            && self
                .stretches
                .iter()
                .all(|stretch| matches!(stretch, Stretch::Same { .. }))
    }
}

/// The lines of a text, without their ends. An empty text has none.
pub(crate) fn lines(text: &str) -> Vec<&str> {
    match text {
        "" => Vec::new(),
        text => text.split('\n').collect(),
    }
}

type Edit = (bool, std::ops::Range<usize>, std::ops::Range<usize>);

/// What is in both and what is not, alternating: whether it is in both, its place in the old, its place in the new.
pub(crate) fn edits(old: &[&str], new: &[&str], end: Instant) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for op in capture_diff_slices_deadline(Algorithm::Myers, old, new, Some(end)) {
        let common = matches!(op, DiffOp::Equal { .. });
        match edits.last_mut() {
            Some((last, old, new)) if *last == common => {
                old.end = op.old_range().end;
                new.end = op.new_range().end;
            }
            _ => edits.push((common, op.old_range(), op.new_range())),
        }
    }
    edits
}

/// Lines that were replaced: those that are alike side by side, with the words marked that the other lacks, and
/// between them what is only in one text.
fn rows_of(old: &[&str], new: &[&str], end: Instant) -> Vec<Row> {
    let mut rows = Vec::with_capacity(old.len().max(new.len()));
    let whole = |line: Option<&&str>| line.map(|line| vec![piece(line, true)]);
    let (mut old_at, mut new_at) = (0, 0);
    let alone = |rows: &mut Vec<Row>, gone: &[&str], come: &[&str]| {
        rows.extend((0..gone.len().max(come.len())).map(|place| Row {
            old: whole(gone.get(place)),
            new: whole(come.get(place)),
        }));
    };
    for (in_old, in_new) in alike(old, new, end) {
        alone(&mut rows, &old[old_at..in_old], &new[new_at..in_new]);
        let (gone, come) = marked(old[in_old], new[in_new], end);
        rows.push(Row {
            old: Some(gone),
            new: Some(come),
        });
        (old_at, new_at) = (in_old + 1, in_new + 1);
    }
    alone(&mut rows, &old[old_at..], &new[new_at..]);
    rows
}

/// Which old line became which new one, in order: those that share the most words.
fn alike(old: &[&str], new: &[&str], end: Instant) -> Vec<(usize, usize)> {
    let (old_words, new_words) = (words(old), words(new));
    let ops = capture_diff_slices_by_key_deadline(
        Algorithm::Myers,
        &old_words,
        &new_words,
        |(_, word)| *word,
        Some(end),
    );
    let mut shared: HashMap<(usize, usize), usize> = HashMap::new();
    for op in ops.iter().filter(|op| matches!(op, DiffOp::Equal { .. })) {
        let pairs = old_words[op.old_range()]
            .iter()
            .zip(&new_words[op.new_range()]);
        for ((in_old, word), (in_new, _)) in pairs {
            *shared.entry((*in_old, *in_new)).or_default() += weight(word);
        }
    }
    let sums = |words: &[(usize, &str)], lines: usize| {
        let mut sums = vec![0; lines];
        for (place, word) in words {
            sums[*place] += weight(word);
        }
        sums
    };
    let (of_old, of_new) = (sums(&old_words, old.len()), sums(&new_words, new.len()));
    let mut pairs: Vec<_> = shared
        .into_iter()
        .filter(|((in_old, in_new), shared)| {
            2 * 100 * shared >= ALIKE * (of_old[*in_old] + of_new[*in_new]).max(1)
        })
        .collect();
    // Words were matched in order, so whichever pairs are taken do not cross.
    pairs.sort_unstable_by_key(|(pair, shared)| (std::cmp::Reverse(*shared), *pair));
    let (mut taken_old, mut taken_new) = (vec![false; old.len()], vec![false; new.len()]);
    let mut taken: Vec<(usize, usize)> = Vec::new();
    for ((in_old, in_new), _) in pairs {
        if !taken_old[in_old] && !taken_new[in_new] {
            (taken_old[in_old], taken_new[in_new]) = (true, true);
            taken.push((in_old, in_new));
        }
    }
    taken.sort_unstable();
    taken
}

/// The words of lines and what stands between them (Unicode Annex 29), each with the place of its line.
fn words<'a>(lines: &[&'a str]) -> Vec<(usize, &'a str)> {
    let lines = lines.iter().enumerate();
    lines
        .flat_map(|(place, line)| line.split_word_bounds().map(move |word| (place, word)))
        .collect()
}

/// Two lines that are alike, in pieces.
fn marked(old: &str, new: &str, end: Instant) -> (Vec<Piece>, Vec<Piece>) {
    let old: Vec<&str> = old.split_word_bounds().collect();
    let new: Vec<&str> = new.split_word_bounds().collect();
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    for op in capture_diff_slices_deadline(Algorithm::Myers, &old, &new, Some(end)) {
        let changed = !matches!(op, DiffOp::Equal { .. });
        push(&mut gone, &old[op.old_range()].concat(), changed);
        push(&mut come, &new[op.new_range()].concat(), changed);
    }
    (joined(gone), joined(come))
}

fn push(line: &mut Vec<Piece>, text: &str, changed: bool) {
    match line.last_mut() {
        Some(last) if last.changed == changed => last.text.push_str(text),
        _ if text.is_empty() => {}
        _ => line.push(piece(text, changed)),
    }
}

/// How much a word says: nothing for a space, since two sentences of one length share those whatever they say, and
/// little for a mark.
fn weight(word: &str) -> usize {
    match word.chars().any(char::is_alphanumeric) {
        true => word.chars().count() + 1,
        false => usize::from(!word.trim().is_empty()),
    }
}

fn piece(text: &str, changed: bool) -> Piece {
    Piece {
        text: text.to_owned(),
        changed,
    }
}

/// A space between two changed words is changed with them: one mark reads better than two.
fn joined(line: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(line.len());
    let mut line = line.into_iter().peekable();
    while let Some(mut next) = line.next() {
        let between = !next.changed
            && next.text.trim().is_empty()
            && out.last().is_some_and(|last| last.changed)
            && line.peek().is_some_and(|behind| behind.changed);
        next.changed |= between;
        push(&mut out, &next.text, next.changed);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A side of a comparison as text again.
    fn side(diff: &Diff, pick: impl Fn(&Row) -> Option<&Vec<Piece>>) -> Vec<String> {
        let mut lines = Vec::new();
        for stretch in &diff.stretches {
            match stretch {
                Stretch::Same { lines: same, .. } => lines.extend(same.iter().cloned()),
                Stretch::Changed(rows) => lines.extend(rows.iter().filter_map(|row| {
                    let pieces = pick(row)?.iter();
                    Some(pieces.map(|piece| piece.text.as_str()).collect::<String>())
                })),
            }
        }
        lines
    }

    fn marks(diff: &Diff) -> (Vec<&str>, Vec<&str>) {
        let mut out = (Vec::new(), Vec::new());
        for stretch in &diff.stretches {
            let Stretch::Changed(rows) = stretch else {
                continue;
            };
            for row in rows {
                out.0.extend(
                    row.old
                        .iter()
                        .flatten()
                        .filter(|p| p.changed)
                        .map(|p| p.text.as_str()),
                );
                out.1.extend(
                    row.new
                        .iter()
                        .flatten()
                        .filter(|p| p.changed)
                        .map(|p| p.text.as_str()),
                );
            }
        }
        out
    }

    #[test]
    fn words_are_marked_in_every_script() {
        for (old, new, gone, come) in [
            ("A cat sat.", "A dog sat.", vec!["cat"], vec!["dog"]),
            (
                "Two old cats sat there.",
                "Two new dogs sat there.",
                vec!["old cats"],
                vec!["new dogs"],
            ),
            (
                "夜の港に灯がある。",
                "朝の港に灯がある。",
                vec!["夜"],
                vec!["朝"],
            ),
            (
                "Kış geldi, deniz sakin.",
                "Yaz geldi, deniz sakin.",
                vec!["Kış"],
                vec!["Yaz"],
            ),
            (
                "مرحبا يا عالم الواسع",
                "مرحبا يا بحر الواسع",
                vec!["عالم"],
                vec!["بحر"],
            ),
            (
                "Same words here",
                "Same words here, and more",
                vec![],
                vec![", and more"],
            ),
        ] {
            assert_eq!(marks(&Diff::of(old, new)), (gone, come), "{old} / {new}");
        }
    }

    #[test]
    fn what_has_little_in_common_is_marked_whole() {
        let diff = Diff::of(
            "A cat sat on the mat.",
            "Nothing of this is left over here now",
        );
        let (gone, come) = marks(&diff);
        assert_eq!(gone, ["A cat sat on the mat."]);
        assert_eq!(come.len(), 1);
    }

    #[test]
    fn stretches_alternate_and_the_same_text_has_one() {
        let text = "One.\n\nTwo.\n\nThree.";
        let diff = Diff::of(text, text);
        assert!(diff.is_empty());
        assert_eq!(diff.stretches.len(), 1);
        assert!(Diff::of("", "").stretches.is_empty());
        let diff = Diff::of(text, "One.\n\nTwo changed.\n\nThree.\n\nFour.");
        let kinds: Vec<bool> = diff
            .stretches
            .iter()
            .map(|stretch| matches!(stretch, Stretch::Same { .. }))
            .collect();
        assert_eq!(kinds, [true, false, true, false]);
        assert!(!diff.is_empty());
        assert!(!Diff::of("", "a").is_empty());
    }

    /// Texts that make a comparison work hardest: nothing in common, everything repeated, one endless line.
    fn hostile() -> Vec<(&'static str, String, String)> {
        let most = crate::markdown::MAX_POST_BYTES;
        let numbers = |from: usize| -> String {
            let mut text: String = (from..).take(most / 7).map(|n| format!("{n}\n")).collect();
            text.truncate(most);
            text
        };
        let letters = |step: usize| -> String {
            (0..most / 2)
                .map(|n| ['a', 'b', 'c', 'd', 'e'][(n * step + n / 7) % 5])
                .flat_map(|letter| [letter, '\n'])
                .collect()
        };
        let words = |step: usize| letters(step).replace('\n', " ");
        vec![
            ("nothing in common", numbers(100_000), numbers(500_000)),
            ("few letters on many lines", letters(1), letters(3)),
            ("few letters in one line", words(1), words(3)),
            ("a line that became many", words(1), letters(1)),
            ("line ends", "\n".repeat(most), "\n".repeat(most - 1)),
            ("one word", "x".repeat(most), "y".repeat(most)),
            (
                "marks",
                "\u{301}".repeat(most / 2),
                "\u{302}".repeat(most / 2),
            ),
        ]
    }

    #[test]
    fn no_text_takes_long_or_grows() {
        for (name, old, new) in hostile() {
            let begun = Instant::now();
            let diff = Diff::of(&old, &new);
            let took = begun.elapsed();
            // Many times what it takes, since tests share their processor; without an end it would be minutes.
            assert!(took < PATIENCE * 20, "{name} took {took:?}");
            let carried: usize = diff
                .stretches
                .iter()
                .map(|stretch| match stretch {
                    Stretch::Same { lines, .. } => lines.len(),
                    Stretch::Changed(rows) => rows.len(),
                })
                .sum();
            assert!(carried <= 2 * MOST_LINES, "{name} carries {carried} lines");
        }
    }

    #[test]
    fn what_is_not_carried_is_counted() {
        let many: String = (0..MOST_LINES + 50).map(|n| format!("{n}\n")).collect();
        let diff = Diff::of("", many.trim_end());
        assert_eq!(diff.left_out, 50);
        let diff = Diff::of(&many, &format!("{many}x"));
        let Stretch::Same { lines, count } = &diff.stretches[0] else {
            panic!("it begins the same")
        };
        assert_eq!((lines.len(), *count), (MOST_LINES, MOST_LINES + 50));
    }

    proptest! {
        #[test]
        fn both_texts_are_in_it_whole(old in "([abc ]{0,4}\n){0,12}", new in "([abc ]{0,4}\n){0,12}") {
            let diff = Diff::of(&old, &new);
            prop_assert_eq!(side(&diff, |row| row.old.as_ref()), lines(&old));
            prop_assert_eq!(side(&diff, |row| row.new.as_ref()), lines(&new));
            prop_assert_eq!(diff.is_empty(), old == new);
        }

        #[test]
        fn what_is_not_marked_is_in_both(old in "[ab ]{0,12}", new in "[ab ]{0,12}") {
            let diff = Diff::of(&old, &new);
            for stretch in &diff.stretches {
                let Stretch::Changed(rows) = stretch else { continue };
                for row in rows {
                    let plain = |pieces: &Option<Vec<Piece>>| -> String {
                        pieces.iter().flatten().filter(|p| !p.changed).map(|p| p.text.as_str()).collect()
                    };
                    prop_assert_eq!(plain(&row.old).replace(' ', ""), plain(&row.new).replace(' ', ""));
                }
            }
        }
    }
}
