//! As whom this program runs, and what it may use.

use super::Rules;
use crate::config::Config;

/// Files that are open beside connections.
const BESIDE: u64 = 64;

pub(super) fn look(config: &Config, rules: &mut Rules) {
    rules.refuse(
        "user",
        "process",
        is_root(),
        "it runs as root, so a fault in it is one of the whole machine; run it as a user of its own",
    );
    let wanted = config.serve.max_connections.get() + BESIDE;
    rules.rule(
        "open-files",
        "serve.max_connections",
        open_files().filter(|limit| *limit < wanted).map(|limit| {
            format!(
                "this process may open {limit} files, and so many connections need {wanted}; raise the limit (ulimit -n, \
                 LimitNOFILE=), or lower it"
            )
        }),
    );
}

/// By the owner of what the kernel shows of this process.
#[cfg(target_os = "linux")]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

#[cfg(not(target_os = "linux"))]
fn is_root() -> bool {
    false
}

/// The soft limit of open files. See proc_pid_limits(5).
fn open_files() -> Option<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}
