//! What Markdown becomes.

use blog_core::markdown::{
    MAX_COMMENT_BYTES, MAX_NESTING, MAX_POST_BYTES, MAX_TOC_ENTRIES, MarkdownError, Rendered,
    render_comment, render_post,
};

use crate::html::Page;

const REL: &str = "rel=\"nofollow ugc noopener noreferrer\"";

fn post(source: &str) -> Rendered {
    render_post(source).expect("the source is within the limits")
}

fn html(source: &str) -> String {
    post(source).html
}

fn comment(source: &str) -> String {
    render_comment(source).expect("the source is within the limits")
}

#[test]
fn renders_commonmark() {
    for (source, expected) in [
        (
            "a *b* **c** `d`",
            "<p>a <em>b</em> <strong>c</strong> <code>d</code></p>\n",
        ),
        ("a\\\nb", "<p>a<br>\nb</p>\n"),
        (
            "> a\n\n---",
            "<blockquote>\n<p>a</p>\n</blockquote>\n<hr>\n",
        ),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        (
            "3. a\n4. b",
            "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n",
        ),
        ("    <b>", "<pre><code>&lt;b&gt;</code></pre>\n"),
        ("~~a~~", "<p><del>a</del></p>\n"),
        ("AT&T &copy; &lt;", "<p>AT&amp;T © &lt;</p>\n"),
        ("<b>a", "<p><b>a</b></p>\n"),
        ("", ""),
    ] {
        assert_eq!(html(source), expected, "{source:?}");
    }
}

#[test]
fn links_keep_safe_schemes_and_carry_rel() {
    for (source, href) in [
        (
            "[a](https://example.org/x?y=1&z=2#f)",
            Some("https://example.org/x?y=1&z=2#f"),
        ),
        ("[a](http://example.org)", Some("http://example.org")),
        ("[a](/posts/x)", Some("/posts/x")),
        ("[a](../x)", Some("../x")),
        ("[a](#h-x)", Some("#h-x")),
        ("[a](mailto:a@example.org)", Some("mailto:a@example.org")),
        ("<a@example.org>", Some("mailto:a@example.org")),
        ("<https://example.org>", Some("https://example.org")),
        ("[a](</with space>)", Some("/with%20space")),
        (
            "[a](https://example.org/münchen)",
            Some("https://example.org/münchen"),
        ),
        ("<a href=\"/x\">a</a>", Some("/x")),
        ("[a](ftp://example.org)", None),
        ("[a](tel:+4912345)", None),
        ("[a](javascript:x)", None),
    ] {
        let html = html(source);
        let page = Page::read(&html);
        let link = page.named("a").next().expect("a link");
        assert_eq!(link.attribute("href"), href, "{source}");
        assert!(html.contains(REL), "{html}");
    }
    let mut long = format!("[a](/{})", "x".repeat(5_000));
    assert!(!html(&long).contains("href"));
    long.truncate(1_000);
    assert!(html(&format!("{long})")).contains("href"));
}

#[test]
fn links_do_not_nest() {
    let page = Page::read(&html(
        "<a href=\"/x\">[y](/z) <a href=\"/w\">w t[^1]</a>\n\n[^1]: n",
    ));
    let hrefs: Vec<_> = page
        .named("a")
        .filter_map(|tag| tag.attribute("href"))
        .collect();
    assert_eq!(hrefs, ["/x", "#fnref-1"]);
}

#[test]
fn headings_move_down_by_one_and_get_ids() {
    let post = post("# One\n\n## Two *words*\n\n### Three\n\n###### Six\n\nSetext\n===\n\n#\n");
    assert_eq!(
        post.html,
        "<h2 id=\"h-one\">One</h2>\n<h3 id=\"h-two-words\">Two <em>words</em></h3>\n\
         <h4 id=\"h-three\">Three</h4>\n<h6 id=\"h-six\">Six</h6>\n\
         <h2 id=\"h-setext\">Setext</h2>\n"
    );
    let toc: Vec<_> = post
        .toc
        .iter()
        .map(|e| (e.level, &*e.id, &*e.text))
        .collect();
    assert_eq!(
        toc,
        [
            (2, "h-one", "One"),
            (3, "h-two-words", "Two words"),
            (2, "h-setext", "Setext")
        ]
    );
}

