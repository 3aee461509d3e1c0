//! The drawings, made ahead on the other cores while the posts are written.

use std::collections::HashMap;
use std::sync::Arc;

use blog_core::error::{Error, Result};
use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::art::{AVATAR, COVER, Drawing, FIGURE};
use super::content::{Content, Post};

/// Drawings on their way, by where they are used.
#[derive(Debug)]
pub(super) struct Pictures(HashMap<String, JoinHandle<Drawn>>);

type Drawn = std::result::Result<Bytes, image::ImageError>;

impl Pictures {
    /// Begins to draw everything, as many at once as there are cores, the oldest posts' first.
    pub(super) fn of(content: &Content) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let turns = Arc::new(Semaphore::new(cores));
        let mut pictures = HashMap::new();
        let mut begin = |key: String, drawing: Option<Drawing>, size| {
            let Some(drawing) = drawing else { return };
            let turns = turns.clone();
            let task = tokio::spawn(async move {
                // The semaphore is never closed.
                let _turn = turns.acquire().await;
                let drawn = tokio::task::spawn_blocking(move || drawing.draw(size)).await;
                drawn
                    .map_err(|panic| image::ImageError::IoError(std::io::Error::other(panic)))?
                    .map(Bytes::from)
            });
            pictures.insert(key, task);
        };
        for person in &content.people {
            begin(avatar(&person.username), person.drawing(), AVATAR);
        }
        let mut posts: Vec<&Post> = content.posts.iter().collect();
        posts.sort_by(|a, b| b.head.days.total_cmp(&a.head.days));
        for post in posts {
            begin(cover(post.name), Drawing::parse(&post.head.cover), COVER);
            for (name, drawing) in &post.head.figures {
                begin(figure(post.name, name), Drawing::parse(drawing), FIGURE);
            }
        }
        Self(pictures)
    }

    /// The drawing of a key; waits until it is made.
    pub(super) async fn take(&mut self, key: &str) -> Result<Bytes> {
        let missing = || std::io::Error::other(format!("nothing is drawn for {key}"));
        let task = self.0.remove(key);
        let task = task.ok_or_else(|| Error::backend("the drawings", missing()))?;
        task.await
            .map_err(|panic| Error::backend("the drawings", panic))?
            .map_err(|error| Error::backend("the drawings", error))
    }
}

impl Drop for Pictures {
    fn drop(&mut self) {
        // Stopped half-way: nobody waits for the rest.
        for task in self.0.values() {
            task.abort();
        }
    }
}

/// The key of a person's picture.
pub(super) fn avatar(username: &str) -> String {
    format!("avatar of {username}")
}

/// The key of a post's cover.
pub(super) fn cover(post: &str) -> String {
    format!("cover of {post}")
}

/// The key of a picture in a post.
pub(super) fn figure(post: &str, name: &str) -> String {
    format!("{name} in {post}")
}
