//! A server of a test's own, that it may kill.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::server::Server;

/// A server of the test's own, that it may kill.
#[derive(Debug)]
pub(crate) struct Own {
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Own {
    pub(crate) async fn start() -> Option<Self> {
        // Where there is a shared server, there is the program.
        Server::shared()?;
        let folder = tempfile::tempdir().expect("a folder");
        let made = Command::new("mariadb-install-db")
            .args([
                "--no-defaults",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ])
            .arg(format!(
                "--datadir={}",
                folder.path().join("data").display()
            ))
            .args(user_option())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("mariadb-install-db runs");
        assert!(made.success(), "no data folder");
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        let mut own = Self {
            folder,
            port,
            child: None,
        };
        own.run().await;
        Some(own)
    }

    pub(crate) fn server(&self) -> Server {
        Server { port: self.port }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts it, and waits until it answers. Every commit is on the disk before it is answered.
    pub(crate) async fn run(&mut self) {
        let child = Command::new("mariadbd")
            .arg("--no-defaults")
            .args(user_option())
            .arg(format!("--datadir={}", self.file("data").display()))
            .arg(format!("--socket={}", self.file("socket").display()))
            .arg(format!("--pid-file={}", self.file("pid").display()))
            .arg(format!("--port={}", self.port))
            .args([
                "--bind-address=127.0.0.1",
                "--skip-name-resolve",
                "--character-set-server=utf8mb4",
                "--collation-server=utf8mb4_bin",
                "--innodb-flush-log-at-trx-commit=1",
                "--innodb-buffer-pool-size=32M",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("mariadbd runs");
        self.child = Some(child);
        let began = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", self.port))
            .await
            .is_err()
        {
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "it does not start"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
        }
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.kill();
    }
}

/// mariadbd runs as root only when it is told to.
fn user_option() -> Option<String> {
    // Its own folder, like everything under /proc/self, belongs to who runs the process.
    use std::os::unix::fs::MetadataExt as _;
    let root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    root.then(|| "--user=root".to_owned())
}
