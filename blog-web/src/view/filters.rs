//! What templates may do with a value.
//!
//! `iso`, `date` and `datetime` take microseconds since the epoch; `bytes` takes a size in bytes;
//! `plural` takes a count and two words; `grouped` takes a count.

use jiff::Timestamp;
use minijinja::Environment;

pub(super) fn register(environment: &mut Environment<'static>) {
    environment.add_filter("iso", iso);
    environment.add_filter("date", date);
    environment.add_filter("datetime", datetime);
    environment.add_filter("bytes", bytes);
    environment.add_filter("plural", plural);
    environment.add_filter("grouped", grouped);
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

/// The day in UTC: `31 January 2026`.
fn date(micros: i64) -> String {
    moment(micros).strftime("%-d %B %Y").to_string()
}

/// Day and minute in UTC: `31 January 2026, 18:30 UTC`.
fn datetime(micros: i64) -> String {
    moment(micros).strftime("%-d %B %Y, %H:%M UTC").to_string()
}

/// A size that people read, in powers of 1000: `812 B`, `4.2 kB`, `1.3 MB`.
fn bytes(size: u64) -> String {
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
    if tenths < 100 {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    } else {
        format!("{} {}", (tenths + 5) / 10, UNITS[unit])
    }
}

/// A count with its word: `1 comment`, `12 comments`.
fn plural(count: u64, one: &str, many: &str) -> String {
    let word = if count == 1 { one } else { many };
    format!("{} {word}", grouped(count))
}

/// A count in groups of three digits with a thin space that does not break: `12 345`.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut out = String::with_capacity(digits.len() + 6);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc() {
        let micros = 1_769_884_205_123_456;
        assert_eq!(iso(micros), "2026-01-31T18:30:05Z");
        assert_eq!(date(micros), "31 January 2026");
        assert_eq!(datetime(micros), "31 January 2026, 18:30 UTC");
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(date(-1), "31 December 1969");
        assert!(date(i64::MAX).contains("9999"), "{}", date(i64::MAX));
        assert!(date(i64::MIN).contains("9999"), "{}", date(i64::MIN));
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
            (999_949, "1000 kB"),
            (1_000_000, "1.0 MB"),
            (2_147_483_648, "2.1 GB"),
            (u64::MAX, "18446744 TB"),
        ] {
            assert_eq!(bytes(size), text, "{size}");
        }
    }

    #[test]
    fn counts_are_readable() {
        assert_eq!(plural(0, "view", "views"), "0 views");
        assert_eq!(plural(1, "view", "views"), "1 view");
        assert_eq!(grouped(9999), "9999");
        assert_eq!(grouped(12_345), "12\u{202f}345");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
    }
}
