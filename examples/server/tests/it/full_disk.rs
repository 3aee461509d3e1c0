//! A full disk: 507, and nothing that was there is lost.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::require::left_out;
use crate::server::{Home, PASSWORD};
use crate::sync::png;

/// A small file system of its own; unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs"])
            .arg(at)
            .output()
            .is_ok_and(|output| output.status.success());
        mounted.then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, since a failed test may leave a server behind for a moment.
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

#[tokio::test]
async fn a_full_disk_answers_507_and_loses_nothing() {
    let home = Home::new();
    let Some(disk) = SmallDisk::mount(&home.path().join("data")) else {
        return left_out(
            "a_full_disk_answers_507_and_loses_nothing",
            "root, to mount a small tmpfs",
        );
    };
    let filler = disk.0.join("filler");
    std::fs::write(&filler, vec![0; 3 * 1024 * 1024]).unwrap();
    home.add_user("ada", "author").await;
    let server = home.serve().await;
    let mut ada = server.client();
    assert_eq!(ada.log_in("ada", PASSWORD).await.status, 303);

    let mut written = Vec::new();
    let mut refused = None;
    for number in 0..100 {
        let mark = format!("mark{number}");
        let text = format!("{mark}\n\n{}", "Some more text. ".repeat(6_000));
        let title = format!("Post {number}");
        let fields = [
            ("title", title.as_str()),
            ("body", &text),
            ("status", "published"),
        ];
        let answer = ada.post("/write", &fields).await;
        match answer.status {
            303 => written.push((answer.location().to_owned(), mark)),
            status => {
                refused = Some((status, answer.body));
                break;
            }
        }
    }
    let (status, body) = refused.expect("8 MiB hold less than 100 such posts");
    assert_eq!(status, 507, "{body}");
    assert!(written.len() >= 3, "only {} posts fitted", written.len());
    // Until nothing fits: then no picture does.
    let _ = std::fs::write(disk.0.join("rest"), vec![0; 8 * 1024 * 1024]);
    assert_eq!(
        ada.upload("/media/uploads", "p.png", &png()).await.status,
        507
    );
    for (path, mark) in &written {
        let answer = ada.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.body.contains(mark), "{path}");
    }
    assert_eq!(server.client().get("/livez").await.status, 200);

    // With room again, it goes on without a restart.
    std::fs::remove_file(disk.0.join("rest")).unwrap();
    std::fs::remove_file(&filler).unwrap();
    let after = ada.write("Room again", "Text").await.unwrap();
    assert_eq!(
        ada.upload("/media/uploads", "p.png", &png()).await.status,
        303
    );
    server.stop().await;
    let server = home.serve().await;
    let mut reader = server.client();
    for (path, mark) in written.iter().chain([&(after, "Text".to_owned())]) {
        let answer = reader.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.body.contains(mark), "{path}");
    }
    server.stop().await;
    println!("507 after {} posts, all there", written.len());
}
