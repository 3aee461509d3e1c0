//! Two texts that grew out of one, put together line by line.
//!
//! What only one of them changed is taken; what both changed alike is taken once; where both changed the same lines,
//! or lines that touch, both parts stand in the result, marked, for somebody to choose. Nothing of either is lost.

use std::ops::Range;
use std::time::Instant;

use crate::diff::{PATIENCE, edits, lines};

/// Two texts put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Lines that nobody has to look at.
    Settled(Vec<String>),
    /// Lines that both changed.
    Both {
        mine: Vec<String>,
        theirs: Vec<String>,
    },
}

/// The lines around two parts that exclude each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// Above my part.
    pub mine: String,
    /// Between the parts.
    pub theirs: String,
    /// Below their part.
    pub end: String,
}

impl Marks {
    /// Whether a text still has one of these lines.
    pub fn are_in(&self, text: &str) -> bool {
        let marks = [&self.mine, &self.theirs, &self.end];
        text.lines()
            .any(|line| marks.iter().any(|mark| line.trim_end() == mark.trim_end()))
    }
}

/// A stretch that one text changed: its place in the base, and in the text.
type Change = (Range<usize>, Range<usize>);

impl Merge {
    /// Puts together what became of `base` in two hands.
    ///
    /// ```
    /// use blog_core::merge::Merge;
    ///
    /// let merge = Merge::of("One.\n\nTwo.", "One!\n\nTwo.", "One.\n\nTwo?");
    /// assert_eq!(merge.settled().as_deref(), Some("One!\n\nTwo?"));
    /// ```
    pub fn of(base: &str, mine: &str, theirs: &str) -> Self {
        let end = Instant::now() + PATIENCE;
        let (base, mine, theirs) = (lines(base), lines(mine), lines(theirs));
        let changes = |text: &[&str]| -> Vec<Change> {
            let edits = edits(&base, text, end).into_iter();
            edits
                .filter(|(common, ..)| !common)
                .map(|(_, old, new)| (old, new))
                .collect()
        };
        let (mut my, mut their) = (
            Side::new(&mine, changes(&mine)),
            Side::new(&theirs, changes(&theirs)),
        );
        let mut merge = Self { parts: Vec::new() };
        let mut at = 0;
        while let Some(start) = [my.next(), their.next()].into_iter().flatten().min() {
            merge.settle(&base[at..start]);
            // Both sides' changes from here on that touch each other.
            let mut stop = start;
            let (my_first, their_first) = (my.done, their.done);
            while my.take_from(&mut stop) || their.take_from(&mut stop) {}
            let (of_mine, of_theirs) = (my.since(start, stop), their.since(start, stop));
            match (my.done > my_first, their.done > their_first) {
                (true, true) if of_mine != of_theirs => merge.parts.push(Part::Both {
                    mine: owned(of_mine),
                    theirs: owned(of_theirs),
                }),
                (false, _) => merge.settle(of_theirs),
                _ => merge.settle(of_mine),
            }
            at = stop;
        }
        merge.settle(&base[at..]);
        merge
    }

    /// How many places have to be looked at.
    pub fn clashes(&self) -> usize {
        let both = |part: &&Part| matches!(part, Part::Both { .. });
        self.parts.iter().filter(both).count()
    }

    /// The text, where nothing has to be looked at.
    pub fn settled(&self) -> Option<String> {
        (self.clashes() == 0).then(|| self.write(None))
    }

    /// The text, with both parts between marks where both changed the same.
    pub fn text(&self, marks: &Marks) -> String {
        self.write(Some(marks))
    }

    fn write(&self, marks: Option<&Marks>) -> String {
        let mut out: Vec<&str> = Vec::new();
        for part in &self.parts {
            match (part, marks) {
                (Part::Settled(lines), _) => out.extend(lines.iter().map(String::as_str)),
                (Part::Both { mine, theirs }, marks) => {
                    out.extend(marks.map(|marks| marks.mine.as_str()));
                    out.extend(mine.iter().map(String::as_str));
                    out.extend(marks.map(|marks| marks.theirs.as_str()));
                    out.extend(theirs.iter().map(String::as_str));
                    out.extend(marks.map(|marks| marks.end.as_str()));
                }
            }
        }
        out.join("\n")
    }

