//! Response times and memory of the timeline with a million events, while more stream in.
//!
//! `cargo bench --bench serve` generates a century of events in a temporary folder and queries it over HTTP, one
//! request after the other, while a writer adds 1,000 events per second and 1, 64 and 256 clients follow the feed.
//! `-- year` simulates a year of a wire with pruning on instead.
//! `DATELINE_BENCH_EVENTS` sets another size; `DATELINE_BENCH_FOLDER` names a folder in which the database is kept and
//! reused. The server is a separate process, so that its memory can be measured.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark, which prints its results")]

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod century;
mod followers;
mod server;
mod year;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use century::Century;
use dateline::store::{Store, TopicRecord};
use followers::Followers;
use server::Server;

/// How many queries of each kind are sent.
const QUERIES: usize = 300;

/// How many clients follow the feed, in turns.
const FOLLOWERS: [usize; 3] = [1, 64, 256];

/// How long the server runs before the first query.
const WARM_UP: Duration = Duration::from_secs(60);

fn main() {
    if let Some(database) = std::env::var_os("DATELINE_BENCH_SERVE") {
        return server::serve(Path::new(&database));
    }
    // `cargo test` runs this as well, only to see that it works: less of everything.
    let small = !std::env::args().any(|arg| arg == "--bench");
    if std::env::args().any(|arg| arg == "year") {
        return year::run();
    }
    let size = std::env::var("DATELINE_BENCH_EVENTS").ok().and_then(|text| text.parse().ok());
    let size = size.unwrap_or(if small { 2000 } else { 1_000_000 });
    let temporary = tempfile::tempdir().unwrap();
    let folder = std::env::var_os("DATELINE_BENCH_FOLDER").map(PathBuf::from);
    let database = folder.as_deref().unwrap_or(temporary.path()).join("timeline.db");
    let mut century = Century::new(1);
    if !database.exists() {
        fill(&database, &mut century, size);
    }

    let started = Instant::now();
    let server = Server::start(&database);
    println!("restarted in {:.1} s; {:.0} MB", started.elapsed().as_secs_f64(), server.memory());
    // The results for frequent words are cached in the background.
    std::thread::sleep(if small { Duration::ZERO } else { WARM_UP });
    for count in FOLLOWERS {
        let (started, followers) = (Instant::now(), Followers::start(server.address, count));
        println!("followers: {count}");
        run_queries(&server, &mut century, if small { 2 } else { QUERIES });
        let (sent, seconds) = (followers.stop(), started.elapsed().as_secs_f64());
        println!("{sent} changes sent by the feed, {:.0} per second", sent as f64 / seconds);
    }
    println!("peak memory {:.0} MB", server.peak_memory());
    println!("{} events streamed in", server.stop());
}

fn fill(database: &Path, century: &mut Century, size: usize) {
    let (_, mut writer) = Store::open(database, true).unwrap();
    let started = Instant::now();
    for _ in 0..size / 1000 {
        let records = century.records(1000);
        let records =
            records.iter().map(|(kind, key, json)| TopicRecord { kind: *kind, key, value: Some(json.as_bytes()) });
        assert_eq!(writer.apply(&records.collect::<Vec<_>>(), &[]).unwrap(), 0);
    }
    let (seconds, bytes) = (started.elapsed().as_secs_f64(), std::fs::metadata(database).unwrap().len());
    println!("{size} events written in {seconds:.0} s, {:.0} per second; {} MB", size as f64 / seconds, bytes >> 20);
}

/// Sends queries of all kinds and prints how long they took.
fn run_queries(server: &Server, century: &mut Century, count: usize) {
    println!("{:<42} {:>8} {:>8} {:>8} ms {:>7} MB", "", "p50", "p99", "max", "peak");
    let mut all = Vec::new();
    let id = {
        let (_, page) = get(server, "/api/events?limit=1");
        let page: serde_json::Value = serde_json::from_str(&page).unwrap();
        page["events"][0]["id"].as_str().unwrap().to_owned()
    };
    for kind in century::KINDS {
        let mut times: Vec<f64> = (0..count)
            .map(|_| {
                let path = century.query(kind).replace("ID", &id);
                let started = Instant::now();
                let (status, body) = get(server, &path);
                let time = started.elapsed().as_secs_f64() * 1e3;
                assert_eq!(status, 200, "{path}: {body}");
                time
            })
            .collect();
        all.extend_from_slice(&times);
        show(kind, &mut times, server);
    }
    show("all", &mut all, server);
}

fn show(what: &str, times: &mut [f64], server: &Server) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() as f64 * share) as usize).min(times.len() - 1)];
    let memory = server.peak_memory();
    println!("{what:<42} {:>8.1} {:>8.1} {:>8.1} {memory:>10.0}", at(0.5), at(0.99), at(1.0));
}

/// Returns the status and the body of a response.
fn get(server: &Server, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}
