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

    /// How many of a kind were counted.
    pub fn of(&self, kind: &str) -> u64 {
        let found = self.0.iter().find(|(known, _)| *known == kind);
        found.map_or(0, |(_, count)| *count)
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
    fn kinds_stand_in_the_order_in_which_they_came() {
        let mut receipt = Receipt::default();
        receipt.count("posts", 0);
        receipt.count("files", 2);
        receipt.count("posts", 3);
        assert_eq!(receipt.to_string(), "posts 3, files 2");
        assert_eq!((receipt.of("files"), receipt.of("likes")), (2, 0));
    }
}
