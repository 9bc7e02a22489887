//! A TimeML export is read back as gold without loss: scored against its own export, extraction is perfect.

use dateline_core::article::{Article, Published};
use dateline_core::evaluate::{Document, Prediction, Scores, predict};
use dateline_core::pipeline::{Settings, extract};
use dateline_core::record::export::timeml;

const BODY: &str = "Café <Zoë> & Söhne closed on 3 May 2019, \"after a bad winter\".\n\n\
    It had opened two years earlier. Last month its roof fell in; on Friday the owners left.";

fn article() -> Article {
    Article {
        title: "A café < closes".into(),
        language: Some("en".into()),
        ..Article::new("cafe & sons", BODY, Published::parse("2019-06-12T08:30:00", chrono_tz::UTC).unwrap())
    }
}

fn exported() -> Document {
    let article = article();
    let mut xml = Vec::new();
    timeml::write(&article, &extract(&article, &Settings::default()), &mut xml).unwrap();
    Document::read_timeml(&String::from_utf8(xml).unwrap(), "file").unwrap()
}

#[test]
fn the_document_comes_back() {
    let document = exported();
    assert_eq!(document.id, "cafe & sons");
    assert_eq!(document.title, "A café < closes");
    assert_eq!(document.published, Some(article().published));
    assert_eq!(document.text, BODY, "a plain body needs no cleaning");
}

#[test]
fn the_expressions_come_back_with_their_extents_and_values() {
    let document = exported();
    let words: Vec<String> = document
        .timexes
        .iter()
        .map(|timex| BODY.chars().skip(timex.start).take(timex.end - timex.start).collect())
        .collect();
    assert!(words.iter().any(|words| words == "3 May 2019"), "{words:?}");

    let article = article();
    let predicted = Prediction::of(&article.id, &extract(&article, &Settings::default()));
    let gold: Vec<_> = document.timexes.iter().map(|t| (t.extent(), &t.r#type, &t.value, &t.r#mod)).collect();
    let predicted: Vec<_> = predicted.timexes.iter().map(|t| (t.extent(), &t.r#type, &t.value, &t.r#mod)).collect();
    assert_eq!(gold, predicted);
}

#[test]
fn extraction_is_perfect_against_its_own_export() {
    let document = Document { language: Some("en".into()), ..exported() };
    let prediction = predict(&document, &Settings::default());
    let timexes = Scores::of(&document, &prediction, &prediction.align(&document)).timexes;
    assert!(timexes.gold >= 3, "{timexes:?}");
    assert_eq!((timexes.strict, timexes.value, timexes.system), (timexes.gold, timexes.gold, timexes.gold));
}
