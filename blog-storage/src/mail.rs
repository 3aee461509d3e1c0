//! Mail as files in a folder: for blogs without a mail server, and for tests. [`smtp`] hands it to a mail server.

mod doctor;
#[cfg(feature = "smtp")]
pub mod smtp;

pub use doctor::look_at_folder;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use blog_core::error::{Error, Reason, Result, Source};
use blog_core::ports::Mailer;
use blog_core::ports::mailer::Mail;
use lettre::message::{Mailbox, Message, SinglePart};
use lettre::{Address, message::header};
use uuid::Uuid;

const BACKEND: &str = "the mail folder";

/// Who the mails are from: an address that no answer reaches.
const FROM: (&str, &str) = ("blog", "localhost");

/// Writes each mail as one `.eml` file (RFC 5322) into a folder. The names sort by time. A file is complete and on
/// the disk when it appears under its name.
#[derive(Debug, Clone)]
pub struct FolderMail {
    folder: PathBuf,
}

impl FolderMail {
    /// Uses a folder; makes it, readable by its owner only, when there is none.
    ///
    /// # Errors
    /// `Unavailable` when the folder cannot be made, `StorageFull`.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        make_folder(&folder).map_err(|error| named(error, &folder))?;
        Ok(Self { folder })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

#[async_trait]
impl Mailer for FolderMail {
    /// # Errors
    /// `Invalid` with field `to` for an address that no mail header can hold, `StorageFull`, `Unavailable`.
    async fn send(&self, mail: &Mail) -> Result<()> {
        let bytes = message(BACKEND, &local_sender()?, mail)?.formatted();
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || {
            write(&folder, &bytes).map_err(|error| named(error, &folder))
        })
        .await
        .map_err(|panic| Error::backend(BACKEND, panic))?
    }

    /// Whoever has the folder may read it; the people themselves do not.
    fn delivers(&self) -> bool {
        false
    }

    /// # Errors
    /// `Invalid` with field `to` for an address that no mail header can hold, `Unavailable`.
    async fn forget(&self, to: &str) -> Result<u64> {
        // As it was written, whatever the format makes of it.
        let mail = Mail {
            to: to.to_owned(),
            subject: String::new(),
            text: String::new(),
        };
        let to = addressee(&message(BACKEND, &local_sender()?, &mail)?.formatted());
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || {
            forget(&folder, &to).map_err(|error| named(error, &folder))
        })
        .await
        .map_err(|panic| Error::backend(BACKEND, panic))?
    }
}

/// Whom a mail is to, by its head: the field without white space, which may be folded, in lower case. Empty where there is
/// none.
fn addressee(mail: &[u8]) -> Vec<u8> {
    let lines = mail.split(|byte| *byte == b'\n');
    let head = lines.take_while(|line| !line.trim_ascii().is_empty());
    let mut head = head.skip_while(|line| !line.to_ascii_lowercase().starts_with(b"to:"));
    let first = head.next().unwrap_or_default();
    let folded = head.take_while(|line| line.starts_with(b" ") || line.starts_with(b"\t"));
    std::iter::once(first)
        .chain(folded)
        .flatten()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(u8::to_ascii_lowercase)
        .collect()
}

