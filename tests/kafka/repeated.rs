//! `dateline backfill`, repeated: after it was done, and after it was killed.

use std::time::Duration;

use tempfile::TempDir;

use super::backfill::{backfill, send_hourly, start};
use crate::broker::cluster::shared;
use crate::broker::wire::{Wire, article};

#[test]
fn what_is_done_is_done() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    send_hourly(&wire, (0..90).map(article));
    let range = ["--from", "2026-03-01T05:00:00Z", "--to", "2026-03-01T09:00:00Z"];
    let first = backfill(&wire, &range);
    assert_eq!((first.code, &first.report["read"]), (Some(0), &12.into()), "{}", first.printed);
    let records = || wire.topics.outputs().map(|topic| wire.ends(topic, "read_uncommitted"));
    let before = records();

    let second = backfill(&wire, &range);

    assert_eq!((second.code, &second.report["read"]), (Some(0), &0.into()), "{}", second.printed);
    assert_eq!(second.report["finished"], true);
    assert!(second.printed.contains("--restart"), "{}", second.printed);
    assert_eq!(records(), before, "it wrote something");

    // With an open end, what came since is left.
    let open = backfill(&wire, &["--from", "2 March 2026"]);
    assert_eq!(open.report["read"], 18, "{}", open.printed);
    wire.send((90..93).map(article));
    let rest = backfill(&wire, &["--from", "2 March 2026"]);
    assert_eq!((rest.code, &rest.report["read"]), (Some(0), &3.into()), "{}", rest.printed);
    let nothing = backfill(&wire, &["--from", "2 March 2026"]);
    assert_eq!((nothing.code, &nothing.report["read"]), (Some(0), &0.into()), "{}", nothing.printed);
    let over = backfill(&wire, &["--from", "2 March 2026", "--restart"]);
    assert_eq!(over.report["read"], 21, "{}", over.printed);
}

#[test]
fn killed_at_33_random_moments_every_record_is_there_once() {
    let Some(cluster) = shared() else { return };
    let mut rng = fastrand::Rng::with_seed(33);
    let wire = Wire::new(cluster);
    wire.send((0..1500).map(article));
    let folder = TempDir::new().unwrap();
    let mut progress = wire.progress();
    for _ in 0..33 {
        let mut child = start(&wire, &["--earliest"], folder.path());
        progress.until((progress.seen + rng.usize(..60)).min(1500));
        child.kill().unwrap();
        child.wait().unwrap();
        while progress.poll(Duration::ZERO) {}
    }
    let last = backfill(&wire, &["--earliest"]);
    assert_eq!(last.code, Some(0), "{}", last.printed);
    let found = wire.output("read_committed");
    assert_eq!(found.repeated, []);
    assert_eq!(found, wire.expected());
}
