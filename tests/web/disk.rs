//! A disk that is really full: a small file system that `DATELINE_TEST_SMALL_DISK` names, for example one of 6 MB
//! (`mount -t tmpfs -o size=6m none FOLDER`). Skipped, with a line that says so, without one.

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::get;
use super::program::Program;

/// An article with an event of its own.
fn article(n: usize) -> Vec<u8> {
    let body = format!("Bridge {n} was shut last month. {}", "It was old, and nobody had looked after it. ".repeat(20));
    json!({"id": format!("article-{n}"), "published_at": "2019-05-03T09:00:00Z", "body": body}).to_string().into_bytes()
}

fn status(program: &Program) -> Value {
    serde_json::from_slice(&get(program.address(), "/api/status", "").body).unwrap()
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_full_disk_makes_the_timeline_read_only_and_it_goes_on_once_there_is_room() {
    let Ok(disk) = std::env::var("DATELINE_TEST_SMALL_DISK") else {
        return eprintln!("skipped: DATELINE_TEST_SMALL_DISK names no small file system");
    };
    let program = Program::start_in(tempfile::tempdir_in(&disk).unwrap());
    let ready = || get(program.address(), "/ready", "").status;
    program.publish(&article(0));
    until("ready", || ready() == 200 && status(&program)["events"] == 1);

    let ballast = std::path::Path::new(&disk).join("ballast");
    let mut file = fs::File::create(&ballast).unwrap();
    while file.write_all(&[b'x'; 4096]).is_ok() {}
    // What is open takes room after it was removed.
    drop(file);
    for n in 1..200 {
        program.publish(&article(n));
    }
    until("read-only", || status(&program)["writable"] == false);
    let why = get(program.address(), "/ready", "");
    assert_eq!(why.status, 503);
    let why = String::from_utf8_lossy(&why.body).into_owned();
    assert!(why.contains("read-only"), "{why}");
    let found = get(program.address(), "/api/events?q=bridge", "");
    assert!(found.status == 200 && String::from_utf8_lossy(&found.body).contains("Bridge 0"), "it can be read");

    fs::remove_file(&ballast).unwrap();
    until("ready again", || ready() == 200 && status(&program)["events"] == 200);
    assert_eq!(status(&program)["writable"], true);
}
