//! A second factor at log-in: codes by the clock (RFC 6238), and recovery codes for whoever lost what makes them.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::secret::SecretHash;
use crate::id::UserId;
use crate::time::Timestamp;

/// Seconds for which a code is made (RFC 6238, section 5.2).
pub const STEP_SECONDS: u64 = 30;

/// How many recovery codes somebody has after a renewal.
pub const RECOVERY_CODES: usize = 10;

/// Steps before and after the present one whose codes are taken too, for clocks that differ.
const SKEW: u64 = 1;

/// RFC 4648, section 6, in lower case.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// What both sides make codes of: 160 bits (RFC 4226, section 4). `Debug` hides them.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpKey([u8; 20]);

impl TotpKey {
    /// A new one from the operating system's generator.
    ///
    /// # Panics
    /// When the operating system gives no randomness: nothing safe can go on then.
    pub fn generate() -> Self {
        Self(random())
    }

    /// The bytes, for stores.
    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// The 32 letters and digits that people type into an app.
    pub fn to_text(&self) -> String {
        base32(&self.0).to_ascii_uppercase()
    }

    /// The address that an app reads out of a picture, for an account of this name at this site.
    pub fn to_uri(&self, site: &str, account: &str) -> String {
        // A colon parts the two in the label.
        let site = site.replace(':', " ");
        let encode = |text: &str| -> String {
            let bytes = text.bytes().map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            });
            bytes.collect()
        };
        format!(
            "otpauth://totp/{site}:{account}?secret={}&issuer={site}",
            self.to_text(),
            site = encode(&site),
            account = encode(account),
        )
    }

    /// The six digits of a step (RFC 4226, section 5.3).
    pub fn code(&self, step: u64) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).expect("a key of any length is taken");
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let offset = usize::from(digest[19] & 0x0f);
        let word = digest[offset..offset + 4]
            .iter()
            .fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
    }

    /// The step whose code this is, of the present one and its neighbours; the newest where two have the same.
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<u64> {
        let code = without_gaps(code);
        let present = step_at(now);
        let steps = present.saturating_sub(SKEW)..=present + SKEW;
        // All are compared, whole, so that the time tells nothing.
        let mut found = None;
        for step in steps {
            if same(code.as_bytes(), self.code(step).as_bytes()) {
                found = Some(step);
            }
        }
        found
    }
}

impl From<[u8; 20]> for TotpKey {
    fn from(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for TotpKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpKey(…)")
    }
}

/// The step that a moment lies in.
pub fn step_at(now: Timestamp) -> u64 {
    u64::try_from(now.as_micros()).unwrap_or(0) / 1_000_000 / STEP_SECONDS
}

/// 80 random bits that take the place of a code, once. `Debug` hides them.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode([u8; 10]);

impl RecoveryCode {
    /// A new one from the operating system's generator.
    ///
    /// # Panics
    /// When the operating system gives no randomness: nothing safe can go on then.
    pub fn generate() -> Self {
        Self(random())
    }

    /// Four groups of four letters and digits.
    pub fn to_text(&self) -> String {
        let text = base32(&self.0);
        [&text[..4], &text[4..8], &text[8..12], &text[12..]].join("-")
    }

    /// Reads what somebody typed, in any case, with or without gaps; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = without_gaps(text).to_ascii_lowercase();
        if text.len() != 16 {
            return None;
        }
        let mut bits = 0_u128;
        for letter in text.bytes() {
            let place = ALPHABET.iter().position(|known| *known == letter)?;
            bits = bits << 5 | u128::try_from(place).ok()?;
        }
        let bytes: [u8; 16] = bits.to_be_bytes();
        bytes[6..].try_into().ok().map(Self)
    }

    /// What stores keep. So many random bits need no slow hash; whose they are is hashed with them, so that no two people's
    /// are alike.
    pub fn hash(&self, user: UserId) -> SecretHash {
        let mut hash = Sha256::new();
        hash.update(user.uuid().as_bytes());
        hash.update(self.0);
        SecretHash::from(<[u8; 32]>::from(hash.finalize()))
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

/// Somebody's second factor as stores keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// What codes are made of.
    pub key: TotpKey,
    /// When it was begun.
    pub created_at: Timestamp,
    /// From when on it is asked for; `None` until a first code showed that the other side has the key.
    pub confirmed_at: Option<Timestamp>,
    /// The last step whose code was taken: no code of it or of an earlier one is taken again.
    pub last_step: u64,
    /// Codes that were refused since one was taken.
    pub failures: u64,
    /// Recovery codes that are left.
    pub codes_left: u64,
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(held >> bits & 31) as usize]));
        }
    }
    text
}

