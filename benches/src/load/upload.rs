//! One large video, and how much the server grows meanwhile.

use std::path::Path;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::server::Server;
use super::{Outcome, client, seed};

const PIECE: usize = 256 * 1024;
const BOUNDARY: &str = "a-boundary-that-no-video-holds";

pub(super) async fn run(binary: &Path, folder: &Path, mib: u64) -> Outcome {
    let server = Server::start(binary, folder, &[("BLOG_LOG", "error")]).await?;
    let cookie = client::log_in(server.address, seed::LOGIN, seed::PASSWORD).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = server.pss_mb()?;

    let size = mib * 1024 * 1024;
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"alt\"\r\n\r\nA long film\r\n\
         --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"film.mp4\"\r\n\
         Content-Type: video/mp4\r\n\r\n"
    );
    let tail = format!("\r\n--{BOUNDARY}--\r\n");
    let length = head.len() as u64 + size + tail.len() as u64;
    let mut stream = TcpStream::connect(server.address).await?;
    let request = format!(
        "POST /media/uploads HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n",
        server.address
    );
    let began = Instant::now();
    stream.write_all(request.as_bytes()).await?;
    stream.write_all(head.as_bytes()).await?;
    let mut most = idle;
    let mut sent = 0;
    let mut piece = noise();
    // The box that an MP4 file begins with (ISO/IEC 14496-12, section 4.3).
    piece[..24].copy_from_slice(b"\x00\x00\x00\x10ftypisom\x00\x00\x02\x00\x00\x00\x00\x00mdat");
    while sent < size {
        let now = PIECE.min(usize::try_from(size - sent)?);
        stream.write_all(&piece[..now]).await?;
        sent += now as u64;
        if sent % (64 * PIECE as u64) == 0 {
            most = most.max(server.pss_mb()?);
        }
    }
    stream.write_all(tail.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let took = began.elapsed();
    most = most.max(server.pss_mb()?);
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split_whitespace().nth(1).unwrap_or("nothing");
    if status != "303" {
        return Err(format!("the upload was answered {status}").into());
    }
    println!(
        "{mib} MiB in {:.1} s ({:.0} MiB/s); memory {idle:.1} MB idle, {most:.1} MB at most, grown by {:.1} MB (target 32)",
        took.as_secs_f64(),
        mib as f64 / took.as_secs_f64(),
        most - idle,
    );
    server.stop().await
}

/// Bytes that no file system stores in less room (xorshift).
fn noise() -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(PIECE);
    while bytes.len() < PIECE {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes
}
