//! What the doctor looks at where mail goes.

use std::path::PathBuf;

use crate::doctor::{Finding, folder};

/// Looks at a folder for mails: whether a file can be written.
pub async fn look_at_folder(path: impl Into<PathBuf>) -> Finding {
    folder::look("mail-folder", path.into(), folder::writes).await
}

#[cfg(feature = "smtp")]
mod server {
    use std::time::Duration;

    use lettre::transport::smtp::Error as SmtpError;

    use super::super::smtp::SmtpMail;
    use crate::doctor::{Finding, Network};

    /// How long each answer of the server may take here.
    const ANSWER: Duration = Duration::from_secs(5);

    impl SmtpMail {
        /// Connects as for a mail, logs in, and says goodbye: no mail is sent.
        pub async fn examine(&self) -> Finding {
            let place = self.place();
            let fine = Finding::ok("mail-server", "log in", &place);
            let transport = match self.transport(ANSWER) {
                Ok(transport) => transport,
                Err(error) => return fine.failed(remedy(&error, &place)),
            };
            match transport.test_connection().await {
                Ok(true) => fine,
                Ok(false) => fine.failed(format!(
                    "{place} lets in and then does not answer; look at its log"
                )),
                Err(error) => fine.failed(remedy(&error, &place)),
            }
        }
    }

    fn remedy(error: &SmtpError, place: &str) -> String {
        let said = error.to_string();
        let code = error.status().map(u16::from);
        match code {
            Some(530 | 534 | 535 | 538) => {
                return format!(
                    "{place} refuses the user name or the password; look at both in stores.mail_url (their own @ : / as \
                     %40 %3A %2F)"
                );
            }
            Some(421 | 450 | 451 | 452 | 454) => {
                return format!(
                    "{place} puts off for now; wait and try again, and look at its log if it stays"
                );
            }
            Some(code) => {
                return format!(
                    "{place} refuses with {code}; look whether it takes mail from this machine, and at its log"
                );
            }
            None => {}
        }
        if said.contains("STARTTLS is not supported") {
            return format!(
                "{place} offers no STARTTLS; write smtps:// if it has TLS from the first byte, or ?tls=none on a network \
                 of your own"
            );
        }
        if said.contains("No compatible authentication") {
            return format!(
                "{place} takes no password; leave USER:PASSWORD@ away in stores.mail_url, or name its port for \
                 submission (465 or 587)"
            );
        }
        match Network::of(error) {
            Some(network) => network.remedy(place),
            None => format!(
                "{place} does not speak as a mail server does ({said}); look at the host and the port"
            ),
        }
    }
}