#[test]
fn heading_ids_are_unique_in_any_script() {
    let source =
        "# a\n# a\n# a-2\n# a\n# İstanbul\n# 日本語\n# !!!\n# ???\n# `code` & ![alt](/x)\n";
    let post = post(source);
    let ids: Vec<_> = post.toc.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "h-a",
            "h-a-2",
            "h-a-2-2",
            "h-a-3",
            "h-istanbul",
            "h-ri-ben-yu",
            "h-section",
            "h-section-2",
            "h-code-alt"
        ]
    );
    let page = Page::read(&post.html);
    let in_html: Vec<_> = page
        .tags
        .iter()
        .filter_map(|tag| tag.attribute("id"))
        .collect();
    assert_eq!(in_html, ids);
}

#[test]
fn the_greatest_heading_comes_right_below_the_title() {
    let post = post("Text\n\n## Two\n\n### Three\n\n## Again\n\n#\n");
    assert_eq!(
        post.html,
        "<p>Text</p>\n<h2 id=\"h-two\">Two</h2>\n<h3 id=\"h-three\">Three</h3>\n\
         <h2 id=\"h-again\">Again</h2>\n"
    );
}

#[test]
fn the_table_of_contents_is_bounded() {
    let post = post(&"# a\n".repeat(MAX_TOC_ENTRIES + 50));
    assert_eq!(post.toc.len(), MAX_TOC_ENTRIES);
    assert_eq!(
        Page::read(&post.html).named("h2").count(),
        MAX_TOC_ENTRIES + 50
    );
}

#[test]
fn tables_align_by_class() {
    let html = html("| a | b | c | d |\n|---|:--|:-:|--:|\n| 1 | 2 | 3 | 4 |\n| 5 |");
    assert_eq!(
        html,
        "<table><thead><tr><th scope=\"col\">a</th><th scope=\"col\" class=\"align-left\">b</th>\
         <th scope=\"col\" class=\"align-center\">c</th>\
         <th scope=\"col\" class=\"align-right\">d</th></tr></thead><tbody>\n\
         <tr><td>1</td><td class=\"align-left\">2</td><td class=\"align-center\">3</td>\
         <td class=\"align-right\">4</td></tr>\n\
         <tr><td>5</td><td class=\"align-left\"></td><td class=\"align-center\"></td>\
         <td class=\"align-right\"></td></tr>\n</tbody></table>\n"
    );
}

#[test]
fn tasks_are_labelled_disabled_boxes() {
    let box_done = "<label><input type=\"checkbox\" disabled=\"\" checked=\"\"> ";
    let box_open = "<label><input type=\"checkbox\" disabled=\"\"> ";
    assert_eq!(
        html("- [x] *a* b\n- [ ] c\n  - d"),
        format!(
            "<ul>\n<li>{box_done}<em>a</em> b</label></li>\n\
             <li>{box_open}c</label><ul>\n<li>d</li>\n</ul>\n</li>\n</ul>\n"
        )
    );
    assert_eq!(
        html("- [x] a\n\n  b"),
        format!("<ul>\n<li><p>{box_done}a</label></p>\n<p>b</p>\n</li>\n</ul>\n")
    );
}

#[test]
fn footnotes_stand_at_the_end_in_order_of_mention() {
    let page = html("a[^z] b[^y] c[^z]\n\n[^y]: why\n[^z]: zed[^x]\n[^x]: ex\n[^never]: named\n");
    let (text, notes) = page
        .split_once("<section class=\"footnotes\">")
        .expect("footnotes");
    assert_eq!(text.matches("href=\"#fn-1\"").count(), 2);
    assert_eq!(text.matches("id=\"fnref-1\"").count(), 1);
    let order: Vec<_> = ["zed", "why", "ex", "named"]
        .iter()
        .map(|note| notes.find(note))
        .collect();
    assert!(
        order.iter().all(Option::is_some) && order.is_sorted(),
        "{notes}"
    );
    assert_eq!(
        notes.matches("footnote-back").count(),
        3,
        "one is never named: {notes}"
    );
    for number in 1..=4 {
        assert_eq!(page.matches(&format!("id=\"fn-{number}\"")).count(), 1);
    }
    assert_eq!(html("a[^b]"), "<p>a[^b]</p>\n");
    assert!(
        html("a[^b] c[^B]\n\n[^b]: d")
            .matches("href=\"#fn-1\"")
            .count()
            == 2
    );
}

