//! Passwords: their rules, and a queue that keeps hashing from eating all memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;

use crate::common_passwords;
use crate::error::{Error, Reason, Result};
use crate::model::user::PasswordHash;

/// The fewest characters (OWASP ASVS 5.0, 6.2.1 and 6.2.9: at least 8, better 15; we ask for 12).
pub const MIN_CHARS: usize = 12;
/// The most characters: above this hashing would be work for nothing.
pub const MAX_CHARS: usize = 256;

/// Argon2id parameters of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How many may wait for a turn, and how long.
const QUEUE: usize = 64;
const WAIT: Duration = Duration::from_secs(2);

/// A password that somebody typed, in Unicode normal form C. `Debug` hides it.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Takes whatever was typed at log-in; only a length above [`MAX_CHARS`] is refused.
    ///
    /// # Errors
    /// `TooLong`.
    pub fn typed(input: &str) -> Result<Self, Reason> {
        if input.chars().take(MAX_CHARS + 1).count() > MAX_CHARS {
            return Err(Reason::TooLong { max: MAX_CHARS });
        }
        Ok(Self(input.nfc().collect()))
    }

    /// Takes a password that is to be set.
    ///
    /// # Errors
    /// `TooShort`, `TooLong`, `CommonPassword`, and `SimilarPassword` when it resembles one of `names`: the username,
    /// the address, the display name.
    pub fn chosen(input: &str, names: &[&str]) -> Result<Self, Reason> {
        let password = Self::typed(input)?;
        if password.0.is_empty() {
            return Err(Reason::Empty);
        }
        if password.0.chars().count() < MIN_CHARS {
            return Err(Reason::TooShort { min: MIN_CHARS });
        }
        if common_passwords::is_common(&password.0) {
            return Err(Reason::CommonPassword);
        }
        if names.iter().any(|name| resembles(&password.0, name)) {
            return Err(Reason::SimilarPassword);
        }
        Ok(password)
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Whether a password is little more than a name: the name's letters and digits, or the local part of an address,
/// make up most of it, forwards or backwards.
fn resembles(password: &str, name: &str) -> bool {
    let plain = |text: &str| -> String {
        text.to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric())
            .collect()
    };
    let password = plain(password);
    let backwards: String = password.chars().rev().collect();
    let local = name.split('@').next().unwrap_or_default();
    [plain(name), plain(local)].iter().any(|name| {
        let share = name.chars().count() * 2 >= password.chars().count();
        name.chars().count() >= 3
            && share
            && (password.contains(name.as_str()) || backwards.contains(name.as_str()))
    })
}

/// Hashes and verifies off the async threads: as many at once as there are cores (at least two, 19 MiB each),
/// 64 more wait for two seconds, the rest is turned away.
#[derive(Debug)]
pub struct PasswordQueue {
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    dummy: PasswordHash,
}

/// What verifying came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The password is the user's.
    Right {
        /// The stored hash is weaker than today's parameters: hash again.
        outdated: bool,
    },
    /// It is not, or the user has none.
    Wrong,
}

impl PasswordQueue {
    /// A queue for this machine.
    ///
    /// # Errors
    /// `Backend` when Argon2 refuses its parameters.
    pub fn new() -> Result<Self> {
        let permits = std::thread::available_parallelism().map_or(2, |n| n.get().max(2));
        // Any salt and hash of the right lengths: no password verifies against it, but the work is the same. It is
        // not hashed here, since start-up must not wait for Argon2.
        let dummy = format!(
            "$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$AAAAAAAAAAAAAAAAAAAAAA$\
             AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        );
        Phc::new(&dummy).map_err(|e| Error::backend("argon2", e))?;
        params().map_err(|e| Error::backend("argon2", e))?;
        Ok(Self {
            turns: Arc::new(Semaphore::new(permits)),
            waiting: AtomicUsize::new(0),
            dummy: PasswordHash::from_phc(dummy),
        })
    }

    /// Hashes a password.
    ///
    /// # Errors
    /// `Unavailable` when too many wait.
    pub async fn hash(&self, password: Password) -> Result<PasswordHash> {
        self.in_turn(move || {
            let phc = hash(&password).map_err(|e| Error::backend("argon2", e))?;
            Ok(PasswordHash::from_phc(phc.to_string()))
        })
        .await
    }

    /// Verifies a password. With `None` (no such user, or one without a password) it works as long and answers `Wrong`.
    ///
    /// # Errors
    /// `Unavailable` when too many wait; `Backend` when the stored hash is no PHC string.
    pub async fn verify(&self, password: Password, hash: Option<PasswordHash>) -> Result<Verdict> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.dummy.clone());
        self.in_turn(move || {
            let phc = Phc::new(hash.as_phc()).map_err(|e| Error::backend("argon2", e))?;
            let stored = Params::try_from(&phc).map_err(|e| Error::backend("argon2", e))?;
            let fits = fits(&password, &phc, &stored).map_err(|e| Error::backend("argon2", e))?;
            Ok(match fits && known {
                true => Verdict::Right {
                    outdated: stored.m_cost() < MEMORY_KIB || stored.t_cost() < PASSES,
                },
                false => Verdict::Wrong,
            })
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let _waiting = Waiting::enter(&self.waiting)?;
        let turn = tokio::time::timeout(WAIT, self.turns.clone().acquire_owned())
            .await
            .map_err(|late| Error::unavailable("the password queue", late))?
            .map_err(|closed| Error::backend("the password queue", closed))?;
        drop(_waiting);
        // The permit moves into the work: a client that leaves does not free its turn before the memory is free.
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        })
        .await
        .map_err(|panic| Error::backend("argon2", panic))?
    }
}

