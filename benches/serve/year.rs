//! A year of a wire at speed, with pruning on: memory and size stay flat, and questions are answered meanwhile.
//!
//! `cargo bench --bench serve -- year`, with `DATELINE_BENCH_DAYS` (365), `DATELINE_BENCH_ARTICLES` (20000 a day, two events
//! each) and `DATELINE_BENCH_KEEP` (`1 GB`).

use std::io::{BufRead, BufReader};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use chrono::{Days, NaiveDate};
use dateline::config::Keep;
use dateline::store::{Store, TopicRecord, Writer};

use crate::century::{Century, KINDS};
use crate::server::Server;
use crate::{get, show};

/// How many days pass between two lines.
const REPORTED: u64 = 15;
/// The line at the end.
const OVER: &str = "over";

fn variable(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Starts a server that writes the year, and asks it questions until it is over.
pub fn run() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("timeline.db");
    // An empty file, since the server opens what there is.
    drop(Store::open(&database, true).unwrap());
    let mut server = Server::start_year(&database);
    let output = server.output();
    let (is_over, times) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        scope.spawn(|| ask(&server, &is_over, &times));
        println!(
            "{:>5} {:>9} {:>9} {:>8} {:>8} {:>8} {:>8}",
            "day", "events", "pruned", "MB file", "MB used", "MB log", "MB RSS"
        );
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        for line in lines.take_while(|line| line != OVER) {
            println!("{line} {:>8.0}", server.memory());
        }
        is_over.store(true, Ordering::Relaxed);
    });
    show("questions meanwhile", &mut times.into_inner().unwrap(), &server);
    server.end();
}

/// Asks questions of all kinds, one after the other.
fn ask(server: &Server, is_over: &AtomicBool, times: &Mutex<Vec<f64>>) {
    let mut century = Century::new(7);
    // Until there is something to ask for.
    while !is_over.load(Ordering::Relaxed) {
        for kind in KINDS.into_iter().filter(|kind| *kind != "an event") {
            let started = Instant::now();
            let (status, body) = get(server, &century.query(kind));
            assert_eq!(status, 200, "{kind}: {body}");
            times.lock().unwrap().push(started.elapsed().as_secs_f64() * 1e3);
        }
    }
}

/// Writes the year, and prints a line every few days.
pub fn write(mut writer: Writer) {
    let (days, articles) = (variable("DATELINE_BENCH_DAYS", 365), variable("DATELINE_BENCH_ARTICLES", 20_000));
    let keep = std::env::var("DATELINE_BENCH_KEEP").unwrap_or_else(|_| "1 GB".to_owned());
    writer.keep(Keep::parse(keep.split(", ")).unwrap());
    let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
    let mut pruned = 0;
    for day in 0..days {
        let today = first + Days::new(day);
        let mut century = Century::of_day(today, day + 1);
        let now = today.and_hms_opt(23, 59, 59).unwrap().and_utc().timestamp();
        for _ in 0..(articles * 2).div_ceil(1000) {
            let records = century.records(1000);
            let records =
                records.iter().map(|(kind, key, json)| TopicRecord { kind: *kind, key, value: Some(json.as_bytes()) });
            assert_eq!(writer.apply(&records.collect::<Vec<_>>(), &[]).unwrap(), 0);
            for _ in 0..5 {
                let step = writer.prune(now).unwrap();
                pruned += step.events;
                if !step.has_more {
                    break;
                }
            }
        }
        if (day + 1).is_multiple_of(REPORTED) || day + 1 == days {
            let size = writer.size().unwrap();
            let [file, used, log] = [size.file, size.used, size.log].map(|bytes| bytes / 1_000_000);
            println!("{:>5} {:>9} {pruned:>9} {file:>8} {used:>8} {log:>8}", day + 1, writer.events());
        }
    }
    println!("{OVER}");
}
