//! The timeline in a process of its own, with a writer that adds 1,000 events per second until its standard input
//! closes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use dateline::config::HttpLimits;
use dateline::store::{Store, TopicRecord, Writer};
use dateline::stream::Control;
use dateline::web::{Access, HealthState, HttpServer, TimelineState, timeline_router};

use crate::century::Century;

/// The time between two batches of the writer, in milliseconds, and the events in a batch.
const PAUSE: u64 = 100;
const AT_ONCE: u64 = 100;

/// The server as its parent sees it.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    pub fn start(database: &Path) -> Self {
        Self::start_with(database, "stream")
    }

    /// Starts one that writes a year and prints how that goes.
    pub fn start_year(database: &Path) -> Self {
        Self::start_with(database, "year")
    }

    fn start_with(database: &Path, written: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env("DATELINE_BENCH_SERVE", database).env("DATELINE_BENCH_WRITES", written);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        // Nothing of what follows is taken with it.
        let mut output = BufReader::with_capacity(1, child.stdout.as_mut().unwrap());
        output.read_line(&mut line).unwrap();
        Self { address: line.trim().parse().unwrap(), child }
    }

    /// Returns its current memory, in MB.
    pub fn memory(&self) -> f64 {
        self.status("VmRSS:")
    }

    /// Returns its peak memory, in MB.
    pub fn peak_memory(&self) -> f64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0");
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
    }

    /// Returns what it prints.
    pub fn output(&mut self) -> ChildStdout {
        self.child.stdout.take().unwrap()
    }

    /// Ends it.
    pub fn end(mut self) {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
    }

    /// Stops it, and returns how many events it wrote.
    pub fn stop(mut self) -> usize {
        drop(self.child.stdin.take());
        let mut output = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
        self.child.wait().unwrap();
        output.trim().parse().unwrap()
    }
}

/// Runs the server process.
pub fn serve(database: &Path) {
    let (store, writer) = Store::open(database, false).unwrap();
    let last_change = store.last_change();
    let control = Control::default();
    let health = HealthState { metrics: control.metrics, health: control.health };
    let (limits, metrics) = (HttpLimits::default(), health.metrics.clone());
    let state = TimelineState::new(store, Arc::default(), limits.body_timeout);
    let router = timeline_router(state, health, &Access::default());
    let server = HttpServer::bind("127.0.0.1:0".parse().unwrap(), "the timeline", router, limits, metrics).unwrap();
    println!("{}", server.address().unwrap());
    std::io::stdout().flush().unwrap();
    let stopped = Arc::new(AtomicBool::new(false));
    // Other events than those of an earlier run, which a database that is kept holds already.
    let century = Century::new(2 + (last_change >> 10).unsigned_abs());
    let writes_year = std::env::var("DATELINE_BENCH_WRITES").is_ok_and(|written| written == "year");
    let writes = {
        let stopped = stopped.clone();
        std::thread::spawn(move || match writes_year {
            true => crate::year::write(writer),
            false => println!("{}", stream(writer, century, &stopped)),
        })
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.spawn(server.serve(std::future::pending()));
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    stopped.store(true, Ordering::Relaxed);
    writes.join().unwrap();
    runtime.shutdown_background();
}

fn stream(mut writer: Writer, mut century: Century, stopped: &AtomicBool) -> usize {
    let (started, mut count) = (Instant::now(), 0);
    while !stopped.load(Ordering::Relaxed) {
        let records = century.records(AT_ONCE as usize);
        let records =
            records.iter().map(|(kind, key, json)| TopicRecord { kind: *kind, key, value: Some(json.as_bytes()) });
        writer.apply(&records.collect::<Vec<_>>(), &[]).unwrap();
        count += AT_ONCE as usize;
        let due = Duration::from_millis(count as u64 / AT_ONCE * PAUSE);
        std::thread::sleep(due.saturating_sub(started.elapsed()));
    }
    count
}