#[test]
fn footnotes_that_name_each_other_end() {
    let html = html("[^a]\n\n[^a]: x[^b]\n[^b]: y[^a]\n");
    assert_eq!(Page::read(&html).named("li").count(), 2);
}

#[test]
fn code_blocks_keep_a_plain_language() {
    for (info, class) in [
        ("rust", Some("language-rust")),
        ("Rust,ignore", Some("language-rust")),
        ("c++", Some("language-c++")),
        ("c#", Some("language-c#")),
        ("objective-c extra words", Some("language-objective-c")),
        ("js{1,3}", Some("language-js")),
        ("a\"b", None),
        ("a.b", None),
        ("язык", None),
        ("", None),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", None),
    ] {
        let html = html(&format!("```{info}\nx\n```"));
        let page = Page::read(&html);
        let code = page.named("code").next().expect("code");
        assert_eq!(code.attribute("class"), class, "{info}");
    }
}

#[test]
fn typed_html_is_kept_when_it_is_on_the_list_and_balanced() {
    for (source, expected) in [
        ("<kbd>Ctrl</kbd>", "<p><kbd>Ctrl</kbd></p>\n"),
        (
            "<abbr title=\"a &amp; b\">x</abbr>",
            "<p><abbr title=\"a &amp; b\">x</abbr></p>\n",
        ),
        ("a <foo>b</foo> c", "<p>a b c</p>\n"),
        ("a <div>b</div> c", "<p>a b c</p>\n"),
        ("*a <b>b* c</b>", "<p><em>a <b>b</b></em> c</p>\n"),
        ("<b>a\n\nb", "<p><b>a</b></p>\n<p>b</p>\n"),
        ("a</b></p></div>b", "<p>ab</p>\n"),
        ("a <!-- b --> c", "<p>a  c</p>\n"),
        ("<script>a</script>\n\nb", "\n<p>b</p>\n"),
        ("<p>a\n<p>b", "<p>a\n</p><p>b</p>"),
        ("a<br/>b<wbr>c", "<p>a<br>b<wbr>c</p>\n"),
        ("<pre>\n\n\na</pre>", "<pre>a</pre>"),
    ] {
        assert_eq!(html(source), expected, "{source:?}");
    }
    assert_eq!(
        html("<details>\n<summary>*s*</summary>\n\n*a*\n\n</details>\n\nb"),
        "<details>\n<summary>*s*</summary>\n<p><em>a</em></p>\n</details>\n<p>b</p>\n"
    );
}

#[test]
fn typed_html_cannot_leave_the_item_that_it_is_in() {
    assert_eq!(
        html("- <details>\n\n  a\n- </details>\n\nb"),
        "<ul>\n<li><details>\n<p>a</p>\n</details></li>\n<li>\n</li>\n</ul>\n<p>b</p>\n"
    );
}

#[test]
fn comments_have_less() {
    for (source, expected) in [
        (
            "a *b* `c` ~~d~~",
            "<p>a <em>b</em> <code>c</code> <del>d</del></p>\n",
        ),
        ("# a", "<p><strong>a</strong></p>\n"),
        ("a <b>b</b>", "<p>a &lt;b&gt;b&lt;/b&gt;</p>\n"),
        ("---", ""),
        ("![alt](/x.png)", "<p><a href=\"/x.png\" REL>alt</a></p>\n"),
        (
            "![alt](https://example.org/x)",
            "<p><a href=\"https://example.org/x\" REL>alt</a></p>\n",
        ),
        (
            "![alt](media:018f3c1e-1b2a-7c3d-8e4f-0123456789ab)",
            "<p>alt</p>\n",
        ),
        ("![alt](javascript:x)", "<p>alt</p>\n"),
        ("| a |\n|---|\n| b |", "<p>| a |\n|---|\n| b |</p>\n"),
        ("- [ ] a", "<ul>\n<li>[ ] a</li>\n</ul>\n"),
        ("a[^1]", "<p>a[^1]</p>\n"),
        ("```rust\na\n```", "<pre><code>a\n</code></pre>\n"),
        (
            "> a\n\n1. b",
            "<blockquote>\n<p>a</p>\n</blockquote>\n<ol>\n<li>b</li>\n</ol>\n",
        ),
    ] {
        assert_eq!(comment(source), expected.replace("REL", REL), "{source:?}");
    }
}

