//! A body in parts of one size.

use blog_core::Result;
use bytes::{Bytes, BytesMut};

use super::PART;
use crate::body::Body;

/// A body in parts of [`PART`] bytes, the last one shorter.
pub(super) struct Parts {
    body: Body,
    /// What the body gave beyond the last part.
    rest: Bytes,
    over: bool,
}

impl Parts {
    pub(super) fn new(body: Body) -> Self {
        Self {
            body,
            rest: Bytes::new(),
            over: false,
        }
    }

    /// Whether the body has ended and nothing of it is left.
    pub(super) fn is_over(&self) -> bool {
        self.over && self.rest.is_empty()
    }

    /// The next part; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>> {
        let mut part = BytesMut::new();
        loop {
            let room = PART - part.len();
            let piece = self.rest.split_to(self.rest.len().min(room));
            part.extend_from_slice(&piece);
            // One piece more is asked for even where the part is full, so that its end is known with the last part.
            if !self.rest.is_empty() || (self.over && self.rest.is_empty()) {
                break;
            }
            match self.body.next().await? {
                Some(piece) => self.rest = piece,
                None => self.over = true,
            }
        }
        Ok((!part.is_empty()).then(|| part.freeze()))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt as _, stream};

    use super::*;

    async fn sizes(pieces: &[usize]) -> (Vec<usize>, bool) {
        let pieces: Vec<_> = pieces
            .iter()
            .map(|&size| Ok(Bytes::from(vec![7; size])))
            .collect();
        let mut parts = Parts::new(Body::new(stream::iter(pieces).boxed(), None));
        let mut sizes = Vec::new();
        let mut over = false;
        while let Some(part) = parts.next().await.unwrap() {
            over = sizes.is_empty() && parts.is_over();
            sizes.push(part.len());
        }
        (sizes, over)
    }

    #[tokio::test]
    async fn parts_are_of_one_size_and_the_first_knows_whether_it_is_the_only_one() {
        assert_eq!(sizes(&[]).await, (vec![], false));
        assert_eq!(sizes(&[0, 3, 0, 4]).await, (vec![7], true));
        assert_eq!(sizes(&[PART]).await, (vec![PART], true));
        assert_eq!(sizes(&[PART - 1, 1]).await, (vec![PART], true));
        assert_eq!(sizes(&[PART - 1, 2]).await, (vec![PART, 1], false));
        assert_eq!(sizes(&[2 * PART + 5]).await, (vec![PART, PART, 5], false));
    }
}
