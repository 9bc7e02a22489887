//! Corrections and withdrawals under faults: after any of them the timeline is that of the last revisions.

use std::collections::BTreeMap;

use super::network::{Breakpoint, Request};
use super::program::Program;
use super::setup::{articles, rng, single};
use crate::broker::revisions::{expected, history, message, newest_of};

/// How many times a worker is killed.
const KILLS: usize = 10;

#[test]
fn whoever_is_killed_the_timeline_is_that_of_the_last_revisions() {
    let Some((setup, _place)) = single() else { return };
    let mut rng = rng();
    let wire = setup.wire_of_its_own();
    let through_network = setup.through_network(&wire);
    let revisions = history(&mut rng, articles() * 3 / 20, articles());
    let start = |name: &str| Program::start(&through_network, name);
    let mut workers = [start("0"), start("1")];

    for part in revisions.chunks(revisions.len() / KILLS) {
        setup.network.stall_at(Breakpoint::random(&mut rng, &Request::OF_A_TRANSACTION, 1..=3));
        wire.send(part.iter().map(|(article, version)| message(*article, *version)));
        setup.network.await_stall();
        // The one whose request is held, or the other.
        let which = rng.usize(..2);
        workers[which].kill();
        if rng.bool() {
            setup.network.cut();
        }
        setup.network.restore();
        workers[which] = start(&which.to_string());
    }
    assert!(!wire.is_at_end(), "all was committed before the last kill");
    wire.await_end();
    workers.into_iter().for_each(Program::end);

    let mut newest = BTreeMap::new();
    newest_of(&revisions, &mut newest);
    let (found, expected) = (wire.timeline(), expected(&newest));
    assert_eq!(found.events.len(), expected.len());
    assert!(found.events == expected, "as many events as there should be, but not the same");
    for (article, version) in newest {
        assert_eq!(found.articles[&format!("article-{article}")]["standing"]["revision"], version.to_string());
    }
}
