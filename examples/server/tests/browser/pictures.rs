//! Screenshots of the main pages, for people to look at, and what can be checked of them without eyes.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::browser::Scripts;
use crate::visitor::Visitor;

const WIDTHS: [u64; 2] = [360, 1280];
/// Pages that are shorter fill this many pixels.
const SHORTEST: u64 = 900;

/// Goes to a page and takes it, in light and dark, narrow and wide.
pub(crate) async fn take(visitor: &Visitor, name: &str, path: &str) {
    visitor.open(path).await;
    take_open(visitor, name).await;
}

/// Takes the page that is open.
pub(crate) async fn take_open(visitor: &Visitor, name: &str) {
    visitor.see("main").await;
    for width in WIDTHS {
        let mut brightness = Vec::new();
        for scheme in ["light", "dark"] {
            let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
            visitor
                .devtools(
                    "Emulation.setEmulatedMedia",
                    json!({ "features": features }),
                )
                .await;
            resize(visitor, width, &json!(SHORTEST)).await;
            let metrics = visitor.devtools("Page.getLayoutMetrics", json!({})).await;
            let (all, shown) = (&metrics["cssContentSize"], &metrics["cssLayoutViewport"]);
            assert_eq!(
                all["width"], shown["clientWidth"],
                "{name} fits into {width} pixels"
            );
            resize(visitor, width, &all["height"]).await;
            let png = visitor.client.screenshot().await.expect("a screenshot");
            brightness.push(corner(&png));
            let folder = folder(visitor.scripts);
            std::fs::create_dir_all(&folder).expect("a folder for the pictures");
            std::fs::write(folder.join(format!("{name}-{width}-{scheme}.png")), png)
                .expect("a picture");
        }
        assert!(
            brightness[0] > 160 && brightness[1] < 96,
            "{name} is light and dark: {brightness:?}"
        );
    }
    visitor
        .devtools("Emulation.setEmulatedMedia", json!({ "features": [] }))
        .await;
    visitor
        .devtools("Emulation.clearDeviceMetricsOverride", json!({}))
        .await;
}

async fn resize(visitor: &Visitor, width: u64, height: &Value) {
    let metrics =
        json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
    visitor
        .devtools("Emulation.setDeviceMetricsOverride", metrics)
        .await;
}

/// How bright the page's background is, 0 to 255, at its lower left corner.
fn corner(png: &[u8]) -> u8 {
    let picture = image::load_from_memory(png)
        .expect("a picture")
        .into_luma8();
    picture.get_pixel(2, picture.height() - 3).0[0]
}

/// `target/screenshots/…`, beside what Cargo gives tests for files.
fn folder(scripts: Scripts) -> PathBuf {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let name = match scripts {
        Scripts::On => "with-scripts",
        Scripts::Off => "without-scripts",
    };
    target.with_file_name("screenshots").join(name)
}