    fn settle(&mut self, lines: &[&str]) {
        if lines.is_empty() {
            return;
        }
        match self.parts.last_mut() {
            Some(Part::Settled(last)) => last.extend(lines.iter().map(|line| (*line).to_owned())),
            _ => self.parts.push(Part::Settled(owned(lines))),
        }
    }
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// One of the two texts, walked along the base.
struct Side<'a> {
    lines: &'a [&'a str],
    changes: Vec<Change>,
    /// How many changes were taken.
    done: usize,
    /// Where in the text the walk is, and the place in the base that it is level with.
    at: usize,
    level: usize,
}

impl<'a> Side<'a> {
    fn new(lines: &'a [&'a str], changes: Vec<Change>) -> Self {
        Self {
            lines,
            changes,
            done: 0,
            at: 0,
            level: 0,
        }
    }

    /// Where the next change begins in the base.
    fn next(&self) -> Option<usize> {
        self.changes.get(self.done).map(|(base, _)| base.start)
    }

    /// Takes the next change if it touches what ends at `stop`, which it may move on.
    fn take_from(&mut self, stop: &mut usize) -> bool {
        match self.changes.get(self.done) {
            Some((base, _)) if base.start <= *stop => {
                *stop = base.end.max(*stop);
                self.done += 1;
                true
            }
            _ => false,
        }
    }

    /// What stands in the text for the base's lines from `start` to `stop`, and goes on behind it. All changes that
    /// begin before `stop` were taken, and none reaches beyond it.
    fn since(&mut self, start: usize, stop: usize) -> &'a [&'a str] {
        let from = self.at + (start - self.level);
        let to = match self.changes[..self.done].last() {
            Some((base, text)) => text.end + (stop - base.end),
            None => stop,
        };
        (self.at, self.level) = (to, stop);
        &self.lines[from..to]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marks() -> Marks {
        Marks {
            mine: "<<< mine".to_owned(),
            theirs: "=== theirs".to_owned(),
            end: ">>> end".to_owned(),
        }
    }

    #[test]
    fn what_one_of_them_changed_is_taken() {
        let base = "One.\n\nTwo.\n\nThree.";
        for (mine, theirs, merged) in [
            (
                "One!\n\nTwo.\n\nThree.",
                "One.\n\nTwo.\n\nThree?",
                "One!\n\nTwo.\n\nThree?",
            ),
            (
                "Zero.\n\nOne.\n\nTwo.\n\nThree.",
                "One.\n\nThree.",
                "Zero.\n\nOne.\n\nThree.",
            ),
            (base, "Other.", "Other."),
            ("Other.", base, "Other."),
            (base, base, base),
            (
                "One!\n\nTwo.\n\nThree.",
                "One!\n\nTwo.\n\nThree.",
                "One!\n\nTwo.\n\nThree.",
            ),
            ("", base, ""),
            (
                "One.\n\nTwo.\n\nThree.\n\nFour.",
                "Two.\n\nThree.",
                "Two.\n\nThree.\n\nFour.",
            ),
        ] {
            let merge = Merge::of(base, mine, theirs);
            assert_eq!(
                merge.settled().as_deref(),
                Some(merged),
                "{mine:?} {theirs:?}"
            );
            assert_eq!(merge.text(&marks()), merged);
        }
    }

    #[test]
    fn what_both_changed_is_there_twice() {
        let merge = Merge::of("One.\n\nTwo.", "One!\n\nTwo.", "One?\n\nTwo.");
        assert_eq!((merge.clashes(), merge.settled()), (1, None));
        let text = merge.text(&marks());
        assert_eq!(text, "<<< mine\nOne!\n=== theirs\nOne?\n>>> end\n\nTwo.");
        assert!(marks().are_in(&text) && !marks().are_in("One!\n\nTwo."));
        // Both added something at the end.
        let merge = Merge::of("One.", "One.\n\nMine.", "One.\n\nTheirs.");
        let text = merge.text(&marks());
        assert_eq!(
            text,
            "One.\n<<< mine\n\nMine.\n=== theirs\n\nTheirs.\n>>> end"
        );
        // One deleted what the other changed.
        let merge = Merge::of("One.\nTwo.\nThree.", "One.\nThree.", "One.\nTwo!\nThree.");
        let text = merge.text(&marks());
        assert_eq!(text, "One.\n<<< mine\n=== theirs\nTwo!\n>>> end\nThree.");
        // Nothing is known of where they come from.
        let merge = Merge::of("", "Mine.", "Theirs.");
        assert_eq!(merge.clashes(), 1);
    }

    #[test]
    fn no_text_takes_long() {
        let most = crate::markdown::MAX_POST_BYTES;
        let letters = |step: usize| -> String {
            (0..most / 2)
                .map(|n| ['a', 'b', 'c', 'd', 'e'][(n * step + n / 7) % 5])
                .flat_map(|letter| [letter, '\n'])
                .collect()
        };
        let begun = Instant::now();
        let (base, mine, theirs) = (letters(1), letters(2), letters(3));
        let merge = Merge::of(&base, &mine, &theirs);
        // Tests share their processor; without an end it would be minutes.
        assert!(begun.elapsed() < PATIENCE * 20, "{:?}", begun.elapsed());
        assert!(merge.text(&marks()).len() <= base.len() + mine.len() + theirs.len() + 100 * most);
    }

    /// A text of paragraphs, few enough that edits meet.
    fn text() -> impl Strategy<Value = String> {
        proptest::collection::vec("[abc]{0,2}", 0..8).prop_map(|lines| lines.join("\n"))
    }

    /// The lines of my side, or of theirs, of a merged text.
    fn side(text: &str, mine: bool) -> Vec<&str> {
        let marks = ["<<< mine", "=== theirs", ">>> end"];
        let mut at = 2;
        let mut out = Vec::new();
        for line in lines(text) {
            match marks.iter().position(|mark| *mark == line) {
                Some(mark) => at = mark,
                None if at == 2 || (at == 0) == mine => out.push(line),
                None => {}
            }
        }
        out
    }

    proptest! {
        #[test]
        fn a_change_alone_is_taken_whole(base in text(), changed in text()) {
            prop_assert_eq!(Merge::of(&base, &changed, &base).settled(), Some(changed.clone()));
            prop_assert_eq!(Merge::of(&base, &base, &changed).settled(), Some(changed.clone()));
            prop_assert_eq!(Merge::of(&base, &changed, &changed).settled(), Some(changed));
        }

        #[test]
        fn every_line_that_somebody_wrote_is_in_it(base in text(), mine in text(), theirs in text()) {
            let merged = Merge::of(&base, &mine, &theirs).text(&marks());
            let new = |text: &str| -> Vec<String> {
                let known = lines(&base);
                lines(text).into_iter().filter(|line| !known.contains(line)).map(str::to_owned).collect()
            };
            for (ours, written) in [(true, new(&mine)), (false, new(&theirs))] {
                let kept = side(&merged, ours);
                for line in &written {
                    let count = |lines: &[&str]| lines.iter().filter(|other| *other == line).count();
                    let all: Vec<&str> = written.iter().map(String::as_str).collect();
                    prop_assert!(count(&kept) >= count(&all), "{line:?} of {written:?} in {merged:?}");
                }
            }
        }

        #[test]
        fn it_does_not_matter_who_was_first(base in text(), mine in text(), theirs in text()) {
            let (one, other) = (Merge::of(&base, &mine, &theirs), Merge::of(&base, &theirs, &mine));
            prop_assert_eq!(one.settled(), other.settled());
            prop_assert_eq!(one.clashes(), other.clashes());
        }
    }
}
