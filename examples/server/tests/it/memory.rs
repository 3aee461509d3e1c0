//! The memory of a process, as Linux tells it.

/// In bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    /// Now (`VmRSS`).
    pub(crate) now: u64,
    /// The most so far (`VmHWM`).
    pub(crate) most: u64,
}

/// Of a process (proc_pid_status(5)).
pub(crate) fn of(pid: u32) -> Memory {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = |name: &str| -> u64 {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    };
    Memory {
        now: line("VmRSS:"),
        most: line("VmHWM:"),
    }
}