/// A place in the queue, left on drop.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(count: &'a AtomicUsize) -> Result<Self> {
        let place = Self(count);
        if count.fetch_add(1, Ordering::Relaxed) >= QUEUE {
            return Err(Error::unavailable(
                "the password queue",
                "the queue is full",
            ));
        }
        Ok(place)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn params() -> argon2::password_hash::Result<Params> {
    Ok(Params::new(MEMORY_KIB, PASSES, LANES, None)?)
}

/// More than what any allocator keeps for later: glibc takes a block of more than 32 MiB from the system and gives it back
/// (mallopt(3), `M_MMAP_THRESHOLD`). One of 19 MiB would stay in the arena of each thread that ever hashed, and a crowd
/// that logs in would leave half a gigabyte behind. What is not written to takes no memory.
const ROOM: usize = 33 * 1024 * 1024 / Block::SIZE;

/// The memory of one hash.
fn memory(params: &Params) -> Vec<Block> {
    let blocks = params.block_count();
    let mut memory = Vec::with_capacity(blocks.max(ROOM));
    memory.resize(blocks, Block::default());
    memory
}

fn hash(password: &Password) -> argon2::password_hash::Result<Phc> {
    let params = params()?;
    let salt = Salt::generate();
    let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
    let memory = memory(&params);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    argon2.hash_password_into_with_memory(password.0.as_bytes(), &salt, &mut out, memory)?;
    Ok(Phc {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params)?,
        salt: Some(salt),
        hash: Some(Output::new(&out)?),
    })
}

/// Whether a password is the one of a hash, by the parameters of that.
fn fits(password: &Password, phc: &Phc, params: &Params) -> argon2::password_hash::Result<bool> {
    let (Some(salt), Some(expected)) = (&phc.salt, &phc.hash) else {
        return Ok(false);
    };
    let algorithm = Algorithm::try_from(phc.algorithm.as_str())?;
    let version = phc.version.map(Version::try_from).transpose()?;
    let mut out = vec![0; expected.len()];
    let memory = memory(params);
    let argon2 = Argon2::new(algorithm, version.unwrap_or_default(), params.clone());
    argon2.hash_password_into_with_memory(password.0.as_bytes(), salt, &mut out, memory)?;
    // Outputs are compared in constant time.
    Ok(Output::new(&out)? == *expected)
}

#[cfg(test)]
mod tests {
    use argon2::PasswordHasher as _;

    use super::*;

    #[test]
    fn rules() {
        let names = ["aylin", "aylin.demir@example.org", "Aylin Demir"];
        let refused = |p: &str| Password::chosen(p, &names).unwrap_err();
        assert_eq!(refused(""), Reason::Empty);
        assert_eq!(refused("short"), Reason::TooShort { min: 12 });
        assert_eq!(refused(&"x1y".repeat(90)), Reason::TooLong { max: 256 });
        assert_eq!(refused("passwordpassword"), Reason::CommonPassword);
        assert_eq!(refused("aylin.demir99"), Reason::SimilarPassword);
        assert_eq!(refused("1!rimed-nilya"), Reason::SimilarPassword);
        assert!(Password::chosen("seven quiet harbour lamps", &names).is_ok());
        assert!(Password::chosen("aylin likes long words", &names).is_ok());
    }

    #[tokio::test]
    async fn hash_and_verify() {
        let queue = PasswordQueue::new().unwrap();
        let typed = |p: &str| Password::typed(p).unwrap();
        let hash = queue.hash(typed("s\u{e9}same ouvre-toi")).await.unwrap();
        assert!(hash.as_phc().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        // The same letters, decomposed: people's keyboards differ.
        let right = queue
            .verify(typed("se\u{301}same ouvre-toi"), Some(hash.clone()))
            .await
            .unwrap();
        assert_eq!(right, Verdict::Right { outdated: false });
        assert_eq!(
            queue.verify(typed("other"), Some(hash)).await.unwrap(),
            Verdict::Wrong
        );
        assert_eq!(
            queue.verify(typed("other"), None).await.unwrap(),
            Verdict::Wrong
        );
        let weak = PasswordHash::from_phc(
            Argon2::new(
                Algorithm::Argon2id,
                Version::V0x13,
                Params::new(8192, 1, 1, None).unwrap(),
            )
            .hash_password(b"old and weak one")
            .unwrap()
            .to_string(),
        );
        let verdict = queue
            .verify(typed("old and weak one"), Some(weak))
            .await
            .unwrap();
        assert_eq!(verdict, Verdict::Right { outdated: true });
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_full_queue_turns_away() {
        let queue = Arc::new(PasswordQueue::new().unwrap());
        let all: Vec<_> = (0..200)
            .map(|_| {
                let queue = queue.clone();
                tokio::spawn(async move { queue.verify(Password::typed("x").unwrap(), None).await })
            })
            .collect();
        let mut turned_away = 0;
        for one in all {
            if let Err(Error::Unavailable { .. }) = one.await.unwrap() {
                turned_away += 1;
            }
        }
        assert!(turned_away >= 200 - QUEUE - 100, "{turned_away}");
        assert!(turned_away > 0);
        assert_eq!(queue.waiting.load(Ordering::Relaxed), 0);
    }
}
