//! The events of single sentences: the trigger of each date, its status, its summary, and why a date has none.

use chrono::DateTime;

use crate::article::{Article, Published};
use crate::extraction::{DropStage, Extraction};
use crate::pipeline::{self, Settings};
use crate::text::Span;

/// Extracts from a body that was published on Friday, 3 May 2019.
fn extract(body: &str) -> Extraction {
    let at = DateTime::parse_from_rfc3339("2019-05-03T12:00:00Z").expect("it is a time");
    let article =
        Article { language: Some("en".into()), ..Article::new("test", body, Published { at, has_time: true }) };
    pipeline::extract(&article, &Settings::default())
}

/// Trigger and status of each event.
fn statements(body: &str) -> Vec<(String, &'static str)> {
    let found = extract(body);
    let events = found.events.iter();
    let word = |span: Option<Span>| span.map_or(String::new(), |span| found.text.slice(span).to_owned());
    events.map(|event| (word(event.trigger), event.status.name())).collect()
}

/// The summary of the last event.
fn summary(body: &str) -> String {
    extract(body).events.last().map(|event| event.summary.clone()).unwrap_or_default()
}

#[test]
fn dates_that_differ_only_in_white_space_have_different_ids() {
    let found = extract("They cut the target for this\nyear, which should not change wages for this year.").events;
    assert_eq!(found.len(), 2);
    assert_ne!(found[0].id, found[1].id);
}

#[test]
fn a_date_is_attached_to_the_verb_of_its_clause_or_to_the_noun_that_it_modifies() {
    for (body, triggers) in [
        ("In October the firm, which makes bolts, opened a plant.", vec!["opened"]),
        ("The shop closed in 1990 and reopened in 2003.", vec!["closed", "reopened"]),
        ("The court meets on Friday behind closed doors.", vec!["meets"]),
        ("They spoke of the 1987 treaty at length.", vec!["treaty"]),
        ("He was seen at Tuesday's hearing.", vec!["hearing"]),
        ("The 2018 floods ruined the crop.", vec!["floods"]),
        ("The judge set a hearing for May 22.", vec!["hearing"]),
        ("The driver was fined on Monday, police said.", vec!["fined"]),
        ("The Leeds-based firm failed to pay in March.", vec!["failed"]),
        ("The firm will spend 250 mln marks over the next nine years.", vec!["spend"]),
    ] {
        let found: Vec<String> = statements(body).into_iter().map(|(trigger, _)| trigger).collect();
        assert_eq!(found, triggers, "{body}");
    }
}

#[test]
fn the_status_follows_the_verbs() {
    for (body, status) in [
        ("A sale had been scheduled for 2 April but was cancelled.", "denied"),
        ("He cancelled a summit at the end of last year.", "happened"),
        ("The concert planned for 9 May has been called off.", "denied"),
        ("He denied leaving the house on Tuesday.", "denied"),
        ("No ferry ran on Wednesday.", "denied"),
        ("He not only won in 2014, he set a record.", "happened"),
        ("If talks fail, nurses would strike on May 14.", "possible"),
        ("The bank is considering moving to Lyon in 2020.", "possible"),
        ("The ship is going to sail on 9 May.", "planned"),
        ("She has led the party since 2011.", "ongoing"),
    ] {
        assert_eq!(statements(body).first().map(|(_, status)| *status), Some(status), "{body}");
    }
}

#[test]
fn a_long_summary_loses_what_it_can_do_without_and_ends_at_a_word() {
    let tail = ", while the mayor spoke of the bridge and of the river".repeat(2);
    assert_eq!(
        summary(&format!(
            "The new mill opened in March{tail}, with 40 guests from each of the nine towns on the long coast."
        )),
        "The new mill opened, while the mayor spoke of the bridge and of the river, with 40 guests from each of the nine \
         towns on the long coast"
    );
    let long = summary(&format!("The new mill opened in March with {}gates.", "painted ".repeat(60)));
    assert!(long.chars().count() <= 280, "{long}");
}

#[test]
fn a_note_in_square_brackets_goes_and_what_makes_a_quotation_understood_stays() {
    assert_eq!(summary("The Quay Council passed a bylaw [fr] on Monday."), "The Quay Council passed a bylaw");
    assert_eq!(
        summary("The harbour master said on Monday that he [the owner of the ferry] knew."),
        "The harbour master said that he [the owner of the ferry] knew"
    );
}

#[test]
fn who_said_it_may_stand_right_behind_the_opening_date() {
    assert_eq!(extract("Only on Friday, police said.").expressions.len(), 1);
}

#[test]
fn figures_labels_contracts_and_titles_make_no_event() {
    for body in [
        "Shr 14 cts vs 20 cts Net 733 vs 871 Pay Nov 27 Record Nov 6",
        "WHEAT MAY 7 284 3/4 up 1 1/4 JUL 7 280 off 1/2",
        "Cotton for May delivery was up 0.25 cent at 56.05 cents a lb.",
        "July was up 2.60 cents at 131.70 cents.",
        "NOTE: First quarter report",
        "Period ended December 28.",
        "The sale broke the Mill Safety Act of 1934.",
        "Qtly div six cts vs six cts prior Pay May Eight Record April 10",
    ] {
        assert_eq!(statements(body), [], "{body}");
    }
}

/// The names of the last event.
fn names(body: &str) -> Vec<String> {
    extract(body).events.pop().map(|event| event.names).unwrap_or_default()
}

