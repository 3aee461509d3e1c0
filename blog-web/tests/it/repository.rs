//! No secret lies in the repository.

use std::path::{Path, PathBuf};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | ".git" | "data" | "node_modules") {
                files(&path, found);
            }
        } else {
            found.push(path);
        }
    }
}

#[test]
fn no_secret_is_committed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    files(&root, &mut found);
    assert!(found.len() > 100);
    // Put together here, so that this file is not its own finding.
    let marks = [
        ["-----BEGIN", " PRIVATE KEY"].concat(),
        ["-----BEGIN RSA", " PRIVATE KEY"].concat(),
        ["AWS_SECRET_ACCESS", "_KEY="].concat(),
        ["aws_secret_access", "_key ="].concat(),
    ];
    let key_id = |text: &str| {
        text.match_indices("AKIA").any(|(at, _)| {
            let id = text[at..].bytes().take(20);
            id.clone().count() == 20
                && id
                    .clone()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })
    };
    for path in found {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(
            name != ".env" && !name.ends_with(".pem"),
            "{}",
            path.display()
        );
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        // What the tests say to a server that takes any word is no secret.
        let text = text.replace(&[marks[2].as_str(), "test "].concat(), "");
        for mark in &marks {
            assert!(
                !text.contains(mark.as_str()),
                "{} has {mark}",
                path.display()
            );
        }
        assert!(
            !key_id(&text),
            "{} has the id of an access key",
            path.display()
        );
    }
}
