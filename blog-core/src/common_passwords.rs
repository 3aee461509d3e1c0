//! Passwords that everybody tries first.
//!
//! NIST SP 800-63B (section 3.1.1.2) and OWASP ASVS 6.2.4 ask for a list of
//! common passwords instead of rules of composition. Ours must be at least 12
//! characters long, and what people do to reach 12 is known: they double a
//! short one, append the year, run along the keyboard. So a password is undone
//! first, and then looked up.

use std::collections::HashSet;
use std::sync::LazyLock;

/// One word a line, lower case, `#` before a remark.
const LIST: &str = include_str!("common_passwords.txt");

static WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    LIST.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
});

/// Rows of keys and of letters that fingers run along, each also backwards.
const RUNS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "0123456789012345678901234567890123456789",
    "12345678910111213141516171819202122232425",
    "qwertyuiopasdfghjklzxcvbnmqwertyuiop",
    "qwertzuiopasdfghjklyxcvbnmqwertzuiop",
    "azertyuiopqsdfghjklmwxcvbnazertyuiop",
    "qwertyuiop1234567890qwertyuiop",
    "1234567890qwertyuiop1234567890",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p1q2w3e4r5t6y",
    "q1w2e3r4t5y6u7i8o9p0q1w2e3r4t5y6",
    "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6",
    "1a2b3c4d5e6f7g8h9i0j1k2l3m4n5o6p",
    "zaq12wsxcde34rfvbgt56yhn",
    "zaqxswcdevfrbgtnhymjukilop",
];

/// The longest part that counts as one short word repeated, in characters.
const MAX_REPEATED_CHARS: usize = 8;

/// How many digits and signs at the end of a word may stand for letters.
const MAX_DISGUISED_ENDING: usize = 3;

/// Whether the password is one that guessers try first: a common word alone,
/// doubled or beside another one, whatever digits and signs stand around it and
/// whatever digits stand for letters; few characters repeated; or a run along
/// the keyboard or the alphabet.
///
/// ```
/// use blog_core::common_passwords::is_common;
/// assert!(is_common("P@ssw0rd2024!"));
/// assert!(!is_common("violin under the glacier"));
/// ```
pub fn is_common(password: &str) -> bool {
    let lower = password.trim().to_lowercase();
    let spoken: String = lower.chars().filter(|ch| ch.is_alphanumeric()).collect();
    [lower.as_str(), spoken.as_str()].into_iter().any(|text| {
        has_few_characters(text) || is_run(text) || is_repeated(text) || is_listed(text)
    }) || folds(&lower)
        .iter()
        .any(|text| is_listed(text) || is_repeated(text) || is_run(text))
}

/// At most three different characters, however long.
fn has_few_characters(text: &str) -> bool {
    text.chars().collect::<HashSet<_>>().len() <= 3
}

/// One run, or two or three of at least four characters each.
fn is_run(text: &str) -> bool {
    if text.is_empty() || !text.is_ascii() {
        return text.is_empty();
    }
    let mut rest = text;
    for _ in 0..3 {
        let length = longest_run(rest);
        if length == rest.len() {
            return true;
        }
        if length < 4 {
            return false;
        }
        rest = &rest[length..];
    }
    false
}

/// The bytes of the longest run at the start of an ASCII text.
fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    for run in RUNS {
        let backwards: String = run.chars().rev().collect();
        for run in [*run, &backwards] {
            while longest < text.len() && run.contains(&text[..=longest]) {
                longest += 1;
            }
        }
    }
    longest
}

/// A part of at most [`MAX_REPEATED_CHARS`] that fills the whole, the last time
/// perhaps in part.
fn is_repeated(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=MAX_REPEATED_CHARS.min(chars.len() / 2)).any(|part| {
        chars
            .iter()
            .zip(&chars[part..])
            .all(|(left, right)| left == right)
    })
}

/// One or two words of the list, digits and signs around them.
fn is_listed(text: &str) -> bool {
    let is_filler = |ch: char| !ch.is_alphabetic();
    let core = text.trim_matches(is_filler);
    if core.is_empty() {
        return WORDS.contains(text);
    }
    [text, core].into_iter().any(|text| {
        WORDS.contains(text)
            || text.char_indices().skip(1).any(|(at, _)| {
                let (left, right) = text.split_at(at);
                WORDS.contains(left.trim_end_matches(is_filler)) && WORDS.contains(right)
            })
    })
}

