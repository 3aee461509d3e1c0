//! `blog-server audit`: whether the log is as it was written, and the log itself.

use std::io::{self, Write as _};

use crate::args::AuditCommand;
use crate::config::Config;
use crate::failure::Failure;
use crate::{print, start};

pub(crate) async fn run(config: &Config, command: AuditCommand) -> Result<(), Failure> {
    let (blog, stores) = start::open(config).await?;
    let audit = blog.audit();
    match command {
        AuditCommand::Verify { head } => {
            let report = audit
                .verify(head)
                .await
                .map_err(|error| start::unusable(&error))?;
            stores.close().await;
            if report.breaks.is_empty() {
                return print(&format!(
                    "{} records, each as it was written. The log ends at\n{}\n",
                    report.head.number, report.head
                ));
            }
            let found: String = report
                .breaks
                .iter()
                .map(|found| format!("{found}\n"))
                .collect();
            print(&found)?;
            Err(Failure::run(
                "the audit log is not as it was written; compare it with a backup or an export",
            ))
        }
        AuditCommand::Export => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            let exported = audit
                .export(|record| {
                    serde_json::to_writer(&mut out, record)?;
                    out.write_all(b"\n")?;
                    Ok::<_, Stopped>(())
                })
                .await;
            let exported = exported.and_then(|()| Ok(out.flush()?));
            stores.close().await;
            match exported {
                // `audit export | head` is no failure.
                Err(Stopped::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                Err(Stopped::Output(error)) => Err(Failure::run(format!(
                    "standard output cannot be written: {error}"
                ))),
                Err(Stopped::Store(error)) => Err(start::unusable(&error)),
                Ok(()) => Ok(()),
            }
        }
    }
}

/// Why an export ended early.
enum Stopped {
    Store(blog_core::Error),
    Output(io::Error),
}

impl From<blog_core::Error> for Stopped {
    fn from(error: blog_core::Error) -> Self {
        Stopped::Store(error)
    }
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Stopped::Output(error)
    }
}

impl From<serde_json::Error> for Stopped {
    fn from(error: serde_json::Error) -> Self {
        Stopped::Output(error.into())
    }
}
