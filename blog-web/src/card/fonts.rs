//! The fonts of a card: those that are shipped with the program, and, for what they lack, a few of the system's.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use cosmic_text::FontSystem;
use cosmic_text::fontdb::{Database, FaceInfo, Language, Source, Style, Weight};

/// The name under which a title asks for its font.
pub(super) const SERIF: &str = "Card Serif";
/// The name under which names ask for theirs.
pub(super) const SANS: &str = "Card Sans";

/// Latin, Greek, Cyrillic and punctuation in both, and Arabic: <https://notofonts.github.io>, under the licence that
/// lies beside them. They are read where they lie in the program.
const SHIPPED: [(&str, &[u8]); 3] = [
    (
        SERIF,
        include_bytes!("../../assets/fonts/NotoSerif-Bold.ttf"),
    ),
    (
        SANS,
        include_bytes!("../../assets/fonts/NotoSans-Regular.ttf"),
    ),
    (
        "Card Arabic",
        include_bytes!("../../assets/fonts/NotoNaskhArabic-Bold.ttf"),
    ),
];

/// Fonts of the system that one card takes at most.
const TAKEN: usize = 8;

/// Fonts that show a card's words as far as any here can.
pub(super) struct Fonts {
    pub(super) system: FontSystem,
    missing: BTreeSet<char>,
}

/// The fonts for a text: the system's are looked at only where it has a character that the shipped ones lack.
pub(super) fn showing(text: &str) -> Fonts {
    let mut taken = Database::new();
    for (name, bytes) in SHIPPED {
        let mut one = Database::new();
        for id in one.load_font_source(Source::Binary(Arc::new(bytes))) {
            take(&mut taken, one.face(id), name);
        }
    }
    let mut missing: BTreeSet<char> = text.chars().filter(|&char| is_drawn(char)).collect();
    let shipped: Vec<_> = taken.faces().map(|face| face.id).collect();
    for id in shipped {
        leave_what_it_lacks(&taken, id, &mut missing);
    }
    if !missing.is_empty() {
        let system = of_system();
        let order = Order::of(text);
        let mut faces: Vec<&FaceInfo> = system.faces().collect();
        faces.sort_by_cached_key(|face| order.rank(face));
        for face in faces {
            if missing.is_empty() || taken.len() >= SHIPPED.len() + TAKEN {
                break;
            }
            let before = missing.len();
            leave_what_it_lacks(system, face.id, &mut missing);
            if missing.len() < before {
                take(&mut taken, Some(face), &face.post_script_name);
            }
        }
    }
    // Under names of ours no font is preferred for its language: the order has decided that.
    let system = FontSystem::new_with_locale_and_db("en".to_owned(), taken);
    Fonts { system, missing }
}

impl Fonts {
    /// The text without emoji that no font has; none where it has another such character, or nothing is left.
    pub(super) fn shown(&self, text: &str) -> Option<String> {
        if text.chars().any(|char| self.lacks(char) && !is_emoji(char)) {
            return None;
        }
        let some_lack = text.chars().any(|char| self.lacks(char));
        let kept = |char: &char| !(some_lack && (self.lacks(*char) || is_joined(*char)));
        let text: String = text.chars().filter(kept).collect();
        let words: Vec<&str> = text.split_whitespace().collect();
        Some(words.join(" ")).filter(|text| !text.is_empty())
    }

    fn lacks(&self, char: char) -> bool {
        self.missing.contains(&char)
    }
}

/// All fonts of the system, without their bytes; read once, when the first card needs one.
fn of_system() -> &'static Database {
    static SYSTEM: OnceLock<Database> = OnceLock::new();
    SYSTEM.get_or_init(|| {
        let mut database = Database::new();
        database.load_system_fonts();
        database
    })
}

/// Adds a font under a name of ours. All are called regular, so that a bold one does for what has no other.
fn take(taken: &mut Database, face: Option<&FaceInfo>, name: &str) {
    let Some(face) = face else { return };
    taken.push_face_info(FaceInfo {
        families: vec![(name.to_owned(), Language::English_UnitedStates)],
        weight: Weight::NORMAL,
        style: Style::Normal,
        ..face.clone()
    });
}

/// Removes the characters that a font has.
fn leave_what_it_lacks(
    database: &Database,
    id: cosmic_text::fontdb::ID,
    missing: &mut BTreeSet<char>,
) {
    database.with_face_data(id, |bytes, index| {
        if let Ok(face) = ttf_parser::Face::parse(bytes, index) {
            missing.retain(|&char| face.glyph_index(char).is_none());
        }
    });
}

/// Which fonts of the system are taken first.
struct Order {
    /// Whose form the characters have that Chinese and Japanese share.
    han: &'static str,
}

impl Order {
    fn of(text: &str) -> Self {
        let has = |from: char, to: char| text.chars().any(|char| (from..=to).contains(&char));
        let han = if has('\u{3040}', '\u{30ff}') {
            "CJK JP"
        } else if has('\u{ac00}', '\u{d7af}') {
            "CJK KR"
        } else {
            "CJK SC"
        };
        Self { han }
    }

    /// Serif and bold as the title is, where there is a choice; what is known to have whole scripts first; pictures
    /// only for what no letters have.
    fn rank(&self, face: &FaceInfo) -> impl Ord + use<> {
        let name = face.families.first().map_or("", |(name, _)| name.as_str());
        let family = match name {
            name if name.contains("Emoji") => 5,
            name if name.contains("Mono") || name.contains("Looped") => 4,
            name if name.contains("CJK") && !name.ends_with(self.han) => 3,
            name if name.starts_with("Noto Serif") || name.starts_with("Noto Naskh") => 0,
            name if name.starts_with("Noto Sans") => 1,
            _ => 2,
        };
        let slanted = face.style != Style::Normal;
        let weight = face.weight.0.abs_diff(Weight::BOLD.0);
        (family, slanted, weight, face.post_script_name.clone())
    }
}

/// Whether a character is to be seen; the others need no shape.
fn is_drawn(char: char) -> bool {
    !(char.is_whitespace() || char.is_control() || is_joined(char) || is_mark_of_direction(char))
}

/// What joins emoji or chooses between their forms.
fn is_joined(char: char) -> bool {
    matches!(char, '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{20e3}' | '\u{e0020}'..='\u{e007f}')
}

fn is_mark_of_direction(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The blocks that hold pictures rather than letters.
fn is_emoji(char: char) -> bool {
    matches!(char, '\u{2300}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}