/// The lower-case text with digits and signs read as the letters they look
/// like, and without the digits and signs at its ends. The first few at the end
/// may be letters, as the last one of `ch4ng3m3!2023`.
fn folds(lower: &str) -> Vec<String> {
    let is_filler = |ch: char| !ch.is_alphabetic();
    let filler = lower.len() - lower.trim_end_matches(is_filler).len();
    let (word, filler) = lower.split_at(lower.len() - filler);
    let mut folds = Vec::new();
    for kept in 0..=MAX_DISGUISED_ENDING {
        let text = word
            .chars()
            .chain(filler.chars().take(kept))
            .collect::<String>();
        for text in [text.as_str(), text.trim_start_matches(is_filler)] {
            folds.extend(
                ['i', 'l'].map(|one| text.chars().filter_map(|ch| letter(ch, one)).collect()),
            );
        }
    }
    folds
}

/// The letter that a character stands for, `one` for the ambiguous `1`.
fn letter(ch: char, one: char) -> Option<char> {
    match ch {
        '0' => Some('o'),
        '1' | '!' | '|' => Some(one),
        '2' => Some('z'),
        '3' | '€' => Some('e'),
        '4' | '@' => Some('a'),
        '5' | '$' => Some('s'),
        '6' | '9' => Some('g'),
        '7' | '+' => Some('t'),
        '8' => Some('b'),
        other => other.is_alphanumeric().then_some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_common_passwords_of_twelve_and_more() {
        let common = [
            "password1234",
            "Password1234",
            "passwordpassword",
            "P@ssw0rd1234",
            "p4ssw0rd!!!!!",
            "PASSWORD2024!",
            "!!password!!",
            "123456789012",
            "1234567890123456",
            "012345678901",
            "098765432109",
            "987654321098",
            "111111111111",
            "aaaaaaaaaaaa",
            "121212121212",
            "123123123123",
            "abcabcabcabc",
            "abcdabcdabcdabcd",
            "qwertyuiop123",
            "qwertyuiop[]",
            "qwertyuiopasdf",
            "asdfghjklqwertyuiop",
            "zxcvbnmasdfghjkl",
            "1q2w3e4r5t6y",
            "1qaz2wsx3edc",
            "1qaz2wsx3edc4rfv",
            "q1w2e3r4t5y6",
            "zaq12wsxcde3",
            "qazwsxedcrfv",
            "abcdefghijkl",
            "abcdefghijklmnop",
            "zyxwvutsrqponm",
            "abcd1234abcd",
            "abcdefg1234567",
            "iloveyou1234",
            "iloveyouforever",
            "ILoveYou!!!!",
            "letmein123456",
            "welcome12345",
            "welcome to 2024",
            "adminadmin12",
            "administrator",
            "administrator1",
            "adm1n1strat0r",
            "changeme1234",
            "Ch4ng3M3!2023",
            "football1234",
            "monkeydragon",
            "superman1234",
            "sunshine2020",
            "princess2019!",
            "trustno1trustno1",
            "correcthorsebatterystaple",
            "correct horse battery staple",
            "motdepasse123",
            "passwort12345",
            "galatasaray1905",
            "azertyuiop12",
            "qwertzuiop12",
            "            a",
            "a!a!a!a!a!a!",
            "asdfasdfasdf",
            "test1234test",
            "testtesttest",
            "secret123456",
            "mysecretpassword",
        ];
        for password in common {
            assert!(is_common(password), "{password}");
        }
    }

    #[test]
    fn takes_uncommon_passwords() {
        let uncommon = [
            "violin under the glacier",
            "7 Maulwürfe im Teich",
            "kx9#Vq2m!Lw8",
            "tahta-perde-41-nar",
            "猫が屋根で寝ている十二文字",
            "grommet otter ravine",
            "b6f1c0a9-3d2e",
            "my sister plays chess badly",
            "quiet-harbour-1873-lamp",
            "Xy7pLq0rTz4w",
        ];
        for password in uncommon {
            assert!(!is_common(password), "{password}");
        }
    }

    #[test]
    fn the_list_is_clean() {
        let lines: Vec<&str> = LIST
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        assert_eq!(lines.len(), WORDS.len(), "a word stands twice");
        assert!(lines.len() >= 600, "{}", lines.len());
        for line in lines {
            assert_eq!(line, line.trim().to_lowercase());
            assert!(line.chars().count() >= 3, "{line}");
        }
    }

    #[test]
    fn any_length_is_answered() {
        assert!(is_common(""));
        assert!(!is_common(&"kx9#Vq2m!Lw8 ".repeat(20)));
        assert!(is_common(&"ab".repeat(128)));
    }
}
