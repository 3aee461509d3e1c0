//! Hostile Markdown takes time in proportion to its length.
//!
//! Each case is rendered at an eighth of the limit and at the limit. Eight times
//! the text may take 24 times the processor time: linear work takes 8 times,
//! quadratic work 64 times. The time is the thread's own where the system tells
//! it, so that a busy machine changes nothing.

use std::time::{Duration, Instant};

use blog_core::markdown::{MAX_POST_BYTES, MarkdownError, render_post};

/// A generous bound for the longest text without optimisation; none of the
/// cases takes more than a fifth of it on an ordinary machine.
const MAX_TIME: Duration = Duration::from_secs(15);

/// What a byte of source may become, in bytes of HTML.
const MAX_GROWTH: usize = 32;

/// Builds a text of at most so many bytes.
type Build = Box<dyn Fn(usize) -> String>;

fn repeated(part: &'static str) -> (String, Build) {
    (
        format!("{part:?} repeated"),
        Box::new(move |bytes| part.repeat(bytes / part.len())),
    )
}

fn halves(first: &'static str, second: &'static str) -> (String, Build) {
    let build = move |bytes: usize| {
        first.repeat(bytes / 2 / first.len()) + &second.repeat(bytes / 2 / second.len())
    };
    (format!("{first:?}, then {second:?}"), Box::new(build))
}

/// Numbered parts, each one different.
fn numbered(name: &str, part: fn(usize) -> String) -> (String, Build) {
    let build = move |bytes: usize| {
        let mut text = String::new();
        for number in 0.. {
            let next = part(number);
            if text.len() + next.len() > bytes {
                break;
            }
            text.push_str(&next);
        }
        text
    };
    (name.to_owned(), Box::new(build))
}

fn built(name: &str, build: fn(usize) -> String) -> (String, Build) {
    (name.to_owned(), Box::new(build))
}

/// Processor time of this thread so far, as Linux counts it.
fn thread_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split(' ')
        .next()?
        .parse()
        .ok()
        .map(Duration::from_nanos)
}

fn render(source: &str) -> (Result<usize, MarkdownError>, Duration) {
    let (before, start) = (thread_time(), Instant::now());
    let result = render_post(source).map(|post| post.html.len());
    let taken = match (before, thread_time()) {
        (Some(before), Some(after)) => after - before,
        _ => start.elapsed(),
    };
    (result, taken)
}

fn check(cases: Vec<(String, Build)>) {
    for (name, build) in cases {
        let (short, long) = (build(MAX_POST_BYTES / 8), build(MAX_POST_BYTES));
        assert!(
            long.len() <= MAX_POST_BYTES && long.len() > MAX_POST_BYTES / 2,
            "{name}"
        );
        let (_, short_time) = render(&short);
        let (result, long_time) = render(&long);
        match result {
            Ok(bytes) => assert!(
                bytes <= long.len() * MAX_GROWTH,
                "{name} became {bytes} bytes"
            ),
            Err(error) => assert!(
                matches!(
                    error,
                    MarkdownError::TooDeep { .. } | MarkdownError::GrowsTooLarge { .. }
                ),
                "{name}: {error}"
            ),
        }
        assert!(long_time < MAX_TIME, "{name} took {long_time:?}");
        let linear = short_time * 24 + Duration::from_millis(250);
        assert!(
            long_time < linear,
            "{name}: {short_time:?} became {long_time:?}"
        );
    }
}

#[test]
fn phrases() {
    check(vec![
        repeated("["),
        repeated("!["),
        repeated("[a]("),
        repeated("[a](<"),
        repeated("[a]["),
        repeated("[]()"),
        repeated("*"),
        repeated("**a "),
        repeated("*a_ "),
        repeated("*a **a "),
        repeated("~~a "),
        halves("a**b", "c* "),
        halves("*a ", " a*"),
        repeated("`"),
        repeated("`a "),
        numbered("backticks of growing length", |number| {
            "`".repeat(number + 1) + "a"
        }),
        repeated("<"),
        repeated("<http://a>"),
        repeated("<a:"),
        repeated("&"),
        repeated("&amp"),
        repeated("°"),
        repeated("\\["),
        repeated("![](a)"),
        halves("![", "](b)"),
        built("open parentheses", |bytes| {
            format!("[a]({}", "(".repeat(bytes - 4))
        }),
        built("one link definition used often", |bytes| {
            format!(
                "[a]: {}\n\n{}",
                "b".repeat(bytes / 2),
                "[a] ".repeat(bytes / 8 - 2)
            )
        }),
    ]);
}