#[test]
fn names_are_those_of_the_statement() {
    for (body, expected) in [
        (
            "In March Treasury Secretary Rosa Ito met Mr Adeyemi at the port of Porto.",
            vec!["Rosa Ito", "Adeyemi", "Porto"],
        ),
        ("The Bank of Quay bought Hale and Sons in 2016.", vec!["Bank of Quay", "Hale and Sons"]),
        ("In 1990 James A. Moor joined General Bolts Corp.", vec!["James A. Moor", "General Bolts Corp."]),
        ("Hale Inc said it will close its Leeds mill in June.", vec!["Hale Inc", "Leeds"]),
        ("In March Carl von Lund flew an EH101.", vec!["Carl von Lund"]),
        ("The Roads and Bridges Commission met in March.", vec!["Roads and Bridges Commission"]),
        ("In March they bought Hale Iron and Steel Co.", vec!["Hale Iron and Steel Co."]),
        ("British Mill Association met on Monday.", vec!["British Mill Association"]),
        ("Alder Automation met on Monday.", vec!["Alder Automation"]),
        ("South Korean workers left the mill on Monday.", vec![]),
        ("Meanwhile, workers left the mill on Monday.", vec![]),
        ("Workers left the mill on Monday.", vec![]),
        ("Russian troops left the town on Monday.", vec![]),
        ("WORKERS LEFT PORTO ON MONDAY, HALE SAID.", vec![]),
    ] {
        assert_eq!(names(body), expected, "{body}");
    }
}

#[test]
fn a_repeated_statement_is_one_event_with_two_places() {
    for body in [
        "Workers at the Porto mill left on Monday\n\nPORTO - Workers at the Porto mill left on Monday, the union said.",
        "The mayor wrote on Friday: \"The old bridge over the river was shut for good.\" The old bridge over the river was shut for good...— R. Ito, May 3.",
    ] {
        let found = extract(body);
        let [event] = &found.events[..] else { panic!("{body}: {:?}", found.events) };
        let [repeat] = &event.also_at[..] else { panic!("{body}: {:?}", event.also_at) };
        assert!(event.sentence.end <= repeat.sentence.start);
        assert!(repeat.sentence.contains(found.expressions[repeat.expression].expression.span));
    }
    for body in [
        "The mill in Porto closed in 1990. The mill in Porto closed in 1993.",
        "The mayor wrote on Friday: \"The bridge was shut.\" The bridge was shut on May 3.",
        "The mill closed on Monday. The mine and the quarry closed on Monday.",
    ] {
        assert_eq!(extract(body).events.len(), 2, "{body}");
    }
}

#[test]
fn a_date_that_is_restated_makes_no_second_event() {
    for body in ["On Friday, 3 May, the mill closed.", "On 3 May, Friday, the mill closed.", "It ran from 3 to 7 June."]
    {
        assert_eq!(extract(body).events.len(), 1, "{body}");
    }
    assert_eq!(summary("On 3 May, Friday, the mill closed."), "The mill closed");
}

#[test]
fn what_looks_like_a_date_and_makes_no_event_has_a_stage_and_a_reason() {
    for (body, text, stage, reason) in [
        (
            "Shr 14 cts vs 20 cts Net 733 vs 871 Pay Nov 27 Record Nov 6",
            "Nov 27",
            DropStage::Attach,
            "it is in a row of figures",
        ),
        ("Period ended December 28.", "December 28", DropStage::Attach, "its sentence is a label"),
        ("July was up 2.60 cents at 131.70 cents.", "July", DropStage::Attach, "it names a contract that is traded"),
        (
            "The sale broke the Mill Safety Act of 1934.",
            "1934",
            DropStage::Attach,
            "it is a part of the title of a law or treaty",
        ),
        (
            "PORTO, May 3 (Wire) - Workers left the mill on Monday.",
            "May 3",
            DropStage::Attach,
            "it is the date of the article itself",
        ),
        ("The mill closes every Monday.", "every Monday", DropStage::Attach, "a repetition has no date of its own"),
        ("The strike lasted three weeks.", "three weeks", DropStage::Attach, "a length of time has no date of its own"),
        ("The mill is closed now.", "now", DropStage::Attach, "it is too vague to have a date"),
        ("On 3 May, Friday, the mill closed.", "Friday", DropStage::Attach, "it restates the date before it"),
    ] {
        let found = extract(body);
        let dropped =
            found.dropped.iter().map(|dropped| (found.text.slice(dropped.span), dropped.stage, dropped.reason));
        let dropped: Vec<_> = dropped.collect();
        assert!(dropped.contains(&(text, stage, reason)), "{body}: {dropped:?}");
    }
}

#[test]
fn every_expression_makes_an_event_or_is_dropped() {
    for body in [
        "PORTO, May 3 (Wire) - The mill closed from 3 to 7 June, on Friday, 10 May, and every Monday for three weeks.",
        "The mill closed in 1990. The mill closed in 1990. Closed on Monday. Period ended from May to June.",
        "Workers at the Porto mill left on Monday\n\nPORTO - Workers at the Porto mill left on Monday, the union said.",
        "Cotton for May delivery was up 0.25 cent at 56.05 cents a lb. now, in 2016-2018, since March.",
    ] {
        let Extraction { expressions, events, dropped, .. } = extract(body);
        let repeats = events.iter().flat_map(|event| &event.also_at).map(|repeat| (repeat.expression, repeat.until));
        let places = events.iter().map(|event| (event.expression, event.until)).chain(repeats);
        let dated: Vec<usize> = places.flat_map(|(first, last)| [Some(first), last]).flatten().collect();
        for (at, date) in expressions.iter().enumerate() {
            let span = date.expression.span;
            let logged = dropped.iter().any(|dropped| dropped.stage == DropStage::Attach && dropped.span == span);
            assert!(dated.contains(&at) != logged, "{body}: {date:?}");
        }
    }
}
