//! Text made into plain ASCII search terms.
//!
//! The parsers of the full-text indexes differ in what they take for a word:
//! one drops words of two letters, one drops stop words, none splits Japanese.
//! So words are found here, once, and handed to every store as terms that none
//! of its rules touch: ASCII letters and digits only, a prefix of two letters,
//! at most [`MAX_TERM_CHARS`] long. Every backend then finds the same posts.
//!
//! | Prefix | Stands for | Then |
//! |---|---|---|
//! | `zw` | a word in Latin letters and digits | the folded word |
//! | `zu` | a word in another script | its characters in hexadecimal |
//! | `zc` | one or two neighbours in a script without spaces | the same |
//!
//! Folding: compatibility forms, case, accents and points go; `İ I ı i` are one
//! letter, as are `ß` and `ss`, `ø` and `o`, `đ` and `d`. Punctuation and
//! symbols, emoji among them, part words and are not found.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_segmentation::UnicodeSegmentation as _;

/// The longest term, in characters; `InnoDB` leaves tokens of more than 84 out.
/// A longer word is cut, in texts and queries alike.
pub const MAX_TERM_CHARS: usize = 80;

/// The most terms that a query may have; later ones are left out.
pub const MAX_QUERY_TERMS: usize = 32;

/// The part of a query that is read, in characters.
const MAX_QUERY_CHARS: usize = 1_024;

/// The terms of a text for the search column, separated by single spaces, in
/// the order of the text.
///
/// ```
/// use blog_core::terms::index_terms;
/// assert_eq!(index_terms("Işık, naïve!"), "zwisik zwnaive");
/// ```
pub fn index_terms(text: &str) -> String {
    let mut terms = String::with_capacity(text.len() * 2);
    let mut singles = HashSet::new();
    let mut add = |term: &str| {
        if !terms.is_empty() {
            terms.push(' ');
        }
        terms.push_str(term);
    };
    scan(text, &mut |run| match run {
        Run::Word(word, (), ()) => add(&word_term(word)),
        Run::Unspaced(chars) => {
            for pair in chars.windows(2) {
                add(&unspaced_term(&[pair[0].0, pair[1].0]));
            }
            // A query of one character must find it in any company. Once each
            // is enough: how often it occurs says little.
            for (single, ()) in chars {
                if singles.insert(*single) {
                    add(&unspaced_term(&[*single]));
                }
            }
        }
    });
    terms
}

/// The terms that a post must have to be found by the query, each once, at most
/// [`MAX_QUERY_TERMS`]; empty when the query holds no word.
///
/// ```
/// use blog_core::terms::query_terms;
/// assert_eq!(query_terms("the IŞIK the"), ["zwthe", "zwisik"]);
/// ```
pub fn query_terms(query: &str) -> Vec<String> {
    let query: String = query.chars().take(MAX_QUERY_CHARS).collect();
    let mut terms = Vec::new();
    let mut add = |term: String| {
        if terms.len() < MAX_QUERY_TERMS && !terms.contains(&term) {
            terms.push(term);
        }
    };
    scan(&query, &mut |run| match run {
        Run::Word(word, (), ()) => add(word_term(word)),
        Run::Unspaced([(single, ())]) => add(unspaced_term(&[*single])),
        Run::Unspaced(chars) => chars
            .windows(2)
            .for_each(|pair| add(unspaced_term(&[pair[0].0, pair[1].0]))),
    });
    terms
}

