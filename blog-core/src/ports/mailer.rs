//! How mail leaves.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;

/// A mail in plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The address of one person.
    pub to: String,
    /// On one line.
    pub subject: String,
    /// The text, lines ended by `\n`.
    pub text: String,
}

/// Sends mail. Called by the worker for messages of the outbox, so a failure is tried again later.
#[async_trait]
pub trait Mailer: Debug + Send + Sync + 'static {
    /// Hands a mail over; success means that somebody else is responsible for it now.
    async fn send(&self, mail: &Mail) -> Result<()>;

    /// Removes the mails to this address that are kept here, where any are; how many. What was handed over is with
    /// whoever has it.
    async fn forget(&self, to: &str) -> Result<u64> {
        let _ = to;
        Ok(0)
    }

    /// Whether mails reach anybody at all.
    fn delivers(&self) -> bool {
        true
    }
}

/// Drops every mail: for blogs that have no mail at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMail;

#[async_trait]
impl Mailer for NoMail {
    async fn send(&self, mail: &Mail) -> Result<()> {
        tracing::info!(
            subject = mail.subject,
            "a mail was dropped: this blog sends none"
        );
        Ok(())
    }

    fn delivers(&self) -> bool {
        false
    }
}
