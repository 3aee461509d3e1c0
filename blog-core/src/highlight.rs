//! Where a text holds what was searched for: the pieces to mark, and the part of a long text that shows most of them.
//!
//! Words are the same as in [`crate::terms`], by the same folding: a search for `istanbul` marks `İstanbul`.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::terms::{self, Hit};

/// A piece of a text. The pieces of a text make it up again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it says.
    pub text: String,
    /// Whether it is what was searched for.
    pub hit: bool,
}

/// User-perceived characters of an excerpt, and of those how many stand before its first hit at most.
const EXCERPT: usize = 210;
const BEFORE: usize = 50;

/// Bytes within which terms are taken to stand together.
const TOGETHER: usize = 300;

/// Hits that are looked through for the best place; a text that has more is full of them.
const MOST_HITS: usize = 200;

/// A short text with what was found in it.
///
/// ```
/// use blog_core::{highlight, terms};
/// let pieces = highlight::marked("Night in İstanbul", &terms::query_terms("istanbul"));
/// assert_eq!(pieces[1].text, "İstanbul");
/// assert!(pieces[1].hit);
/// ```
pub fn marked(text: &str, terms: &[String]) -> Vec<Piece> {
    pieces(text, 0..text.len(), &terms::hits(text, terms, usize::MAX))
}

/// The part of a long text that holds most of the terms, with what was found in it; `None` where it holds none.
/// Where something is left out, an ellipsis stands.
pub fn excerpt(text: &str, terms: &[String]) -> Option<Vec<Piece>> {
    let hits = terms::hits(text, terms, MOST_HITS);
    let best = best_place(&hits)?;
    let part = around(text, hits[best].range.start);
    let inside: Vec<Hit> = hits
        .into_iter()
        .filter(|hit| part.start <= hit.range.start && hit.range.end <= part.end)
        .collect();
    let mut pieces = pieces(text, part.clone(), &inside);
    let ellipsis = |text: &str| Piece {
        text: text.to_owned(),
        hit: false,
    };
    if part.start > 0 {
        pieces.insert(0, ellipsis("… "));
    }
    if part.end < text.len() {
        pieces.push(ellipsis(" …"));
    }
    Some(pieces)
}

/// The first of the hits that most other terms follow closely.
fn best_place(hits: &[Hit]) -> Option<usize> {
    let different = |from: usize| {
        let start = hits[from].range.start;
        let mut terms: Vec<usize> = hits[from..]
            .iter()
            .take_while(|hit| hit.range.start - start < TOGETHER)
            .map(|hit| hit.term)
            .collect();
        terms.sort_unstable();
        terms.dedup();
        terms.len()
    };
    // Of equal ones `max_by_key` takes the last, so the first is last here.
    (0..hits.len()).rev().max_by_key(|place| different(*place))
}

/// The part of a text around a place, from a word's beginning to a word's end where there are words.
fn around(text: &str, at: usize) -> Range<usize> {
    let before = text[..at].grapheme_indices(true).rev().take(BEFORE);
    let start = before.last().map_or(at, |(start, _)| start);
    let start = match text[start..at].find(char::is_whitespace) {
        Some(space) if start > 0 => {
            let rest = text[start + space..at].trim_start();
            at - rest.len()
        }
        _ => start,
    };
    let Some((length, _)) = text[start..].grapheme_indices(true).nth(EXCERPT) else {
        return start..text.len();
    };
    let end = start + length;
    // Not so far back that the place itself is cut off.
    let least = text.floor_char_boundary(at.max(end - length / 4));
    match text[least..end].rfind(char::is_whitespace) {
        Some(space) => start..start + text[start..least + space].trim_end().len(),
        None => start..end,
    }
}

