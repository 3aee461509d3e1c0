//! What a large piece of work came to, by kind and without anybody's data: for who asked, for the audit log, for admins.

use std::fmt;

/// Counts by kind, in the order in which the kinds were first counted. `Display` writes them as the audit log keeps them:
/// `posts 3, files 2`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt(Vec<(&'static str, u64)>);

impl Receipt {
    /// Counts so many more of a kind.
    pub fn count(&mut self, kind: &'static str, more: u64) {
        match self.0.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += more,
            None => self.0.push((kind, more)),
        }
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, count)| *count == 0)
    }

    /// How many of a kind were counted.
    pub fn of(&self, kind: &str) -> u64 {
        let found = self.0.iter().find(|(known, _)| *known == kind);
        found.map_or(0, |(_, count)| *count)
    }
}

/// What an erasure counts.
pub const ERASED: [&str; 4] = ["posts", "files", "comments", "likes"];

impl Receipt {
    /// Adds what was written down of a part of the work. What is no count of an erasure is left out.
    pub fn add_written(&mut self, text: &str) {
        for part in text.split(", ") {
            let Some((word, count)) = part.rsplit_once(' ') else {
                continue;
            };
            let known = ERASED.into_iter().find(|kind| *kind == word);
            if let (Some(kind), Ok(count)) = (known, count.parse()) {
                self.count(kind, count);
            }
        }
    }

    /// What stands in a text for the count of this kind, until it is known.
    pub fn place(kind: &str) -> String {
        format!("[[{kind}]]")
    }

    /// The text with the counts in their places.
    pub fn fill(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for kind in ERASED {
            text = text.replace(&Self::place(kind), &self.of(kind).to_string());
        }
        text
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (kind, count)) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{kind} {count}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Receipt;

    #[test]
    fn parts_add_up_and_fill_their_places() {
        let mut receipt = Receipt::default();
        receipt.add_written("posts 200, files 3");
        receipt.add_written("posts 1, strangers 5, comments x");
        receipt.add_written("");
        assert_eq!(receipt.to_string(), "posts 201, files 3");
        assert_eq!(receipt.fill("[[posts]] and [[likes]]"), "201 and 0");
    }

    #[test]
    fn kinds_stand_in_the_order_in_which_they_came() {
        let mut receipt = Receipt::default();
        receipt.count("posts", 0);
        receipt.count("files", 2);
        receipt.count("posts", 3);
        assert_eq!(receipt.to_string(), "posts 3, files 2");
        assert_eq!((receipt.of("files"), receipt.of("likes")), (2, 0));
    }
}
