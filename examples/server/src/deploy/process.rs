//! As whom this program runs, and what it may use.

use super::Rules;
use crate::config::Config;

/// Files that are open beside connections.
const BESIDE: u64 = 64;

pub(super) fn look(config: &Config, rules: &mut Rules) {
    // What this system does not tell is not said to be fine.
    if let Some(is_root) = is_root() {
        rules.refuse(
            "user",
            "process",
            is_root,
            "it runs as root, so a fault in it is one of the whole machine; run it as a user of its own",
        );
    }
    let wanted = config.serve.max_connections.get() + BESIDE;
    if let Some(limit) = open_files() {
        rules.rule(
            "open-files",
            "serve.max_connections",
            (limit < wanted).then(|| {
                format!(
                    "this process may open {limit} files, and so many connections need {wanted}; raise the limit \
                     (ulimit -n, LimitNOFILE=), or lower it"
                )
            }),
        );
    }
}

/// By the owner of what Linux shows of this process; `None` elsewhere.
fn is_root() -> Option<bool> {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::MetadataExt as _;
        let shown = std::fs::metadata("/proc/self").ok()?;
        Some(shown.uid() == 0)
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// The soft limit of open files, where Linux tells it; one that is `unlimited` is no number. See proc_pid_limits(5).
fn open_files() -> Option<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}
