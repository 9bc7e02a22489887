//! What `[input]` says of the shape of messages.

use super::{NONE, in_file, settings};
use crate::article::{Format, RecordTime, Unwrap};
use crate::config::Topics;
use crate::pipeline;

#[test]
fn articles_and_their_fields_are_found_by_paths_from_files_and_variables() {
    let file = r#"
        [input]
        items = "response.results, articles"
        [input.fields]
        title = "webTitle"
        body = ["content.rendered", "fields.bodyText"]
        published = "webPublicationDate"
    "#;
    let message = br#"{"response": {"results": [
        {"key": "a", "webTitle": "Rain", "fields": {"bodyText": "It rained on Monday."}, "webPublicationDate": "2019-05-08"}
    ]}}"#;
    let variable = [("DATELINE_INPUT__FIELDS__ID", "key, id")];
    let processed = pipeline::process(message, &settings(file, &variable, &[]).extract).unwrap();
    assert_eq!((&*processed[0].id, &*processed[0].events[0].date.value), ("a", "2019-05-06"));
}

#[test]
fn presets_envelopes_and_the_last_resort_are_chosen_by_name() {
    let input =
        settings("[input]\nformat = 'wordpress'\nunwrap = 'outbox'\npublished = 'record'", NONE, &[]).extract.input;
    assert_eq!(input.format.map(Format::name), Some("wordpress"));
    let outbox = Unwrap::choices().find(|(name, _)| *name == "outbox").map(|(_, unwrap)| unwrap);
    assert_eq!((Some(input.unwrap), input.record_time), (outbox, RecordTime::LastResort(None)));
}

#[test]
fn errors_name_the_field_and_the_path() {
    insta::assert_snapshot!(in_file("[input.fields]\nboddy = 'text'"), @"input.fields.boddy (file my.toml): there is no field boddy; the fields are id, revision, status, state, deleted, embargo, title, body, summary, published, contentcreated, versioncreated, modified, dateline, envelope, city, timezone, language, source, url, starts");
    insta::assert_snapshot!(in_file("[input.fields]\nbody = 'a..b'"), @r#"input.fields.body (file my.toml): "a..b" is not a path such as fields.bodyText or hits.hits[]._source"#);
    insta::assert_snapshot!(in_file("[input]\nitems = 'a['"), @r#"input.items (file my.toml): "a[": a bracket is not closed"#);
    insta::assert_snapshot!(in_file("[input]\nunwrap = 'maxwel'"), @r#"input.unwrap (file my.toml): unknown value "maxwel"; did you mean maxwell?"#);
    insta::assert_snapshot!(in_file("[input]\nformat = 'wordpres'"), @r#"input.format (file my.toml): unknown value "wordpres"; did you mean wordpress?"#);
    insta::assert_snapshot!(in_file("[input]\npublished = 'records'"), @r#"input.published (file my.toml): unknown value "records"; did you mean record?"#);
    insta::assert_snapshot!(in_file("[input.fields]\nbody = [1]"), @"input.fields.body (file my.toml): expected a quoted string, a number, true or false");
}

#[test]
fn the_input_may_be_several_topics_and_patterns_but_no_output() {
    for list in ["'articles, ^wires[.]'", "['articles', '^wires[.]']"] {
        let kafka = settings(&format!("[kafka]\ninput = {list}"), NONE, &[]).kafka;
        let found = Topics::new(&kafka).resolve_inputs(["wires.afp", "wiresafp", "timeline.events"].into_iter());
        assert_eq!(found, ["articles", "wires.afp"], "{list}");
    }
    insta::assert_snapshot!(in_file("[kafka]\ninput = '^wires.('"), @r#"kafka.input (file my.toml): "^wires.(" is not a regular expression without a comma: unclosed group"#);
    insta::assert_snapshot!(in_file("[kafka]\ninput = 'articles,'"), @r#"kafka.input (file my.toml): "" is not a topic name: 1 to 200 of the characters a-z A-Z 0-9 . _ -"#);
    insta::assert_snapshot!(in_file("[kafka]\ninput = 'articles, timeline.events'"), @"kafka.input (file my.toml): timeline.events is also an output topic; choose another kafka.output_prefix");
}
