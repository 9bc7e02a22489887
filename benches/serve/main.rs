//! How long the timeline takes to answer, and what memory it takes, with a million events while more stream in.
//!
//! `cargo bench --bench serve` makes an invented century in a temporary folder and asks it over HTTP, one question after
//! the other, while a writer takes in 1,000 events a second and somebody follows the feed. `DATELINE_BENCH_EVENTS` sets
//! another size; `DATELINE_BENCH_FOLDER` names a folder in which the century is kept, and found again. The server is a
//! process of its own, so that its memory is its own.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program to be read by its user")]

/// As the program has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod century;
mod server;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use century::Century;
use dateline::store::{Received, Store};
use server::Server;

/// How many questions of each kind are asked.
const QUESTIONS: usize = 300;

/// How long after its start the server is asked.
const WARM: Duration = Duration::from_secs(60);

fn main() {
    if let Some(database) = std::env::var_os("DATELINE_BENCH_SERVE") {
        return server::serve(Path::new(&database));
    }
    // `cargo test` runs this as well: less of everything, only to see that it runs.
    let small = !std::env::args().any(|arg| arg == "--bench");
    let size = std::env::var("DATELINE_BENCH_EVENTS").ok().and_then(|text| text.parse().ok());
    let size = size.unwrap_or(if small { 2000 } else { 1_000_000 });
    let temporary = tempfile::tempdir().unwrap();
    let folder = std::env::var_os("DATELINE_BENCH_FOLDER").map(PathBuf::from);
    let database = folder.as_deref().unwrap_or(temporary.path()).join("timeline.db");
    let mut century = Century::new(1);
    if !database.exists() {
        fill(&database, &mut century, size);
    }

    let begun = Instant::now();
    let server = Server::start(&database);
    println!("started again after {:.1} s; {:.0} MB", begun.elapsed().as_secs_f64(), server.memory());
    // The answers for frequent words are not there at once.
    std::thread::sleep(if small { Duration::ZERO } else { WARM });
    let follower = TcpStream::connect(server.address).unwrap();
    write!(&follower, "GET /api/feed HTTP/1.1\r\nhost: bench\r\n\r\n").unwrap();
    let followed = std::thread::spawn(move || {
        let lines = BufReader::new(follower).lines().map_while(Result::ok);
        lines.filter(|line| line.starts_with("event: ")).count()
    });
    ask(&server, &mut century, if small { 10 } else { QUESTIONS });
    println!("most memory {:.0} MB", server.most_memory());
    let taken_in = server.end();
    println!("{taken_in} events streamed in, {} of them told by the feed", followed.join().unwrap());
}

fn fill(database: &Path, century: &mut Century, size: usize) {
    let (_, mut writer) = Store::open(database, true).unwrap();
    let begun = Instant::now();
    for _ in 0..size / 1000 {
        let records = century.records(1000);
        let records = records.iter().map(|(of, key, json)| Received { of: *of, key, value: Some(json.as_bytes()) });
        assert_eq!(writer.apply(&records.collect::<Vec<_>>(), &[]).unwrap(), 0);
    }
    let (seconds, bytes) = (begun.elapsed().as_secs_f64(), std::fs::metadata(database).unwrap().len());
    println!("{size} events taken in in {seconds:.0} s, {:.0} a second; {} MB", size as f64 / seconds, bytes >> 20);
}

/// Asks questions of all kinds and prints how long they took.
fn ask(server: &Server, century: &mut Century, count: usize) {
    println!("{:<42} {:>8} {:>8} {:>8} ms {:>7} MB", "", "p50", "p99", "most", "most");
    let mut all = Vec::new();
    let id = {
        let (_, page) = get(server, "/api/events?limit=1");
        let page: serde_json::Value = serde_json::from_str(&page).unwrap();
        page["events"][0]["id"].as_str().unwrap().to_owned()
    };
    for kind in century::KINDS {
        let mut times: Vec<f64> = (0..count)
            .map(|_| {
                let path = century.question(kind).replace("ID", &id);
                let begun = Instant::now();
                let (status, body) = get(server, &path);
                let time = begun.elapsed().as_secs_f64() * 1e3;
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
    let memory = server.most_memory();
    println!("{what:<42} {:>8.1} {:>8.1} {:>8.1} {memory:>10.0}", at(0.5), at(0.99), at(1.0));
}

/// The status and the body of an answer.
fn get(server: &Server, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}
