//! What a post was, and what changed between two of its texts.

use blog_core::diff::{Diff, Piece, Row, Stretch};
use serde::Serialize;

use super::PersonView;

/// A saved state of a post, as its head line says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RevisionView {
    /// Its number.
    pub version: u64,
    /// The title then.
    pub title: String,
    /// Who saved it; none after that person's erasure.
    pub editor: Option<PersonView>,
    /// Microseconds since the epoch.
    pub saved_at: i64,
    /// Whether it is what the post is now.
    pub current: bool,
}

/// A row of the list: what was saved, and how it differs from what was there before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepView {
    /// What was saved.
    pub saved: RevisionView,
    /// Bytes of its source.
    pub bytes: u64,
    /// Bytes that it is longer than the one before.
    pub longer: u64,
    /// Bytes that it is shorter than the one before.
    pub shorter: u64,
    /// The title before, where it changed.
    pub old_title: Option<String>,
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PieceView {
    /// Its characters.
    pub text: String,
    /// Whether it is marked as what changed inside its line. A line that is new or gone as a whole has no marks.
    pub marked: bool,
}

/// An old line beside a new one, or either alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowView {
    /// In pieces.
    pub old: Option<Vec<PieceView>>,
    /// In pieces.
    pub new: Option<Vec<PieceView>>,
}

/// Lines of one kind. Unchanged ones are folded but for those next to a change.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct StretchView {
    /// Changed lines; empty for an unchanged stretch.
    pub rows: Vec<RowView>,
    /// Unchanged lines right behind a change.
    pub behind: Vec<String>,
    /// Unchanged lines that are folded.
    pub folded: Vec<String>,
    /// How many there are, those that are too many to be shown included.
    pub folded_count: usize,
    /// Unchanged lines right before a change.
    pub ahead: Vec<String>,
}

/// Two texts compared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DiffView {
    /// In order.
    pub stretches: Vec<StretchView>,
    /// Whether the texts are the same.
    pub same: bool,
    /// How many changed lines are not shown.
    pub left_out: usize,
}

/// Unchanged lines that are shown beside a change: the paragraph and the empty line around it.
const CONTEXT: usize = 3;

impl From<Diff> for DiffView {
    fn from(diff: Diff) -> Self {
        let (same, left_out) = (diff.is_empty(), diff.left_out);
        let last = diff.stretches.len().saturating_sub(1);
        let stretches = diff.stretches.into_iter().enumerate();
        Self {
            stretches: stretches
                .map(|(place, stretch)| match stretch {
                    Stretch::Changed(rows) => StretchView {
                        rows: rows.into_iter().map(RowView::from).collect(),
                        ..StretchView::default()
                    },
                    Stretch::Same { lines, count } => {
                        folded(lines, count, place == 0, place == last)
                    }
                })
                .collect(),
            same,
            left_out,
        }
    }
}

fn folded(mut lines: Vec<String>, count: usize, first: bool, last: bool) -> StretchView {
    let behind = if first { 0 } else { CONTEXT };
    let ahead = if last { 0 } else { CONTEXT };
    // One line more is not worth a fold.
    if lines.len() == count && count <= behind + ahead + 1 && !(first && last) {
        return StretchView {
            ahead: lines,
            ..StretchView::default()
        };
    }
    let missing = count - lines.len();
    let ahead = match missing {
        0 => lines.split_off(lines.len() - ahead.min(lines.len())),
        _ => Vec::new(),
    };
    let rest = lines.split_off(behind.min(lines.len()));
    StretchView {
        folded_count: rest.len() + missing,
        behind: lines,
        folded: rest,
        ahead,
        rows: Vec::new(),
    }
}

impl From<Row> for RowView {
    fn from(row: Row) -> Self {
        Self {
            old: row.old.map(pieces),
            new: row.new.map(pieces),
        }
    }
}

fn pieces(line: Vec<Piece>) -> Vec<PieceView> {
    let partly = line.iter().any(|piece| !piece.changed);
    line.into_iter()
        .map(|piece| PieceView {
            text: piece.text,
            marked: piece.changed && partly,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: std::ops::Range<usize>) -> String {
        let lines: Vec<String> = lines.map(|n| format!("line {n}")).collect();
        lines.join("\n")
    }

    #[test]
    fn unchanged_lines_are_folded_but_for_those_next_to_a_change() {
        let old = format!("{}\nold\n{}", text(0..20), text(20..40));
        let view = DiffView::from(Diff::of(&old, &old.replace("old", "new")));
        let [begin, change, end] = view.stretches.as_slice() else {
            panic!("{view:#?}")
        };
        assert_eq!(begin.behind.len(), 0);
        assert_eq!(begin.folded_count, 17);
        assert_eq!(begin.ahead, ["line 17", "line 18", "line 19"]);
        assert_eq!(change.rows.len(), 1);
        assert_eq!(end.behind, ["line 20", "line 21", "line 22"]);
        assert_eq!((end.folded.len(), end.ahead.len()), (17, 0));
        assert!(!view.same);
    }

    #[test]
    fn a_short_stretch_is_not_folded_and_a_whole_text_is() {
        let old = format!("old\n{}\nold", text(0..7));
        let view = DiffView::from(Diff::of(&old, &old.replace("old", "new")));
        assert_eq!(view.stretches[1].folded_count, 0);
        assert_eq!(view.stretches[1].ahead.len(), 7);
        let view = DiffView::from(Diff::of(&old, &old));
        assert!(view.same);
        assert_eq!(view.stretches[0].folded_count, 9);
    }

    #[test]
    fn a_line_that_is_new_as_a_whole_has_no_marks() {
        let view = DiffView::from(Diff::of("One cat.", "One dog.\nTwo."));
        let rows = &view.stretches[0].rows;
        let marked = |line: &Option<Vec<PieceView>>| {
            line.iter().flatten().filter(|piece| piece.marked).count()
        };
        assert_eq!((marked(&rows[0].old), marked(&rows[0].new)), (1, 1));
        assert_eq!((marked(&rows[1].new), rows[1].old.is_none()), (0, true));
    }
}
