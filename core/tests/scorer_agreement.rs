//! Our measures agree with the reference scorers: for any gold and any predictions, both give the same scores.

use std::path::Path;
use std::process::Command;

use crate::outside;
use dateline_core::evaluate::{CorpusFigures, Document, Measure, Prediction, Scores, SystemEvent, SystemTimex};
use dateline_core::event::Status;
use serde_json::{Value, json};

const TYPES: [&str; 4] = ["DATE", "TIME", "DURATION", "SET"];
const VALUES: [&str; 4] = ["2021-05-31", "2021-05", "P2W", "PRESENT_REF"];
const LINKS: [&str; 5] = ["IS_INCLUDED", "BEFORE", "INCLUDES", "ENDED_BY", "AFTER"];

#[test]
fn scores_agree_with_the_reference_scorers() {
    let files = ["tools/score.py", "tools/score_events.py"];
    let Some(scorers) = outside::shared("scorers", &files, "the comparison with the reference scorers") else { return };
    if Command::new("python3").arg("--version").output().is_err() {
        return outside::skip("scorers", "the comparison with the reference scorers; install python3");
    }
    let folder = tempfile::tempdir().unwrap();
    for seed in 0..6 {
        let corpus = Corpus::generate(seed);

        let (gold, system) = (folder.path().join("gold.jsonl"), folder.path().join("system.jsonl"));
        std::fs::write(&gold, &corpus.gold).unwrap();
        std::fs::write(&system, corpus.predictions()).unwrap();
        let theirs: String = scorers.iter().map(|scorer| run(scorer, &gold, &system)).collect();
        assert_eq!(corpus.figures(), figures_in(&theirs), "seed {seed}");
    }
}

#[test]
fn generated_corpora_have_scores_between_0_and_100() {
    let figures = Corpus::generate(0).figures();
    for measure in ["strict", "relaxed", "type", "value", "attach"] {
        let (_, scores) = figures.iter().find(|(name, _)| name == measure).unwrap();
        assert!(!scores.contains(" 0.00") && !scores.contains("100.00"), "{measure} {scores}");
    }
}

/// A corpus with predictions, the same for each seed.
struct Corpus {
    gold: String,
    documents: Vec<Document>,
    /// One per document; `None` if the document has no prediction at all.
    predictions: Vec<Option<Prediction>>,
}

impl Corpus {
    fn generate(seed: u64) -> Self {
        let mut random = Random(seed);
        let gold: Vec<Value> = (0..60).map(|number| document(&mut random, number)).collect();
        let gold = gold.iter().map(|document| format!("{document}\n")).collect::<String>();
        let documents = Document::read_jsonl(&gold).unwrap();
        let mut predict = |document| (random.below(8) > 0).then(|| prediction(&mut random, document));
        let predictions = documents.iter().map(&mut predict).collect();
        Self { gold, documents, predictions }
    }

    fn predictions(&self) -> String {
        let predictions = self.predictions.iter().flatten();
        predictions.map(|prediction| serde_json::to_string(prediction).unwrap() + "\n").collect()
    }

