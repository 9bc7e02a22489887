//! The metrics of the process, under the names that Prometheus' own clients give them: processor time, memory, files.
//!
//! From `/proc`, hence on Linux only; elsewhere there are none.

use std::fmt;
use std::fs;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

/// The clock ticks in a second as user space sees them (`USER_HZ`), on every architecture that Rust's Linux targets have.
const TICKS: f64 = 100.0;

/// What is read from `/proc` whenever the metrics are asked for.
#[derive(Debug)]
pub struct ProcessMetrics;

impl Collector for ProcessMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let Some(process) = Process::read() else { return Ok(()) };
        let seconds = ConstCounter::new(process.cpu_seconds);
        let help = "Processor time used, by the program and by the system for it";
        seconds.encode(encoder.encode_descriptor("process_cpu", help, Some(&Unit::Seconds), MetricType::Counter)?)?;
        let mut gauge = |name, help, unit: Option<&Unit>, value: f64| {
            ConstGauge::new(value).encode(encoder.encode_descriptor(name, help, unit, MetricType::Gauge)?)
        };
        let bytes = Some(&Unit::Bytes);
        gauge("process_resident_memory", "Memory in use", bytes, process.resident_bytes)?;
        gauge("process_virtual_memory", "Memory that is reserved", bytes, process.virtual_bytes)?;
        gauge("process_open_fds", "Open files and connections", None, process.open_files)?;
        gauge("process_max_fds", "The most files and connections that may be open", None, process.max_files)?;
        gauge("process_threads", "Threads", None, process.threads)?;
        let help = "When the process was started, in seconds since 1970";
        gauge("process_start_time", help, Some(&Unit::Seconds), process.start_time)
    }
}

struct Process {
    cpu_seconds: f64,
    resident_bytes: f64,
    virtual_bytes: f64,
    open_files: f64,
    max_files: f64,
    threads: f64,
    start_time: f64,
}

impl Process {
    fn read() -> Option<Self> {
        let read = |path: &str| fs::read_to_string(path).ok();
        let (stat, status, limits) = (read("/proc/self/stat")?, read("/proc/self/status")?, read("/proc/self/limits")?);
        let boot = number_after(&read("/proc/stat")?, "btime ")?;
        // The name of the program, in parentheses, may contain anything.
        let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split_ascii_whitespace().collect();
        let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
        Some(Self {
            cpu_seconds: (ticks(11)? + ticks(12)?) / TICKS,
            resident_bytes: number_after(&status, "VmRSS:")? * 1024.0,
            virtual_bytes: number_after(&status, "VmSize:")? * 1024.0,
            open_files: fs::read_dir("/proc/self/fd").ok()?.count() as f64,
            max_files: number_after(&limits, "Max open files")?,
            threads: number_after(&status, "Threads:")?,
            start_time: boot + ticks(19)? / TICKS,
        })
    }
}

/// Returns the number that follows a name at the start of a line.
fn number_after(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_process_of_the_tests_has_all_of_them() {
        let process = Process::read().unwrap();
        assert!(process.resident_bytes > 1e6 && process.virtual_bytes >= process.resident_bytes);
        assert!(process.open_files >= 3.0 && process.max_files >= process.open_files);
        assert!(process.threads >= 1.0 && process.cpu_seconds >= 0.0);
        // After 2020.
        assert!(process.start_time > 1.577e9, "{}", process.start_time);
    }
}
