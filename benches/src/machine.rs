//! Where and when the figures were taken.

use serde::Serialize;
use std::fs;

/// A figure without its machine says nothing.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    pub(crate) date: String,
    pub(crate) cores: usize,
    pub(crate) cpu: String,
    pub(crate) memory_bytes: u64,
    pub(crate) load_before: String,
    pub(crate) rustc: &'static str,
    pub(crate) profile: &'static str,
}

impl Machine {
    pub(crate) fn here() -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            date: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            cpu: value_of(&cpuinfo, "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            memory_bytes: kilobytes(&meminfo, "MemTotal").unwrap_or_default(),
            load_before: load.split(' ').next().unwrap_or_default().to_owned(),
            rustc: env!("ZERO_RUSTC"),
            profile: env!("ZERO_PROFILE"),
        }
    }

    #[cfg(test)]
    pub(crate) fn example() -> Self {
        Self {
            date: "2027-01-01T00:00:00Z".into(),
            cores: 2,
            cpu: "example".into(),
            memory_bytes: 0,
            load_before: "0.0".into(),
            rustc: "rustc",
            profile: "release",
        }
    }
}

impl core::fmt::Display for Machine {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { date, cores, cpu, memory_bytes, load_before, rustc, profile } = self;
        let gb = *memory_bytes as f64 / 1e9;
        write!(f, "{date}  {cores} cores {cpu}, {gb:.1} GB, load {load_before} before; {rustc}, {profile} build")?;
        if *profile != "release" {
            write!(f, "\nwarning: figures of a {profile} build say nothing about the aims")?;
        }
        Ok(())
    }
}

/// `value` of the first line `name : value`.
fn value_of(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Bytes of a line `name:   123 kB`, as the kernel writes memory.
pub(crate) fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let value = value_of(text, name)?;
    value.strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_own_tables_are_read() {
        let status = "Name:\tzero\nVmPeak:\t  999 kB\nVmRSS:\t   78123 kB\n";
        assert_eq!(kilobytes(status, "VmRSS"), Some(78123 * 1024));
        assert_eq!(kilobytes(status, "VmSwap"), None);
        assert_eq!(value_of("model name\t: Some CPU @ 2 GHz\n", "model name").as_deref(), Some("Some CPU @ 2 GHz"));
    }
}
