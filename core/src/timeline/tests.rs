//! Invented stories, as mentions.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::*;

fn day(iso: &str) -> NaiveDate {
    iso.parse().expect("a day")
}

/// A mention by an article of a source, published on one day, of what happened on another.
fn mention(article: &str, source: &str, published: &str, on: &str, summary: &str) -> Mention {
    let names = summary.split(' ').skip(1).filter(|word| word.starts_with(char::is_uppercase)).map(str::to_owned);
    Mention {
        id: format!("{article} {on} {summary}"),
        article: article.to_owned(),
        source: Some(source.to_owned()),
        published: day(published),
        days: day(on)..day(on) + Days::new(1),
        to_the_day: true,
        summary: summary.to_owned(),
        names: names.collect(),
        weight: 1.0,
    }
}

/// A dam breaks; the week after, the water is pumped out; a year on, it is remembered.
fn flood() -> Vec<Mention> {
    vec![
        mention("a", "Quay", "2031-03-04", "2031-03-03", "The dam at Oldford broke and the Wend flooded the town"),
        mention("b", "Hill", "2031-03-03", "2031-03-03", "A dam at Oldford broke and the Wend flooded the lower town"),
        mention("b", "Hill", "2031-03-03", "2031-03-02", "Engineers had seen cracks"),
        mention("c", "Quay", "2031-03-10", "2031-03-10", "Pumps from Eastmark arrived"),
        mention("c", "Quay", "2031-03-10", "2031-03-03", "The dam at Oldford broke"),
        mention("d", "Hill", "2032-03-02", "2031-03-03", "The dam at Oldford broke and flooded the town"),
        mention("d", "Hill", "2032-03-02", "2031-03-10", "Then came the pumps"),
        mention("e", "Quay", "2031-03-12", "2031-03-11", "A cat show was held"),
    ]
}

#[test]
fn the_day_that_is_mentioned_again_matters_most_and_has_the_common_summary() {
    let story = story(&flood(), 2);
    let days: Vec<String> = story.iter().map(|day| day.day.to_string()).collect();
    assert_eq!(days, ["2031-03-03", "2031-03-10"]);
    assert_eq!(story[0].score, 1.0);
    assert!(story[1].score < 1.0);
    let [entry] = story[0].entries.as_slice() else { panic!("one entry: {:#?}", story[0].entries) };
    assert_eq!((entry.events.len(), entry.sources.as_slice()), (4, ["Hill".to_owned(), "Quay".to_owned()].as_slice()));
    assert_eq!(story[0].summary, entry.summary);
    assert!(entry.events[0].ends_with(&entry.summary));
}

#[test]
fn a_day_mentioned_over_months_matters_more_than_one_mentioned_as_often_in_a_month() {
    let mut trial = Vec::new();
    for (number, month) in [3, 5, 7].into_iter().enumerate() {
        trial.push(mention(
            &format!("r{number}"),
            "Quay",
            &format!("2031-{month:02}-20"),
            "2031-02-01",
            "The Mill burned",
        ));
        trial.push(mention(&format!("s{number}"), "Quay", "2031-02-20", "2031-02-02", "The Mayor spoke"));
    }
    assert_eq!(key_days(&trial).first().map(|best| best.day), Some(day("2031-02-01")));
}

#[test]
fn an_article_about_something_else_counts_less() {
    let score_of = |name: &str, on: &str| {
        let mut mentions = flood();
        mentions.push(mention("x", "Quay", "2031-03-20", on, &format!("Then {name} was asked")));
        key_days(&mentions).into_iter().find(|found| found.day == day(on)).expect("it is mentioned").score
    };
    assert!(score_of("Oldford", "2031-03-15") > score_of("Zanzibar", "2031-03-15"));
}

#[test]
fn a_day_counts_by_the_weight_of_what_is_told_of_it() {
    let weighed = |dam: f64, pumps: f64| {
        let weight = |mention: &Mention| if mention.summary.contains("dam") { dam } else { pumps };
        let on = |day_of: &str, summary: &str| mention("z", "Quay", "2031-05-01", day_of, summary);
        let mentions = [on("2031-03-03", "The dam at Oldford broke"), on("2031-03-10", "Pumps came to Oldford")];
        let mentions = mentions.map(|mention| Mention { weight: weight(&mention), ..mention });
        key_days(&mentions).into_iter().map(|found| found.day).collect::<Vec<_>>()
    };
    assert_eq!(weighed(0.9, 0.2), [day("2031-03-03"), day("2031-03-10")]);
    assert_eq!(weighed(0.2, 0.9), [day("2031-03-10"), day("2031-03-03")]);
}

#[test]
fn a_month_is_not_a_key_day_and_joins_what_happened_in_it() {
    let mut mentions = flood();
    let whole = Mention {
        days: day("2031-03-01")..day("2031-04-01"),
        to_the_day: false,
        ..mention("f", "Bell", "2033-01-01", "2031-03-01", "The dam at Oldford broke and the Wend flooded the town")
    };
    mentions.push(whole);
    assert!(key_days(&mentions).iter().all(|found| found.day != day("2031-03-01")));
    let entries = entries(&mentions);
    let dam = entries.iter().find(|entry| entry.events.len() == 5).expect("all five are merged");
    assert_eq!((dam.day, dam.to_the_day), (day("2031-03-03"), true));
    assert!(dam.sources.contains(&"Bell".to_owned()));
}

