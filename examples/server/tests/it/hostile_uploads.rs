//! Files that somebody uploads who means no good: refused, or made anew; nothing that is served can run, no place is left
//! in it, and the server stays within its memory.

#[expect(dead_code, reason = "what only the core's own tests need")]
#[path = "../../../../blog-core/tests/it/pictures/build.rs"]
mod build;
mod cases;

use std::collections::BTreeMap;

use hyper::Method;

use self::cases::{Fate, LARGEST, PLACE, SCRIPT};
use crate::client::{Client, File};
use crate::memory;
use crate::server::{Home, PASSWORD};

const MB: u64 = 1_000_000;

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Where the newest file of the library is, for its owner.
async fn newest(client: &mut Client) -> Option<String> {
    let library = client.get("/library").await.body;
    let (_, id) = library.split_once("id=\"media-")?;
    id.split_once('"').map(|(id, _)| id.to_owned())
}

/// That a file can be looked at and nothing else.
fn inert(what: &str, file: &File) {
    let header = |name: &str| {
        let value = file
            .headers
            .get(name)
            .unwrap_or_else(|| panic!("{what}: no {name}"));
        value.to_str().unwrap().to_owned()
    };
    let kind = header("content-type");
    let kinds = [
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "video/mp4",
        "video/webm",
    ];
    assert!(kinds.contains(&kind.as_str()), "{what}: {kind}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(
        header("content-security-policy"),
        "default-src 'none'; sandbox",
        "{what}"
    );
    assert_eq!(header("content-disposition"), "inline", "{what}");
    assert!(
        header("cross-origin-resource-policy").ends_with("-origin"),
        "{what}"
    );
}

/// That a picture is one of ours: of its own type, with nothing of what came with it.
fn remade(what: &str, file: &File, sent: &[u8]) {
    let kind = file.headers["content-type"].to_str().unwrap();
    let begins: &[u8] = match kind {
        "image/png" => b"\x89PNG",
        "image/jpeg" => b"\xff\xd8\xff",
        "image/gif" => b"GIF8",
        "image/webp" => b"RIFF",
        other => panic!("{what}: {other}"),
    };
    assert!(file.bytes.starts_with(begins), "{what}");
    let marks = [
        PLACE.as_bytes(),
        SCRIPT.as_bytes(),
        b"<?php",
        b"<html",
        b"PK\x03\x04",
        b"Exif",
        b"GPS",
        b"xmpmeta",
        b"8BIM",
        b"ICC_PROFILE",
        b"Maker",
        b"MPF",
        b"JFXX",
        b"iTXt",
        b"tEXt",
        b"zTXt",
        b"iCCP",
        b"eXIf",
        b"gpSx",
    ];
    for mark in marks {
        assert!(
            !has(&file.bytes, mark),
            "{what}: {}",
            String::from_utf8_lossy(mark)
        );
    }
    image::load_from_memory(&file.bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(
        sent.is_empty() || file.bytes != sent || !has(sent, PLACE.as_bytes()),
        "{what}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_files_are_refused_or_made_anew() {
    let cases = cases::all();
    assert!(cases.len() >= 60, "{}", cases.len());
    let home = Home::new();
    home.add_user("mallory", "author").await;
    let server = home.serve_with(&["--rate-factor=1000"]).await;
    let mut mallory = server.client();
    assert_eq!(mallory.log_in("mallory", PASSWORD).await.status, 303);
    let mut before = newest(&mut mallory).await;
    let mut fates: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut hostile = 0;
    for (number, case) in cases.iter().enumerate() {
        let what = &case.what;
        if number == cases.len() - LARGEST {
            hostile = memory::of(server.pid()).most;
        }
        let answer = mallory
            .upload("/media/uploads", &case.file_name, &case.bytes)
            .await;
        let after = newest(&mut mallory).await;
        let taken = after != before;
        let fate = match (answer.status, taken) {
            (303, true) => {
                let id = after.clone().unwrap();
                let file = mallory.own_bytes(&format!("/media/private/{id}")).await;
                assert_eq!(file.status, 200, "{what}");
                inert(what, &file);
                let stranger = server.client();
                let private = format!("/media/private/{id}");
                let theirs = stranger.bytes(Method::GET, &private, None).await;
                assert_eq!(theirs.status, 404, "{what}");
                // The copy that everybody gets once it is in a post.
                let body = format!("![x](media:{id})");
                let post = mallory.write("A file", &body).await.unwrap();
                let page = mallory.get(&post).await.body;
                assert!(
                    !page.contains("onerror=") && !page.contains("../"),
                    "{what}"
                );
                if let Some((_, address)) = page.split_once("/media/public/") {
                    let address = format!(
                        "/media/public/{}",
                        address.split(['"', ' ']).next().unwrap()
                    );
                    let public = stranger.bytes(Method::GET, &address, None).await;
                    assert_eq!(public.status, 200, "{what}: {address}");
                    inert(what, &public);
                    let part = stranger
                        .bytes(Method::GET, &address, Some("bytes=0-9"))
                        .await;
                    inert(what, &part);
                    if case.fate == Fate::Remade {
                        remade(what, &public, &case.bytes);
                    }
                } else {
                    panic!("{what}: the post does not show it: {page}");
                }
                match file.headers["content-type"]
                    .to_str()
                    .unwrap()
                    .starts_with("video/")
                {
                    true => {
                        assert_eq!(file.bytes, case.bytes, "{what}");
                        Fate::Played
                    }
                    false => {
                        remade(what, &file, &case.bytes);
                        Fate::Remade
                    }
                }
            }
            (400 | 413 | 415 | 422, false) => {
                assert!(answer.body.contains("<h1>"), "{what}: {}", answer.body);
                Fate::Refused
            }
            (status, taken) => panic!("{what}: {status}, taken: {taken}: {}", answer.body),
        };
        *fates.entry(format!("{fate:?}")).or_default() += 1;
        if fate != case.fate {
            wrong.push(format!("{what}: {fate:?} instead of {:?}", case.fate));
        }
        before = after;
    }
    let library = mallory.get("/library").await.body;
    for bad in ["<img src=x", "\u{202e}", "\u{7}", "onload='"] {
        assert!(!library.contains(bad), "{bad:?} is in the library");
    }
    let most = memory::of(server.pid()).most;
    println!(
        "{} hostile files: {fates:?}; the server's most memory (VmHWM): {} MB by them, {} MB with pictures as large as \
         they may be",
        cases.len() - LARGEST,
        hostile / MB,
        most / MB
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(hostile <= 300 * MB, "{hostile} bytes");
    assert!(most <= 400 * MB, "{most} bytes");
    assert!(!server.log().contains("panicked"), "{}", server.log());
    server.stop().await;
}
