//! Code in its colours: the pieces of a block with the class of each.
//!
//! The classes are eight letters that the style sheet gives a colour; what has none is plain. Grammars are regular
//! expressions of others, so what a block may cost is bounded: by its length, by its longest line, by the depth of its
//! nesting, by the number of its pieces, and at last by the clock. A block beyond one of these is shown plain.

use std::str::FromStr as _;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

/// Code that is coloured in one text, in bytes.
const MAX_CODE_BYTES: usize = 64 * 1024;

/// The longest line that is coloured, in bytes; longer ones are written by programs.
const MAX_LINE_BYTES: usize = 400;

/// Coloured pieces of one text: a page must not become many times as long as its source.
const MAX_PIECES: usize = 8_000;

/// How deep what a grammar has opened may nest.
const MAX_DEPTH: usize = 100;

/// The time for all code of one text; looked at after each line. Far more than code that people write takes, also where
/// a grammar is read for the first time.
const MAX_TIME: Duration = Duration::from_secs(2);

/// The languages by the words that writers use, with the names of their grammars.
const LANGUAGES: &[(&str, &str)] = &[
    ("bash", "Bourne Again Shell (bash)"),
    ("c", "C"),
    ("c++", "C++"),
    ("clojure", "Clojure"),
    ("cpp", "C++"),
    ("cs", "C#"),
    ("csharp", "C#"),
    ("css", "CSS"),
    ("diff", "Diff"),
    ("docker", "Dockerfile"),
    ("dockerfile", "Dockerfile"),
    ("elixir", "Elixir"),
    ("erlang", "Erlang"),
    ("go", "Go"),
    ("haskell", "Haskell"),
    ("hs", "Haskell"),
    ("html", "HTML"),
    ("ini", "INI"),
    ("java", "Java"),
    ("javascript", "JavaScript"),
    ("js", "JavaScript"),
    ("json", "JSON"),
    ("jsx", "JavaScript"),
    ("julia", "Julia"),
    ("kotlin", "Kotlin"),
    ("kt", "Kotlin"),
    ("latex", "LaTeX"),
    ("lua", "Lua"),
    ("make", "Makefile"),
    ("makefile", "Makefile"),
    ("nginx", "nginx"),
    ("nix", "Nix"),
    ("patch", "Diff"),
    ("perl", "Perl"),
    ("php", "PHP"),
    ("py", "Python"),
    ("python", "Python"),
    ("r", "R"),
    ("rb", "Ruby"),
    ("rs", "Rust"),
    ("ruby", "Ruby"),
    ("rust", "Rust"),
    ("scala", "Scala"),
    ("scss", "SCSS"),
    ("sh", "Bourne Again Shell (bash)"),
    ("shell", "Bourne Again Shell (bash)"),
    ("sql", "SQL"),
    ("swift", "Swift"),
    ("toml", "TOML"),
    ("ts", "TypeScript"),
    ("tsx", "TypeScriptReact"),
    ("typescript", "TypeScript"),
    ("xml", "XML"),
    ("yaml", "YAML"),
    ("yml", "YAML"),
    ("zig", "Zig"),
    ("zsh", "Bourne Again Shell (bash)"),
];

/// Whatever the classes are for, none says more than this: comment, string, literal, keyword, name of what is called,
/// name of a type, line that came, line that went.
pub(super) const CLASSES: [&str; 8] = ["c", "s", "n", "k", "f", "t", "i", "d"];

/// Scopes with their classes; of those that begin a scope, the longest counts.
const SCOPES: &[(&str, &str)] = &[
    ("comment", "c"),
    ("meta.diff.header", "c"),
    ("punctuation.definition.comment", "c"),
    ("string", "s"),
    ("constant", "n"),
    ("keyword", "k"),
    ("keyword.operator", ""),
    ("keyword.operator.logical", "k"),
    ("keyword.operator.word", "k"),
    ("storage", "k"),
    ("storage.type.numeric", "n"),
    ("variable.language", "k"),
    ("entity.name", "f"),
    ("entity.name.tag", "k"),
    ("entity.other.attribute-name", "f"),
    ("entity.other.inherited-class", "t"),
    ("entity.name.class", "t"),
    ("entity.name.enum", "t"),
    ("entity.name.impl", "t"),
    ("entity.name.interface", "t"),
    ("entity.name.namespace", "t"),
    ("entity.name.struct", "t"),
    ("entity.name.trait", "t"),
    ("entity.name.type", "t"),
    ("support.class", "t"),
    ("support.constant", "n"),
    ("support.function", "f"),
    ("support.macro", "f"),
    ("support.type", "t"),
    ("support.type.property-name", "f"),
    ("variable.annotation", "t"),
    ("variable.function", "f"),
    ("markup.deleted", "d"),
    ("markup.inserted", "i"),
];

/// About a megabyte, and nothing until somebody writes code.
static GRAMMARS: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// Longest names first.
static BY_SCOPE: LazyLock<Vec<(Scope, &str)>> = LazyLock::new(|| {
    let scope = |(name, class): &(&str, &'static str)| Some((Scope::from_str(name).ok()?, *class));
    let mut scopes: Vec<_> = SCOPES.iter().filter_map(scope).collect();
    scopes.sort_by_key(|(scope, _)| std::cmp::Reverse(scope.len()));
    scopes
});

/// What one text may still cost.
#[derive(Debug)]
pub(super) struct Allowance {
    bytes: usize,
    pieces: usize,
    /// When the first block began.
    ends: Option<Instant>,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            bytes: MAX_CODE_BYTES,
            pieces: MAX_PIECES,
            ends: None,
        }
    }
}

