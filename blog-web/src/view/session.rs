//! A place where somebody is logged in.

use serde::Serialize;

/// A session as its owner sees it.
#[derive(Debug, Clone, Serialize)]
pub struct SessionView {
    /// For ending it.
    pub id: String,
    /// The browser's `User-Agent`.
    pub device: String,
    /// Whether it is the one that asks.
    pub own: bool,
    /// When it began, in microseconds.
    pub began_at: i64,
    /// When it was last used, to the minute.
    pub seen_at: i64,
    /// When it ends unless it is used.
    pub ends_at: i64,
}

/// What browsers call themselves, and what people call them. Most name others as well, so the order matters.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

const SYSTEMS: [(&str, &str); 7] = [
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// Browser and system of a `User-Agent`, as far as it says: `Firefox · Linux`. Empty where it says neither.
pub(super) fn device(agent: &str) -> String {
    let first = |table: &[(&str, &'static str)]| {
        let found = table.iter().find(|(mark, _)| agent.contains(mark));
        found.map(|(_, name)| *name)
    };
    let parts: Vec<&str> = [first(&BROWSERS), first(&SYSTEMS)]
        .into_iter()
        .flatten()
        .collect();
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn browsers_are_called_what_people_call_them() {
        let table = [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
                "Firefox · Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36 Edg/129.0.0.0",
                "Edge · Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari · iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Mobile Safari/537.36",
                "Chrome · Android",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
                "Safari · macOS",
            ),
            ("curl/8.9.1", "curl"),
            ("something of one's own", ""),
            ("", ""),
        ];
        for (agent, name) in table {
            assert_eq!(device(agent), name, "{agent}");
        }
    }
}
