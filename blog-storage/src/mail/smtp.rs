//! Mail handed to a mail server by SMTP (RFC 5321), over TLS unless the URL says otherwise.

use std::time::Duration;

use async_trait::async_trait;
use blog_core::error::{Error, Reason, Result};
use blog_core::ports::Mailer;
use blog_core::ports::mailer::Mail;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::{
    AsyncSmtpTransport, AsyncSmtpTransportBuilder, Error as SmtpError, SUBMISSION_PORT,
    SUBMISSIONS_PORT,
};
use lettre::{AsyncTransport as _, Tokio1Executor};
use percent_encoding::percent_decode_str;
use url::Url;

use super::message;

const BACKEND: &str = "the mail server";

/// How long the server may take for each of its answers.
const ANSWER: Duration = Duration::from_secs(20);

/// How mails travel to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    /// TLS from the first byte (RFC 8314).
    Wrapped,
    /// `STARTTLS` before anything else, and nothing without it (RFC 3207).
    Upgraded,
    /// Readable on the way, since the URL says so.
    Plain,
}

/// Why a URL names no mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MailUrlError {
    /// Something else than a mail server.
    #[error(
        "write smtps://USER:PASSWORD@HOST, or smtp://USER:PASSWORD@HOST for a server with STARTTLS"
    )]
    NotSmtp,
    /// An option that is none.
    #[error("the only option is ?tls=none, for a server without TLS")]
    Option,
    /// A sender that is no address.
    #[error("the sender is not a mail address; write it as blog@example.org")]
    Sender,
}

/// Hands each mail to a mail server: success is the server's word that it has it.
#[derive(Clone)]
pub struct SmtpMail {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    from: Mailbox,
}

impl std::fmt::Debug for SmtpMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpMail")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .finish_non_exhaustive()
    }
}

impl SmtpMail {
    /// The server of `smtps://user:password@host:465` (TLS at once) or `smtp://user:password@host:587` (`STARTTLS`, which
    /// the server must know); `?tls=none` for one without. Ports and log-in may be left out. `from` is who the mails are
    /// from.
    ///
    /// # Errors
    /// What is wrong with the URL or the sender.
    pub fn new(url: &str, from: &str) -> std::result::Result<Self, MailUrlError> {
        let url = Url::parse(url).map_err(|_| MailUrlError::NotSmtp)?;
        let plain = match url.query() {
            None | Some("") => false,
            Some("tls=none") => true,
            Some(_) => return Err(MailUrlError::Option),
        };
        let (security, port) = match (url.scheme(), plain) {
            ("smtps", false) => (Security::Wrapped, SUBMISSIONS_PORT),
            ("smtp", false) => (Security::Upgraded, SUBMISSION_PORT),
            ("smtp", true) => (Security::Plain, SUBMISSION_PORT),
            ("smtps", true) => return Err(MailUrlError::Option),
            _ => return Err(MailUrlError::NotSmtp),
        };
        let host = url.host_str().filter(|host| !host.is_empty());
        if !matches!(url.path(), "" | "/") {
            return Err(MailUrlError::NotSmtp);
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        if !url.username().is_empty() && url.password().is_none() {
            return Err(MailUrlError::NotSmtp);
        }
        let credentials = url
            .password()
            .map(|password| Credentials::new(decoded(url.username()), decoded(password)));
        Ok(Self {
            host: host
                .ok_or(MailUrlError::NotSmtp)?
                .trim_matches(['[', ']'])
                .to_owned(),
            port: url.port().unwrap_or(port),
            security,
            credentials,
            from: from.parse().map_err(|_| MailUrlError::Sender)?,
        })
    }

    /// The server as people know it: without what opens it.
    pub(super) fn place(&self) -> String {
        let scheme = match self.security {
            Security::Wrapped => "smtps",
            Security::Upgraded | Security::Plain => "smtp",
        };
        match self.host.contains(':') {
            true => format!("{scheme}://[{}]:{}", self.host, self.port),
            false => format!("{scheme}://{}:{}", self.host, self.port),
        }
    }

    /// Made for each mail, since mails are few and the certificates of the system are many.
    pub(super) fn transport(
        &self,
        answer: Duration,
    ) -> std::result::Result<AsyncSmtpTransport<Tokio1Executor>, SmtpError> {
        let tls = match self.security {
            Security::Plain => Tls::None,
            Security::Wrapped => Tls::Wrapper(TlsParameters::new(self.host.clone())?),
            Security::Upgraded => Tls::Required(TlsParameters::new(self.host.clone())?),
        };
        let builder: AsyncSmtpTransportBuilder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(self.host.as_str());
        let builder = builder.port(self.port).tls(tls).timeout(Some(answer));
        Ok(match &self.credentials {
            Some(credentials) => builder.credentials(credentials.clone()).build(),
            None => builder.build(),
        })
    }
}

#[async_trait]
impl Mailer for SmtpMail {
    /// # Errors
    /// `Invalid` with field `to` for an address that no mail header can hold, or that the server refuses for good (RFC
    /// 5321, section 4.2.1: 5yz); `Unavailable` for everything that may pass.
    async fn send(&self, mail: &Mail) -> Result<()> {
        let message = message(BACKEND, &self.from, mail)?;
        let transport = self
            .transport(ANSWER)
            .map_err(|error| Error::unavailable(BACKEND, error))?;
        match transport.send(message).await {
            Ok(_) => Ok(()),
            // 550 to 553 are about the mailbox; what else is for good (a wrong log-in, a policy) is the blog's own.
            Err(error) if refuses_mailbox(&error) => {
                // Its words name the address, which is nobody's business here.
                tracing::warn!("the mail server refuses an address for good");
                Err(Error::invalid("to", Reason::NotAnAddress))
            }
            Err(error) => Err(Error::unavailable(BACKEND, error)),
        }
    }
}

fn refuses_mailbox(error: &SmtpError) -> bool {
    let code = error.status().map(u16::from);
    error.is_permanent() && matches!(code, Some(550 | 551 | 553))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_a_server_and_how_to_reach_it() {
        let of = |url: &str| {
            SmtpMail::new(url, "blog@example.org").map(|mail| (mail.host, mail.port, mail.security))
        };
        let host = |port, security| Ok(("mail.example.org".to_owned(), port, security));
        assert_eq!(of("smtps://mail.example.org"), host(465, Security::Wrapped));
        assert_eq!(
            of("smtp://a:b@mail.example.org"),
            host(587, Security::Upgraded)
        );
        assert_eq!(
            of("smtp://a:b@mail.example.org:2525/"),
            host(2525, Security::Upgraded)
        );
        assert_eq!(
            of("smtp://mail.example.org:25?tls=none"),
            host(25, Security::Plain)
        );
        for none in [
            "",
            "mail.example.org",
            "https://mail.example.org",
            "smtp://",
            "smtp://a/b",
            "smtp://ada@a",
        ] {
            assert_eq!(of(none), Err(MailUrlError::NotSmtp), "{none}");
        }
        for option in ["smtp://a?tls=maybe", "smtps://a?tls=none"] {
            assert_eq!(of(option), Err(MailUrlError::Option), "{option}");
        }
        let sender = SmtpMail::new("smtp://a", "nobody").unwrap_err();
        assert_eq!(sender, MailUrlError::Sender);
    }

    #[test]
    fn a_password_is_not_shown() {
        let mail = SmtpMail::new("smtp://ada:s%40cret@a", "blog@example.org").unwrap();
        assert!(!format!("{mail:?}").contains("cret"));
        assert_eq!(
            mail.credentials,
            Some(Credentials::new("ada".to_owned(), "s@cret".to_owned()))
        );
    }
}