#[test]
fn the_same_words_on_another_day_or_with_other_names_are_another_event() {
    let first = mention("a", "Quay", "2031-03-04", "2031-03-03", "The council of Oldford met behind closed doors");
    let later = mention("b", "Quay", "2031-03-12", "2031-03-10", "The council of Oldford met behind closed doors");
    let elsewhere = mention("c", "Quay", "2031-03-04", "2031-03-03", "The council of Eastmark met behind closed doors");
    assert_eq!(entries(&[first, later, elsewhere]).len(), 3);
}

#[test]
fn every_day_has_a_summary_even_if_a_month_could_join_two() {
    let whole = Mention {
        days: day("2031-03-01")..day("2031-04-01"),
        to_the_day: false,
        ..mention("a", "Quay", "2031-05-01", "2031-03-01", "The dam at Oldford broke")
    };
    let one = mention("b", "Quay", "2031-05-01", "2031-03-03", "The dam at Oldford broke");
    let two = mention("c", "Quay", "2031-05-01", "2031-03-04", "The dam at Oldford broke");
    let story = story(&[whole, one, two], 9);
    assert_eq!(story.len(), 2);
    assert!(story.iter().all(|day| !day.summary.is_empty()));
}

#[test]
fn no_mentions_make_no_story() {
    assert_eq!((story(&[], 5), entries(&[])), (Vec::new(), Vec::new()));
}

#[test]
fn a_record_in_json_gives_the_same_mention() {
    use crate::pipeline::{Settings, process};
    let body = "On 3 March the dam at Oldford broke. It rained in February 2031. Since Monday the Wend has been falling. \
                The mayor spoke at 5 pm on Tuesday. In 44 BC Caesar died.";
    let article =
        format!(r#"{{"id": "a", "published_at": "2031-03-12T20:00:00+01:00", "source": "Quay", "body": "{body}"}}"#);
    let Ok(processed) = process(article.as_bytes(), &Settings::default()) else { panic!("an article") };
    let records = &processed[0].events;
    let mentions: Vec<Mention> = records.iter().filter_map(Mention::of).collect();
    let summary = |mention: &Mention| format!("{:?} {}", mention.days, mention.to_the_day);
    let expected = [
        "2031-03-03..2031-03-04 true",
        "2031-02-01..2031-03-01 false",
        "2031-03-10..2031-03-11 true",
        "2031-03-11..2031-03-12 true",
        "-0043-01-01..-0042-01-01 false",
    ];
    assert_eq!(mentions.iter().map(summary).collect::<Vec<_>>(), expected);
    for (record, mention) in records.iter().zip(mentions) {
        let stored = serde_json::to_string(record).expect("JSON");
        assert_eq!(Mention::from_json(&stored).expect("a record"), Some(mention));
    }
    assert!(Mention::from_json("{}").is_err());
}

/// Any mentions of a small world, so that they have something in common.
fn mentions() -> impl Strategy<Value = Vec<Mention>> {
    let words = prop::sample::select(vec!["The", "Dam", "Mill", "broke", "burned", "at", "Oldford", "again"]);
    let mention = (0..12_u64, 0..40_u64, 0..40_u64, 0..3_u64, prop::collection::vec(words, 0..7)).prop_map(
        |(article, published, from, length, words)| {
            let date = |number| day("2031-03-01") + Days::new(number);
            let mention = mention(&format!("a{article}"), "Quay", "2031-03-01", "2031-03-01", &words.join(" "));
            Mention {
                id: format!("{article} {from} {length} {}", mention.summary),
                published: date(published),
                days: date(from)..date(from + 1 + 20 * length),
                to_the_day: length < 2,
                ..mention
            }
        },
    );
    prop::collection::vec(mention, 0..40)
}

proptest! {
    #[test]
    fn neither_order_nor_repetition_changes_a_story(mentions in mentions(), turn in 0..40_usize) {
        let expected = story(&mentions, 10);
        let mut again = mentions.clone();
        again.reverse();
        again.rotate_left(turn % mentions.len().max(1));
        again.extend(mentions.iter().take(turn).cloned());
        prop_assert_eq!(expected, story(&again, 10));
    }

    #[test]
    fn every_mention_is_in_one_entry_and_every_day_has_one(mentions in mentions()) {
        let mut ids: Vec<&str> = mentions.iter().map(|mention| mention.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        let entries = entries(&mentions);
        let mut merged: Vec<&str> = entries.iter().flat_map(|entry| &entry.events).map(String::as_str).collect();
        merged.sort_unstable();
        prop_assert_eq!(merged, ids);
        let story = story(&mentions, 100);
        prop_assert!(story.iter().all(|day| !day.entries.is_empty() && day.score > 0.0 && day.score <= 1.0));
        prop_assert!(story.is_sorted_by(|one, other| one.score >= other.score));
    }
}
