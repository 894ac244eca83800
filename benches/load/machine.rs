//! What processes take of the machine, as Linux tells it.

use std::fs;
use std::time::Duration;

/// Clock ticks in a second, as Linux counts them for programs.
const TICKS: u64 = 100;

/// CPU that the process and those that it has started have taken, of a server with processes of its
/// own too.
pub fn cpu(pid: u32) -> Duration {
    let mut ticks = ticks_of(pid);
    for child in children(pid) {
        ticks += ticks_of(child);
    }
    Duration::from_millis(ticks * 1000 / TICKS)
}

/// Memory that the process holds, in MiB.
pub fn memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or_default() / 1024
}

fn ticks_of(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name in brackets may hold spaces.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
    let ticks = |n: usize| fields.get(n).and_then(|it| it.parse::<u64>().ok()).unwrap_or_default();
    ticks(12) + ticks(13)
}

fn children(pid: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|it| it.parse().ok()).collect()
}