/// What a text is made of, folded; with the places that its characters came from, where somebody asks for them.
enum Run<'a, P> {
    /// A word of a script with spaces, with its first and last place.
    Word(&'a str, P, P),
    /// Characters of a script without, at least one.
    Unspaced(&'a [(char, P)]),
}

/// Hands the runs of a text to `found`, in order.
fn scan(text: &str, found: &mut dyn FnMut(Run<'_, ()>)) {
    let mut scanner = Scanner::default();
    fold(text).for_each(|ch| scanner.push(ch, (), found));
    scanner.flush(found);
}

/// A text's characters without what does not tell words apart; signs and punctuation are spaces.
fn fold(text: &str) -> impl Iterator<Item = char> {
    // Signs go first: taken apart, `℅` and `™` would be letters.
    let is_text = |ch: char| ch.is_alphanumeric() || is_combining_mark(ch);
    text.chars()
        .map(move |ch| if is_text(ch) { ch } else { ' ' })
        .nfkd()
        .filter(|ch| !is_accent(*ch))
        .nfc()
        .flat_map(char::to_lowercase)
        // Lower case of `İ` is `i` and a dot above.
        .filter(|ch| !is_accent(*ch))
}

/// Gathers folded characters into runs.
struct Scanner<P> {
    word: String,
    places: Option<(P, P)>,
    unspaced: Vec<(char, P)>,
}

impl<P> Default for Scanner<P> {
    fn default() -> Self {
        Self {
            word: String::new(),
            places: None,
            unspaced: Vec::new(),
        }
    }
}

impl<P: Copy> Scanner<P> {
    fn push(&mut self, ch: char, place: P, found: &mut dyn FnMut(Run<'_, P>)) {
        if is_unspaced(ch) {
            self.flush_word(found);
            self.unspaced.push((ch, place));
            return;
        }
        self.flush_unspaced(found);
        if ch.is_alphanumeric() || (is_combining_mark(ch) && !self.word.is_empty()) {
            fold_letter(ch, &mut self.word);
            let first = self.places.map_or(place, |(first, _)| first);
            self.places = Some((first, place));
        } else {
            self.flush_word(found);
        }
    }

    fn flush(&mut self, found: &mut dyn FnMut(Run<'_, P>)) {
        self.flush_word(found);
        self.flush_unspaced(found);
    }

    fn flush_word(&mut self, found: &mut dyn FnMut(Run<'_, P>)) {
        if let Some((first, last)) = self.places.take() {
            found(Run::Word(&self.word, first, last));
            self.word.clear();
        }
    }

    fn flush_unspaced(&mut self, found: &mut dyn FnMut(Run<'_, P>)) {
        if !self.unspaced.is_empty() {
            found(Run::Unspaced(&self.unspaced));
            self.unspaced.clear();
        }
    }
}

/// A place of a text that holds a term of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its bytes; a part of a script without spaces may overlap the next one's.
    pub range: Range<usize>,
    /// Which of the terms, by its place among them.
    pub term: usize,
}

/// The first places, so many at most, at which a text holds terms of [`query_terms`], in order.
///
/// ```
/// use blog_core::terms::{hits, query_terms};
/// let text = "Night in İstanbul";
/// let found = hits(text, &query_terms("istanbul"), 9);
/// assert_eq!(&text[found[0].range.clone()], "İstanbul");
/// ```
pub fn hits(text: &str, terms: &[String], most: usize) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    let mut add = |term: String, range: Range<usize>| {
        if let Some(term) = terms.iter().position(|wanted| *wanted == term) {
            hits.push(Hit { range, term });
        }
    };
    type Place = (usize, usize);
    let mut found = |run: Run<'_, Place>| match run {
        Run::Word(word, first, last) => add(word_term(word), first.0..last.1),
        Run::Unspaced(chars) => {
            for (at, (single, place)) in chars.iter().enumerate() {
                add(unspaced_term(&[*single]), place.0..place.1);
                if let Some((next, end)) = chars.get(at + 1) {
                    add(unspaced_term(&[*single, *next]), place.0..end.1);
                }
            }
        }
    };
    let mut scanner = Scanner::default();
    // Folding does not reach beyond what people perceive as one character.
    for (start, cluster) in text.grapheme_indices(true) {
        let place = (start, start + cluster.len());
        match cluster.as_bytes() {
            [byte] if byte.is_ascii_alphanumeric() => {
                scanner.push(char::from(byte.to_ascii_lowercase()), place, &mut found);
            }
            [_] => scanner.push(' ', place, &mut found),
            _ => fold(cluster).for_each(|ch| scanner.push(ch, place, &mut found)),
        }
    }
    scanner.flush(&mut found);
    hits.truncate(most);
    hits
}

/// Appends a lower-case letter without what folding by decomposition leaves.
fn fold_letter(ch: char, word: &mut String) {
    match ch {
        'ς' => word.push('σ'),
        // Latin letters that have no decomposition: ı ß ø đ ł æ þ and the like.
        '\u{80}'..='\u{24f}' | '\u{250}'..='\u{2af}' | '\u{1e00}'..='\u{1eff}' => {
            let ascii = deunicode::deunicode_char(ch).unwrap_or_default();
            let letters = ascii.chars().filter(char::is_ascii_alphanumeric);
            let before = word.len();
            word.extend(letters.map(|letter| letter.to_ascii_lowercase()));
            if word.len() == before {
                word.push(ch);
            }
        }
        _ => word.push(ch),
    }
}

/// Marks that readers and typists leave out: accents, Hebrew points, Arabic
/// vowels. Not the voicing marks, nuktas and viramas (classes 7 to 9), nor the
/// vowel signs of India (class 0), which make other letters.
fn is_accent(ch: char) -> bool {
    canonical_combining_class(ch) >= 10
}

/// Whether the script is written without spaces between words, or, as Korean,
/// with endings that would keep a word from being found.
fn is_unspaced(ch: char) -> bool {
    matches!(ch,
        '\u{e00}'..='\u{eff}'           // Thai, Lao
        | '\u{f40}'..='\u{fbc}'         // Tibetan
        | '\u{1000}'..='\u{109f}'       // Myanmar
        | '\u{1100}'..='\u{11ff}'       // Hangul letters
        | '\u{1780}'..='\u{17d3}'       // Khmer
        | '\u{3005}'..='\u{3007}'       // iteration mark, closing mark, zero
        | '\u{3041}'..='\u{3096}'       // Hiragana
        | '\u{3099}' | '\u{309a}'       // voicing marks that found no letter
        | '\u{309d}'..='\u{309f}'
        | '\u{30a1}'..='\u{30fa}'       // Katakana
        | '\u{30fc}'..='\u{30ff}'
        | '\u{3105}'..='\u{318e}'       // Bopomofo, Hangul letters
        | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7fb}'       // Hangul syllables
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
        && (ch.is_alphanumeric() || is_combining_mark(ch))
}

fn word_term(word: &str) -> String {
    let mut term = String::with_capacity(word.len() + 2);
    if word.is_ascii() {
        term.push_str("zw");
        term.push_str(word);
    } else {
        term.push_str("zu");
        push_hex(&mut term, word.chars().take(MAX_TERM_CHARS));
    }
    term.truncate(MAX_TERM_CHARS);
    term
}

fn unspaced_term(chars: &[char]) -> String {
    let mut term = "zc".to_owned();
    push_hex(&mut term, chars.iter().copied());
    term
}

fn push_hex(term: &mut String, chars: impl Iterator<Item = char>) {
    for ch in chars {
        let _ = write!(term, "{:x}", u32::from(ch));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether a text has all terms of a query, as a store decides it.
    fn finds(text: &str, query: &str) -> bool {
        let indexed = index_terms(text);
        let indexed: HashSet<&str> = indexed.split(' ').collect();
        let terms = query_terms(query);
        !terms.is_empty() && terms.iter().all(|term| indexed.contains(term.as_str()))
    }

    #[test]
    fn folds_what_people_type_differently() {
        let same = [
            ("İstanbul", "istanbul"),
            ("ISTANBUL", "ıstanbul"),
            ("ışık", "IŞIK"),
            ("iŞİK", "isik"),
            ("Straße", "STRASSE"),
            ("GROẞ", "groß"),
            ("naïve café", "NAIVE CAFE"),
            ("e\u{301}tude", "étude"),
            ("Đường", "duong"),
            ("smørrebrød", "smorrebrod"),
            ("Łódź", "lodz"),
            ("Ångström", "angstrom"),
            ("ÆTHER", "aether"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσεύς"),
            ("ЁЛКА", "елка"),
            ("ﬁne", "fine"),
            ("Ｆｕｌｌ　Ｗｉｄｔｈ", "full width"),
            ("x²", "X2"),
            ("שָׁלוֹם", "שלום"),
            ("مُحَمَّد", "محمد"),
            ("ｶﾞｷﾞｸﾞ", "ガギグ"),
            ("한글", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"),
        ];
        for (left, right) in same {
            assert!(finds(left, right), "{left:?} is not found by {right:?}");
            assert!(finds(right, left), "{right:?} is not found by {left:?}");
        }
    }

    #[test]
    fn keeps_apart_what_differs() {
        let different = [
            ("cat", "car"),
            ("が", "か"),
            ("काम", "कम"),
            ("東京", "京東"),
            ("สวย", "ยวส"),
            ("мир", "мор"),
            ("one", "zwone"),
            ("日本", "本日"),
        ];
        for (text, query) in different {
            assert!(!finds(text, query), "{text:?} is found by {query:?}");
        }
    }

    #[test]
    fn finds_short_and_frequent_words() {
        let text = "To be or not to be, that is the question: a C, an R, 42 and I.";
        for query in [
            "to", "be", "the", "a", "c", "r", "42", "i", "not", "is", "an",
        ] {
            assert!(finds(text, query), "{query}");
        }
    }

    #[test]
    fn finds_parts_of_scripts_without_spaces() {
        let text = "東京都庁の展望台はC言語より高い。서울특별시 ภาษาไทย";
        for query in [
            "東京",
            "京都",
            "都庁",
            "展望台",
            "東",
            "高",
            "C言語",
            "語",
            "서울",
            "특별시",
            "ไทย",
            "の",
        ] {
            assert!(finds(text, query), "{query}");
        }
        assert!(!finds(text, "東都"));
    }

    #[test]
    fn apostrophes_and_hyphens_part_words() {
        for query in [
            "amour",
            "l'amour",
            "l’amour",
            "end",
            "front-end",
            "frontend's",
            "don't",
        ] {
            assert!(
                finds("L'amour front-end frontend’s don’t", query),
                "{query}"
            );
        }
    }

    #[test]
    fn emoji_and_punctuation_are_no_terms() {
        assert_eq!(index_terms("🎉 … — ?! 👩‍💻"), "");
        assert!(query_terms("🎉 ?!").is_empty());
        assert!(finds("party 🎉 time", "party 🎉"));
    }

    #[test]
    fn long_words_are_cut_and_still_found() {
        let word = "a".repeat(10_000);
        assert_eq!(index_terms(&word).len(), MAX_TERM_CHARS);
        assert!(finds(&word, &word));
        let word = "ж".repeat(10_000);
        assert_eq!(index_terms(&word).len(), MAX_TERM_CHARS);
        assert!(finds(&word, &word));
    }

    #[test]
    fn a_query_has_a_bounded_number_of_terms() {
        let query: String = (0..5_000).map(|number| format!("w{number} ")).collect();
        assert_eq!(query_terms(&query).len(), MAX_QUERY_TERMS);
        assert_eq!(query_terms("go go GO gó").len(), 1);
    }

    #[test]
    fn every_letter_and_digit_makes_a_term() {
        // Some "letters" are an accent on a space, and nothing without it.
        let is_accent_alone = |ch: char| ch.nfkd().all(|part| part == ' ' || is_accent(part));
        let silent: Vec<char> = ('\0'..=char::MAX)
            .filter(|ch| ch.is_alphanumeric() && !is_combining_mark(*ch) && !is_accent_alone(*ch))
            .filter(|ch| query_terms(&ch.to_string()).is_empty())
            .collect();
        assert!(silent.is_empty(), "{silent:?}");
    }

    proptest! {
        #[test]
        fn every_word_of_a_text_is_found_by_its_own_query(text in "\\PC{0,200}") {
            for word in text.split(|ch: char| !ch.is_alphanumeric() && !is_combining_mark(ch)) {
                if !query_terms(word).is_empty() {
                    prop_assert!(finds(&text, word), "{word:?} in {text:?}");
                }
            }
            if !query_terms(&text).is_empty() {
                prop_assert!(finds(&text, &text));
            }
        }

        #[test]
        fn terms_are_plain_ascii_within_bounds(text in "\\PC{0,200}") {
            for term in index_terms(&text).split(' ').filter(|term| !term.is_empty()) {
                prop_assert!(term.len() >= 3 && term.len() <= MAX_TERM_CHARS);
                prop_assert!(term.starts_with("zw") || term.starts_with("zu") || term.starts_with("zc"));
                let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9');
                prop_assert!(term.bytes().all(plain), "{term:?}");
            }
        }
    }
}
