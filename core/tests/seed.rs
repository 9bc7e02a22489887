//! The seed article of the project: exactly its dated statements are extracted.

use std::fs;

use crate::contract;
use crate::outside;
use dateline_core::article::{Article, Published};
use dateline_core::article_language::{ArticleLanguage, LanguageFrom};
use dateline_core::extraction::Extraction;
use dateline_core::pipeline::{self, Settings};
use dateline_core::record;
use serde_json::Value;

/// The text of the date, its value, its modifier and the status of the statement.
type Row = (String, String, Option<String>, String);

#[test]
fn the_seed_article_has_exactly_its_dated_statements() {
    let files = ["seed/article.txt", "seed/timeline.json"];
    let Some(paths) = outside::shared("seed", &files, "the seed article is not there") else { return };
    let expected: Value = serde_json::from_str(&fs::read_to_string(&paths[1]).unwrap()).unwrap();
    let article = article(fs::read_to_string(&paths[0]).unwrap(), expected["published_at"].as_str().unwrap());
    let found = pipeline::extract(&article, &Settings::default());

    let mut wanted = rows(&expected);
    // A statement can occur twice, as its note says; all that are found must be wanted.
    let mut extracted = extracted(&found);
    wanted.sort();
    wanted.dedup();
    extracted.sort();
    extracted.dedup();
    assert_eq!(extracted, wanted);
    assert!(found.events.iter().all(|event| event.trigger.is_some() && !event.summary.is_empty()));
    let language = ArticleLanguage { tag: "en".to_owned(), from: LanguageFrom::Told };
    record::event_records(&article, &language, found, "tests").iter().for_each(contract::assert_is_record);
}

fn rows(expected: &Value) -> Vec<Row> {
    let rows = expected["dated_statements"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| {
            (text(&row["date_text"]), text(&row["when"]), row["mod"].as_str().map(Into::into), text(&row["status"]))
        })
        .collect()
}

fn extracted(found: &Extraction) -> Vec<Row> {
    let row = |at: usize, status: &str| {
        let date = &found.expressions[at];
        let words = found.text.slice(date.expression.span).to_owned();
        let modifier = date.modifier.map(|modifier| modifier.name().to_owned());
        (words, date.value.clone(), modifier, status.to_owned())
    };
    let places = found.events.iter().flat_map(|event| {
        let also = event.also_at.iter().map(|place| place.expression);
        std::iter::once(event.expression).chain(also).map(|at| row(at, event.status.name()))
    });
    places.collect()
}

fn article(body: String, published: &str) -> Article {
    let at = chrono::DateTime::parse_from_rfc3339(published).unwrap();
    Article { language: Some("en".into()), ..Article::new("seed", body, Published { at, has_time: true }) }
}
