//! Starts and ends the binary.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::client::Client;

const BINARY: &str = env!("CARGO_BIN_EXE_blog-server");
const PATIENCE: Duration = Duration::from_secs(30);

/// A password that is good enough for every user of the tests.
pub(crate) const PASSWORD: &str = "seven grey herons wade";

/// A working folder, in which the server keeps its data.
#[derive(Debug)]
pub(crate) struct Home {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
        }
    }

    /// With a variable for every command.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path().join("data/blog.db")
    }

    /// The binary with these arguments, and nothing of the tests' own environment.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        self.in_folder(BINARY, args)
    }

    /// Another program in its place, which starts the binary.
    pub(crate) fn command_under(&self, program: &str, before: &[&str], args: &[&str]) -> Command {
        self.in_folder(program, &[before, &[BINARY], args].concat())
    }

    fn in_folder(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .kill_on_drop(true);
        command
    }

    /// Runs a command to its end, with this standard input.
    pub(crate) async fn run(&self, args: &[&str], input: &str) -> Output {
        self.run_within(PATIENCE, args, input).await
    }

    /// The same for a command that takes its time.
    pub(crate) async fn run_within(
        &self,
        patience: Duration,
        args: &[&str],
        input: &str,
    ) -> Output {
        let mut command = self.command(args);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A command that needs no input may be gone before it is written.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        tokio::time::timeout(patience, child.wait_with_output())
            .await
            .expect("it ends")
            .unwrap()
    }

    /// Makes an account from the command line.
    pub(crate) async fn add_user(&self, name: &str, role: &str) {
        let email = format!("{name}@example.org");
        let args = [
            "user",
            "add",
            "--username",
            name,
            "--email",
            &email,
            "--role",
            role,
        ];
        let output = self.run(&args, &format!("{PASSWORD}\n")).await;
        assert!(output.status.success(), "{output:?}");
    }

    /// Serves on a free port.
    pub(crate) async fn serve(&self) -> Server {
        self.serve_with(&[]).await
    }

    /// Serves on a free port, with more flags.
    pub(crate) async fn serve_with(&self, flags: &[&str]) -> Server {
        let args = [&["serve", "--listen", "127.0.0.1:0"], flags].concat();
        Server::start(self.command(&args)).await
    }
}

/// A running server. Killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    stderr: Arc<Mutex<String>>,
    pub(crate) address: SocketAddr,
    /// The first line on standard output.
    pub(crate) line: String,
}

impl Server {
    /// Starts a command that serves, and waits for its first line.
    pub(crate) async fn start(mut command: Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let stderr = collect(child.stderr.take().unwrap());
        let line = tokio::time::timeout(PATIENCE, stdout.next_line()).await;
        let line = line.expect("a line in time").unwrap();
        let Some(line) = line else {
            let status = child.wait().await;
            panic!("it ended with {status:?}: {}", stderr.lock().unwrap());
        };
        let address = address_in(&line);
        Self {
            child,
            stdout,
            stderr,
            address,
            line,
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// The next line on standard output, if it comes soon.
    pub(crate) async fn next_line(&mut self) -> Option<String> {
        let line = tokio::time::timeout(Duration::from_millis(500), self.stdout.next_line()).await;
        line.ok()?.unwrap()
    }

    /// What is on standard error so far.
    pub(crate) fn log(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    /// Waits until the log has `text`.
    pub(crate) async fn logged(&self, text: &str) {
        for _ in 0..600 {
            if self.log().contains(text) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{text:?} is not in the log: {}", self.log());
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Sends a signal: `TERM`, `INT`, `KILL`.
    pub(crate) async fn signal(&self, signal: &str) {
        let args = [format!("-{signal}"), self.pid().to_string()];
        let status = Command::new("kill").args(args).status().await.unwrap();
        assert!(status.success());
    }

    /// Waits for the end.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        tokio::time::timeout(PATIENCE, self.child.wait())
            .await
            .expect("it ends")
            .unwrap()
    }

    /// Stops it as an operator does.
    pub(crate) async fn stop(mut self) {
        self.signal("TERM").await;
        let status = self.ended().await;
        assert!(status.success(), "{status}: {}", self.log());
    }

    /// Ends it with `kill -9`.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

fn address_in(line: &str) -> SocketAddr {
    let listening = line
        .rsplit_once("listening on ")
        .map(|(_, rest)| rest.trim_end_matches(')'));
    let url = line
        .split_once("http://")
        .map(|(_, rest)| rest.split('/').next().unwrap_or(rest));
    let address = listening.or(url).expect("an address in the first line");
    address.parse().expect("an address with a port")
}

fn collect(stream: impl AsyncRead + Unpin + Send + 'static) -> Arc<Mutex<String>> {
    let text = Arc::new(Mutex::new(String::new()));
    let sink = text.clone();
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut text = sink.lock().unwrap();
            text.push_str(&line);
            text.push('\n');
        }
    });
    text
}
