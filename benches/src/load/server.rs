//! The server as a process of its own, and what the operating system says of it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::Outcome;
use super::client::Client;

/// Builds the server in release mode and names its binary.
pub(super) fn build() -> Outcome<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = std::process::Command::new(cargo)
        .args(["build", "--release", "-p", "blog-server"])
        .status()?;
    if !built.success() {
        return Err("the server does not build".into());
    }
    let own = std::env::current_exe()?;
    let folder = own.parent().ok_or("the bench lies in no folder")?;
    let beside = folder.join("blog-server");
    Ok(beside)
}

/// Runs one of the server's commands to its end.
pub(super) fn command(binary: &Path, folder: &Path, arguments: &[&str]) -> Outcome {
    let status = std::process::Command::new(binary)
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .status()?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("blog-server {arguments:?} failed").into()),
    }
}

pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
}

/// What one request did to the store.
pub(super) struct Statements {
    pub(super) reads: usize,
    pub(super) writes: usize,
    pub(super) sets_cookie: bool,
}

impl Server {
    /// Starts it in `folder` on a free port.
    pub(super) async fn start(
        binary: &Path,
        folder: &Path,
        environment: &[(&str, &str)],
    ) -> Outcome<Self> {
        let mut child = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .current_dir(folder)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let log = Arc::new(Mutex::new(Vec::new()));
        if let Some(stderr) = child.stderr.take() {
            let log = log.clone();
            tokio::spawn(async move {
                let mut lines = BufReader::new(stderr).lines();
                while let Ok(Some(line)) = lines.next_line().await {
                    log.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(line);
                }
            });
        }
        let stdout = child.stdout.take().ok_or("the server has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let address = loop {
            let line = lines
                .next_line()
                .await?
                .ok_or("the server ended at its start")?;
            if let Some(address) = address_in(&line) {
                break address;
            }
        };
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self {
            child,
            address,
            log,
        })
    }

    pub(super) fn pid(&self) -> Outcome<u32> {
        Ok(self.child.id().ok_or("the server has ended")?)
    }

    /// Ends it as an operator does, and waits.
    pub(super) async fn stop(mut self) -> Outcome {
        let pid = self.pid()?.to_string();
        std::process::Command::new("kill").arg(&pid).status()?;
        tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await??;
        Ok(())
    }

    /// Its share of the memory, in megabytes of 10^6 bytes.
    pub(super) fn pss_mb(&self) -> Outcome<f64> {
        let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.pid()?))?;
        let line = rollup.lines().find(|line| line.starts_with("Pss:"));
        let kib: f64 = line
            .and_then(|line| line.split_whitespace().nth(1))
            .ok_or("smaps_rollup has no Pss")?
            .parse()?;
        Ok(kib * 1024.0 / 1e6)
    }

    /// Its time on the processors so far.
    pub(super) fn cpu(&self) -> Outcome<Duration> {
        cpu_of(self.pid()?)
    }

    /// Asks for a page and counts the statements in the log that carry the request's id.
    pub(super) async fn statements_of(
        &self,
        page: &str,
        cookie: Option<&str>,
    ) -> Outcome<Statements> {
        let mut client = Client::connect(self.address).await?;
        let (status, headers, _) = client.get(page, cookie).await?;
        if status != 200 {
            return Err(format!("{page} answered {status}").into());
        }
        let id = headers
            .get("x-request-id")
            .and_then(|id| id.to_str().ok())
            .ok_or("an answer has no request id")?;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let of_request = log
            .iter()
            .filter(|line| line.contains(id) && line.contains("blog_storage::sql"));
        let (reads, writes): (Vec<_>, Vec<_>) = of_request.partition(|line| {
            let upper = line.to_ascii_uppercase();
            !["INSERT ", "UPDATE ", "DELETE "]
                .iter()
                .any(|verb| upper.contains(verb))
        });
        Ok(Statements {
            reads: reads.len(),
            writes: writes.len(),
            sets_cookie: cookie.is_none() && headers.contains_key(http::header::SET_COOKIE),
        })
    }
}

/// The time of a process on the processors so far.
pub(super) fn cpu_of(pid: u32) -> Outcome<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // Behind the name, which may hold spaces: state is field 3, user and system time are 14 and 15, in
    // hundredths of a second (USER_HZ is 100 on Linux).
    let (_, rest) = stat.rsplit_once(')').ok_or("stat has no name")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
    Ok(Duration::from_millis(ticks * 10))
}

fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://")?;
    let authority = rest.split(['/', ' ']).next()?;
    authority.replace("localhost", "127.0.0.1").parse().ok()
}