fn without_gaps(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .take(64)
        .collect()
}

fn same(a: &[u8], b: &[u8]) -> bool {
    let differ = a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b));
    a.len() == b.len() && differ == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        let key = TotpKey::from(*b"12345678901234567890");
        // RFC 6238, appendix B, for SHA-1: the last six of eight digits.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(key.code(step_at(at(seconds))), code, "{seconds}");
        }
        assert_eq!(key.to_text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_code_is_taken_one_step_early_and_late_and_no_further() {
        let key = TotpKey::from(*b"12345678901234567890");
        let step = 1_234_567_890_u64 / 30;
        let now = at(1_234_567_890);
        for (offset, taken) in [
            (-2_i64, false),
            (-1, true),
            (0, true),
            (1, true),
            (2, false),
        ] {
            let asked = step.checked_add_signed(offset).unwrap();
            let code = key.code(asked);
            assert_eq!(key.step_of(&code, now), taken.then_some(asked), "{offset}");
        }
        let code = key.code(step);
        let spaced = format!(" {} {} ", &code[..3], &code[3..]);
        assert_eq!(key.step_of(&spaced, now), Some(step));
        for wrong in ["", "00592", "0059244", "abcdef", "٠٠٥٩٢٤"] {
            assert_eq!(key.step_of(wrong, now), None, "{wrong}");
        }
    }

    #[test]
    fn the_address_for_apps_names_site_and_account() {
        let key = TotpKey::from(*b"12345678901234567890");
        assert_eq!(
            key.to_uri("Liman: günlük", "ada"),
            "otpauth://totp/Liman%20%20g%C3%BCnl%C3%BCk:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Liman%20%20g%C3%BCnl%C3%BCk"
        );
    }

    #[test]
    fn a_recovery_code_is_read_as_people_type_it() {
        let code = RecoveryCode::generate();
        let text = code.to_text();
        assert_eq!(text.len(), 19);
        let typed = format!(" {} ", text.to_uppercase().replace('-', " "));
        assert_eq!(RecoveryCode::parse(&typed), Some(code.clone()));
        assert_eq!(
            RecoveryCode::parse(&text.replace('-', "")),
            Some(code.clone())
        );
        for wrong in [
            "",
            "aaaa-bbbb-cccc",
            "aaaa-bbbb-cccc-ddd1",
            "123456",
            "çaaabbbbccccdddd",
        ] {
            assert_eq!(RecoveryCode::parse(wrong), None, "{wrong}");
        }
        let (one, other) = (UserId::generate(), UserId::generate());
        assert_eq!(code.hash(one), code.hash(one));
        assert_ne!(code.hash(one), code.hash(other));
    }

    #[test]
    fn nothing_secret_is_printed() {
        let (key, code) = (TotpKey::generate(), RecoveryCode::generate());
        let factor = SecondFactor {
            key: key.clone(),
            created_at: at(0),
            confirmed_at: None,
            last_step: 0,
            failures: 0,
            codes_left: 0,
        };
        let printed = format!("{key:?} {code:?} {factor:?}");
        assert!(printed.contains("TotpKey(…)"), "{printed}");
        assert!(printed.contains("RecoveryCode(…)"), "{printed}");
        let code_bytes = format!("{:?}", code.0);
        for secret in [key.to_text(), code.to_text(), code_bytes] {
            assert!(!printed.contains(&secret), "{printed}");
        }
        assert!(
            !printed.contains(&format!("{:?}", key.as_bytes())),
            "{printed}"
        );
    }
}
