//! The part of a picture that stays in sight where it is cropped.

/// A point of a picture, in percent of its width from the left and of its height from the top, on a grid of
/// [`Focus::STEPS`] by [`Focus::STEPS`] points: few enough that each is a class of the style sheet. The middle unless
/// somebody says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Focus {
    x: u8,
    y: u8,
}

impl Focus {
    /// Points along a side of the grid.
    pub const STEPS: u8 = 7;

    /// The middle.
    pub const CENTRE: Self = Self { x: 50, y: 50 };

    /// The point of the grid that lies nearest; what lies outside of the picture counts as its edge.
    pub fn from_percent(x: u8, y: u8) -> Self {
        let snap = |percent: u8| to_percent(to_step(percent));
        Self {
            x: snap(x),
            y: snap(y),
        }
    }

    /// A point of the grid by its column from the left and its row from the top, each below [`Focus::STEPS`].
    pub fn from_steps(column: u8, row: u8) -> Option<Self> {
        let inside = column < Self::STEPS && row < Self::STEPS;
        inside.then(|| Self {
            x: to_percent(column),
            y: to_percent(row),
        })
    }

    /// From the left, in percent.
    pub fn x(self) -> u8 {
        self.x
    }

    /// From the top, in percent.
    pub fn y(self) -> u8 {
        self.y
    }

    /// The column of the grid, from the left.
    pub fn column(self) -> u8 {
        to_step(self.x)
    }

    /// The row of the grid, from the top.
    pub fn row(self) -> u8 {
        to_step(self.y)
    }
}

impl Default for Focus {
    fn default() -> Self {
        Self::CENTRE
    }
}

const LAST: u16 = Focus::STEPS as u16 - 1;

fn to_step(percent: u8) -> u8 {
    let percent = u16::from(percent.min(100));
    // At most the last step, so it fits.
    ((percent * LAST + 50) / 100) as u8
}

fn to_percent(step: u8) -> u8 {
    // At most 100, so it fits.
    ((u16::from(step) * 100 + LAST / 2) / LAST) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_of_the_grid_is_kept_and_every_other_snaps_to_the_nearest() {
        for row in 0..Focus::STEPS {
            for column in 0..Focus::STEPS {
                let focus = Focus::from_steps(column, row).unwrap();
                assert_eq!((focus.column(), focus.row()), (column, row));
                assert_eq!(Focus::from_percent(focus.x(), focus.y()), focus);
            }
        }
        for percent in 0..=u8::MAX {
            let focus = Focus::from_percent(percent, 0);
            let distance = focus.x().abs_diff(percent.min(100));
            assert!(distance <= 8, "{percent} became {}", focus.x());
            assert_eq!(focus.y(), 0);
        }
    }

    #[test]
    fn the_middle_is_a_point_of_the_grid_and_nothing_outside_is() {
        assert_eq!(Focus::default(), Focus::from_percent(50, 50));
        assert_eq!(Focus::from_steps(3, 3), Some(Focus::CENTRE));
        assert_eq!(Focus::from_steps(0, Focus::STEPS), None);
        assert_eq!(Focus::from_steps(Focus::STEPS, 0), None);
        assert_eq!(Focus::from_percent(255, 101), Focus::from_percent(100, 100));
    }
}
