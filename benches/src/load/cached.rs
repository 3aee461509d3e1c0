//! What a kept page costs, against nginx giving the same bytes with the same headers, in turns.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use super::client::{Answer, get};
use super::server::{Server, cpu_of};
use super::{Options, Outcome, load, seed};

/// Turns of each; the median counts.
const TURNS: usize = 5;

pub(super) async fn run(binary: &Path, folder: &Path, options: &Options) -> Outcome {
    if !has_nginx().await {
        println!("left out: there is no nginx");
        return Ok(());
    }
    let server = Server::start(binary, folder, &[("BLOG_LOG", "error")]).await?;
    for page in [
        "/".to_owned(),
        format!("/posts/{}", seed::SLUG),
        "/feed.xml".to_owned(),
    ] {
        let answer = get(server.address, &page).await?;
        let place = tempfile::tempdir()?;
        let nginx = Nginx::start(place.path(), &answer).await?;
        let same = get(nginx.address, &page).await?;
        if same.2 != answer.2 || same.0 != 200 {
            return Err(format!("nginx answers {page} with other bytes").into());
        }
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            for (address, pid, costs) in [
                (server.address, server.pid()?, &mut ours),
                (nginx.address, nginx.pid()?, &mut theirs),
            ] {
                let cpu = cpu_of(pid)?;
                let done = load(address, &page, None, options.seconds).await?;
                let cpu = cpu_of(pid)? - cpu;
                costs.push(cpu.as_secs_f64() * 1e6 / done.max(1) as f64);
            }
        }
        let (ours, theirs) = (median(ours), median(theirs));
        println!(
            "{page:<24} {:>6} bytes kept: {ours:>6.1} µs of CPU a request, nginx {theirs:>6.1}: ratio {:.2} (target 1.15)",
            answer.2.len(),
            ours / theirs.max(f64::MIN_POSITIVE),
        );
        nginx.stop().await?;
    }
    println!(
        "memory after this: {:.1} MB PSS (target 40)",
        server.pss_mb()?
    );
    server.stop().await
}

fn median(mut costs: Vec<f64>) -> f64 {
    costs.sort_by(f64::total_cmp);
    costs[costs.len() / 2]
}

async fn has_nginx() -> bool {
    let asked = Command::new("nginx")
        .arg("-v")
        .stderr(Stdio::null())
        .status();
    asked.await.is_ok_and(|status| status.success())
}

struct Nginx {
    child: Child,
    address: SocketAddr,
}

impl Nginx {
    /// Gives this answer at every address, from a file, as fast as it can.
    async fn start(folder: &Path, answer: &Answer) -> Outcome<Self> {
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        std::fs::write(folder.join("page"), &answer.2)?;
        std::fs::write(folder.join("nginx.conf"), conf(folder, address, answer))?;
        let child = Command::new("nginx")
            .arg("-p")
            .arg(folder)
            .arg("-c")
            .arg(folder.join("nginx.conf"))
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        for _ in 0..500 {
            if tokio::net::TcpStream::connect(address).await.is_ok() {
                return Ok(Self { child, address });
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err("nginx does not listen".into())
    }

    fn pid(&self) -> Outcome<u32> {
        Ok(self.child.id().ok_or("nginx has ended")?)
    }

    async fn stop(mut self) -> Outcome {
        Ok(self.child.kill().await?)
    }
}

/// One process in the foreground, with everything of its own in the folder.
fn conf(folder: &Path, address: SocketAddr, answer: &Answer) -> String {
    let mut headers = String::new();
    let mut kind = "application/octet-stream";
    for (name, value) in &answer.1 {
        let value = value.to_str().unwrap_or_default();
        match name.as_str() {
            "date" | "content-length" | "connection" => {}
            "content-type" => kind = value,
            "x-request-id" => headers.push_str("add_header X-Request-Id $request_id;\n"),
            name => {
                let value = value.replace('\\', "\\\\").replace('"', "\\\"");
                // Writing to a String cannot fail.
                let _ = writeln!(headers, "add_header {name} \"{value}\";");
            }
        }
    }
    let page = folder.join("page");
    format!(
        "daemon off;
master_process off;
error_log stderr error;
pid nginx.pid;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  open_file_cache max=10 inactive=1h;
  open_file_cache_valid 1h;
  etag off;
  if_modified_since off;
  types {{ }}
  default_type \"{kind}\";
  {headers}
  server {{
    listen {address};
    location / {{ root /; try_files {} =404; }}
  }}
}}
",
        page.display()
    )
}
