//! The timeline in a process of its own, with a writer that takes in 1,000 events a second until its input ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use dateline::store::{Received, Store, Writer};
use dateline::stream::Control;
use dateline::telemetry::Progress;
use dateline::web::{Access, Site, Status, Timeline, timeline};

use crate::century::Century;

/// How often the writer takes in events, in milliseconds, and how many.
const PAUSE: u64 = 100;
const AT_ONCE: u64 = 100;

/// The server as its parent sees it.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    pub fn start(database: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env("DATELINE_BENCH_SERVE", database).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut told = BufReader::new(child.stdout.as_mut().unwrap());
        told.read_line(&mut line).unwrap();
        Self { address: line.trim().parse().unwrap(), child }
    }

    /// The memory that it has, in MB.
    pub fn memory(&self) -> f64 {
        self.status("VmRSS:")
    }

    /// The most memory that it had.
    pub fn most_memory(&self) -> f64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0");
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
    }

    /// Ends it, and tells how many events it took in.
    pub fn end(mut self) -> usize {
        drop(self.child.stdin.take());
        let mut told = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut told).unwrap();
        self.child.wait().unwrap();
        told.trim().parse().unwrap()
    }
}

/// What the process of its own does.
pub fn serve(database: &Path) {
    let (store, writer) = Store::open(database, false).unwrap();
    let last_change = store.last_change();
    let control = Control::default();
    let status = Status { metrics: control.metrics, health: control.health };
    let router = timeline(Timeline::new(store, Arc::<Progress>::default()), status, &Access::default());
    let site = Site::bind("127.0.0.1:0".parse().unwrap(), "the timeline", router).unwrap();
    println!("{}", site.address().unwrap());
    std::io::stdout().flush().unwrap();
    let ended = Arc::new(AtomicBool::new(false));
    // Others than those of a run before, which a folder that is kept holds already.
    let century = Century::new(2 + (last_change >> 10).unsigned_abs());
    let writes = {
        let ended = ended.clone();
        std::thread::spawn(move || stream(writer, century, &ended))
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.spawn(site.serve(std::future::pending()));
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    ended.store(true, Ordering::Relaxed);
    println!("{}", writes.join().unwrap());
    runtime.shutdown_background();
}

fn stream(mut writer: Writer, mut century: Century, ended: &AtomicBool) -> usize {
    let (begun, mut count) = (Instant::now(), 0);
    while !ended.load(Ordering::Relaxed) {
        let records = century.records(AT_ONCE as usize);
        let records = records.iter().map(|(of, key, json)| Received { of: *of, key, value: Some(json.as_bytes()) });
        writer.apply(&records.collect::<Vec<_>>(), &[]).unwrap();
        count += AT_ONCE as usize;
        let due = Duration::from_millis(count as u64 / AT_ONCE * PAUSE);
        std::thread::sleep(due.saturating_sub(begun.elapsed()));
    }
    count
}
