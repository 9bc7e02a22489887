//! Messages that are read again, and articles that came another way before.

use super::*;

#[test]
fn of_records_in_two_partitions_of_the_changelog_the_later_counts_and_all_events_can_be_retracted() {
    let state = |event: u32, seen: i64, changelog: i32| ArticleState {
        events: vec![format!("{event:032x}")],
        seen,
        source: Some(TopicPartition::new("in", changelog)),
        changelog: Some(changelog),
        ..ArticleState::default()
    };
    for [first, second] in [[0, 1], [1, 0]] {
        let mut restorer = Restorer::new(WINDOW).unwrap();
        restorer.put("a", &state(1, 100, first)).unwrap();
        restorer.put("a", &state(2, 200, second)).unwrap();
        let mut found = restorer.finish().unwrap().get(&key("a")).unwrap().unwrap();
        found.events.sort();
        assert_eq!(found.events, [format!("{:032x}", 1), format!("{:032x}", 2)]);
        assert_eq!((found.seen, found.changelog), (200, Some(second)));
    }
}

#[test]
fn a_deletion_that_is_read_again_does_not_touch_what_came_after_it() {
    let row = r#"{"op": "d", "before": {"id": "a", "title": null}, "after": null}"#;
    let mut wire = Wire::new();
    wire.process(&message("a", 1, "The harbour opened on Monday.", ""));
    assert_eq!(wire.process(row), "withdrawn");
    assert_eq!(wire.process(&message("a", 2, "The harbour opened on Tuesday.", "")), "extracted");
    let standing = wire.events.clone();
    wire.crash();
    let again: Vec<String> = (0..3).map(|offset| wire.publish(offset, 0, DURING_EMBARGO)).collect();
    assert_eq!(again, ["stale", "stale", "extracted"]);
    assert_eq!(wire.events, standing);

    // A revision that is held came later as well; what stood before is withdrawn again.
    wire.process(&message("a", 3, "The harbour closed on Tuesday.", HELD));
    assert_eq!(wire.publish(1, 0, DURING_EMBARGO), "stale");
    let later = wire.receive("", Some(row));
    let held = wire.receive("", Some(&message("a", 4, "The harbour shut on Tuesday.", HELD)));
    for offset in [later, held, later] {
        wire.publish(offset, 0, DURING_EMBARGO);
    }
    assert!(wire.events.is_empty());
    wire.release();
    assert_eq!(wire.summaries(), ["The harbour shut"]);
}

#[test]
fn a_tombstone_that_is_read_again_does_not_touch_what_came_after_it() {
    let mut wire = Wire::new();
    let article = |body: &str| format!(r#"{{"id": "a", "published_at": "2026-03-10", "body": "{body}"}}"#);
    wire.process(&article("The harbour opened on Monday."));
    wire.delete("a");
    wire.process(&article("The harbour opened on Tuesday."));
    let standing = wire.events.clone();
    wire.crash();
    let again: Vec<String> = (0..3).map(|offset| wire.publish(offset, 0, DURING_EMBARGO)).collect();
    assert_eq!(again, ["stale", "stale", "extracted"], "revisions without a number as well");
    assert_eq!(wire.events, standing);
}

#[test]
fn a_kill_stands_when_what_it_killed_is_read_again_without_a_number() {
    let mut wire = Wire::new();
    wire.process(&plain(""));
    wire.process(r#"{"id": "a", "status": "killed"}"#);
    wire.crash();
    assert_eq!(wire.publish(0, 0, DURING_EMBARGO), "stale");
    assert!(wire.events.is_empty());
    // A topic that was made anew has low offsets again: its messages are later.
    assert_eq!(wire.publish(0, 2000, DURING_EMBARGO), "extracted");
}

#[test]
fn an_article_that_came_through_another_topic_is_the_same_article() {
    for crashes in [false, true] {
        let mut wire = Wire::new();
        wire.process(&message("a", 1, "The harbour opened on Monday.", ""));
        wire.topic = "other";
        // The offsets of two topics do not compare: it is no message that is read again.
        assert_eq!(wire.process(&message("a", 2, "The harbour opened on Tuesday.", "")), "extracted");
        assert_eq!((wire.events.len(), wire.warnings("a")), (1, vec!["partition-changed"]));
        wire.topic = "in";
        assert_eq!(wire.process(&message("a", 1, "The harbour opened on Monday.", "")), "stale");
        let standing = &wire.articles["a"]["standing"];
        assert_eq!((&standing["topic"], &standing["offset"]), (&"other".into(), &1.into()), "where it was read from");
        if crashes {
            wire.crash();
        }
        wire.topic = "other";
        assert_eq!(wire.process(&message("a", 3, "Kill.", KILLED)), "withdrawn");
        assert!(wire.events.is_empty());
        assert_eq!(wire.articles["a"]["standing"].get("topic"), None, "that of the message itself");
    }
}

#[test]
fn a_message_of_another_topic_with_the_same_offset_is_not_read_again() {
    let mut wire = Wire::new();
    let unnumbered = |body: &str| format!(r#"{{"id": "a", "published_at": "2026-03-10", "body": "{body}"}}"#);
    wire.receive("", None);
    wire.process(&unnumbered("The harbour opened on Monday."));
    wire.topic = "other";
    wire.next_offset = 0;
    assert_eq!(wire.process(&unnumbered("The harbour opened on Sunday.")), "extracted", "though its offset is lower");
}

#[test]
fn an_article_that_came_through_another_partition_is_warned_of() {
    let mut wire = Wire::new();
    wire.process(&message("a", 1, "The harbour opened on Monday.", ""));
    wire.partition = 1;
    assert_eq!(wire.process(&message("a", 2, "Kill.", KILLED)), "withdrawn");
    assert!(wire.events.is_empty());
    assert_eq!(wire.warnings("a"), ["canceled", "partition-changed"]);
    assert_eq!(wire.process(&message("a", 3, "The harbour opened on Monday.", "")), "extracted");
    assert!(wire.warnings("a").is_empty());
}
