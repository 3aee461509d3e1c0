use blog_core::markdown::*;
use std::time::Instant;

#[test]
fn probe() {
    let s = "# Hello *World*\n\nA para with [link](/x) and ![pic](media:018f3c1e-1b2a-7c3d-8e4f-0123456789ab \"t\") ![f](https://evil/x.png).[^a]\n\n- [x] done\n- [ ] open\n  - sub\n\n1. a\n\n   b\n2. [x] loose\n\n   c\n\n| a | b |\n|:-:|--:|\n| 1 | 2 |\n\n```Rust,ignore\nfn main() {}\n```\n\n[^a]: note *here* [^b]\n[^b]: other\n\n<details open><summary>S</summary>\n\ntext <b>bold <kbd>x</b> & <script>alert(1)</script> <div>no</div>\n\n</details>\n<script>alert(1)</script>\n\n<pre>\n\nhi</pre>\n";
    let r = render_post(s).unwrap();
    println!("{}\n--\n{:?}\n{:?}\n{:?}", r.html, r.excerpt, r.toc, r.words);
    println!("{}", resolve_media(&r.html, &|_| None));
    println!("{}", render_comment(s).unwrap());
}

#[test]
fn cost() {
    let n = MAX_POST_BYTES;
    let rep = |s: &str| s.repeat(n / s.len());
    let half = |a: &str, b: &str| format!("{}{}", a.repeat(n / 2 / a.len()), b.repeat(n / 2 / b.len()));
    let tabs = { let mut t = String::new(); let mut d = 0; while t.len() + d + 8 < n / 2 { t.push_str(&"\t".repeat(d)); t.push_str("- a\n"); d += 1; } t };
    let cases: Vec<(&str, String)> = vec![
        ("[", rep("[")), ("![", rep("![")), ("[]", rep("[]")), ("[a](", rep("[a](")), ("[a](<", rep("[a](<")),
        ("*", rep("*")), ("**a ", rep("**a ")), ("*a_ ", rep("*a_ ")), ("*a **a ", rep("*a **a ")), ("_a", rep("_a ")), ("~~a ", rep("~~a ")), ("~", rep("~a")),
        ("a**b", half("a**b", "c* ")), ("*_", rep("*_a ")),
        (">", rep(">")), ("> ", rep("> ")), (">\n", rep(">\n")), ("> a\\n", rep("> a\n")), (">>>lazy", half(">", "\na")),
        ("- ", rep("- ")), ("- a", rep("- a\n")), ("1. ", rep("1. ")), ("*hr", rep("* ")), ("90> lines", rep(&format!("{}a\n", ">".repeat(90)))),
        ("-nest+blank", format!("{}a\n{}", "- ".repeat(95), "\n".repeat(n - 300))),
        ("-nest+blank2", format!("{}a{}", "- ".repeat(n/4), "\n".repeat(n/2-1))),
        ("tabs", format!("{tabs}{}", "\n".repeat(n/2))),
        ("[^a]", rep("[^a]")), ("[^a]def", format!("{}\n\n[^a]: x\n", "[^a]".repeat(n / 4 - 10))),
        ("[^n]:", (0..n / 12).map(|i| format!("[^{i}]: a\n")).collect::<String>().chars().take(n).collect()),
        ("[^n]both", (0..n / 24).map(|i| format!("[^{i}]\n\n[^{i}]: a\n\n")).collect::<String>().chars().take(n).collect()),
        ("[^:nested", rep("[^a]: ")),
        ("[a]: ", rep("[a]: b\n")), ("[n]: ", (0..n / 12).map(|i| format!("[{i}]: a\n")).collect::<String>().chars().take(n).collect()),
        ("[a]: 'x", rep("[a]: b 'x\n")), ("[a", rep("[a\n")),
        ("refexp", format!("[a]: {}\n\n{}", "b".repeat(n/2), "[a] ".repeat(n/8-20))),
        ("`", rep("`")), ("`a", rep("`a ")), ("bt inc", { let mut s = String::new(); let mut i = 1; while s.len() + i + 2 < n { s.push_str(&"`".repeat(i)); s.push('a'); i += 1; } s }),
        ("<", rep("<")), ("<!--", rep("<!--")), ("a<!--", rep("a<!-- ")), ("<?", rep("a<?")), ("<![CDATA[", rep("a<![CDATA[")), ("<!A", rep("a<!A ")), ("</", rep("</")), ("<a", rep("<a ")), ("<a b=\"", rep("<a b=\"")), ("<a b='\"", rep("a<a b='\"")),
        ("<b>", rep("<b>")), ("x<b>", rep("x<b>")), ("<b a=n>", (0..n/16).map(|i| format!("<b a={i}>")).collect::<String>().chars().take(n).collect()),
        ("<div>", rep("<div>")), ("<div>\\n", rep("<div>\n\n")), ("<p><b>", rep("<p><b>")), ("<div></b>", rep("<div><b></div></b>")),
        ("<p>\\n\\n", format!("<p>\n{}\n\n{}", "<b>".repeat(90), "a\n\n".repeat(n/3-200))),
        ("<p>90b", rep(&format!("<p>{}\n\n", "<b>".repeat(90)))),
        ("<b>*90 p", format!("{}\n\n{}", "<b>".repeat(90), "a\n\n".repeat(n/3-200))),
        ("attrs", format!("<a {}>", "a ".repeat(n/2-10))), ("x attrs", format!("x <a {}>", "a ".repeat(n/2-10))), ("uniq attrs", format!("x <a {}>", (0..n/8).map(|i| format!("a{i} ")).collect::<String>())), 
        ("script", rep("<script>")), ("pre", rep("<pre>\n")), ("pre2", rep("<pre></pre>\n")), 
        ("table wide", { let c = 512; format!("{}|\n{}|\n{}", "|a".repeat(n/8), "|-".repeat(n/8), "|\n".repeat(n/4)) .chars().take(n).collect::<String>() + &"".repeat(c) }),
        ("table cells", format!("{}|\n{}|\n{}", "|a".repeat(8), "|-".repeat(8), "|\n".repeat(n/2-30))),
        ("table rows", format!("|a|b|\n|-|-|\n{}", "|a|b|\n".repeat(n/6-5))),
        ("|", rep("|")), ("|-", rep("|-\n")), ("a|b", rep("a|b\n")), ("a|b\\n-|-", rep("a|b\n-|-\n")),
        ("# a", rep("# a\n")), ("# ", rep("#\n")), ("=", rep("a\n=\n")), ("&", rep("&")), ("&#", rep("&#1;")), ("&a", rep("&amp")), ("\\", rep("\\")), ("\\[", rep("\\[")),
        ("http", rep("<http://a>")), ("<a@", rep("<a@")), ("<a:", rep("<a:")), ("(((", format!("[a]({}", "(".repeat(n-10))), 
        ("img", rep("![](a)")), ("![a](b", rep("![a](b ")), ("nest img", format!("{}a{}", "![".repeat(n/8), "](b)".repeat(n/8))), ("nest img50", rep(&format!("{}a{}", "![".repeat(50), "](b)".repeat(50)))), ("nest link", format!("{}a{}", "[".repeat(n/8), "](b)".repeat(n/8))),
        ("a", rep("a")), ("a ", rep("a ")), ("\n", rep("\n")), ("    ", rep("    a\n")), ("```", rep("```\n")), ("~~~", rep("~~~a\n")), ("tab", rep("\t")), ("- -", rep("- \n")), ("combining", rep("a\u{301}\u{302}")), ("zwj", rep("👩\u{200d}")), ("cjk", rep("漢字")), ("\\r", rep("\r")), ("- [ ]", rep("- [ ] a\n")), ("media", rep("![a](media:018f3c1e-1b2a-7c3d-8e4f-0123456789ab)")), ("nul", rep("\0")), ("hx", rep("# a\n# a-2\n")),
        ("* emph deep", format!("{}a{}", "*a ".repeat(n/8), " a*".repeat(n/8))), ("em close", format!("{}a{}", "*".repeat(n/2-1), "*".repeat(n/2-1))),
        ("a* *", rep("a* ")), ("_ * _", rep("a_*b")), ("***a", rep("***a*")), ("]", rep("]")), ("[]()", rep("[]()")), ("[a]", rep("[a]")), ("[[a]", rep("[[a]")), ("][", rep("][")), ("[a][", rep("[a][")),
    ];
    for (name, s) in cases {
        assert!(s.len() <= n, "{name} {}", s.len());
        let half: String = { let mut e = s.len() / 2; while !s.is_char_boundary(e) { e -= 1; } s[..e].to_owned() };
        let t = Instant::now(); let _ = render_post(&half).is_ok(); let t1 = t.elapsed();
        let t = Instant::now(); let r = render_post(&s); let t2 = t.elapsed();
        let flag = if t2.as_millis() > 700 { "!!!" } else { "" };
        println!("{name:14} {:>8.1?} {:>8.1?} {:?} {flag}", t1, t2, r.map(|r| r.html.len()).map_err(|_| "deep"));
    }
}