    /// The scores that the scorers should print, by the name of the measure.
    fn figures(&self) -> Vec<(String, String)> {
        let silent = Prediction::default();
        let scores: Scores = std::iter::zip(&self.documents, &self.predictions)
            .map(|(document, prediction)| {
                let prediction = prediction.as_ref().unwrap_or(&silent);
                Scores::of(document, prediction, &prediction.align(document))
            })
            .sum();
        let figures = CorpusFigures::new("generated", &scores);
        let figure = |name: &str, Measure { precision, recall, f1 }| {
            (name.to_owned(), format!("{precision:.2} {recall:.2} {f1:.2}"))
        };
        let counts = format!("{} {} {}", figures.documents, figures.gold, figures.system);
        vec![
            ("counts".to_owned(), counts),
            figure("strict", figures.strict),
            figure("relaxed", figures.relaxed),
            figure("type", figures.r#type),
            figure("value", figures.value),
            ("counts".to_owned(), format!("{} {}", scores.events.gold, scores.events.system)),
            figure("attach", figures.attachment.unwrap()),
        ]
    }
}

/// A text of short sentences with quotes, empty lines and letters of two bytes, with annotations anywhere: they overlap,
/// repeat and are out of order.
fn document(random: &mut Random, number: usize) -> Value {
    let words = "Été rain fell it went far and then stopped; May She \"Yes!\" (On May.) why? it. Élan. 'Go'";
    let words: Vec<&str> = words.split(' ').collect();
    let spaces = [[" "; 12].as_slice(), &["\n", "\u{a0}", "\n\n", " \n \n "]].concat();
    let count = 5 + random.below(30);
    let text: String = (0..count).map(|_| format!("{}{}", random.one(&words), random.one(&spaces))).collect();
    let length = text.chars().count();
    let timexes: Vec<Value> = (0..random.below(9))
        .map(|number| {
            let [start, end] = random.extent(length);
            let (r#type, value) = (random.one(&TYPES), Some(random.one(&VALUES)).filter(|_| random.below(9) > 0));
            json!({"start": start, "end": end, "tid": format!("t{number}"), "type": r#type, "value": value,
                   "mod": null, "text": "any"})
        })
        .collect();
    let events: Vec<Value> = (0..random.below(9))
        .map(|number| {
            let [start, end] = random.extent(length);
            json!({"start": start, "end": end, "eid": format!("e{number}")})
        })
        .collect();
    let links: Vec<Value> = (0..random.below(30))
        .map(|_| {
            let (event, timex) = (format!("e{}", random.below(10)), format!("t{}", random.below(10)));
            json!({"event": event, "timex": timex, "type": random.one(&LINKS)})
        })
        .collect();
    json!({"id": format!("document {number}"), "dct": "2021-06-01", "title": "", "text": text, "timexes": timexes,
           "events": events, "links": links})
}

/// Predictions: some right, some nearly right, some wrong.
fn prediction(random: &mut Random, document: &Document) -> Prediction {
    let length = document.text.chars().count();
    let mut timexes = Vec::new();
    for gold in &document.timexes {
        let [start, end] = match random.below(4) {
            0 => random.extent(length),
            1 => [gold.start.saturating_sub(random.below(5)), gold.end],
            _ => gold.extent(),
        };
        // Some are missing, some are there twice, with different types and values.
        for _ in 0..[0, 1, 1, 1, 1, 2][random.below(6)] {
            let r#type = if random.below(4) > 0 { gold.r#type.clone() } else { Some(random.one(&TYPES).to_owned()) };
            let value = if random.below(4) > 0 { gold.value.clone() } else { Some(random.one(&VALUES).to_owned()) };
            timexes.push(SystemTimex { start, end, r#type, value, r#mod: None, rule: String::new() });
        }
    }
    let events = (0..random.below(20)).map(|_| {
        let known = |random: &mut Random, extents: Vec<[usize; 2]>| match extents.get(random.below(12)) {
            Some(&extent) => extent,
            None => random.extent(length),
        };
        let date = known(random, document.timexes.iter().map(|timex| timex.extent()).collect());
        let trigger = known(random, document.events.iter().map(|event| event.extent()).collect());
        SystemEvent { date, trigger, status: Status::Happened.into() }
    });
    Prediction { id: document.id.clone(), events: events.collect(), timexes, dated_events: Vec::new() }
}

fn run(scorer: &Path, gold: &Path, system: &Path) -> String {
    let output = Command::new("python3").arg(scorer).args([gold, system]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The figures that the scorers print: lines of counts, and lines `strict P 1.00 R 2.00 F1 3.00`.
fn figures_in(printed: &str) -> Vec<(String, String)> {
    let figures = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            &[name, "P", precision, "R", recall, "F1", f1] => (name.to_owned(), format!("{precision} {recall} {f1}")),
            _ => {
                let numbers: Vec<&str> = words.into_iter().filter(|word| word.parse::<usize>().is_ok()).collect();
                // We have no count of documents without predictions, which comes last.
                ("counts".to_owned(), numbers[..numbers.len().min(3)].join(" "))
            }
        }
    };
    printed.lines().map(figures).collect()
}

/// A small random generator (SplitMix64): the same numbers for each seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below the limit.
    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn one<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    /// An extent of up to 20 code points in a text of this length.
    fn extent(&mut self, length: usize) -> [usize; 2] {
        let start = self.below(length);
        [start, (start + 1 + self.below(20)).min(length)]
    }
}
