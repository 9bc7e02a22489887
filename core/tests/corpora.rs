//! Extraction does not get worse on annotated corpora: the scores reach the floors in `corpora.floor.toml`.

use std::path::Path;

use crate::outside;
use dateline_core::evaluate::{CorpusFigures, Document, Scores, TimelineReport, Topic, predict};
use dateline_core::pipeline::{Genre, Settings};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Floors {
    floor: Vec<Floor>,
    timelines: Timelines,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Timelines {
    /// The folder of topics.
    corpus: String,
    /// The lowest mean F1 of the chosen days.
    f1: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Floor {
    /// Language and name: the gold file without its extension.
    corpus: String,
    /// What bare dates count from there.
    genre: String,
    /// The lowest F1 of equal extents, in percent.
    strict: f64,
    /// The lowest F1 of equal values, in percent.
    value: f64,
    /// The lowest F1 of dates attached to the right word, in percent, if the corpus has links.
    #[serde(default)]
    attachment: f64,
}

fn floors() -> Floors {
    toml::from_str(include_str!("corpora.floor.toml")).unwrap()
}

#[test]
fn chosen_days_stay_above_their_floor() {
    let Timelines { corpus, f1 } = floors().timelines;
    let folder = format!("corpora/{corpus}");
    let Some(folders) = outside::shared("corpora", &[&folder], "the floor on timelines") else { return };
    let mut topics: Vec<_> = std::fs::read_dir(&folders[0]).unwrap().map(|entry| entry.unwrap().path()).collect();
    topics.sort();
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let topics = topics.iter().filter(|topic| topic.join("timelines.jsonl").exists());
    let figures = topics.filter_map(|topic| {
        let name = topic.file_name().unwrap().to_string_lossy();
        let read = Topic::read(&name, &read(&topic.join("articles.jsonl")), &read(&topic.join("timelines.jsonl")));
        read.unwrap().score(&Settings::default())
    });
    let report = TimelineReport::new(figures.collect()).unwrap();
    eprintln!("{report}");
    assert!(report.f1 >= f1, "{corpus}: mean F1 of days is {:.3}, its floor {f1:.3}", report.f1);
}

#[test]
fn figures_stay_above_their_floors() {
    let Floors { floor: floors, .. } = floors();
    let files: Vec<String> = floors.iter().map(|floor| format!("corpora/{}.jsonl", floor.corpus)).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let Some(paths) = outside::shared("corpora", &files, "the floors on annotated corpora") else { return };

    let mut fallen = Vec::new();
    for (floor, path) in floors.iter().zip(paths) {
        let documents = Document::read_jsonl(&std::fs::read_to_string(path).unwrap()).unwrap();
        let figures = CorpusFigures::new(&floor.corpus, &score(&documents, &floor.settings()));
        eprintln!("{figures}");
        let attachment = figures.attachment.as_ref().map_or(0.0, |attachment| attachment.f1);
        for (name, reached, least) in [
            ("strict", figures.strict.f1, floor.strict),
            ("value", figures.value.f1, floor.value),
            ("attachment", attachment, floor.attachment),
        ] {
            if reached < least {
                fallen.push(format!("{}: {name} F1 is {reached:.2}, its floor {least:.2}", floor.corpus));
            }
        }
    }
    assert!(fallen.is_empty(), "{}", fallen.join("\n"));
}

impl Floor {
    fn settings(&self) -> Settings {
        let genre = match self.genre.as_str() {
            "news" => Genre::News,
            "narrative" => Genre::Narrative,
            "auto" => Genre::Auto,
            other => panic!("{other:?} is not a genre; write news, narrative or auto"),
        };
        let language = self.corpus.split('/').next().unwrap_or_default().to_owned();
        Settings::with(|it| {
            it.genre = genre;
            it.language = language;
        })
    }
}

/// The scores of all documents, on two threads.
fn score(documents: &[Document], settings: &Settings) -> Scores {
    let every_second = |first: usize| {
        let documents = documents.iter().skip(first).step_by(2);
        let scored = documents.map(|document| {
            let prediction = predict(document, settings);
            Scores::of(document, &prediction, &prediction.align(document))
        });
        scored.sum::<Scores>()
    };
    std::thread::scope(|scope| {
        let others = scope.spawn(|| every_second(1));
        let mut scores = every_second(0);
        scores += others.join().unwrap();
        scores
    })
}
