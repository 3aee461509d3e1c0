//! The archive: posts by the month of their publication, and the tags that there are.

use std::time::Duration;

use jiff::civil;
use jiff::tz::Offset;

use super::tag::Tag;
use crate::time::Timestamp;

/// A month of the years 1 to 9999, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(civil::Date);

impl Month {
    /// The month of a year, 1 being January; `None` outside of the years 1 to 9999 and the months 1 to 12.
    pub fn new(year: u16, month: u8) -> Option<Self> {
        let year = i16::try_from(year).ok().filter(|year| *year > 0)?;
        let first = civil::Date::new(year, i8::try_from(month).ok()?, 1).ok()?;
        Some(Self(first))
    }

    /// The month of a moment; `None` outside of the years 1 to 9999.
    pub fn of(at: Timestamp) -> Option<Self> {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
        let date = Offset::UTC.to_datetime(at).date();
        (date.year() > 0).then(|| Self(date.first_of_month()))
    }

    /// The month that [`Month::number`] gave.
    pub fn from_number(number: i64) -> Option<Self> {
        let year = u16::try_from(number.div_euclid(12)).ok()?;
        Self::new(year, u8::try_from(number.rem_euclid(12) + 1).ok()?)
    }

    /// The months since January of the year 0: what stores keep.
    pub fn number(self) -> i64 {
        i64::from(self.0.year()) * 12 + i64::from(self.0.month()) - 1
    }

    /// 1 to 9999.
    pub fn year(self) -> u16 {
        self.0.year().unsigned_abs()
    }

    /// 1 to 12.
    pub fn month(self) -> u8 {
        self.0.month().unsigned_abs()
    }

    /// Its first moment.
    pub fn start(self) -> Timestamp {
        let midnight = self.0.at(0, 0, 0, 0);
        let at = Offset::UTC
            .to_timestamp(midnight)
            .expect("the years 1 to 9999 are moments");
        Timestamp::from_micros(at.as_microsecond())
    }

    /// The first moment behind it.
    pub fn end(self) -> Timestamp {
        let days = u64::from(self.0.days_in_month().unsigned_abs());
        self.start().plus(Duration::from_secs(days * 86_400))
    }
}

/// A month with its posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthCount {
    /// Which.
    pub month: Month,
    /// How many posts of it lists show; never 0.
    pub posts: u64,
}

/// A tag with its posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagCount {
    /// Which, called as the newest of its posts calls it.
    pub tag: Tag,
    /// How many posts of it lists show; never 0.
    pub posts: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month_of(text: &str) -> Month {
        Month::of(Timestamp::parse(text).unwrap()).unwrap()
    }

    #[test]
    fn a_month_begins_and_ends_at_midnight_in_utc() {
        let february = Month::new(2024, 2).unwrap();
        assert_eq!(february.start().to_rfc3339(), "2024-02-01T00:00:00Z");
        assert_eq!(february.end().to_rfc3339(), "2024-03-01T00:00:00Z");
        assert_eq!(month_of("2024-02-29T23:59:59.999999Z"), february);
        assert_eq!(month_of("2024-02-01T00:00:00Z"), february);
        let before = february.start().minus(Duration::from_micros(1));
        assert_eq!(Month::of(before), Month::new(2024, 1));
        assert_eq!(Month::of(february.end()), Month::new(2024, 3));
    }

    #[test]
    fn only_the_years_that_addresses_can_name_have_months() {
        for (year, month) in [(0, 1), (2024, 0), (2024, 13), (10_000, 1), (u16::MAX, 255)] {
            assert_eq!(Month::new(year, month), None, "{year}-{month}");
        }
        let last = Month::new(9999, 12).unwrap();
        assert_eq!(last.end().as_micros(), 253_402_300_800_000_000);
        for micros in [i64::MIN, i64::MAX, -62_135_596_800_000_001] {
            assert_eq!(Month::of(Timestamp::from_micros(micros)), None);
        }
        let first = Month::of(Timestamp::from_micros(-62_135_596_800_000_000));
        assert_eq!(first, Month::new(1, 1));
    }

    #[test]
    fn a_months_number_gives_it_back() {
        for (year, month, number) in [(1, 1, 12), (1970, 1, 23_640), (9999, 12, 119_999)] {
            let month = Month::new(year, month).unwrap();
            assert_eq!(month.number(), number);
            assert_eq!(Month::from_number(number), Some(month));
        }
        for number in [i64::MIN, -1, 11, 120_000, i64::MAX] {
            assert_eq!(Month::from_number(number), None, "{number}");
        }
    }
}
