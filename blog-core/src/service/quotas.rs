//! The exact limits on the costly few, shared by all instances through the store.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::blog::Core;
use crate::error::{Error, Result};
use crate::ports::limits::{Permit, Quota};

/// One kind of costly thing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    name: &'static str,
    quota: Quota,
}

const fn limit(name: &'static str, burst: u32, minutes: u64) -> Limit {
    Limit {
        name,
        quota: Quota {
            burst,
            period: Duration::from_secs(minutes * 60),
        },
    }
}

pub(crate) const LOGIN_ACCOUNT: Limit = limit("login-account", 5, 15);
pub(crate) const LOGIN_CLIENT: Limit = limit("login-client", 20, 15);
/// Codes of a second factor, by account.
pub(crate) const SECOND_FACTOR: Limit = limit("second-factor", 5, 15);
/// The same by the day: five in 15 minutes would be 480, for as long as somebody likes.
pub(crate) const SECOND_FACTOR_DAY: Limit = limit("second-factor-day", 20, 24 * 60);
pub(crate) const SIGN_UP: Limit = limit("sign-up", 5, 60);
/// Mails with links: what the person who is logged in asks for, what strangers ask for, by account and by client.
pub(crate) const LINK_ACCOUNT: Limit = limit("link-account", 3, 60);
pub(crate) const FORGOT_ACCOUNT: Limit = limit("forgot-account", 3, 60);
/// What one address is told of what was done to its account.
pub(crate) const NOTICE: Limit = limit("notice", 6, 60);
/// What one address gets, whoever asks.
pub(crate) const LETTER: Limit = limit("letter", 6, 60);
pub(crate) const LINK_CLIENT: Limit = limit("link-client", 20, 60);
pub(crate) const COMMENT_ACCOUNT: Limit = limit("comment-account", 5, 1);
pub(crate) const COMMENT_CLIENT: Limit = limit("comment-client", 20, 1);
pub(crate) const REPORT: Limit = limit("report", 10, 60);
pub(crate) const PREVIEW_LINK: Limit = limit("preview-link", 30, 60);
/// Archives of everything.
pub(crate) const EXPORT: Limit = limit("export", 3, 24 * 60);
pub(crate) const UPLOAD: Limit = limit("upload", 60, 60);

impl Limit {
    /// The key in the store: no name or address is readable in it.
    fn key(&self, of: &str) -> String {
        let hash = Sha256::digest(of.as_bytes());
        let hex: String = hash[..16].iter().map(|b| format!("{b:02x}")).collect();
        format!("{}:{hex}", self.name)
    }

    fn quota(&self, core: &Core) -> Quota {
        let usual = self.quota;
        Quota {
            burst: usual.burst.saturating_mul(core.settings.rate_factor.max(1)),
            ..usual
        }
    }

    /// Takes one, or refuses with `RateLimited`.
    pub(crate) async fn take(&self, core: &Core, of: &str) -> Result<()> {
        let limits = &core.records.limits;
        match limits
            .take(&self.key(of), self.quota(core), core.now())
            .await?
        {
            Permit::Granted => Ok(()),
            Permit::Refused { retry_after } => Err(Error::RateLimited { retry_after }),
        }
    }

    /// Gives one back.
    pub(crate) async fn give_back(&self, core: &Core, of: &str) -> Result<()> {
        let limits = &core.records.limits;
        limits
            .give_back(&self.key(of), self.quota(core), core.now())
            .await
    }

    /// Gives all back.
    pub(crate) async fn clear(&self, core: &Core, of: &str) -> Result<()> {
        core.records.limits.clear(&self.key(of)).await
    }
}