#[test]
fn blocks() {
    check(vec![
        repeated(">"),
        repeated("> "),
        repeated(">\n"),
        halves(">", "\na"),
        repeated("- "),
        repeated("- a\n"),
        repeated("1. "),
        repeated("- [ ] a\n"),
        halves("- ", "\n"),
        built("a deep list and blank lines", |bytes| {
            format!("{}a\n{}", "- ".repeat(95), "\n".repeat(bytes - 200))
        }),
        built("a list indented by tabs and blank lines", |bytes| {
            let mut text = String::new();
            for depth in 0.. {
                if text.len() + depth + 4 > bytes / 2 {
                    break;
                }
                text.push_str(&"\t".repeat(depth));
                text.push_str("- a\n");
            }
            text + &"\n".repeat(bytes / 2)
        }),
        repeated("[a]: b\n"),
        repeated("[a]: b 'x\n"),
        numbered("link definitions", |number| format!("[{number}]: a\n")),
        repeated("# a\n"),
        numbered("headings that take each other's ids", |number| {
            format!("# a-{}\n# a\n", number + 2)
        }),
        repeated("#\n"),
        repeated("```\n"),
        repeated("a\n=\n"),
        repeated("a\u{301}"),
        repeated("👩\u{200d}"),
    ]);
}

#[test]
fn tables_and_footnotes() {
    check(vec![
        repeated("|"),
        repeated("|-\n"),
        repeated("a|b\n-|-\n"),
        built("a wide table of empty rows", |bytes| {
            let columns = bytes / 16;
            format!(
                "{}\n{}\n{}",
                "|a".repeat(columns),
                "|-".repeat(columns),
                "|\n".repeat(columns * 5)
            )
        }),
        built("a narrow table", |bytes| {
            format!("|a|b|\n|-|-|\n{}", "|a|b|\n".repeat(bytes / 6 - 3))
        }),
        repeated("[^a]"),
        built("one footnote named often", |bytes| {
            format!("{}\n\n[^a]: x\n", "[^a]".repeat(bytes / 4 - 4))
        }),
        numbered("footnotes that nobody names", |number| {
            format!("[^{number}]: a\n")
        }),
        numbered("footnotes", |number| {
            format!("[^{number}]\n\n[^{number}]: a\n\n")
        }),
        numbered("footnotes that name the next", |number| {
            format!("[^{number}]: a[^{}]\n", number + 1)
        }),
        repeated("[^a]: "),
    ]);
}

#[test]
fn typed_html() {
    check(vec![
        repeated("<b>"),
        repeated("x<b>"),
        repeated("<div>\n\n"),
        repeated("<p><b>"),
        repeated("<div><b></div></b>"),
        built("formatting left open before many paragraphs", |bytes| {
            format!(
                "<p>\n{}\n\n{}",
                "<b>".repeat(90),
                "a\n\n".repeat(bytes / 3 - 100)
            )
        }),
        built("formatting around many paragraphs", |bytes| {
            format!(
                "{}\n\n{}",
                "<b>".repeat(90),
                "a\n\n".repeat(bytes / 3 - 100)
            )
        }),
        numbered("formatting that differs", |number| {
            format!("x<b title={number}>y</b><p>\n\n")
        }),
        repeated("<!--"),
        repeated("a<!-- "),
        repeated("a<?"),
        repeated("a<![CDATA["),
        repeated("a<!A "),
        repeated("<a "),
        repeated("<a b=\""),
        repeated("a<a b='\""),
        numbered("many attributes", |number| {
            if number == 0 {
                "x <a ".to_owned()
            } else {
                format!("a{number}=b ")
            }
        }),
        repeated("<script>"),
        repeated("<pre>\n"),
        repeated("</"),
        repeated("<img src=a>"),
        repeated("<p>&amp;"),
        repeated("<pre></pre>\n"),
    ]);
}