fn forget(folder: &Path, to: &[u8]) -> io::Result<u64> {
    let mut gone = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "eml") {
            continue;
        }
        let mail = match fs::read(&path) {
            Ok(mail) => mail,
            // Whoever reads this folder took it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if addressee(&mail) == to {
            match fs::remove_file(&path) {
                Ok(()) => gone += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    if gone > 0 {
        File::open(folder)?.sync_all()?;
    }
    Ok(gone)
}

fn local_sender() -> Result<Mailbox> {
    let from = Address::new(FROM.0, FROM.1).map_err(|e| Error::backend(BACKEND, e))?;
    Ok(Mailbox::new(None, from))
}

/// The mail with its headers. Whatever the mail holds, it makes no header of its own: an address is parsed, control
/// characters of a subject become spaces, and the rest is encoded (RFC 2047).
fn message(backend: &'static str, from: &Mailbox, mail: &Mail) -> Result<Message> {
    let to: Address = mail
        .to
        .parse()
        .map_err(|_| Error::invalid("to", Reason::NotAnAddress))?;
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(mail.subject.replace(char::is_control, " "))
        .message_id(None)
        .singlepart(
            SinglePart::builder()
                .header(header::ContentType::TEXT_PLAIN)
                // The part ends its text with a line end of its own.
                .body(
                    mail.text
                        .strip_suffix('\n')
                        .unwrap_or(&mail.text)
                        .to_owned(),
                ),
        )
        .map_err(|e| Error::backend(backend, e))
}

fn write(folder: &Path, bytes: &[u8]) -> io::Result<()> {
    let id = Uuid::now_v7().simple();
    let unfinished = folder.join(format!(".{id}.tmp"));
    let written = write_new(&unfinished, bytes)
        .and_then(|()| fs::rename(&unfinished, folder.join(format!("{id}.eml"))));
    if written.is_err() {
        // Best effort: the failure to report is the first one.
        let _ = fs::remove_file(&unfinished);
        return written;
    }
    // Without it the name may be gone after a power cut, though the bytes are there.
    File::open(folder)?.sync_all()
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn named(error: io::Error, folder: &Path) -> Error {
    let full = matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    );
    let source: Source = format!("{}: {error}", folder.display()).into();
    if full {
        Error::StorageFull { source }
    } else {
        Error::unavailable(BACKEND, source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(to: &str, subject: &str, text: &str) -> Mail {
        Mail {
            to: to.to_owned(),
            subject: subject.to_owned(),
            text: text.to_owned(),
        }
    }

    fn format(mail: &Mail) -> Result<Vec<u8>> {
        Ok(message(BACKEND, &local_sender()?, mail)?.formatted())
    }

    fn formatted(to: &str, subject: &str, text: &str) -> String {
        String::from_utf8(format(&mail(to, subject, text)).unwrap()).unwrap()
    }

    /// The names of the headers, in order; folded lines belong to the header before them.
    fn header_names(message: &str) -> Vec<&str> {
        let (head, _) = message.split_once("\r\n\r\n").unwrap();
        head.split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']))
            .map(|line| line.split_once(':').unwrap().0)
            .collect()
    }

    const HEADERS: [&str; 7] = [
        "From",
        "To",
        "Subject",
        "Message-ID",
        "Date",
        "Content-Type",
        "Content-Transfer-Encoding",
    ];

    #[test]
    fn has_exactly_its_headers_whatever_it_says() {
        let nasty = [
            ("plain", "text"),
            ("a\r\nBcc: victim@example.org", "text"),
            ("a\nBcc: victim@example.org\n\nbody", "text"),
            ("a\u{b}\u{0}\u{85}b", "text"),
            ("Günaydın, dünya", "Merhaba\n"),
            (
                "日本語の件名がとても長いときには行が折り返されるはずです。日本語の件名がとても長い",
                "本文",
            ),
            ("", ""),
            (&"long ".repeat(300), &"x".repeat(5_000)),
        ];
        for (subject, text) in nasty {
            let message = formatted("ada@example.org", subject, text);
            let mut names = header_names(&message);
            names.sort_unstable();
            let mut expected = HEADERS.to_vec();
            // Only a mail within MIME's needs says so.
            if names.contains(&"MIME-Version") {
                expected.push("MIME-Version");
            }
            expected.sort_unstable();
            assert_eq!(names, expected, "{message}");
            for line in message.split("\r\n") {
                assert!(line.len() <= 998, "RFC 5322, section 2.1.1: {line}");
                assert!(!line.contains(['\r', '\n']), "{line:?}");
            }
        }
    }

    #[test]
    fn refuses_addresses_that_could_end_their_header() {
        for to in [
            "",
            "ada",
            "ada@example.org\r\nBcc: eve@example.org",
            "ada@example.org, eve@example.org",
            "Ada <ada@example.org>",
            "ada@exam\nple.org",
        ] {
            let refused = format(&mail(to, "s", "t")).unwrap_err();
            assert!(matches!(refused, Error::Invalid(_)), "{to:?}: {refused}");
        }
        for to in [
            "ada@example.org",
            "o'hara+blog@example.org",
            "çağrı@örnek.example",
        ] {
            format(&mail(to, "s", "t")).unwrap();
        }
    }

    #[test]
    fn says_what_it_was_given() {
        let message = formatted("ada@example.org", "You have an account", "One\nTwo\n");
        assert!(message.contains("\r\nTo: ada@example.org\r\n"), "{message}");
        assert!(
            message.contains("Subject: You have an account\r\n"),
            "{message}"
        );
        assert!(message.contains("From: blog@localhost\r\n"), "{message}");
        assert!(message.ends_with("\r\n\r\nOne\r\nTwo\r\n"), "{message}");
    }

    #[tokio::test]
    async fn writes_one_complete_file_a_mail_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/mail");
        let mailer = FolderMail::open(&path).unwrap();
        for n in 0..20 {
            let mail = mail("ada@example.org", &format!("Number {n}"), "Hello\n");
            mailer.send(&mail).await.unwrap();
        }
        let mut names: Vec<_> = fs::read_dir(&path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names.len(), 20, "{names:?}");
        for (n, name) in names.iter().enumerate() {
            assert!(name.ends_with(".eml") && !name.starts_with('.'), "{name}");
            let text = fs::read_to_string(path.join(name)).unwrap();
            assert!(text.contains(&format!("Subject: Number {n}\r\n")), "{text}");
        }
    }

    #[tokio::test]
    async fn forgets_the_mails_to_one_address_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mail");
        let mailer = FolderMail::open(&path).unwrap();
        for to in [
            "ada@example.org",
            "çağrı@örnek.example",
            "other-ada@example.org",
        ] {
            for _ in 0..2 {
                let mail = mail(to, "s", "To: ada@example.org\n\nTo: çağrı@örnek.example");
                mailer.send(&mail).await.unwrap();
            }
        }
        let left = || fs::read_dir(&path).unwrap().count();
        fs::write(path.join("notes.txt"), "To: ada@example.org\n").unwrap();
        assert_eq!(mailer.forget("nobody@example.org").await.unwrap(), 0);
        assert_eq!(left(), 7);
        assert_eq!(mailer.forget("Ada@example.org").await.unwrap(), 2);
        assert_eq!(mailer.forget("çağrı@örnek.example").await.unwrap(), 2);
        assert_eq!(left(), 3);
        assert_eq!(mailer.forget("ada@example.org").await.unwrap(), 0);
    }

    #[tokio::test]
    async fn tells_when_the_folder_is_gone_and_works_again_when_it_is_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mail");
        let mailer = FolderMail::open(&path).unwrap();
        fs::remove_dir(&path).unwrap();
        let mail = mail("ada@example.org", "s", "t");
        let failed = mailer.send(&mail).await.unwrap_err();
        assert!(matches!(failed, Error::Unavailable { .. }), "{failed}");
        fs::create_dir(&path).unwrap();
        mailer.send(&mail).await.unwrap();
        assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
    }

    #[test]
    fn a_file_in_the_way_is_told() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let refused = FolderMail::open(file.path()).unwrap_err();
        assert!(
            refused.chain().contains(&file.path().display().to_string()),
            "{}",
            refused.chain()
        );
    }
}
