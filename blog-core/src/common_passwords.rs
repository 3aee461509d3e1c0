//! Passwords that everybody tries first.

/// Whether the password is one that guessers try first.
pub fn is_common(password: &str) -> bool {
    password.to_lowercase().contains("password")
}
