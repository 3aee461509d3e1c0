//! Titles made into addresses.

use blog_core::slugify::{MAX_SLUG_CHARS, is_reserved, slugify, tag_slug};
use proptest::prelude::*;

#[test]
fn difficult_titles() {
    let mut wrong = Vec::new();
    for (title, expected) in [
        ("Hello, World!", "hello-world"),
        ("  spaces   around  ", "spaces-around"),
        ("UPPER lower MiXeD", "upper-lower-mixed"),
        ("already-a-slug", "already-a-slug"),
        ("--dashes--everywhere--", "dashes-everywhere"),
        ("under_score", "under-score"),
        ("a.b.c", "a-b-c"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\Windows\\System32", "c-windows-system32"),
        ("a/b?c=d&e#f", "a-b-c-d-e-f"),
        ("100% sure", "100-sure"),
        ("1 + 1 = 2", "1-1-2"),
        ("3.14159", "3-14159"),
        ("don't", "dont"),
        ("don’t stop", "dont-stop"),
        ("rock 'n' roll", "rock-n-roll"),
        ("\"quoted\"", "quoted"),
        ("tab\tand\nnewline", "tab-and-newline"),
        ("nul\0byte", "nul-byte"),
        ("em — dash", "em-dash"),
        ("dots…", "dots"),
        ("naïve café", "naive-cafe"),
        ("e\u{301}te\u{301}", "ete"),
        ("Ünïcödé", "unicode"),
        ("Straße", "strasse"),
        ("GROẞ", "gross"),
        ("Äpfel Öl Übung", "apfel-ol-ubung"),
        ("İstanbul", "istanbul"),
        ("ISPARTA ılık", "isparta-ilik"),
        ("Işık ŞĞÇÖÜ", "isik-sgcou"),
        ("Kuş uçtu", "kus-uctu"),
        ("İSTANBUL'DA", "istanbulda"),
        ("Łódź", "lodz"),
        ("Žižek ščř", "zizek-scr"),
        ("Đường phố", "duong-pho"),
        ("smørrebrød", "smorrebrod"),
        ("Ægir og þór", "aegir-og-thor"),
        ("œuvre", "oeuvre"),
        ("Ångström", "angstrom"),
        ("¿Qué? ¡Sí!", "que-si"),
        ("mañana", "manana"),
        ("São Paulo", "sao-paulo"),
        ("Ελλάδα", "ellada"),
        ("Москва", "moskva"),
        ("Привет, мир", "privet-mir"),
        ("Щука", "shchuka"),
        ("Київ", "kiyiv"),
        ("日本語", "ri-ben-yu"),
        ("東京 Tower", "dong-jing-tower"),
        ("ひらがな", "hiragana"),
        ("カタカナ", "katakana"),
        ("中文标题", "zhong-wen-biao-ti"),
        ("한국어", "hangugeo"),
        ("مرحبا", "mrhb"),
        ("שלום", "shlvm"),
        ("ไทย", "aithy"),
        ("हिन्दी", "hindii"),
        ("ﬁne ﬂow", "fine-flow"),
        ("Ｆｕｌｌ　Ｗｉｄｔｈ", "full-width"),
        ("x² + y³", "x2-y3"),
        ("№ 5", "no-5"),
        ("½ price", "1-2-price"),
        ("50 € / $20", "50-eur-20"),
        ("©2024 Me™", "c-2024-metm"),
        ("I ❤ Rust 🦀", "i-heart-rust-crab"),
        ("C++ & C#", "c-c"),
        ("a\u{200b}b", "a-b"),
        ("soft\u{ad}hyphen", "softhyphen"),
        ("right\u{202e}left", "rightleft"),
        ("no\u{a0}break", "no-break"),
        ("\u{feff}bom", "bom"),
        ("𝔉𝔯𝔞𝔨𝔱𝔲𝔯", "fraktur"),
        ("Ⅳ kings", "iv-kings"),
        ("0", "0"),
        ("-1", "1"),
    ] {
        let slug = slugify(title);
        if slug.as_deref() != Some(expected) {
            wrong.push((title, slug, expected));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_is_left_of_some_titles() {
    for title in [
        "", " ", "\n\t", "...", "?!", "---", "___", "''", "…", "\u{200b}", "/", ".", "..", "—",
    ] {
        assert_eq!(slugify(title), None, "{title:?}");
        assert_eq!(tag_slug(title), None, "{title:?}");
    }
}

#[test]
fn long_titles_are_cut_between_words() {
    let slug = slugify(&"word ".repeat(40)).expect("a slug");
    assert_eq!(slug, "word-".repeat(16).trim_end_matches('-'));
    assert_eq!(
        slugify(&"x".repeat(300)).expect("a slug").len(),
        MAX_SLUG_CHARS
    );
    // Exactly at the limit, and with the gap right behind it.
    let exact = format!("{}-{}", "a".repeat(40), "b".repeat(39));
    assert_eq!(slugify(&exact).as_deref(), Some(exact.as_str()));
    assert_eq!(
        slugify(&format!("{exact} c")).as_deref(),
        Some(exact.as_str())
    );
    assert_eq!(
        slugify(&format!("{exact}c")).expect("a slug"),
        "a".repeat(40)
    );
    assert!(slugify(&"語".repeat(1_000_000)).expect("a slug").len() <= MAX_SLUG_CHARS);
}

#[test]
fn names_of_routes_are_reserved() {
    for word in [
        "",
        ".",
        "..",
        "admin",
        "api",
        "assets",
        "media",
        "account",
        "posts",
        "tags",
        "write",
        "drafts",
        "library",
        "feed",
        "new",
        "edit",
        "search",
        "archive",
        "pages",
        "livez",
        "readyz",
        "metrics",
        "comments",
        "login",
        "logout",
        "register",
        "delete",
        "like",
        "revisions",
        "Admin",
        "ADMIN",
        "atom",
        "sitemap",
        "robots",
        "well-known",
    ] {
        assert!(is_reserved(word), "{word:?}");
    }
    for word in [
        "hello",
        "admins",
        "my-api",
        "new-year",
        "posts-about-posts",
        "feeding",
        "a",
    ] {
        assert!(!is_reserved(word), "{word:?}");
    }
}

proptest! {
    #[test]
    fn slugs_have_the_charset_the_length_and_no_empty_part(title in "\\PC{0,120}") {
        if let Some(slug) = slugify(&title) {
            prop_assert!(!slug.is_empty() && slug.len() <= MAX_SLUG_CHARS);
            for part in slug.split('-') {
                prop_assert!(!part.is_empty(), "{slug:?}");
                let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
                prop_assert!(part.bytes().all(plain), "{slug:?}");
            }
        }
    }

    #[test]
    fn a_slug_is_its_own_slug(title in "\\PC{0,120}") {
        if let Some(slug) = slugify(&title) {
            prop_assert_eq!(slugify(&slug), Some(slug));
        }
    }

    #[test]
    fn any_title_with_an_ascii_letter_or_digit_has_a_slug(title in "\\PC{0,20}[a-zA-Z0-9]\\PC{0,20}") {
        prop_assert!(slugify(&title).is_some());
    }

    #[test]
    fn case_makes_no_difference(title in "[a-zA-Z0-9 ,.'-]{0,60}") {
        prop_assert_eq!(slugify(&title.to_uppercase()), slugify(&title.to_lowercase()));
    }
}
