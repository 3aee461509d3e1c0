use super::*;

fn card(title: &str) -> Card {
    Card {
        title: title.to_owned(),
        author: "Ada Lovelace".to_owned(),
        site: "Harbour lights".to_owned(),
    }
}

fn drawn(title: &str) -> RgbImage {
    let png = card(title).draw().unwrap();
    let picture = image::load_from_memory(&png).unwrap().into_rgb8();
    assert_eq!(picture.dimensions(), (WIDTH, HEIGHT), "{title}");
    if let Ok(folder) = std::env::var("BLOG_TEST_CARDS") {
        let name: String = title
            .chars()
            .filter(|char| char.is_alphanumeric())
            .take(20)
            .collect();
        std::fs::write(format!("{folder}/{name}.png"), png).unwrap();
    }
    picture
}

/// Pixels of the title's room that are not paper.
fn ink(picture: &RgbImage) -> Vec<(u32, u32)> {
    let room = |x: &u32, y: &u32| (BAND..WIDTH - BAND).contains(x) && *y < RULE;
    let pixels = picture.enumerate_pixels();
    pixels
        .filter(|(x, y, pixel)| room(x, y) && **pixel != PAPER)
        .map(|(x, y, _)| (x, y))
        .collect()
}

#[test]
fn its_colours_are_those_of_the_style_sheet() {
    let css = include_str!("../../assets/css/base.css");
    let light = css.split("@media").next().unwrap();
    for (name, Rgb([r, g, b])) in [
        ("paper", PAPER),
        ("line", LINE),
        ("ink", INK),
        ("soft", SOFT),
        ("accent", ACCENT),
    ] {
        let value = format!("--{name}: #{r:02x}{g:02x}{b:02x};");
        assert!(light.contains(&value), "{value}");
    }
}

#[test]
fn a_title_is_drawn_within_its_room() {
    let long = "The difficulty of naming things ".repeat(10);
    let word = "w".repeat(300);
    for title in [
        "A quiet harbour",
        "Çağdaş İstanbul’da ışıklı bir gece: ğüşöç",
        "Тихая гавань и старый фонарь",
        "Ήσυχο λιμάνι",
        long.as_str(),
        word.as_str(),
    ] {
        let picture = drawn(title);
        let ink = ink(&picture);
        assert!(ink.len() > 500, "{title}");
        for (x, y) in ink {
            let inside =
                (MARGIN - 8..WIDTH - MARGIN + 8).contains(&x) && (30..RULE - 20).contains(&y);
            assert!(inside, "{title}: {x}, {y}");
        }
    }
}

#[test]
fn arabic_is_joined_and_reads_from_the_right() {
    let mut fonts = fonts::showing("مرحبا");
    let words = Words::fitted(&mut fonts.system, "مرحبا").unwrap();
    assert!(words.is_right_to_left());
    let joined: Vec<u16> = words
        .0
        .layout_runs()
        .flat_map(|run| run.glyphs)
        .map(|glyph| glyph.glyph_id)
        .collect();
    // The same letters apart have their isolated forms.
    let words = Words::fitted(&mut fonts.system, "م ر ح ب ا").unwrap();
    let apart: Vec<u16> = words
        .0
        .layout_runs()
        .flat_map(|run| run.glyphs)
        .map(|glyph| glyph.glyph_id)
        .collect();
    assert!(
        joined.iter().filter(|glyph| !apart.contains(glyph)).count() >= 2,
        "{joined:?} {apart:?}"
    );

    let ink = ink(&drawn("ضوء المرفأ"));
    assert!(ink.len() > 500);
    assert!(ink.iter().all(|(x, _)| *x > WIDTH / 2), "at the right");
}

#[test]
fn what_no_font_has_is_not_drawn_as_boxes() {
    // A letter of a private area, which no font of letters has.
    let nothing = drawn("\u{10fffd}");
    assert_eq!(drawn("A harbour \u{10fffd}"), nothing, "no half titles");
    assert_eq!(drawn(""), nothing, "no text, no title");
    // In its place stands the site, and below it the author.
    let site = Card {
        site: String::new(),
        ..card("Harbour lights")
    };
    let site = image::load_from_memory(&site.draw().unwrap()).unwrap();
    assert_eq!(site.into_rgb8(), nothing);
    assert!(ink(&nothing).len() > 500);
}

#[test]
fn scripts_that_are_not_shipped_are_drawn_where_the_system_has_them() {
    for title in [
        "港口的灯光：一个安静的夜晚",
        "静かな港の灯り",
        "조용한 항구",
        "Party at the harbour 🎉🚢 with a lamp",
        "שלום עולם",
        "नमस्ते दुनिया",
        "สวัสดีชาวโลก",
    ] {
        let fonts = fonts::showing(title);
        let shown = fonts.shown(title);
        let picture = drawn(title);
        assert_eq!(picture == drawn(""), shown.is_none(), "{title}");
    }
    let fonts = fonts::showing("");
    assert_eq!(fonts.shown("  A   lamp "), Some("A lamp".to_owned()));
}

#[test]
fn other_words_are_another_version() {
    let one = card("One");
    let mut versions = vec![one.version(), card("Two").version()];
    versions.push(
        Card {
            author: "Grace".to_owned(),
            ..one.clone()
        }
        .version(),
    );
    versions.push(
        Card {
            site: "Elsewhere".to_owned(),
            ..one.clone()
        }
        .version(),
    );
    versions.push(
        Card {
            title: "OneA".to_owned(),
            author: "da Lovelace".to_owned(),
            ..one.clone()
        }
        .version(),
    );
    versions.sort();
    versions.dedup();
    assert_eq!(versions.len(), 5);
    assert_eq!(one.version(), card("One").version());
}

#[test]
fn a_name_that_reads_from_the_right_stands_where_every_name_does() {
    let feet = |author: &str| {
        let card = Card {
            author: author.to_owned(),
            site: String::new(),
            ..card("A quiet harbour")
        };
        let picture = image::load_from_memory(&card.draw().unwrap()).unwrap();
        let picture = picture.into_rgb8();
        let below = picture
            .enumerate_pixels()
            .filter(|(x, y, pixel)| *y > RULE + 2 && (BAND..WIDTH).contains(x) && **pixel != PAPER);
        below.map(|(x, ..)| x).min().unwrap()
    };
    for author in ["Salma Haddad", "سلمى حدّاد · Salma Haddad", "سلمى"] {
        let left = feet(author);
        assert!(left.abs_diff(MARGIN) < 8, "{author}: {left}");
    }
}