#[test]
fn excerpts_come_from_paragraphs_and_are_cut_between_words() {
    let excerpt = |source: &str| post(source).excerpt;
    assert_eq!(
        excerpt("# Title\n\nFirst *one*\nline.\n\nSecond."),
        "First one line. Second."
    );
    assert_eq!(excerpt("# Only a title"), "Only a title");
    assert_eq!(excerpt("- a\n- b"), "a b");
    assert_eq!(
        excerpt("a ![alt](/x) b[^1] <b>c</b>\n\n[^1]: note"),
        "a b c"
    );
    assert_eq!(excerpt("```\ncode\n```\n\ntext"), "text");
    assert_eq!(excerpt("a < b & \"c\""), "a < b & \"c\"");
    assert_eq!(excerpt(""), "");

    let long = excerpt(&"word ".repeat(100));
    assert!(
        long.ends_with("word…") && long.chars().count() <= 201,
        "{long}"
    );
    let endless = excerpt(&"x".repeat(1_000));
    assert_eq!(endless.chars().count(), 201);
    let family = "👨\u{200d}👩\u{200d}👧";
    let families = excerpt(&family.repeat(300));
    assert_eq!(
        families.trim_end_matches('…').replace(family, ""),
        "",
        "a family is cut apart"
    );
    let japanese = excerpt(&"日本語の文章です。".repeat(50));
    assert!(
        japanese.chars().count() > 100 && japanese.ends_with('…'),
        "{japanese}"
    );
}

#[test]
fn words_and_text_leave_markup_out() {
    let post = post(
        "# A *b*\n\ndon't [link text](https://example.org/path) `code`\n\n| x | y |\n|---|---|\n| z | 1 |\n\n日本\n\n<b title=\"no\">yes</b>",
    );
    assert_eq!(post.text, "A b don't link text code x y z 1 日本 yes");
    assert_eq!(post.words, 13);
}

#[test]
fn limits_are_exact() {
    let at = |bytes: usize| "a".repeat(bytes);
    assert!(render_post(&at(MAX_POST_BYTES)).is_ok());
    assert_eq!(
        render_post(&at(MAX_POST_BYTES + 1)),
        Err(MarkdownError::TooLarge {
            max: MAX_POST_BYTES
        })
    );
    assert!(render_comment(&at(MAX_COMMENT_BYTES)).is_ok());
    assert_eq!(
        render_comment(&at(MAX_COMMENT_BYTES + 1)),
        Err(MarkdownError::TooLarge {
            max: MAX_COMMENT_BYTES
        })
    );
    let too_deep = Err(MarkdownError::TooDeep { max: MAX_NESTING });
    // The paragraph within the quotes is a level of its own.
    let quotes = |levels: usize| format!("{}a", "> ".repeat(levels));
    assert!(render_post(&quotes(MAX_NESTING - 1)).is_ok());
    assert_eq!(render_post(&quotes(MAX_NESTING)), too_deep.clone());
    assert_eq!(
        render_comment(&quotes(MAX_NESTING)).map(|_| ()),
        too_deep.clone().map(|_| ())
    );
    let elements = |levels: usize| format!("{}a", "<b>".repeat(levels));
    assert!(render_post(&elements(MAX_NESTING - 1)).is_ok());
    assert_eq!(render_post(&elements(MAX_NESTING)), too_deep);
}

#[test]
fn rules_are_not_mistaken_for_nesting() {
    for rule in ["* ", "- ", "_ ", "*", "-", "- - * "] {
        let source = rule.repeat(400);
        let deep = render_post(&source).is_err();
        assert_eq!(deep, rule == "- - * ", "{rule:?}");
    }
    assert!(render_post(&format!("{}a", " ".repeat(1_000))).is_ok());
    assert!(render_post(&"12345. ".repeat(20)).is_ok());
}

#[test]
fn controls_that_xml_cannot_carry_are_gone() {
    let source = "a\u{1}b\u{b}c\u{ffff}d &#1; &#xb; &#xFFFE; <b title=\"&#2;\">e</b> `\u{8}`\r\nf";
    for html in [html(source), comment(source)] {
        let bad: Vec<char> = html
            .chars()
            .filter(
                |ch| matches!(ch, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'),
            )
            .collect();
        assert!(bad.is_empty(), "{bad:?} in {html:?}");
    }
}