/// A piece of code and its class, empty where it has none.
pub(super) type Piece<'a> = (&'static str, &'a str);

/// The name of the grammar that a word stands for.
pub(super) fn grammar(language: &str) -> Option<&'static str> {
    let at = LANGUAGES.binary_search_by_key(&language, |(word, _)| *word);
    at.ok().map(|at| LANGUAGES[at].1)
}

/// The pieces of a block, which together are the block; `None` where it is shown plain.
pub(super) fn pieces<'a>(
    grammar: &str,
    code: &'a str,
    left: &mut Allowance,
) -> Option<Vec<Piece<'a>>> {
    let too_long = |line: &str| line.len() > MAX_LINE_BYTES;
    if code.len() > left.bytes || code.split_inclusive('\n').any(too_long) {
        return None;
    }
    left.bytes -= code.len();
    let grammar = GRAMMARS.find_syntax_by_name(grammar)?;
    let ends = *left.ends.get_or_insert_with(|| Instant::now() + MAX_TIME);
    let mut parser = ParseState::new(grammar);
    let mut open = ScopeStack::new();
    let mut pieces: Vec<Piece<'a>> = Vec::new();
    for line in code.split_inclusive('\n') {
        let operations = parser.parse_line(line, &GRAMMARS).ok()?;
        let mut from = 0;
        for (at, operation) in operations {
            push(&mut pieces, class(&open), line.get(from..at)?);
            from = at;
            open.apply(&operation).ok()?;
            if open.len() > MAX_DEPTH {
                return None;
            }
        }
        push(&mut pieces, class(&open), line.get(from..)?);
        if pieces.len() > left.pieces || Instant::now() > ends {
            return None;
        }
    }
    left.pieces -= pieces.len();
    Some(pieces)
}

/// Appends a piece unless it is empty.
fn push<'a>(pieces: &mut Vec<Piece<'a>>, class: &'static str, text: &'a str) {
    if !text.is_empty() {
        pieces.push((class, text));
    }
}

/// The class of what stands in these scopes: that of the innermost that has one.
fn class(open: &ScopeStack) -> &'static str {
    let of = |scope: &Scope| {
        let known = BY_SCOPE
            .iter()
            .find(|(known, _)| known.is_prefix_of(*scope));
        known.map(|(_, class)| *class)
    };
    open.as_slice()
        .iter()
        .rev()
        .find_map(of)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_its_grammar_and_every_scope_its_class() {
        assert!(LANGUAGES.is_sorted_by(|a, b| a.0 < b.0));
        for (word, name) in LANGUAGES {
            assert!(
                GRAMMARS.find_syntax_by_name(name).is_some(),
                "{word}: {name}"
            );
        }
        assert_eq!(BY_SCOPE.len(), SCOPES.len());
        for (scope, class) in SCOPES {
            assert!(class.is_empty() || CLASSES.contains(class), "{scope}");
        }
    }

    fn of(language: &str, code: &str) -> Vec<(&'static str, String)> {
        let pieces = pieces(grammar(language).unwrap(), code, &mut Allowance::default());
        let pieces = pieces.unwrap();
        let whole: String = pieces.iter().map(|(_, text)| *text).collect();
        assert_eq!(whole, code);
        let coloured = pieces.into_iter().filter(|(class, _)| !class.is_empty());
        coloured
            .map(|(class, text)| (class, text.trim().to_owned()))
            .collect()
    }

    #[test]
    fn words_have_their_classes() {
        for (language, code, expected) in [
            (
                "rust",
                "fn main() {} // yes\n",
                vec![("k", "fn"), ("f", "main"), ("c", "yes")],
            ),
            (
                "python",
                "return 1 and 'a'\n",
                vec![("k", "return"), ("n", "1"), ("k", "and"), ("s", "a")],
            ),
            ("toml", "a = true\n", vec![("n", "true")]),
            (
                "ts",
                "const a: number = 1\n",
                vec![("k", "const"), ("n", "1")],
            ),
            ("diff", "+ a\n- b\n", vec![("i", "a"), ("d", "b")]),
            (
                "html",
                "<p class=\"a\">b</p>\n",
                vec![("k", "p"), ("f", "class"), ("s", "a")],
            ),
            ("sh", "echo \"ç\" # İ\n", vec![("s", "ç"), ("c", "İ")]),
        ] {
            let found = of(language, code);
            for (class, text) in expected {
                let fits = |(c, t): &(&str, String)| *c == class && t.contains(text);
                assert!(
                    found.iter().any(fits),
                    "{language}: {class} {text} in {found:?}"
                );
            }
        }
    }

    #[test]
    fn what_costs_too_much_is_plain() {
        let rust = grammar("rust").unwrap();
        let plain = |code: &str| pieces(rust, code, &mut Allowance::default()).is_none();
        assert!(!plain("fn main() {}\n"));
        assert!(plain(&format!("// {}\n", "a".repeat(MAX_LINE_BYTES))));
        assert!(plain(&"fn main() {}\n".repeat(6_000)));
        assert!(plain(&"a(1,2);\n".repeat(7_000)));
        let mut left = Allowance::default();
        let block = "// a comment of some length\n".repeat(1_000);
        let first = pieces(rust, &block, &mut left);
        assert!(first.is_some() && pieces(rust, &block, &mut left).is_some());
        assert!(
            pieces(rust, &block, &mut left).is_none(),
            "all blocks share it"
        );
        let mut late = Allowance {
            ends: Some(Instant::now()),
            ..Allowance::default()
        };
        assert!(pieces(rust, "fn main() {}\n", &mut late).is_none());
    }
}
