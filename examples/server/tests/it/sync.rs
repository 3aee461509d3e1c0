//! Before a write is answered, it is on the disk: seen from outside, in the system calls.

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::require::left_out;
use crate::server::{Home, PASSWORD, Server};

const CALLS: &str = "trace=write,writev,pwrite64,pwritev,sendto,sendmsg,fsync,fdatasync";
const POSTS: usize = 20;

/// What a trace says: how many answers to writes were sent, and which were sent while something written to the
/// database was not synced yet.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    answers: usize,
    without_sync: usize,
    unsynced: Vec<String>,
}

/// Reads `strace -f -y` output. `unfinished` calls count when they begin for answers (the bytes may leave), and when
/// they end for syncs.
fn read(trace: &str) -> Seen {
    let mut seen = Seen::default();
    let mut dirty: HashSet<String> = HashSet::new();
    let mut pending: Vec<(String, String)> = Vec::new();
    let mut synced_since_answer = false;
    for line in trace.lines() {
        let (thread, call) = line.split_once(' ').unwrap_or(("", line));
        let call = call.trim_start();
        let file = || {
            call.split_once('<')
                .and_then(|(_, rest)| rest.split_once('>'))
                .map(|(name, _)| name.to_owned())
        };
        let is_sync = call.starts_with("fsync(") || call.starts_with("fdatasync(");
        if call.contains("HTTP/1.1 303") {
            seen.answers += 1;
            if !synced_since_answer {
                seen.without_sync += 1;
            }
            if !dirty.is_empty() {
                seen.unsynced.push(format!("{line}: {dirty:?}"));
            }
            synced_since_answer = false;
        } else if is_sync && call.contains("<unfinished") {
            pending.push((thread.to_owned(), file().unwrap_or_default()));
        } else if call.contains("sync resumed>") && call.ends_with("= 0") {
            let at = pending.iter().position(|(waiting, _)| waiting == thread);
            let (_, name) = pending.swap_remove(at.expect("a call that was begun"));
            dirty.remove(&name);
            synced_since_answer = true;
        } else if is_sync && call.ends_with("= 0") {
            dirty.remove(&file().unwrap_or_default());
            synced_since_answer = true;
        } else if let Some(name) =
            file().filter(|name| name.ends_with("-wal") || name.ends_with(".db"))
        {
            dirty.insert(name);
        }
    }
    seen
}

#[test]
fn the_reading_of_a_trace_finds_what_is_missing() {
    let good = "\
7 pwrite64(9</d/blog.db-wal>, \"x\"..., 4120, 0) = 4120
7 fdatasync(9</d/blog.db-wal> <unfinished ...>
8 write(2</dev/null>, \"a log line\", 10) = 10
7 <... fdatasync resumed>) = 0
8 write(12<socket:[1]>, \"HTTP/1.1 303 See Other\"..., 400) = 400
7 pwrite64(9</d/blog.db-wal>, \"x\"..., 4120, 0) = 4120
7 fdatasync(9</d/blog.db-wal>) = 0
8 writev(12<socket:[1]>, [{\"HTTP/1.1 303 See Other\"...}], 2) = 400
";
    assert_eq!(
        read(good),
        Seen {
            answers: 2,
            ..Seen::default()
        }
    );
    let without = good.replace("7 fdatasync(9</d/blog.db-wal>) = 0\n", "");
    let seen = read(&without);
    assert_eq!(
        (seen.answers, seen.without_sync, seen.unsynced.len()),
        (2, 1, 1)
    );
    let late = "\
7 pwrite64(9</d/blog.db-wal>, \"x\"..., 4120, 0) = 4120
7 fdatasync(9</d/blog.db-wal> <unfinished ...>
8 sendto(12<socket:[1]>, \"HTTP/1.1 303 See Other\"..., 400, 0, NULL, 0) = 400
7 <... fdatasync resumed>) = 0
";
    let seen = read(late);
    assert_eq!(
        (seen.answers, seen.without_sync, seen.unsynced.len()),
        (1, 1, 1)
    );
    let failed = "\
7 pwrite64(9</d/blog.db-wal>, \"x\"..., 4120, 0) = 4120
7 fdatasync(9</d/blog.db-wal>) = -1 EIO (Input/output error)
8 write(12<socket:[1]>, \"HTTP/1.1 303 See Other\"..., 400) = 400
";
    assert_eq!(read(failed).unsynced.len(), 1);
}

async fn has_strace() -> bool {
    let tried = tokio::process::Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output()
        .await;
    tried.is_ok_and(|output| output.status.success())
}

#[tokio::test]
async fn a_write_is_synced_before_it_is_answered() {
    if !has_strace().await {
        return left_out(
            "a_write_is_synced_before_it_is_answered",
            "strace, allowed to trace",
        );
    }
    let home = Home::new();
    home.add_user("ada", "author").await;
    let trace = home.path().join("trace");
    let file = trace.display().to_string();
    // -D: the server is this test's own child, and strace its grandchild.
    let strace = ["-D", "-f", "-y", "-s", "48", "-e", CALLS, "-o", &file, "--"];
    let command = home.command_under("strace", &strace, &["serve", "--listen", "127.0.0.1:0"]);
    let server = Server::start(command).await;
    let mut ada = server.client();
    assert_eq!(ada.log_in("ada", PASSWORD).await.status, 303);
    for number in 0..POSTS {
        let mut text = String::new();
        write!(text, "Text {number}").unwrap();
        ada.write(&format!("Post {number}"), &text).await.unwrap();
    }
    let picture = png();
    let answer = ada.upload("/media/uploads", "p.png", &picture).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    server.stop().await;

    let trace = std::fs::read_to_string(&trace).unwrap();
    let seen = read(&trace);
    let expected = Seen {
        answers: POSTS + 2,
        ..Seen::default()
    };
    assert_eq!(seen, expected);
    let media_syncs = trace
        .lines()
        .filter(|line| line.contains("sync(") && line.contains("data/media"))
        .count();
    assert!(
        media_syncs >= 2,
        "the picture's file and its folder: {media_syncs}"
    );
    println!(
        "{} answers to writes, each after its fsync; {media_syncs} syncs of media",
        seen.answers
    );
}

/// A picture of one colour.
pub(crate) fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(64, 48, image::Rgb([20, 90, 160]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}