/// A part of a text cut at the hits within; hits that touch are one.
fn pieces(text: &str, part: Range<usize>, hits: &[Hit]) -> Vec<Piece> {
    let mut marks: Vec<Range<usize>> = Vec::new();
    for hit in hits {
        match marks.last_mut() {
            Some(last) if hit.range.start <= last.end => last.end = last.end.max(hit.range.end),
            _ => marks.push(hit.range.clone()),
        }
    }
    let mut pieces = Vec::with_capacity(marks.len() * 2 + 1);
    let mut add = |range: Range<usize>, hit| {
        if !range.is_empty() {
            pieces.push(Piece {
                text: text[range].to_owned(),
                hit,
            });
        }
    };
    let mut done = part.start;
    for mark in marks {
        add(done..mark.start, false);
        done = mark.end;
        add(mark, true);
    }
    add(done..part.end, false);
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::terms::query_terms;

    /// The text with brackets around what is marked.
    fn brackets(pieces: &[Piece]) -> String {
        pieces
            .iter()
            .map(|piece| match piece.hit {
                true => format!("[{}]", piece.text),
                false => piece.text.clone(),
            })
            .collect()
    }

    fn shown(text: &str, query: &str) -> String {
        brackets(&marked(text, &query_terms(query)))
    }

    #[test]
    fn what_folds_alike_is_marked_as_it_is_written() {
        for (text, query, expected) in [
            ("İstanbul at night", "istanbul", "[İstanbul] at night"),
            ("ISTANBUL'DA", "ıstanbul", "[ISTANBUL]'DA"),
            ("Straße, strasse", "STRASSE", "[Straße], [strasse]"),
            (
                "naïve cafe\u{301}s",
                "cafés naive",
                "[naïve] [cafe\u{301}s]",
            ),
            ("مُحَمَّد قال", "محمد", "[مُحَمَّد] قال"),
            ("Đường phố", "duong", "[Đường] phố"),
            ("ﬁne art", "fine", "[ﬁne] art"),
            ("one🎉two", "two", "one🎉[two]"),
            ("cat catalog cat", "cat", "[cat] catalog [cat]"),
            ("", "cat", ""),
            ("cat", "", "cat"),
        ] {
            assert_eq!(shown(text, query), expected, "{query:?} in {text:?}");
        }
    }

    #[test]
    fn scripts_without_spaces_are_marked_within_their_lines() {
        for (text, query, expected) in [
            ("東京都庁の展望台", "京都", "東[京都]庁の展望台"),
            ("東京都庁の展望台", "東京都", "[東京都]庁の展望台"),
            ("高い高い", "高", "[高]い[高]い"),
            ("C言語入門", "言語", "C[言語]入門"),
            ("C言語入門", "c言語", "[C言語]入門"),
            ("ｶﾞｷﾞｸﾞ", "ギ", "ｶﾞ[ｷﾞ]ｸﾞ"),
            ("서울특별시", "특별", "서울[특별]시"),
        ] {
            assert_eq!(shown(text, query), expected, "{query:?} in {text:?}");
        }
    }

    #[test]
    fn the_excerpt_is_where_most_terms_stand_together() {
        let filler = "Nothing of this is asked for, and it goes on. ".repeat(20);
        let text = format!("A harbour. {filler}The lamps of the harbour burn. {filler}");
        let found = brackets(&excerpt(&text, &query_terms("harbour lamps")).unwrap());
        assert!(found.starts_with("… "), "{found}");
        assert!(found.ends_with(" …"), "{found}");
        assert!(
            found.contains("The [lamps] of the [harbour] burn."),
            "{found}"
        );
        let length = found.chars().count();
        assert!((150..=230).contains(&length), "{length}: {found}");
        assert_eq!(excerpt(&text, &query_terms("absent")), None);
        let short = brackets(&excerpt("The harbour.", &query_terms("harbour")).unwrap());
        assert_eq!(short, "The [harbour].");
    }

    #[test]
    fn an_endless_word_is_cut_between_characters() {
        for word in ["夜", "👩‍👩‍👧", "e\u{301}"] {
            let text = format!("{}月{}", word.repeat(500), word.repeat(500));
            let found = excerpt(&text, &query_terms("月"));
            let found = match found {
                Some(found) => brackets(&found),
                // Where the rest is letters, the whole is one word.
                None => continue,
            };
            assert!(found.chars().count() < 2_000, "{found}");
            assert!(found.contains('月'), "{found}");
        }
    }

    proptest! {
        #[test]
        fn pieces_make_up_the_text_and_its_words_are_found(text in "\\PC{0,120}") {
            for word in text.split_whitespace() {
                let terms = query_terms(word);
                let found = marked(&text, &terms);
                let whole: String = found.iter().map(|piece| piece.text.as_str()).collect();
                prop_assert_eq!(&whole, &text);
                prop_assert!(found.iter().all(|piece| !piece.text.is_empty()));
                prop_assert!(terms.is_empty() || found.iter().any(|piece| piece.hit), "{:?} in {:?}", word, text);
                let part = excerpt(&text, &terms);
                prop_assert_eq!(part.is_some(), !terms.is_empty());
            }
        }
    }
}
