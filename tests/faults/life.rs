//! Corrections and kills under faults: after any of them the timeline is that of the last revisions.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use super::program::Program;
use super::stage::{chance, single};
use crate::broker::revisions::{expected, history, newest_of, told};
use crate::broker::wire::Wire;

const REVISIONS: usize = 20_000;
const ARTICLES: usize = 3_000;

/// Two workers, one or the other of which is killed so many times, at moments of chance.
fn kill_in_turns(wire: &Wire, chance: &mut fastrand::Rng, times: usize) {
    let mut fates = wire.follow();
    let mut workers = vec![Program::start(wire, "0"), Program::start(wire, "1")];
    for life in 0..times {
        fates.until(REVISIONS * life / times + chance.usize(1..REVISIONS / times / 2));
        thread::sleep(Duration::from_millis(chance.u64(0..50)));
        let which = chance.usize(..2);
        workers.remove(which).kill();
        let name = if which == 0 { "0" } else { "1" };
        workers.insert(which, Program::start(wire, name));
    }
    assert!(fates.seen < REVISIONS, "all was done before the last kill");
    fates.until(REVISIONS);
    wire.await_end();
    workers.into_iter().for_each(Program::end);
}

#[test]
fn whoever_is_killed_the_timeline_is_that_of_the_last_revisions() {
    let Some((stage, _alone)) = single() else { return };
    let mut chance = chance();
    let wire = stage.wire_of_its_own();
    let revisions = history(&mut chance, ARTICLES, REVISIONS);
    wire.send(revisions.iter().map(|(article, version)| told(*article, *version)));

    kill_in_turns(&wire, &mut chance, 10);

    let mut newest = BTreeMap::new();
    newest_of(&revisions, &mut newest);
    let (found, expected) = (wire.timeline(), expected(&newest));
    assert_eq!(found.events.len(), expected.len());
    assert!(found.events == expected, "as many events as there should be, but not the same");
    for (article, version) in newest {
        assert_eq!(found.articles[&format!("article-{article}")]["standing"]["revision"], version.to_string());
    }
}
