//! What templates may do with a value, in the language of the page.
//!
//! `iso`, `date` and `datetime` take microseconds since the epoch; `bytes` takes a size in bytes;
//! `grouped` takes a count. The function `device` takes a `User-Agent`.

use jiff::Timestamp;
use jiff::tz::Offset;
use minijinja::Environment;

use super::{Lang, Phrase};

pub(super) fn register(environment: &mut Environment<'static>, lang: Lang) {
    environment.add_filter("iso", iso);
    environment.add_filter("date", move |micros: i64| date(lang, micros));
    environment.add_filter("datetime", move |micros: i64| datetime(lang, micros));
    environment.add_filter("bytes", move |size: u64| bytes(lang, size));
    environment.add_function("device", |agent: &str| super::session::device(agent));
    environment.add_filter("grouped", move |count: u64| grouped(lang, count));
}

/// Clamped to the years -9999 to 9999, so that no stored number can break a page.
fn moment(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// RFC 3339 to the second, for `<time datetime>`: `2026-01-31T18:30:00Z`.
fn iso(micros: i64) -> String {
    moment(micros).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The day of a moment. The year is a name, not a count.
fn day(moment: Timestamp) -> Phrase {
    let date = Offset::UTC.to_datetime(moment).date();
    Phrase::new("dates-day")
        .with("day", u64::from(date.day().unsigned_abs()))
        .with("month", u64::from(date.month().unsigned_abs()))
        .with("year", date.year().to_string())
}

/// The day in UTC: `31 January 2026`.
fn date(lang: Lang, micros: i64) -> String {
    day(moment(micros)).to_text(lang)
}

/// Day and minute in UTC: `31 January 2026, 18:30 UTC`.
fn datetime(lang: Lang, micros: i64) -> String {
    let moment = moment(micros);
    Phrase::new("dates-minute")
        .with("day", day(moment).to_text(lang))
        .with("time", moment.strftime("%H:%M").to_string())
        .to_text(lang)
}

/// A size that people read, in powers of 1000: `812 B`, `4.2 kB`, `1.3 MB`.
fn bytes(lang: Lang, size: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if size < 1000 {
        return format!("{size} B");
    }
    // Tenths, rounded; integers, because a size may not fit a float exactly.
    let mut tenths = size.saturating_add(50) / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths = (tenths + 500) / 1000;
        unit += 1;
    }
    let unit = UNITS[unit];
    if tenths < 100 {
        format!("{}{}{} {unit}", tenths / 10, lang.decimal(), tenths % 10)
    } else {
        format!("{} {unit}", grouped(lang, (tenths + 5) / 10))
    }
}

/// A count in groups of three digits: `12,345`, in Turkish `12.345`.
pub(super) fn grouped(lang: Lang, count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(lang.thousands());
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc_in_the_language_of_the_page() {
        let micros = 1_769_884_205_123_456;
        assert_eq!(iso(micros), "2026-01-31T18:30:05Z");
        for (lang, on, at) in [
            (Lang::En, "31 January 2026", "31 January 2026, 18:30 UTC"),
            (Lang::Tr, "31 Ocak 2026", "31 Ocak 2026, 18:30 UTC"),
        ] {
            assert_eq!(date(lang, micros), on);
            assert_eq!(datetime(lang, micros), at);
            assert!(date(lang, i64::MAX).contains("9999"));
            assert!(date(lang, i64::MIN).contains("9999"));
        }
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(date(Lang::En, -1), "31 December 1969");
        assert_eq!(date(Lang::Tr, -1), "31 Aralık 1969");
    }

    #[test]
    fn every_month_has_its_name() {
        const DAY: i64 = 86_400_000_000;
        for lang in Lang::ALL {
            let months: std::collections::BTreeSet<String> = (0..12)
                .map(|month| date(lang, (15 + month * 30) * DAY))
                .map(|text| text.split(' ').nth(1).unwrap().to_owned())
                .collect();
            assert_eq!(months.len(), 12, "{months:?}");
        }
    }

    #[test]
    fn sizes_round_at_their_boundaries() {
        for (size, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (1049, "1.0 kB"),
            (1050, "1.1 kB"),
            (9_949, "9.9 kB"),
            (9_950, "10 kB"),
            (999_949, "1,000 kB"),
            (1_000_000, "1.0 MB"),
            (2_147_483_648, "2.1 GB"),
            (u64::MAX, "18,446,744 TB"),
        ] {
            assert_eq!(bytes(Lang::En, size), text, "{size}");
        }
        assert_eq!(bytes(Lang::Tr, 2_147_483_648), "2,1 GB");
    }

    #[test]
    fn counts_are_readable() {
        for (count, english, turkish) in [
            (999, "999", "999"),
            (1000, "1,000", "1.000"),
            (12_345, "12,345", "12.345"),
            (1_234_567, "1,234,567", "1.234.567"),
        ] {
            assert_eq!(grouped(Lang::En, count), english);
            assert_eq!(grouped(Lang::Tr, count), turkish);
        }
    }
}
