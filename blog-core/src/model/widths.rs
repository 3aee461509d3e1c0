//! The smaller copies of a picture.

/// The widths of a picture's smaller copies in pixels, narrowest first, each once. A copy lies beside its picture, under
/// [`ObjectKey::at_width`](super::media::ObjectKey::at_width).
///
/// The default is an item whose copies nobody made yet, which is not the same as one that needs none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Widths(Option<Vec<u32>>);

/// How stores say that copies were made and none was worth keeping.
const NONE: &str = "none";

impl Widths {
    /// The widths that are made: a thumbnail or a small card, a phone, a column of text on a dense screen, a wide cover.
    pub const LADDER: [u32; 4] = [480, 960, 1600, 2400];

    /// These widths, in any order.
    pub fn new(widths: impl IntoIterator<Item = u32>) -> Self {
        let mut widths: Vec<u32> = widths.into_iter().collect();
        widths.sort_unstable();
        widths.dedup();
        Self(Some(widths))
    }

    /// Whether the copies were made, be there any or not.
    pub fn are_made(&self) -> bool {
        self.0.is_some()
    }

    /// Narrowest first.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.0.iter().flatten().copied()
    }

    /// The widths of which there may be objects: while copies are made, of all.
    pub(crate) fn possible(&self) -> Vec<u32> {
        match &self.0 {
            Some(widths) => widths.clone(),
            None => Self::LADDER.to_vec(),
        }
    }

    /// Whether there is a copy of this width.
    pub fn contains(&self, width: u32) -> bool {
        self.iter().any(|copy| copy == width)
    }

    /// The narrowest copy that is at least so wide.
    pub fn at_least(&self, width: u32) -> Option<u32> {
        self.iter().find(|copy| *copy >= width)
    }

    /// As stores keep them: `480,960`, or `none`; empty where they are not made.
    pub fn to_text(&self) -> String {
        match &self.0 {
            None => String::new(),
            Some(widths) if widths.is_empty() => NONE.to_owned(),
            Some(widths) => {
                let texts: Vec<String> = widths.iter().map(u32::to_string).collect();
                texts.join(",")
            }
        }
    }

    /// Reads what [`Widths::to_text`] wrote; what is no number is left out.
    pub fn from_text(text: &str) -> Self {
        match text {
            "" => Self::default(),
            text => Self::new(text.split(',').filter_map(|width| width.parse().ok())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_gives_its_widths_back() {
        for widths in [vec![], vec![480], vec![480, 960, 1600, 2400]] {
            let widths = Widths::new(widths);
            assert_eq!(Widths::from_text(&widths.to_text()), widths);
            assert!(widths.are_made());
        }
        let unmade = Widths::default();
        assert_eq!(Widths::from_text(&unmade.to_text()), unmade);
        assert!(!unmade.are_made());
        assert_eq!(Widths::new([960, 480, 960]).to_text(), "480,960");
        assert_eq!(Widths::from_text("x,,960,-3"), Widths::new([960]));
    }

    #[test]
    fn the_narrowest_that_is_wide_enough_is_found() {
        let widths = Widths::new(Widths::LADDER);
        assert_eq!(widths.at_least(1), Some(480));
        assert_eq!(widths.at_least(481), Some(960));
        assert_eq!(widths.at_least(2401), None);
        assert!(widths.contains(1600) && !widths.contains(1601));
    }
}
